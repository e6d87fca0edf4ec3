//! `cargo xtask corpus`: kc against LLVM's tools, object and pyimg4 on real
//! Mach-O files, which are downloaded by package name and kept outside the
//! repository. The package `kc-corpus` compares.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::command::{cargo, command, root, run, stdout, target_dir, tee};
use crate::packages;
use crate::setup;
use crate::sources;
use crate::step::{Checked, Failure, Outcome};

/// `cargo xtask corpus [--only NAME] [--fetch] [--truth]`. The files are kept in
/// `$KC_CORPUS`, or in `target/corpus`; `--truth` needs none of them.
///
/// # Errors
/// When a download is not the listed file, or a comparison fails.
pub(crate) fn corpus(arguments: &[String]) -> Outcome<()> {
    match arguments {
        [] => whole().map(|checked| println!("{checked}")),
        [option] if option == "--truth" => large().map(|_| ()),
        _ => {
            packages::npm()?;
            run(compare()?.arg(cache()).args(arguments))
        }
    }
}

/// Step: the downloaded files, a collection of the size that Macs have, and large files of every
/// shape.
///
/// # Errors
/// As [`corpus`].
pub(crate) fn whole() -> Outcome<Checked> {
    packages::npm()?;
    let facts = large()?;
    let built = fields(compare()?.arg("--files").args(shapes(&["--large"])?))?;
    let downloaded = fields(compare()?.arg(cache()))?;
    if facts == 0 || built == 0 || downloaded == 0 {
        return Err(Failure::new("a comparison has compared nothing"));
    }
    Ok(Checked::new(
        facts + built + downloaded,
        "header fields and facts of builders, and the files' symbols, addresses, fixups and payloads",
    ))
}

/// Where the downloaded files are kept.
fn cache() -> OsString {
    std::env::var_os("KC_CORPUS").unwrap_or_else(|| OsString::from(target_dir().join("corpus")))
}

/// A collection of the size that Macs have: kc and the libraries' models against its builder;
/// counts the facts.
fn large() -> Outcome<u64> {
    let facts = truth(&[])?;
    run(cargo().args([
        "test",
        "--release",
        "--package",
        "kc-offsets",
        "--test",
        "load",
        "--test",
        "loader",
        "--test",
        "rebase",
        "--",
        "--ignored",
    ]))?;
    Ok(facts)
}

/// kc against what the builder of a large collection says is in it; counts the facts.
fn truth(size: &[&str]) -> Outcome<u64> {
    const MOVED: u64 = 0x1234_4000;
    let folder = target_dir().join("truth");
    fs::create_dir_all(&folder)?;
    let mut arguments = Vec::new();
    for (name, moved) in [("collection", 0), ("elsewhere", MOVED)] {
        let (file, table) = (folder.join(name), folder.join(format!("{name}.tsv")));
        run(cargo()
            .args(["run", "--quiet", "--release", "--package", "testkit"])
            .args(["--bin", "mklarge", "--"])
            .arg(&file)
            .args(size)
            .args(["--moved", &moved.to_string(), "--truth"])
            .arg(&table))?;
        arguments.extend([file, table]);
    }
    let mut facts = 0;
    tee(compare()?.arg("--truth").args(arguments), |line| {
        let count = line.split_once(" facts of the truth; 0 failures");
        facts += count.and_then(|(count, _)| count.parse().ok()).unwrap_or(0);
    })?;
    Ok(facts)
}

/// Step: the same comparisons on the Mach-O file in the sample, on those with older fixups and on
/// kernelcaches of every shape that testkit builds, with nothing to download.
///
/// # Errors
/// As [`corpus`].
pub(crate) fn samples() -> Outcome<Checked> {
    let image = target_dir().join("sample.macho");
    let mut extract = build_kc()?;
    run(extract
        .arg("extract")
        .arg(root().join("samples/kernelcache.img4"))
        .arg("--output")
        .arg(&image))?;
    let seeds = target_dir().join("sample-fixups");
    run(cargo()
        .args([
            "run",
            "--quiet",
            "--release",
            "--package",
            "testkit",
            "--bin",
            "mkseeds",
            "--",
        ])
        .arg(&seeds))?;
    // Fixups that no kernelcache of today has: opcodes, relocation entries, chains of all formats.
    let names = ["opcodes", "kext", "kernel"].map(str::to_owned);
    let chained = (1..=14).map(|format| format!("chained-{format}"));
    let classic = names.into_iter().chain(chained);
    let classic = classic.map(|name| seeds.join("fixups").join(name));
    let fields = fields(
        compare()?
            .arg("--files")
            .arg(&image)
            .args(classic)
            .args(shapes(&[])?),
    )?;
    let facts = truth(&["--small"])?;
    if facts == 0 {
        return Err(Failure::new("no fact of the truth was compared"));
    }
    Ok(Checked::new(
        fields + facts,
        "header fields and facts of a collection's builder, and the samples' symbols, addresses, fixups and payloads",
    ))
}

/// Step: the Mach-O files of LLVM's tests, well-formed and not; differences are explained in
/// `docs/src/others-known.txt`.
///
/// # Errors
/// When a difference is not explained, or an explanation is stale.
pub(crate) fn others() -> Outcome<Checked> {
    let folder = sources::machos()?;
    let mut facts = 0;
    tee(
        compare()?
            .arg("--others")
            .arg(&folder)
            .arg(root().join("docs/src/others-known.txt")),
        |line| facts += others_in(line).unwrap_or(0),
    )?;
    Ok(Checked::new(
        facts,
        "runs of kc on LLVM's Mach-O files, and facts compared",
    ))
}

/// The two numbers in `N files of others (...): R runs of kc, F facts compared, ...`.
fn others_in(line: &str) -> Option<u64> {
    let (_, rest) = line.split_once(" files of others (")?;
    let (_, rest) = rest.split_once("): ")?;
    let (runs, rest) = rest.split_once(" runs of kc, ")?;
    let (facts, _) = rest.split_once(" facts compared")?;
    Some(runs.parse::<u64>().ok()? + facts.parse::<u64>().ok()?)
}

/// The kernelcaches of every shape that testkit writes.
fn shapes(options: &[&str]) -> Outcome<Vec<PathBuf>> {
    let folder = target_dir().join("sample-shapes");
    if folder.is_dir() {
        fs::remove_dir_all(&folder)?;
    }
    run(cargo()
        .args(["run", "--quiet", "--release", "--package", "testkit"])
        .args(["--bin", "mkshapes", "--"])
        .arg(&folder)
        .args(options))?;
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder)? {
        files.push(entry?.path());
    }
    files.sort();
    Ok(files)
}

/// Runs a comparison and counts the header fields.
fn fields(command: &mut Command) -> Outcome<u64> {
    let mut fields = 0;
    tee(command, |line| fields += fields_in(line).unwrap_or(0))?;
    Ok(fields)
}

/// The number in `1 files compared: N header fields, ...`.
fn fields_in(line: &str) -> Option<u64> {
    let (_, rest) = line.split_once(" files compared: ")?;
    rest.split_once(" header fields")?.0.parse().ok()
}

/// kc-corpus with what it needs: kc, a Python with pip, pyimg4.
fn compare() -> Outcome<Command> {
    let kc = build_kc()?;
    let python = setup::python()?;
    let mut command = cargo();
    command
        .args([
            "run",
            "--quiet",
            "--release",
            "--package",
            "kc-corpus",
            "--",
        ])
        .env("KC", kc.get_program())
        .env("KC_PYIMG4", python.with_file_name("pyimg4"))
        .env("KC_PYTHON", python);
    Ok(command)
}

/// Builds kc and gives a command that runs it.
fn build_kc() -> Outcome<Command> {
    let messages = stdout(cargo().args([
        "build",
        "--release",
        "--package",
        "kctool",
        "--message-format=json-render-diagnostics",
    ]))?;
    let messages = String::from_utf8_lossy(&messages);
    messages
        .lines()
        .filter_map(|line| line.split_once("\"executable\":\""))
        .filter_map(|(_, rest)| rest.split('"').next())
        .next_back()
        .map(command)
        .ok_or_else(|| Failure::new("cargo names no executable of kctool"))
}

#[cfg(test)]
mod tests {
    use super::{fields_in, others_in};

    #[test]
    fn runs_and_facts_are_counted() {
        let line = "9 files of others (2 from YAML, 1 documents not built): 31 runs of kc, 11 facts compared, 0 differences explained; 0 failures";
        assert_eq!(others_in(line), Some(42));
        assert_eq!(others_in("9 files compared: 31 header fields"), None);
    }

    #[test]
    fn the_summary_is_read() {
        let line = "2 files compared: 31 header fields, 4 symbols, 9 addresses, 1 payload bytes; 0 failures";
        assert_eq!(fields_in(line), Some(31));
        assert_eq!(fields_in("a.out: 31 fields"), None);
    }
}
