//! What our instructions read and write, against what QEMU does when it runs them.
//!
//! Each word runs in several states, each state twice: the second time with something else in every
//! register that the instruction is not said to read, and in memory outside the bytes that it is
//! said to access. What is not said to be written must not change, and what is written must be the
//! same. States put the memory at both ends of a window next to which nothing is mapped, so that an
//! access of more bytes, or elsewhere, is seen; loads run twice more with another byte at each end,
//! so that an access of fewer bytes is.

mod batch;
mod claim;
mod machine;
mod observe;
mod options;
mod plant;
mod program;
mod report;
mod sign;
mod states;
mod system;

use std::collections::BTreeSet;
use std::path::Path;
use std::thread;

use aarch64_decode::{Flow, Instruction, decode};

use crate::explained::Explained;
use crate::fault::Fault;
use crate::words::{self, Random, Row};
pub use options::Options;

use batch::{Change, Placed, Source};
use machine::{Machine, PATTERNS, Processor, WINDOW_SIZE};
use report::{Report, Seen, TOOL};

/// How many words one process of QEMU gets.
const BATCH: usize = 512;

/// The version that the list is about.
const LISTED: &str = "version 11.1.";

/// Runs words of every row, prints what differs from what we say, and checks that a planted error
/// is found.
///
/// # Errors
/// When QEMU cannot be run, a difference is not explained, an explanation is of nothing, or a
/// planted error is not found.
pub fn run(rows: &[Row], options: &Options) -> Result<(), Fault> {
    let mut known = Explained::read(options.known.as_deref())?;
    let machine = machine(&options.qemu)?;
    let is_whole = options.rows.is_empty();
    let chosen = |name: &str| is_whole || options.rows.iter().any(|part| name.contains(part));
    if is_whole {
        let planted = plant::run(|words, change| differences_of(&machine, words, change))?;
        println!("{planted}");
    }
    let rows: Vec<Row> = rows
        .iter()
        .filter(|row| chosen(&row.name))
        .cloned()
        .collect();
    let mut list = words::instructions(&rows, options.words);
    let system = system::SYSTEM.iter().filter_map(|word| decode(*word).ok());
    list.extend(system.filter(|insn| chosen(insn.encoding().name())));
    let all = execute(&machine, machine::MAX, &list, options)?;
    all.print(&mut known, &rows, options)?;
    let version = machine.version()?;
    if !version.contains(LISTED) {
        // Another one may have fewer errors.
        println!("{version}; the list of explained differences is of {LISTED}");
    } else if is_whole {
        known.ensure_used(|tool| tool == TOOL)?;
    }
    Ok(())
}

fn machine(qemu: &Path) -> Result<Machine, Fault> {
    let mut random = Random::new(1);
    let first: Vec<u8> = (0..WINDOW_SIZE / 4)
        .flat_map(|_| random.word().to_le_bytes())
        .collect();
    let patterns: [Vec<u8>; PATTERNS] = std::array::from_fn(|number| {
        let turned = [0, 0x5a, 0xff, 0x81][number];
        first.iter().map(|byte| byte ^ turned).collect()
    });
    Machine::new(qemu, patterns)
}

/// Runs the words in batches, on two threads.
fn execute(
    machine: &Machine,
    processor: Processor,
    list: &[Instruction],
    options: &Options,
) -> Result<Report, Fault> {
    const THREADS: usize = 2;
    let batches: Vec<&[Instruction]> = list.chunks(BATCH).collect();
    let reports = thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS)
            .map(|first| {
                let batches = &batches;
                scope.spawn(move || {
                    let mut all = Report::default();
                    for number in (first..batches.len()).step_by(THREADS) {
                        let seed = (options.seed << 32) + number as u64 + 1;
                        let mut source = Source {
                            machine,
                            random: Random::new(seed),
                        };
                        let placed = batch::place_all(batches[number], |_| {});
                        all.merge(run_batch(&mut source, processor, &placed, options.states)?);
                    }
                    Ok::<Report, Fault>(all)
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| {
                worker
                    .join()
                    .unwrap_or_else(|_| Err(Fault::new("a thread panicked")))
            })
            .collect::<Vec<_>>()
    });
    let mut all = Report::default();
    for report in reports {
        all.merge(report?);
    }
    Ok(all)
}

/// Runs one batch.
fn run_batch(
    source: &mut Source<'_>,
    processor: Processor,
    words: &[Placed],
    states: usize,
) -> Result<Report, Fault> {
    let modes = batch::modes(source, processor, words)?;
    let (trials, cases) = batch::trials(source, processor, words, &modes, states)?;
    let answers = source
        .machine
        .run(processor, &batch::placements(words), &cases)?;
    let mut report = Report {
        runs: cases.len(),
        ..Report::default()
    };
    let pattern = &source.machine.patterns[0];
    // What was seen of each word: bytes at both ends that are loaded, and stored.
    let mut seen = vec![Seen::default(); words.len()];
    for trial in &trials {
        let word = &words[trial.word];
        let claim = &word.claim;
        let name = word.instruction.encoding().name();
        let own = batch::answers_of(trial, &answers);
        let [case, other] = [&cases[trial.case], &cases[trial.case + 1]];
        if !observe::has_run(case, &own[0]) || observe::is_misaligned(&own[0]) {
            continue;
        }
        let mut say = |what: String| report.differences.push((word.instruction, what));
        let found = observe::check(claim, trial.range, case, &own[0]);
        let is_wrong = !found.is_empty();
        found.into_iter().for_each(&mut say);
        if !is_wrong {
            let both = [case, other];
            let results = [&own[0], &own[1]];
            observe::check_reads(claim, trial.range, both, results, pattern)
                .into_iter()
                .for_each(&mut say);
        }
        report.encodings.insert(name);
        if matches!(claim.flow, Flow::Conditional(_)) {
            let seen = report.conditional.entry(name).or_default();
            let is_taken = own[0].signal != 0;
            *seen = (seen.0 || is_taken, seen.1 || !is_taken);
        }
        seen[trial.word].add(word.instruction, claim, trial.range, own, pattern);
    }
    for (word, seen) in words.iter().zip(&seen) {
        report.words += usize::from(seen.trials != 0);
        report.loads += usize::from(seen.loads != 0);
        report.stores += usize::from(seen.stores != 0);
        let what = seen.missing().into_iter();
        report
            .differences
            .extend(what.map(|what| (word.instruction, what.to_owned())));
    }
    Ok(report)
}

/// The differences found with changed claims.
fn differences_of(
    machine: &Machine,
    instructions: &[Instruction],
    change: Change,
) -> Result<BTreeSet<String>, Fault> {
    let mut source = Source {
        machine,
        random: Random::new(1),
    };
    let placed = batch::place_all(instructions, change);
    let report = run_batch(&mut source, machine::MAX, &placed, 4)?;
    Ok(report
        .differences
        .into_iter()
        .map(|(_, what)| what)
        .collect())
}
