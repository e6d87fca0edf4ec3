//! What the runs showed, added up.

use std::collections::{BTreeMap, BTreeSet};

use aarch64_decode::Instruction;

use super::claim::Claim;
use super::machine::Answer;
use super::options::Options;
use super::{observe, states};
use crate::explained::Explained;
use crate::fault::Fault;
use crate::words::Row;

/// The name of this comparison in the list of explained differences.
pub(super) const TOOL: &str = "qemu";

/// Everything that was seen.
#[derive(Default)]
pub(super) struct Report {
    pub(super) words: usize,
    pub(super) runs: usize,
    pub(super) encodings: BTreeSet<&'static str>,
    /// Encodings of conditional branches, and whether they were seen to be taken and not to be.
    pub(super) conditional: BTreeMap<&'static str, (bool, bool)>,
    pub(super) stores: usize,
    pub(super) loads: usize,
    pub(super) differences: Vec<(Instruction, String)>,
}

impl Report {
    pub(super) fn merge(&mut self, other: Self) {
        self.words += other.words;
        self.runs += other.runs;
        self.encodings.extend(other.encodings);
        for (name, (taken, next)) in other.conditional {
            let seen = self.conditional.entry(name).or_default();
            *seen = (seen.0 | taken, seen.1 | next);
        }
        self.stores += other.stores;
        self.loads += other.loads;
        self.differences.extend(other.differences);
    }

    /// Prints what is not explained, and how much was run.
    ///
    /// # Errors
    /// When something is not explained.
    pub(super) fn print(
        &self,
        known: &mut Explained,
        rows: &[Row],
        options: &Options,
    ) -> Result<(), Fault> {
        let differences = self.differences.iter();
        let (explained, open) =
            known.sift(TOOL, differences.map(|(insn, what)| (*insn, what.as_str())));
        for (name, (taken, next)) in &self.conditional {
            if !(*taken && *next) {
                println!("{TOOL}: {name}: taken {taken}, not taken {next}");
            }
        }
        let names: BTreeSet<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        let others = names.iter().filter(|name| !self.encodings.contains(*name));
        if options.not_run {
            others.clone().for_each(|name| println!("not run: {name}"));
        }
        println!(
            "{TOOL}: {} words of {} encodings run {} times, {} load, {} store; {} encodings not run, {explained} explained differences, {} unexplained",
            self.words,
            self.encodings.len(),
            self.runs,
            self.loads,
            self.stores,
            others.count(),
            open
        );
        if open == 0 {
            Ok(())
        } else {
            Err(Fault::new(format!("{open} unexplained differences")))
        }
    }
}

/// What was seen of the memory of one word.
#[derive(Clone, Copy, Default)]
pub(super) struct Seen {
    pub(super) trials: u32,
    pub(super) loads: u32,
    pub(super) stores: u32,
    /// Whether the first and the last byte showed in what was loaded.
    pub(super) loaded: [bool; 2],
    /// Whether the first and the last byte were changed.
    pub(super) stored: [bool; 2],
}

impl Seen {
    pub(super) fn add(
        &mut self,
        instruction: Instruction,
        claim: &Claim,
        range: Option<(u64, u64)>,
        answers: &[Answer],
        pattern: &[u8],
    ) {
        self.trials += 1;
        if answers[0].signal != 0 {
            return;
        }
        if let [one, _, first, last] = answers {
            self.loads += 1;
            self.loaded[0] |= observe::differs(claim, one, first);
            self.loaded[1] |= observe::differs(claim, one, last);
        }
        // What the parts of a copy leave to each other is up to the implementation.
        if !observe::only_stores(claim) || states::is_copy(instruction) {
            return;
        }
        self.stores += 1;
        if let Some((address, size)) = range {
            self.stored[0] |= observe::is_changed(&answers[0], address, pattern);
            self.stored[1] |= observe::is_changed(&answers[0], address + size - 1, pattern);
        } else {
            let is_changed = !answers[0].changed.1.is_empty();
            self.stored = self.stored.map(|seen| seen || is_changed);
        }
    }

    /// What the instruction is said to do and was never seen to do.
    pub(super) fn missing(&self) -> Vec<&'static str> {
        let mut list = Vec::new();
        if self.loads > 1 {
            let [first, last] = self.loaded;
            list.extend((!first).then_some("loads no first byte"));
            list.extend((!last).then_some("loads no last byte"));
        }
        if self.stores > 1 {
            let [first, last] = self.stored;
            list.extend((!first).then_some("stores no first byte"));
            list.extend((!last).then_some("stores no last byte"));
        }
        list
    }
}
