//! Files of packages of another suite of Debian than the machine's, unpacked into the build folder.
//! Nothing is installed, and the machine's own list of sources stays as it is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{command, run, stdout};
use crate::step::{Failure, Outcome};

/// The file at `path` of the newest `package` of `suite`, below `folder`; a file of an earlier call
/// stays.
///
/// # Errors
/// When the machine has no Debian sources, or the package or the file is not there.
pub(crate) fn file(folder: &Path, suite: &str, package: &str, path: &str) -> Outcome<PathBuf> {
    let name = Path::new(path).file_name().unwrap_or_default();
    let kept = folder.join(suite).join(name);
    if kept.exists() {
        return Ok(kept);
    }
    println!("unpacking {path} of Debian's {package}, {suite}");
    let work = folder.join("unpacking");
    unpack(&work, suite, &[package.to_owned()])?;
    fs::create_dir_all(folder.join(suite))?;
    fs::rename(work.join("root").join(path), &kept)?;
    fs::remove_dir_all(&work)?;
    Ok(kept)
}

/// The root folder below which the files of the newest `packages` of `suite` are; one of an earlier
/// call stays.
///
/// # Errors
/// When the machine has no Debian sources, or a package is not there.
pub(crate) fn root(folder: &Path, suite: &str, packages: &[String]) -> Outcome<PathBuf> {
    let kept = folder.join(suite);
    if kept.exists() {
        return Ok(kept);
    }
    println!("unpacking Debian's {}, {suite}", packages.join(", "));
    let work = folder.join("unpacking");
    unpack(&work, suite, packages)?;
    // Last: an unpacking that was cut short starts anew.
    fs::rename(work.join("root"), &kept)?;
    fs::remove_dir_all(&work)?;
    Ok(kept)
}

/// Downloads `packages` of `suite` into the folder `work` and unpacks them into its folder `root`.
fn unpack(work: &Path, suite: &str, packages: &[String]) -> Outcome<()> {
    if work.exists() {
        fs::remove_dir_all(work)?;
    }
    for part in ["lists/partial", "cache/archives/partial", "root"] {
        fs::create_dir_all(work.join(part))?;
    }
    let source = format!(
        "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {} {suite} main\n",
        archive()?
    );
    fs::write(work.join("sources.list"), source)?;
    run(apt_get(work).args(["update", "--quiet"]))?;
    run(apt_get(work)
        .args(["download", "--quiet"])
        .args(packages)
        .current_dir(work))?;
    for entry in fs::read_dir(work)? {
        let entry = entry?.path();
        if entry
            .extension()
            .is_some_and(|extension| extension == "deb")
        {
            run(command("dpkg").arg("-x").arg(&entry).arg(work.join("root")))?;
        }
    }
    Ok(())
}

/// apt-get with sources and lists of its own.
pub(crate) fn apt_get(folder: &Path) -> Command {
    let mut apt = command("apt-get");
    for (option, path) in [
        ("Dir::Etc::sourcelist", "sources.list"),
        ("Dir::State::lists", "lists"),
        ("Dir::Cache", "cache"),
    ] {
        apt.arg("-o")
            .arg(format!("{option}={}", folder.join(path).display()));
    }
    apt.args(["-o", "Dir::Etc::sourceparts=-"]);
    apt
}

/// The archive that the machine's own sources of Debian have.
///
/// # Errors
/// When they have none.
pub(crate) fn archive() -> Outcome<String> {
    find_archive().or_else(|_| {
        // What an archive is called stands in the lists, which may not have been fetched yet.
        run(command("apt-get").args(["update", "--quiet"]))?;
        find_archive()
    })
}

fn find_archive() -> Outcome<String> {
    let format = "$(REPO_URI) $(ORIGIN) $(LABEL)";
    let table = stdout(command("apt-get").args([
        "indextargets",
        "--format",
        format,
        "Created-By: Packages",
    ]))?;
    main_archive(&String::from_utf8_lossy(&table))
        .ok_or_else(|| Failure::new("the machine's sources have no archive of Debian"))
}

/// The first archive that is Debian's and not that of its security updates.
fn main_archive(table: &str) -> Option<String> {
    table
        .lines()
        .filter_map(|line| line.strip_suffix(" Debian Debian"))
        .map(str::to_owned)
        .next()
}

#[cfg(test)]
mod tests {
    use super::main_archive;

    #[test]
    fn the_main_archive_is_neither_another_origin_nor_the_security_updates() {
        let table = "http://a.example/ Other Other\nhttp://b.example/security Debian Debian-Security\n\
                     http://c.example/debian Debian Debian\n";
        assert_eq!(main_archive(table).unwrap(), "http://c.example/debian");
        assert_eq!(main_archive(""), None);
    }
}
