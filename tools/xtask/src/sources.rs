//! The lines of LLVM's and GNU's own tests of their assemblers, and the Mach-O files of LLVM's, out
//! of Debian's source packages: downloaded once, kept in the build directory, committed nowhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{command, run, stdout, target_dir};
use crate::foreign::{apt_get, archive as archive_of_debian};
use crate::step::{Failure, Outcome};

/// A source package, and which of its files are wanted.
const PACKAGES: [(&str, &str); 2] = [
    ("llvm-toolchain-22", "*/llvm/test/MC/AArch64/*.s"),
    ("binutils", "*/gas/testsuite/gas/aarch64/*.s"),
];
/// The folders of LLVM's tests with Mach-O files, and with YAML that yaml2obj makes some of.
const MACH_O: [&str; 5] = [
    "*/llvm/test/Object/*",
    "*/llvm/test/ObjectYAML/MachO/*",
    "*/llvm/test/tools/llvm-nm/*",
    "*/llvm/test/tools/llvm-objdump/*",
    "*/llvm/test/tools/llvm-readobj/*",
];
/// Debian's releases that may have them; those of a release in support are kept.
const SUITES: [&str; 2] = ["bookworm", "trixie"];

/// The file with the lines, each once.
///
/// # Errors
/// When the machine names no host of Debian's, or a download fails.
pub(crate) fn lines() -> Outcome<PathBuf> {
    let folder = target_dir().join("assembler-tests");
    let file = folder.join("lines.txt");
    if file.exists() {
        return Ok(file);
    }
    let apt = lists(&folder)?;
    let sources = folder.join("sources");
    fs::create_dir_all(&sources)?;
    for (package, wanted) in PACKAGES {
        let archive = archive(package, &apt, &folder)?;
        run(command("tar")
            .args(["--extract", "--wildcards", "--file"])
            .arg(&archive)
            .arg("--directory")
            .arg(&sources)
            .arg(wanted))?;
    }
    let mut all = BTreeSet::new();
    collect(&sources, &mut all)?;
    let mut text: String = all.into_iter().collect::<Vec<_>>().join("\n");
    text.push('\n');
    // Written last: what was cut short starts anew.
    fs::write(&file, text)?;
    Ok(file)
}

/// The folder with LLVM's Mach-O files.
///
/// # Errors
/// As [`lines`].
pub(crate) fn machos() -> Outcome<PathBuf> {
    let folder = target_dir().join("assembler-tests");
    let files = folder.join("others");
    if files.exists() {
        return Ok(files);
    }
    let apt = lists(&folder)?;
    let (package, _) = PACKAGES[0];
    let archive = archive(package, &apt, &folder)?;
    // Renamed last: what was cut short starts anew.
    let unpacking = folder.join("others-unpacking");
    fs::create_dir_all(&unpacking)?;
    run(command("tar")
        .args(["--extract", "--wildcards", "--file"])
        .arg(&archive)
        .arg("--directory")
        .arg(&unpacking)
        .args(MACH_O))?;
    fs::rename(&unpacking, &files)?;
    Ok(files)
}

/// Lists of the releases' source packages, in a folder of apt's own.
fn lists(folder: &Path) -> Outcome<PathBuf> {
    let apt = folder.join("apt");
    fs::create_dir_all(apt.join("lists/partial"))?;
    fs::create_dir_all(apt.join("cache/archives/partial"))?;
    let host = archive_of_debian()?;
    let sources = SUITES.map(|suite| format!("deb-src {host} {suite} main\n"));
    fs::write(apt.join("sources.list"), sources.concat())?;
    run(apt_get(&apt).args(["update", "--quiet"]))?;
    Ok(apt)
}

/// Downloads the package's own archive, without Debian's changes.
fn archive(package: &str, apt: &Path, folder: &Path) -> Outcome<PathBuf> {
    let listed = stdout(apt_get(apt).args(["source", "--print-uris", package]))?;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    // 'URI' NAME SIZE HASH
    let line = listed.lines().find(|line| line.contains(".orig.tar.xz' "));
    let mut words = line
        .ok_or_else(|| Failure::new(format!("Debian has no source of {package}")))?
        .split(' ');
    let (Some(uri), Some(name), Some(_), Some(hash)) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(Failure::new(format!("{package}: strange line of apt-get")));
    };
    let file = folder.join(name);
    println!("downloading {name}");
    run(command("/usr/lib/apt/apt-helper")
        .args(["download-file", uri.trim_matches('\'')])
        .arg(&file)
        .arg(hash))?;
    Ok(file)
}

/// The lines of the files in a folder and below.
fn collect(folder: &Path, all: &mut BTreeSet<String>) -> Outcome<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, all)?;
            continue;
        }
        let text = fs::read(&path)?;
        for line in String::from_utf8_lossy(&text).lines() {
            let line = line.split("//").next().unwrap_or_default();
            let words: Vec<&str> = line.split_whitespace().collect();
            let line = words.join(" ");
            if is_line(&line) {
                all.insert(line);
            }
        }
    }
    Ok(())
}

/// Whether the line stands by itself and is at most one instruction: no label, directive, symbol's
/// definition, macro or remark.
fn is_line(line: &str) -> bool {
    let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
    let marks = "_ .,#{}[]!:+*()/-";
    let local = |word: &str| {
        let digits = word.trim_end_matches(['b', 'f']);
        digits != word && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
        && rest
            .chars()
            .all(|own| own.is_ascii_alphanumeric() || marks.contains(own))
        && !rest.starts_with([':', '.'])
        && !["/*", "*/", "(C)"].iter().any(|mark| line.contains(mark))
        && line.matches('{').count() == line.matches('}').count()
        && !rest.split([' ', ',', '#', '+', '-']).any(local)
}

#[cfg(test)]
mod tests {
    use super::is_line;

    #[test]
    fn lines_are_instructions() {
        for line in ["nop", "add x0, x1, #1", "ld1 { v0.4s }, [x0]", "b.eq #8"] {
            assert!(is_line(line), "{line}");
        }
        for line in [
            ".text",
            "one:",
            "// nop",
            "b 1f",
            "ldr x0, =5",
            "foo .req x0",
            "\\op x0",
            "Copyright (C) of",
            "ld1 {v0.4s, [x0]",
        ] {
            assert!(!is_line(line), "{line}");
        }
    }
}
