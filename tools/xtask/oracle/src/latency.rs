//! Latencies against LLVM's scheduling model, as llvm-mca shows it.
//!
//! LLVM's C interface makes otool's remark of the same number (`emitLatency` in
//! `Disassembler.cpp`).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use aarch64_decode::{Instruction, Syntax, TextBuffer, decode};

use crate::fault::Fault;
use crate::tools;

/// Words in a batch; llvm-mca gets the number of each as an immediate of 16 bits.
const BATCH: usize = 1 << 14;

/// What came out.
#[derive(Debug, Default)]
pub struct Report {
    /// Words of which the model says something.
    pub known: u64,
    /// Words of which it says nothing.
    pub unknown: u64,
    /// Words that LLVM's assembler does not make of our text: what it refuses, and should-be bits
    /// that are not.
    pub skipped: u64,
    /// Encodings of which words have another latency, with how many and the first.
    pub differing: BTreeMap<&'static str, (u64, String)>,
}

/// Compares the words that are instructions with the model of a processor.
///
/// # Errors
/// When LLVM's assembler or analyzer cannot be run.
pub fn run(words: &[u32], cpu: &str) -> Result<Report, Fault> {
    let mut report = Report::default();
    let all: Vec<Instruction> = words.iter().filter_map(|&word| decode(word).ok()).collect();
    for batch in all.chunks(BATCH) {
        let line = |insn: &Instruction| {
            insn.format(0, Syntax::Llvm, &mut TextBuffer::new())
                .to_owned()
        };
        let lines: Vec<String> = batch.iter().map(line).collect();
        let (mut asked, mut texts) = (Vec::new(), Vec::new());
        for ((insn, line), back) in batch
            .iter()
            .zip(lines.clone())
            .zip(tools::assemble(&lines)?)
        {
            if back == Some(insn.word()) {
                asked.push(*insn);
                texts.push(line);
            } else {
                report.skipped += 1;
            }
        }
        let theirs = theirs(cpu, &texts)?;
        for ((insn, text), theirs) in asked.iter().zip(&texts).zip(theirs) {
            match theirs {
                Some(_) => report.known += 1,
                None => report.unknown += 1,
            }
            let ours = insn.latency().map(u32::from);
            if ours != theirs {
                let first = || (0, format!("`{text}`: ours {ours:?}, theirs {theirs:?}"));
                report
                    .differing
                    .entry(insn.encoding().name())
                    .or_insert_with(first)
                    .0 += 1;
            }
        }
    }
    Ok(report)
}

/// The latencies that llvm-mca shows for at most 65,536 lines; `None` where its model knows none.
fn theirs(cpu: &str, lines: &[String]) -> Result<Vec<Option<u32>>, Fault> {
    // It leaves out what the model does not know: each line gets its number in front, as an
    // instruction.
    let mut source = String::new();
    for (index, line) in lines.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = writeln!(source, "hlt #{index}\n{line}");
        // LLVM refuses the line behind a movprfx unless it has the same destination: let that be
        // this one.
        if line.starts_with("movprfx") {
            source.push_str("nop\n");
        }
    }
    numbered(&tools::mca(cpu, &source)?, lines.len())
}

/// The latencies in a listing in which each of `count` instructions has its number in front.
fn numbered(listing: &str, count: usize) -> Result<Vec<Option<u32>>, Fault> {
    let mut all = vec![None; count];
    let (mut numbers, mut last) = (0, None);
    for line in listing.lines() {
        // " 1      4     0.50    *                   ldr\tx0, [x1]"
        // or, without operands, " 1      0     0.50                        ret"
        let (columns, operands) = line.split_once('\t').unwrap_or((line, ""));
        // Small numbers are shown in decimal.
        let is_number = operands == format!("#{numbers}") || operands == format!("#{numbers:#x}");
        if columns.ends_with(" hlt") && is_number {
            last = Some(numbers);
            numbers += 1;
            continue;
        }
        let latency = columns.split_ascii_whitespace().nth(1);
        // -1 is shown where the model does not say.
        let known = latency
            .and_then(|latency| latency.parse::<u32>().ok())
            .filter(|latency| *latency != u32::MAX);
        if let Some(slot) = last.take().and_then(|last| all.get_mut(last)) {
            *slot = known;
        }
    }
    if numbers == count {
        Ok(all)
    } else {
        Err(Fault::new(format!(
            "llvm-mca printed {numbers} of {count} lines"
        )))
    }
}

impl Report {
    /// The report as text.
    pub fn show(&self) -> String {
        let Self {
            known,
            unknown,
            skipped,
            differing,
        } = self;
        let mut out = format!(
            "{known} words with a latency, {unknown} unknown to the model, {skipped} not assembled, {} encodings differ\n",
            differing.len()
        );
        for (name, (count, first)) in differing {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "  {name}: {count} words, {first}");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_say_which_line_it_is() {
        let listing = "[1]    [2]    [3]    [4]    [5]    [6]    Instructions:\n \
            1      4294967295 0.17             U     hlt\t#0\n \
            1      4     0.50    *                   ldr\tx0, [x1]\n \
            1      4294967295 0.17             U     hlt\t#0x1\n \
            1      4294967295 0.17             U     hlt\t#0x2\n \
            1      0     1.00                  U     ret\n \
            1      4294967295 0.17             U     hlt\t#0x3\n \
            1      4294967295 0.17             U     msr\tDAIFSet, #1\n";
        let wanted = [Some(4), None, Some(0), None];
        assert_eq!(numbered(listing, 4).unwrap(), wanted);
        assert!(numbered(listing, 5).is_err());
    }
}
