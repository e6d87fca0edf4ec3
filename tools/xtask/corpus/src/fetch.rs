//! Packages from the registries, by name and version, through `pip` and `npm`;
//! and the Mach-O files inside.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::fault::{Fault, Outcome};
use crate::list::Item;
use crate::tool::{output, sha256};

/// The item's Mach-O file, downloaded, checked and unpacked where it is not yet.
///
/// # Errors
/// When the package is not to be had, or is not the one in the list.
pub(crate) fn mach_o(item: &Item, cache: &Path) -> Outcome<PathBuf> {
    let package = package(item, cache)?;
    let name = format!("{} {} {}", item.package, item.version, item.member)
        .replace(['/', '!', ' ', '@'], "_");
    // File systems take 255 bytes; the end of a path tells more than its start.
    let name: String = match name.char_indices().rev().nth(119) {
        Some((from, _)) => name.get(from..).unwrap_or_default().to_owned(),
        None => name,
    };
    let path = cache.join("members").join(name);
    if !path.is_file() {
        let bytes = member(&package, item)?;
        fs::create_dir_all(cache.join("members"))?;
        // Renamed when whole, so that a run that was cut short leaves no half file.
        let partial = path.with_extension("partial");
        fs::write(&partial, bytes)?;
        fs::rename(&partial, &path)?;
    }
    Ok(path)
}

/// The package's file, with the size and digest of the list.
fn package(item: &Item, cache: &Path) -> Outcome<PathBuf> {
    let folder = cache.join("packages");
    fs::create_dir_all(&folder)?;
    let path = folder.join(&item.file);
    if !path.is_file() {
        eprintln!("downloading {} {}", item.package, item.version);
        match item.registry.as_str() {
            "pypi" => pip(item, &folder)?,
            "npm" => npm(item, &folder)?,
            other => return Err(Fault::new(format!("unknown registry {other}"))),
        }
    }
    let size = fs::metadata(&path)
        .map_err(|error| Fault::new(format!("{}: {error}", item.file)))?
        .len();
    let digest = sha256(&path)?;
    if (size, digest.as_str()) != (item.bytes, item.sha256.as_str()) {
        return Err(Fault::new(format!(
            "{} has {size} bytes and sha256 {digest}, not those of corpus.tsv",
            item.file
        )));
    }
    Ok(path)
}

/// A wheel of macOS, whose tags are in its file name:
/// `NAME-VERSION-PYTHON-ABI-PLATFORM.whl` (PEP 427).
fn pip(item: &Item, folder: &Path) -> Outcome<()> {
    let tags: Vec<&str> = item.file.trim_end_matches(".whl").split('-').collect();
    let &[_, _, python, abi, platform] = tags.as_slice() else {
        return Err(Fault::new(format!("{} is no wheel's name", item.file)));
    };
    // cp312 -> 3.12; a wheel for any Python is asked for with a recent one.
    let python = match python.strip_prefix("cp3") {
        Some(minor) => format!("3.{minor}"),
        None => "3.12".to_owned(),
    };
    let program = std::env::var_os("KC_PYTHON").unwrap_or_else(|| "python3".into());
    let mut command = Command::new(program);
    command
        .args(["-m", "pip", "download", "--quiet", "--no-deps"])
        .args(["--disable-pip-version-check", "--only-binary", ":all:"])
        .args(["--python-version", &python]);
    if abi != "none" {
        command.args(["--implementation", "cp", "--abi", abi]);
    }
    if platform != "any" {
        command.args(["--platform", platform]);
    }
    command
        .arg("--dest")
        .arg(folder)
        .arg(format!("{}=={}", item.package, item.version));
    output(&mut command).map(drop)
}

fn npm(item: &Item, folder: &Path) -> Outcome<()> {
    output(
        Command::new("npm")
            .args(["pack", "--silent", "--pack-destination"])
            .arg(folder)
            .arg(format!("{}@{}", item.package, item.version)),
    )
    .map(drop)
}

/// The bytes of the item's member.
fn member(package: &Path, item: &Item) -> Outcome<Vec<u8>> {
    let (outer, inner) = match item.member.split_once('!') {
        Some((outer, inner)) => (outer, Some(inner)),
        None => (item.member.as_str(), None),
    };
    let is_wheel = package.extension().is_some_and(|end| end == "whl");
    let bytes = if is_wheel {
        // A wheel is a zip file.
        output(
            Command::new("python3")
                .args(["-c", UNZIP])
                .arg(package)
                .arg(outer),
        )?
    } else {
        output(
            Command::new("tar")
                .args(["--extract", "--gzip", "--to-stdout", "--file"])
                .arg(package)
                .arg(outer),
        )?
    };
    let Some(inner) = inner else {
        return Ok(bytes);
    };
    if Path::new(outer).extension().is_some_and(|end| end == "a") {
        return archive_member(&bytes, inner)
            .map(<[u8]>::to_vec)
            .ok_or_else(|| Fault::new(format!("{outer} has no {inner}")));
    }
    // A tar inside: through a file, because tar reads names before contents.
    let temporary = std::env::temp_dir().join(format!("kc-corpus-{}.tar", std::process::id()));
    fs::write(&temporary, bytes)?;
    let result = output(
        Command::new("tar")
            .args(["--extract", "--to-stdout", "--file"])
            .arg(&temporary)
            .arg(inner),
    );
    fs::remove_file(&temporary)?;
    result
}

/// Writes one member of a zip file to standard output.
const UNZIP: &str = "import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]) as member:
    shutil.copyfileobj(member, sys.stdout.buffer)";

/// A member of a BSD `ar` archive (ar(5): 60-byte headers, long names before
/// the data as `#1/LENGTH`).
fn archive_member<'a>(archive: &'a [u8], wanted: &str) -> Option<&'a [u8]> {
    let mut rest = archive.strip_prefix(b"!<arch>\n")?;
    while !rest.is_empty() {
        let (header, after) = rest.split_at_checked(60)?;
        let field = |range: std::ops::Range<usize>| {
            std::str::from_utf8(header.get(range)?).ok().map(str::trim)
        };
        let size: usize = field(48..58)?.parse().ok()?;
        let (data, next) = after.split_at_checked(size)?;
        let name = field(0..16)?;
        let (name, data) = match name.strip_prefix("#1/") {
            Some(length) => {
                let (name, data) = data.split_at_checked(length.parse().ok()?)?;
                (std::str::from_utf8(name).ok()?.trim_end_matches('\0'), data)
            }
            None => (name, data),
        };
        if name == wanted {
            return Some(data);
        }
        // Members start at even offsets.
        rest = next.get(size % 2..).unwrap_or_default();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::archive_member;

    fn header(name: &str, size: usize) -> String {
        format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n", 0, 0, 0, 644)
    }

    #[test]
    fn members_are_found_by_short_and_long_names() {
        let archive = format!(
            "!<arch>\n{}abc\n{}long_name.o\0data",
            header("short.o", 3),
            header("#1/12", 16)
        );
        let archive = archive.as_bytes();
        assert_eq!(archive_member(archive, "short.o"), Some(&b"abc"[..]));
        assert_eq!(archive_member(archive, "long_name.o"), Some(&b"data"[..]));
        assert_eq!(archive_member(archive, "none.o"), None);
    }
}
