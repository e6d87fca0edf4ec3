//! Which lines are instructions, and which words they are: ours against LLVM's assembler and GNU's.
//!
//! LLVM's assembler reads each line twice: for no system, and for Apple's. A line is right if ours
//! takes it exactly if one of the others does, and makes the word of it that LLVM's assembler
//! makes, first for no system, or GNU's if LLVM's refuses it. A line of which they make a
//! relocation (a symbol, an address that a linker resolves) counts as refused.
//!
//! Differences with a cause are on a list (`known`), where `ours` is the line and `theirs` is
//! `taken`, `refused`, `refused (gnu)` or `other`; the encoding is that of our word, or else of
//! theirs.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::thread;

use aarch64_decode::{Instruction, assemble, decode};

use crate::Syntax;
use crate::fault::Fault;
use crate::known::{Category, Known};
use crate::tools::{self, Triple};

/// What was found about a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fall {
    /// Ours takes it, and neither of the others.
    Taken,
    /// Ours refuses what LLVM's takes.
    Refused,
    /// Ours refuses what only GNU's takes.
    RefusedGnu,
    /// Ours makes another word.
    Other,
}

impl Fall {
    /// The name in the list.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Refused => "refused",
            Self::RefusedGnu => "refused (gnu)",
            Self::Other => "other",
        }
    }
}

/// A line that is not right.
#[derive(Debug)]
struct Wrong {
    fall: Fall,
    word: u32,
    line: String,
    ours: String,
    theirs: String,
}

impl Wrong {
    fn encoding(&self) -> &'static str {
        decode(self.word).map_or("undefined", |insn| insn.encoding().name())
    }
}

/// What came of the lines.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Lines.
    pub lines: usize,
    /// Lines that one of the others takes.
    pub theirs: usize,
    /// Lines of each explanation.
    pub explained: Vec<usize>,
    /// One of them each.
    pub example: Vec<Option<String>>,
    /// How many of them are refused by ours.
    pub refused: usize,
    wrong: Vec<Wrong>,
}

const BATCH: usize = 1 << 14;

/// Judges the lines.
///
/// # Errors
/// When an assembler cannot be run.
pub fn run(lines: &[String], known: &[Known]) -> Result<Verdict, Fault> {
    let mut verdict = Verdict {
        explained: vec![0; known.len()],
        example: vec![None; known.len()],
        ..Verdict::default()
    };
    for pair in lines.chunks(2 * BATCH) {
        let done: Vec<Result<Vec<Judged>, Fault>> = thread::scope(|scope| {
            let running: Vec<_> = pair
                .chunks(BATCH)
                .map(|batch| scope.spawn(move || one_batch(batch)))
                .collect();
            let fault = |_| Err(Fault::new("a judge panicked"));
            running
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(fault))
                .collect()
        });
        for batch in done {
            for (theirs, wrong) in batch? {
                verdict.lines += 1;
                verdict.theirs += usize::from(theirs.is_some());
                if let Some(wrong) = wrong {
                    verdict.add(wrong, known);
                }
            }
        }
    }
    Ok(verdict)
}

/// The others' word, and what is wrong with ours.
type Judged = (Option<u32>, Option<Wrong>);

fn one_batch(lines: &[String]) -> Result<Vec<Judged>, Fault> {
    let generic = tools::assemble_for(Triple::Generic, lines)?;
    let apple = tools::assemble_for(Triple::Apple, lines)?;
    let gnu = tools::gnu_assemble(lines)?;
    let all = lines.iter().zip(generic).zip(apple).zip(gnu);
    let judged = all.map(|(((line, generic), apple), gnu)| {
        let llvm = generic.or(apple);
        let theirs = llvm.or(gnu);
        let ours = assemble(0, line);
        let fall = match (&ours, theirs) {
            (Ok(ours), Some(theirs)) if *ours != theirs => Fall::Other,
            (Ok(_), None) => Fall::Taken,
            (Err(_), Some(_)) if llvm.is_some() => Fall::Refused,
            (Err(_), Some(_)) => Fall::RefusedGnu,
            _ => return (theirs, None),
        };
        let show = |word: Option<u32>| word.map_or_else(|| "-".to_owned(), |w| format!("{w:08x}"));
        let wrong = Wrong {
            fall,
            word: ours.ok().or(theirs).unwrap_or(0),
            line: line.clone(),
            ours: match ours {
                Ok(word) => format!("{word:08x}"),
                Err(error) => error.to_string(),
            },
            theirs: format!(
                "llvm {}, for Apple's {}, gnu {}",
                show(generic),
                show(apple),
                show(gnu)
            ),
        };
        (theirs, Some(wrong))
    });
    Ok(judged.collect())
}

impl Verdict {
    fn add(&mut self, wrong: Wrong, known: &[Known]) {
        self.refused += usize::from(wrong.fall == Fall::Refused);
        let insn = decode(wrong.word).ok();
        let features: Vec<&str> = insn
            .iter()
            .flat_map(|insn| insn.encoding().features())
            .map(|(feature, _)| feature.name())
            .collect();
        let about = Category {
            encoding: wrong.encoding(),
            unpredictable: insn.is_some_and(Instruction::is_unpredictable),
            features: &features,
        };
        let line = wrong.line.to_ascii_lowercase();
        let explains =
            |known: &Known| known.explains(Syntax::Llvm, about, &line, wrong.fall.name());
        match known.iter().position(explains) {
            Some(at) => {
                self.explained[at] += 1;
                self.example[at].get_or_insert(wrong.line);
            }
            None => self.wrong.push(wrong),
        }
    }

    /// How many lines differ without a cause.
    pub fn unexplained(&self) -> usize {
        self.wrong.len()
    }

    /// Causes that explain nothing.
    pub fn stale<'a>(&'a self, known: &'a [Known]) -> impl Iterator<Item = &'a str> {
        let counted = known.iter().zip(&self.explained);
        counted
            .filter(|(_, count)| **count == 0)
            .map(|(known, _)| known.cause.as_str())
    }

    /// How many lines each cause explains, and one of them.
    pub fn causes(&self, known: &[Known]) -> String {
        let mut out = String::new();
        let counted = known.iter().zip(&self.explained).zip(&self.example);
        for ((known, count), example) in counted {
            if let Some(example) = example {
                let _ = writeln!(
                    out,
                    "{count:6} {}: {}   # {example}",
                    known.theirs, known.cause
                );
            }
        }
        out
    }

    /// The report: counts, and at most `examples` lines of each encoding.
    pub fn show(&self, examples: usize) -> String {
        let mut out = String::new();
        let explained: usize = self.explained.iter().sum();
        let _ = writeln!(
            out,
            "{} lines, {} of them instructions, {} refused, {explained} differ with a cause, {} without",
            self.lines,
            self.theirs,
            self.refused,
            self.wrong.len()
        );
        let mut groups: BTreeMap<(&str, &str), Vec<&Wrong>> = BTreeMap::new();
        for wrong in &self.wrong {
            groups
                .entry((wrong.fall.name(), wrong.encoding()))
                .or_default()
                .push(wrong);
        }
        for ((fall, encoding), all) in groups {
            let _ = writeln!(out, "{fall} {encoding}: {}", all.len());
            for wrong in all.iter().take(examples) {
                let _ = writeln!(
                    out,
                    "    {}   # ours {}; {}",
                    wrong.line, wrong.ours, wrong.theirs
                );
            }
        }
        out
    }
}
