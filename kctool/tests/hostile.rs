//! Hostile input through every subcommand: success or a clear error, never a panic, never slow.
//!
//! By default a few thousand mutants run, so that the test stays quick. The full check is
//!
//!     KC_HOSTILE_MUTANTS=100000 cargo test --release -p kctool --test hostile
//!
//! and prints how many runs ended how. A failure names the seed file and the mutant's number;
//! `KC_HOSTILE_ONE=NAME:NUMBER` writes that mutant to the target folder and runs it alone.

use std::collections::BTreeMap;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use testkit::img4::{Im4p, signed_like};
use testkit::kernelcache::sample;
use testkit::macho::every::{self, Make};
use testkit::mutate::Source;
use testkit::seeds;

/// Seed of all mutations here.
const SEED: u64 = 0x6b63;

/// What one run may take: a second, and one more for each mebibyte of the input.
fn limit(input: &[u8]) -> Duration {
    Duration::from_secs(1 + (input.len() as u64 >> 20))
}

/// The command lines; `-` is the mutant, `OUT` a file of the run's own, `PATCHES` one with patches,
/// `SAMPLE` the sample.
const COMMANDS: &[&[&str]] = &[
    &["info", "-"],
    &["info", "--json", "-"],
    &["extract", "-", "-o", "OUT"],
    &["diff", "-", "SAMPLE"],
    &["diff", "--symbols", "--json", "SAMPLE", "-"],
    &["load", "-", "--phys-base", "0x800000000"],
    &[
        "load",
        "-",
        "--phys-base",
        "0x800000000",
        "--json",
        "-o",
        "OUT",
    ],
    &["rebase", "-", "--slide", "0x4000", "-o", "OUT"],
    &["rebase", "-", "--slide", "-0x4000", "-o", "OUT"],
    &["extract", "-", "--accept-digest-mismatch", "-o", "OUT"],
    &["extract", "-", "--manifest", "OUT"],
    &["extract", "-", "--image", "org.example.alpha", "-o", "OUT"],
    &["headers", "-"],
    &["headers", "--json", "-"],
    &["headers", "--image", "org.example.alpha", "-"],
    &["entry", "-"],
    &["entry", "--strict", "--json", "-"],
    &[
        "translate",
        "-",
        "0xfffffe0007004000",
        "0",
        "0xffffffffffffffff",
        "0x100000000",
    ],
    &[
        "translate",
        "--json",
        "--from-offset",
        "-",
        "0",
        "0x1000",
        "0xffffffffffffffff",
    ],
    &[
        "carve",
        "-",
        "--at",
        "0xfffffe0007004000",
        "--len",
        "64",
        "-o",
        "OUT",
    ],
    &[
        "carve",
        "-",
        "--from-offset",
        "--at",
        "0x20",
        "--len",
        "0x1000",
        "-o",
        "OUT",
    ],
    &["owner", "-", "0xfffffe0007018004", "0"],
    &["owner", "--json", "-", "0xfffffe0007030000"],
    &["entries", "-"],
    &["entries", "--json", "-"],
    &["xrefs", "-", "0xfffffe0007018800"],
    &["xrefs", "-", "--calls", "0xfffffe0007018170"],
    &["xrefs", "-", "--json", "--contains", "a"],
    &["find", "-", "--words", "d65f03c?"],
    &["find", "-", "--bytes", "cf ?? ed fe"],
    &["strings", "-"],
    &["strings", "--all-sections", "-"],
    &["exports", "-"],
    &["exports", "--json", "-"],
    &["signature", "-"],
    &["signature", "--json", "-"],
    &["functions", "-"],
    &["functions", "-", "--containing", "0xfffffe0007018190"],
    &["patch", "-", "PATCHES", "-o", "OUT"],
    &["symbols", "-"],
    &["symbols", "--json", "-a", "-"],
    &["symbols", "--format", "lldb", "-"],
    &["fixups", "-"],
    &["fixups", "--list", "-"],
    &["fixups", "--list", "--json", "-"],
    &["map", "-"],
    &["cfg", "-", "0xfffffe0007018170"],
    &["cfg", "--dot", "-", "0xfffffe0007004000"],
    &["map", "--svg", "OUT", "-"],
    &["disasm", "-"],
    &["disasm", "--syntax", "apple", "--count", "64", "-"],
    &[
        "disasm",
        "--section",
        "__TEXT_EXEC,__text",
        "--count",
        "64",
        "-",
    ],
    &[
        "disasm",
        "--raw",
        "--columns",
        "text",
        "--syntax",
        "gnu",
        "--count",
        "256",
        "-",
    ],
];

/// Files to damage. The small ones come first and often: they are quick, and most of their
/// bytes are headers.
fn sources() -> Vec<(String, Source)> {
    let mut files = seeds::macho();
    files.extend(seeds::img4());
    files.push(("executable".to_owned(), every::build(Make::Executable)));
    let tiny = sample::tiny().bytes;
    files.push((
        "tiny-lzfse".to_owned(),
        signed_like(&Im4p::lzfse("krnl", &tiny)),
    ));
    files.push((
        "tiny-lzss".to_owned(),
        signed_like(&Im4p::lzss("krnl", &tiny)),
    ));
    files.push(("tiny-lzvn".to_owned(), Im4p::lzvn("krnl", &tiny).build()));
    files.push(("sample".to_owned(), testkit::samples::kernelcache_img4()));
    files.push(("auxiliary".to_owned(), sample::auxiliary().bytes));
    files.push(("prelinked".to_owned(), sample::prelinked().bytes));
    files.push(("shuffled".to_owned(), sample::shuffled().bytes));
    files
        .into_iter()
        .map(|(name, bytes)| (name, Source::new(bytes)))
        .collect()
}

/// Which source a mutant comes from: the large ones (the last four) once in sixteen.
fn source_of(number: u64, sources: usize) -> usize {
    let number = usize::try_from(number).expect("64-bit hosts");
    let large = 4;
    if number % 16 == 15 {
        sources - large + (number / 16) % large
    } else {
        number % (sources - large)
    }
}

/// What this thread has used the processor for, which other programs do not change; the time of day
/// where the system does not say (Linux, `Documentation/scheduler/sched-stats.rst`).
fn used(since: Instant) -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = stat
        .split_whitespace()
        .next()
        .and_then(|text| text.parse().ok());
    nanoseconds.map_or_else(|| since.elapsed(), Duration::from_nanos)
}

/// How the runs of a thread ended.
#[derive(Default)]
struct Tally {
    /// By subcommand: answers and errors.
    ends: BTreeMap<&'static str, [u64; 2]>,
    slowest: Duration,
}

/// Runs one command line on one input; says what is wrong with how it ended.
fn run(
    command: &'static [&'static str],
    input: &[u8],
    out: &Path,
    tally: &mut Tally,
) -> Result<(), String> {
    let args = std::iter::once("kc".to_owned()).chain(command.iter().map(|word| {
        if *word == "OUT" {
            out.display().to_string()
        } else if *word == "SAMPLE" {
            concat!(env!("CARGO_MANIFEST_DIR"), "/../samples/kernelcache.img4").to_owned()
        } else if *word == "PATCHES" {
            concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hostile.patch").to_owned()
        } else {
            (*word).to_owned()
        }
    }));
    let args: Vec<String> = args.collect();
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let start = Instant::now();
    let before = used(start);
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let mut stdin: &mut dyn Read = &mut &*input;
        kctool::run(args, &mut stdin, &mut stdout, &mut stderr)
    }));
    let took = used(start).saturating_sub(before);
    tally.slowest = tally.slowest.max(took);
    let kept = out.exists();
    if kept {
        std::fs::remove_file(out).map_err(|error| error.to_string())?;
    }
    let status = ended.map_err(|_| "a panic".to_owned())?;
    let end = tally.ends.entry(command[0]).or_default();
    let complaint = String::from_utf8_lossy(&stderr);
    match status {
        0 | 3 => {
            end[0] += 1;
            if status == 3 && complaint.is_empty() {
                return Err("status 3 without a remark".to_owned());
            }
        }
        1 => {
            end[1] += 1;
            let last = complaint.lines().last().unwrap_or_default();
            if !last.starts_with("kc: ") || last.len() < 12 {
                return Err(format!("status 1 without a clear error: {complaint:?}"));
            }
            if kept {
                return Err("an error, and an output file left behind".to_owned());
            }
        }
        other => return Err(format!("status {other}: {complaint}")),
    }
    clean(command, &stdout)?;
    clean(command, &stderr)?;
    if took > limit(input) {
        return Err(format!("slow: {took:?}"));
    }
    Ok(())
}

/// That nothing but what was asked for as a file holds bytes that a terminal obeys, and that a
/// document is whole.
fn clean(command: &[&str], written: &[u8]) -> Result<(), String> {
    if command.windows(2).any(|pair| pair == ["-o", "-"]) {
        return Ok(());
    }
    let text = std::str::from_utf8(written).map_err(|error| error.to_string())?;
    if let Some(character) = text.chars().find(|c| c.is_control() && *c != '\n') {
        return Err(format!("{character:?} in the output"));
    }
    if command.contains(&"--json") && text.starts_with('{') {
        serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// All commands on one mutant. A slow run is tried again: the machine may have been busy.
fn all_commands(input: &[u8], out: &Path, tally: &mut Tally) -> Result<(), String> {
    for command in COMMANDS {
        let mut ended = run(command, input, out, tally);
        for _ in 0..2 {
            if matches!(&ended, Err(what) if what.starts_with("slow")) {
                ended = run(command, input, out, tally);
            }
        }
        ended.map_err(|what| format!("kc {}: {what}", command.join(" ")))?;
    }
    Ok(())
}

fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

#[test]
fn mutants_end_in_an_answer_or_an_error() {
    let sources = sources();
    if let Ok(one) = std::env::var("KC_HOSTILE_ONE") {
        let (name, number) = one.split_once(':').expect("NAME:NUMBER");
        let source = sources
            .iter()
            .find(|(known, _)| known == name)
            .expect("a seed's name");
        let bytes = source.1.mutant(SEED, number.parse().expect("a number"));
        let path = scratch("mutant.bin");
        std::fs::write(&path, &bytes).expect("written");
        println!("{}", path.display());
        all_commands(&bytes, &scratch("one.out"), &mut Tally::default()).expect("it ends well");
        return;
    }
    let count: u64 = std::env::var("KC_HOSTILE_MUTANTS").map_or(2000, |count| {
        count.parse().expect("KC_HOSTILE_MUTANTS is a number")
    });
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = u64::try_from(threads).expect("few");
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|thread| {
                let sources = &sources;
                scope.spawn(move || {
                    let out = scratch(&format!("hostile-{thread}.out"));
                    let mut tally = Tally::default();
                    for number in (thread..count).step_by(usize::try_from(threads).expect("few")) {
                        let (name, source) = &sources[source_of(number, sources.len())];
                        let bytes = source.mutant(SEED, number);
                        if let Err(what) = all_commands(&bytes, &out, &mut tally) {
                            panic!("{name}:{number}: {what}");
                        }
                    }
                    tally
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().expect("no mutant fails"))
            .collect()
    });
    report(count, &tallies);
}

/// Prints the ends by subcommand, and checks that the runs were worth something: each
/// subcommand must have given answers as well as errors.
fn report(count: u64, tallies: &[Tally]) {
    let mut ends: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
    for tally in tallies {
        for (name, [answers, errors]) in &tally.ends {
            let sum = ends.entry(name).or_default();
            sum[0] += answers;
            sum[1] += errors;
        }
    }
    let slowest = tallies
        .iter()
        .map(|tally| tally.slowest)
        .max()
        .unwrap_or_default();
    println!(
        "{count} mutants, {} command lines each, slowest run {slowest:?}",
        COMMANDS.len()
    );
    for (name, [answers, errors]) in &ends {
        println!("{name:<10} {answers:>8} answers {errors:>8} errors");
        assert!(
            *answers > 0 && *errors > 0,
            "{name} was not put to the test"
        );
    }
    assert_eq!(ends.len(), 23, "every subcommand ran");
}

/// Files that are made to harm a reader.
#[test]
fn attacks_end_in_an_answer_or_an_error() {
    let out = scratch("attacks.out");
    let mut tally = Tally::default();
    for attack in testkit::hostile::all() {
        if let Err(what) = all_commands(&attack.bytes, &out, &mut tally) {
            panic!("{}: {what}", attack.name);
        }
    }
}

/// Every file cut at the boundaries of its fields and structures.
#[test]
fn truncations_end_in_an_answer_or_an_error() {
    let out = scratch("truncated.out");
    let mut tally = Tally::default();
    for (name, source) in &sources() {
        // Large files have thousands of boundaries; each field's is met in the small ones.
        let cuts = source.truncations();
        let step = cuts.len() / 150 + 1;
        for cut in cuts.into_iter().step_by(step) {
            if let Err(what) = all_commands(&source.bytes()[..cut], &out, &mut tally) {
                panic!("{name} cut at {cut:#x}: {what}");
            }
        }
    }
}

/// The undamaged files are answered by the subcommands that every file can answer.
#[test]
fn undamaged_files_are_answered() {
    let out = scratch("undamaged.out");
    for (name, source) in &sources() {
        let whole = matches!(
            name.as_str(),
            "sample" | "tiny-lzfse" | "tiny-lzss" | "tiny-lzvn" | "auxiliary" | "prelinked"
        );
        if !whole {
            continue;
        }
        for command in [
            &["info", "-"],
            &["headers", "-"],
            &["entries", "-"],
            &["symbols", "-"],
        ] {
            let mut tally = Tally::default();
            let command: &'static [&'static str] = command;
            run(command, source.bytes(), &out, &mut tally).expect("it ends well");
            assert_eq!(tally.ends[command[0]], [1, 0], "kc {command:?} on {name}");
        }
    }
}
