//! Compares `kc` with LLVM's tools, the `object` crate and pyimg4: on the real
//! files of `tools/xtask/corpus.tsv`, which it downloads, or on files that it is given.
//! `cargo xtask corpus` calls it.

mod calls;
mod entries;
mod fault;
mod fetch;
mod fixups;
mod headers;
mod list;
mod model;
mod opcodes;
mod others;
mod payload;
mod starts;
mod symbols;
mod table;
mod tool;
mod tracker;
mod translate;
mod truth;
mod xrefs;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use object::read::macho::{FatArch as _, MachOFatFile32};

use fault::{Fault, Outcome};

const USAGE: &str = "\
kc-corpus CACHE [--only NAME] [--fetch]   the files of corpus.tsv, kept in the folder CACHE
kc-corpus --files FILE...                 these Mach-O files; the first also as a payload
kc-corpus --truth FILE TABLE MOVED TABLE  a collection of testkit's, and the same linked elsewhere, against what its builder says
kc-corpus --others FOLDER KNOWN           the Mach-O files of LLVM's tests below FOLDER; KNOWN explains differences
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("kc-corpus: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// What was compared.
#[derive(Default)]
struct Totals {
    files: u64,
    fields: u64,
    symbols: u64,
    addresses: u64,
    entries: u64,
    fixups: u64,
    xrefs: u64,
    tracked: u64,
    calls: u64,
    bytes: u64,
    failed: u64,
}

fn run(arguments: &[String]) -> Outcome<()> {
    if let [option, paths @ ..] = arguments {
        if let ("--truth", [file, table, moved, moved_table]) = (option.as_str(), paths) {
            let path = Path::new;
            let facts = truth::compare(path(file), path(table), path(moved), path(moved_table))?;
            println!("{facts} facts of the truth; 0 failures");
            return Ok(());
        }
        if let ("--others", [folder, known]) = (option.as_str(), paths) {
            return others::compare(Path::new(folder), Path::new(known));
        }
    }
    let mut totals = Totals::default();
    // Of files that are given, nobody knows whether there is code to refer to anything.
    let (mut whole, mut has_code) = (true, false);
    match arguments.split_first() {
        Some((option, files)) if option == "--files" && !files.is_empty() => {
            for (number, file) in files.iter().enumerate() {
                let path = Path::new(file);
                one(file, path, false, &mut totals);
                // A payload is a payload: one goes through every codec.
                if number == 0 {
                    img4(file, path, &mut totals);
                }
            }
        }
        Some((cache, options)) if !cache.starts_with('-') => {
            whole = corpus(Path::new(cache), options, &mut totals)?;
            has_code = true;
        }
        _ => return Err(Fault::new(format!("usage:\n{USAGE}"))),
    }
    let Totals {
        files,
        fields,
        symbols,
        addresses,
        entries,
        fixups,
        xrefs,
        tracked,
        calls,
        bytes,
        failed,
    } = totals;
    println!(
        "{files} files compared: {fields} header fields, {symbols} symbols, {addresses} addresses, {entries} fileset entries, {fixups} fixups, {xrefs} references, {tracked} tracked references, {calls} calls, {bytes} payload bytes; {failed} failures"
    );
    let enough = files > 0
        && fields > 0
        && addresses > 0
        && ((bytes > 0 && fixups > 0 && ((xrefs > 0 && tracked > 0 && calls > 0) || !has_code))
            || !whole);
    if failed == 0 && enough {
        Ok(())
    } else {
        Err(Fault::new(format!("{failed} failures in {files} files")))
    }
}

/// Compares the listed files; whether that were all of them.
fn corpus(cache: &Path, options: &[String], totals: &mut Totals) -> Outcome<bool> {
    let mut only = None;
    let mut fetch_only = false;
    let mut rest = options.iter();
    while let Some(option) = rest.next() {
        match option.as_str() {
            "--only" => only = rest.next(),
            "--fetch" => fetch_only = true,
            other => return Err(Fault::new(format!("unknown option {other}\n{USAGE}"))),
        }
    }
    let mut packed = false;
    for item in list::parse(include_str!("../../corpus.tsv"))? {
        let name = item.name();
        if only.is_some_and(|only| !name.contains(only.as_str())) {
            continue;
        }
        let path = fetch::mach_o(&item, cache)?;
        if fetch_only {
            println!("{}", path.display());
            continue;
        }
        one(&name, &path, item.is_fat(), totals);
        // One file of the size of a kernelcache goes through every codec.
        if !packed && (40 << 20..80 << 20).contains(&fs::metadata(&path)?.len()) {
            packed = true;
            img4(&name, &path, totals);
        }
    }
    if fetch_only {
        // Nothing was compared, and nothing is claimed.
        std::process::exit(0);
    }
    Ok(only.is_none())
}

/// The comparisons of one file; a failure is printed and counted.
fn one(name: &str, path: &Path, is_fat: bool, totals: &mut Totals) {
    totals.files += 1;
    let result = thin(path, is_fat).map(|(slice, offset)| {
        let fields = headers::compare(path, &slice);
        let symbols = symbols::compare(path, &slice);
        let addresses = translate::compare(path, &slice, offset);
        let entries = entries::compare(path, &slice);
        let fixups = fixups::compare(path, &slice);
        let xrefs = xrefs::compare(&slice);
        let tracked = tracker::compare(name, &slice);
        let calls = calls::compare(&slice);
        let shown = |count: &Outcome<u64>| count.as_ref().map_or("FAIL".to_owned(), u64::to_string);
        println!(
            "{name}: {} fields, {} symbols, {} addresses, {} fixups, {} references, {} tracked, {} calls",
            shown(&fields),
            shown(&symbols),
            shown(&addresses),
            shown(&fixups),
            shown(&xrefs),
            shown(&tracked),
            shown(&calls)
        );
        for (what, count, total) in [
            ("headers", fields, &mut totals.fields),
            ("symbols", symbols, &mut totals.symbols),
            ("translate", addresses, &mut totals.addresses),
            ("entries", entries, &mut totals.entries),
            ("fixups", fixups, &mut totals.fixups),
            ("xrefs", xrefs, &mut totals.xrefs),
            ("tracked", tracked, &mut totals.tracked),
            ("calls", calls, &mut totals.calls),
        ] {
            match count {
                Ok(count) => *total += count,
                Err(fault) => {
                    totals.failed += 1;
                    println!("  FAIL {what}: {fault}");
                }
            }
        }
    });
    if let Err(fault) = result {
        totals.failed += 1;
        println!("{name}: FAIL {fault}");
    }
}

fn img4(name: &str, path: &Path, totals: &mut Totals) {
    let scratch = path.with_extension("im4p-scratch");
    match payload::compare(path, &scratch) {
        Ok(bytes) => {
            totals.bytes += bytes;
            println!("{name}: {bytes} bytes through pyimg4 and back");
        }
        Err(fault) => {
            totals.failed += 1;
            println!("{name}: FAIL payload: {fault}");
        }
    }
    // What a failure left behind.
    let _ = fs::remove_dir_all(&scratch);
}

/// The arm64 slice of a fat file as a file of its own, cut by llvm-lipo, and
/// where it lies; a thin file as it is.
fn thin(path: &Path, is_fat: bool) -> Outcome<(PathBuf, u64)> {
    if !is_fat {
        return Ok((path.to_owned(), 0));
    }
    let slice = path.with_extension("arm64");
    tool::output(
        Command::new("llvm-lipo-22")
            .args(["-thin", "arm64", "-output"])
            .arg(&slice)
            .arg(path),
    )?;
    let data = fs::read(path)?;
    let fat = MachOFatFile32::parse(data.as_slice())?;
    let arch = fat
        .arches()
        .iter()
        .find(|arch| arch.cputype() == object::macho::CPU_TYPE_ARM64)
        .ok_or_else(|| Fault::new("no arm64 slice"))?;
    Ok((slice, arch.file_range().0))
}
