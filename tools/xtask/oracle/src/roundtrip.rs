//! From words back to words: operands are encoded again, text is assembled again, by ours and by
//! LLVM's assembler.
//!
//! For each word that is an instruction, at address 0:
//! 1. its operands encode to the word, and over the word they change nothing;
//! 2. the text that is printed in LLVM's syntax assembles to the word;
//! 3. LLVM's assembler makes the same word of the text as ours.
//!
//! A word that does not come back is explained by the list (`known`), where the other side's text
//! is what came instead: `encode gives WORD`, `assemble gives WORD`, `assemble: WHY`, `llvm-mc
//! gives WORD`, `llvm-mc refuses` (or, if the list of texts has it, `undefined`).

use std::thread;

use aarch64_decode::{Operand, Syntax as Own, TextBuffer, assemble, decode};

use crate::Syntax;
use crate::compare::{Example, Report};
use crate::fault::Fault;
use crate::known::{Category, Known};
use crate::tools;

/// Words in a batch.
const BATCH: usize = 1 << 16;

/// What LLVM's assembler makes of a line that it does not take.
const REFUSED: &str = "llvm-mc refuses";
/// The same in the list of texts.
const UNDEFINED: &str = "undefined";

/// What a word came back as.
struct Back {
    word: u32,
    text: String,
    differences: Vec<String>,
    assembled: Option<u32>,
}

/// Brings all words that are instructions back; at most `examples` of each difference are kept.
///
/// # Errors
/// When the assembler cannot be run, or no word is an instruction.
pub fn run(words: &[u32], known: &[Known], examples: usize) -> Result<Report, Fault> {
    let mut report = Report::default();
    for pair in words.chunks(2 * BATCH) {
        let done: Vec<Result<Vec<Back>, Fault>> = thread::scope(|scope| {
            let running: Vec<_> = pair
                .chunks(BATCH)
                .map(|batch| scope.spawn(move || one_batch(batch)))
                .collect();
            let fault = |_| Err(Fault::new("a round trip panicked"));
            let wait =
                |thread: thread::ScopedJoinHandle<'_, _>| thread.join().unwrap_or_else(fault);
            running.into_iter().map(wait).collect()
        });
        for batch in done {
            for back in batch? {
                report.compared += 1;
                report.instructions += u64::from(back.assembled.is_some());
                add(&mut report, back, known, examples);
            }
        }
    }
    if report.compared == 0 || report.instructions == 0 {
        return Err(Fault::new("no word came back"));
    }
    Ok(report)
}

fn add(report: &mut Report, back: Back, known: &[Known], examples: usize) {
    let Ok(insn) = decode(back.word) else {
        return;
    };
    if back.differences.is_empty() {
        return;
    }
    let features: Vec<&str> = insn
        .encoding()
        .features()
        .map(|(feature, _)| feature.name())
        .collect();
    let about = Category {
        encoding: insn.encoding().name(),
        unpredictable: insn.is_unpredictable(),
        features: &features,
    };
    for theirs in back.differences {
        // What LLVM's disassembler does not know, its assembler does not know either: the list of
        // texts explains it.
        let unknown = |known: &Known| known.explains(Syntax::Llvm, about, &back.text, UNDEFINED);
        let theirs = if theirs == REFUSED && known.iter().any(unknown) {
            UNDEFINED.to_owned()
        } else {
            theirs
        };
        let example = Example {
            word: back.word,
            ours: back.text.clone(),
            theirs,
        };
        report.add(Syntax::Llvm, about, example, known, examples);
    }
}

fn one_batch(words: &[u32]) -> Result<Vec<Back>, Fault> {
    let mut all: Vec<Back> = words.iter().filter_map(|&word| ours(word)).collect();
    if all.is_empty() {
        return Ok(all);
    }
    let lines: Vec<String> = all.iter().map(|back| back.text.clone()).collect();
    for (back, theirs) in all.iter_mut().zip(tools::assemble(&lines)?) {
        match (back.assembled, theirs) {
            (ours, Some(theirs)) if ours != Some(theirs) => {
                back.differences.push(format!("llvm-mc gives {theirs:08x}"));
            }
            (Some(_), None) => back.differences.push(REFUSED.to_owned()),
            _ => {}
        }
    }
    Ok(all)
}

/// What our own encoder and assembler make of a word; nothing if it is no instruction.
fn ours(word: u32) -> Option<Back> {
    let insn = decode(word).ok()?;
    let mut differences = Vec::new();
    let operands: Vec<Operand> = insn.operands(0).collect();
    match insn.encoding().encode(0, &operands) {
        Ok(back) if back == word => {}
        Ok(back) => differences.push(format!("encode gives {back:08x}")),
        Err(error) => differences.push(format!("encode: {error}")),
    }
    if insn.with_operands(0, &operands) != Ok(insn) {
        differences.push("the operands over the word give another".to_owned());
    }
    let text = insn.format(0, Own::Llvm, &mut TextBuffer::new()).to_owned();
    let assembled = assemble(0, &text);
    match assembled {
        Ok(back) if back == word => {}
        Ok(back) => differences.push(format!("assemble gives {back:08x}")),
        Err(error) => differences.push(format!("assemble: {error}")),
    }
    Some(Back {
        word,
        text,
        differences,
        assembled: assembled.ok(),
    })
}
