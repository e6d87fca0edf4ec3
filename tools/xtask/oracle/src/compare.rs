//! The comparison: batches of words through every tool, differences by category.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::thread;

use crate::Syntax;
use crate::Text;
use crate::fault::Fault;
use crate::known::{self, Known};
use crate::normalise;

/// The decoder under test.
pub trait Decoder: Sync {
    /// The text of `word` at `pc`, or nothing when it is no instruction.
    fn text(&self, syntax: Syntax, word: u32, pc: u64, out: &mut String);
    /// The name of the word's encoding, the category of a difference.
    fn encoding(&self, word: u32) -> &'static str;
    /// Whether the word is CONSTRAINED UNPREDICTABLE.
    fn unpredictable(&self, word: u32) -> bool;
    /// The features that the word's encoding needs.
    fn features(&self, word: u32) -> Vec<&'static str>;
}

/// A word on which two sides differ.
#[derive(Debug, Clone)]
pub struct Example {
    /// The word.
    pub word: u32,
    /// Our text.
    pub ours: String,
    /// The other tool's.
    pub theirs: String,
}

/// Differences of one category.
#[derive(Debug, Default)]
pub struct Category {
    /// How many words.
    pub count: u64,
    /// The first few.
    pub examples: Vec<Example>,
}

/// What came out for one syntax.
#[derive(Debug, Default)]
pub struct Report {
    /// Words compared.
    pub compared: u64,
    /// Of these, words that both sides call an instruction.
    pub instructions: u64,
    /// The encodings of which both sides made the same of some word.
    pub alike: BTreeSet<&'static str>,
    /// Differences that the list explains, by index into the list.
    pub explained: BTreeMap<usize, Category>,
    /// The others, by encoding.
    pub unexplained: BTreeMap<String, Category>,
}

/// How to compare.
#[derive(Debug)]
pub struct Options<'a> {
    /// Against whom.
    pub syntaxes: &'a [Syntax],
    /// The explained differences.
    pub known: &'a [Known],
    /// Examples kept per category.
    pub examples: usize,
    /// Who gives the other side's texts: [`crate::tools::disassemble`].
    pub tool: fn(Syntax, &[u32]) -> Result<Vec<Text>, Fault>,
}

/// Words in a batch: a tool's process start is lost in it, its output fits in memory.
const BATCH: usize = 1 << 17;

/// What a difference shows for a word that is no instruction.
const UNDEFINED: &str = "undefined";

/// Compares all `words`.
///
/// # Errors
/// When a tool cannot be run, or there is nothing to compare.
pub fn compare<D: Decoder>(
    words: &[u32],
    decoder: &D,
    options: &Options<'_>,
) -> Result<BTreeMap<Syntax, Report>, Fault> {
    if words.is_empty() || options.syntaxes.is_empty() {
        return Err(Fault::new("there is nothing to compare"));
    }
    let mut reports: BTreeMap<Syntax, Report> = BTreeMap::new();
    for batch in words.chunks(BATCH) {
        let done: Vec<Result<(Syntax, Report), Fault>> = thread::scope(|scope| {
            let running: Vec<_> = options
                .syntaxes
                .iter()
                .map(|&syntax| {
                    scope.spawn(move || {
                        one_batch(syntax, batch, decoder, options).map(|report| (syntax, report))
                    })
                })
                .collect();
            running
                .into_iter()
                .map(|thread| {
                    thread
                        .join()
                        .unwrap_or_else(|_| Err(Fault::new("a comparison panicked")))
                })
                .collect()
        });
        for result in done {
            let (syntax, report) = result?;
            reports
                .entry(syntax)
                .or_default()
                .absorb(report, options.examples);
        }
    }
    Ok(reports)
}

fn one_batch<D: Decoder>(
    syntax: Syntax,
    words: &[u32],
    decoder: &D,
    options: &Options<'_>,
) -> Result<Report, Fault> {
    let theirs = (options.tool)(syntax, words)?;
    let mut report = Report::default();
    let mut text = String::new();
    for ((&word, theirs), pc) in words.iter().zip(theirs).zip((0_u64..).step_by(4)) {
        text.clear();
        decoder.text(syntax, word, pc, &mut text);
        let ours = normalise::ours(syntax, &text);
        report.compared += 1;
        if ours.is_some() && theirs.is_some() {
            report.instructions += 1;
        }
        if ours == theirs {
            if ours.is_some() {
                report.alike.insert(decoder.encoding(word));
            }
            continue;
        }
        let example = Example {
            word,
            ours: ours.unwrap_or_else(|| UNDEFINED.to_owned()),
            theirs: theirs.unwrap_or_else(|| UNDEFINED.to_owned()),
        };
        let about = known::Category {
            encoding: decoder.encoding(word),
            unpredictable: decoder.unpredictable(word),
            features: &decoder.features(word),
        };
        report.add(syntax, about, example, options.known, options.examples);
    }
    Ok(report)
}

impl Report {
    /// Counts a difference where it belongs; at most `examples` of a category are kept.
    pub fn add(
        &mut self,
        syntax: Syntax,
        about: known::Category<'_>,
        example: Example,
        known: &[Known],
        examples: usize,
    ) {
        let category = known
            .iter()
            .position(|known| known.explains(syntax, about, &example.ours, &example.theirs))
            .map_or_else(
                || {
                    self.unexplained
                        .entry(about.encoding.to_owned())
                        .or_default()
                },
                |index| self.explained.entry(index).or_default(),
            );
        category.count += 1;
        if category.examples.len() < examples {
            category.examples.push(example);
        }
    }

    fn absorb(&mut self, other: Self, examples: usize) {
        self.compared += other.compared;
        self.instructions += other.instructions;
        self.alike.extend(other.alike);
        for (index, category) in other.explained {
            self.explained
                .entry(index)
                .or_default()
                .absorb(category, examples);
        }
        for (name, category) in other.unexplained {
            self.unexplained
                .entry(name)
                .or_default()
                .absorb(category, examples);
        }
    }

    /// Words that differ and are not on the list.
    pub fn unexplained_words(&self) -> u64 {
        self.unexplained
            .values()
            .map(|category| category.count)
            .sum()
    }

    /// The report as text.
    pub fn show(&self, syntax: Syntax, known: &[Known]) -> String {
        let mut out = String::new();
        let explained: u64 = self.explained.values().map(|category| category.count).sum();
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{}: {} words, {} instructions on both sides, {explained} explained differences, {} unexplained",
            syntax.name(),
            self.compared,
            self.instructions,
            self.unexplained_words(),
        );
        if !self.alike.is_empty() {
            let _ = writeln!(
                out,
                "  {} encodings of which words are alike",
                self.alike.len()
            );
        }
        for (&index, category) in &self.explained {
            if let Some(known) = known.get(index) {
                let _ = writeln!(
                    out,
                    "  explained {:>7}  {} [{}]",
                    category.count, known.cause, known.citation
                );
            }
        }
        let mut worst: Vec<_> = self.unexplained.iter().collect();
        worst.sort_by_key(|(name, category)| (std::cmp::Reverse(category.count), *name));
        for (name, category) in worst {
            let _ = writeln!(out, "  differs {:>9}  {name}", category.count);
            for Example { word, ours, theirs } in &category.examples {
                let _ = writeln!(out, "      {word:08x}  ours `{ours}`  theirs `{theirs}`");
            }
        }
        out
    }
}

/// The lines of the list that are about one of these syntaxes and explain nothing.
pub fn stale<'k>(reports: &BTreeMap<Syntax, Report>, known: &'k [Known]) -> Vec<&'k Known> {
    let syntaxes: Vec<Syntax> = reports.keys().copied().collect();
    let explains = |index| {
        reports
            .values()
            .any(|report| report.explained.contains_key(&index))
    };
    let lines = known.iter().enumerate();
    lines
        .filter(|(index, known)| known.concerns(&syntaxes) && !explains(*index))
        .map(|(_, known)| known)
        .collect()
}

/// The explained differences as a Markdown table, for the documentation.
pub fn table(reports: &BTreeMap<Syntax, Report>, known: &[Known]) -> String {
    let mut out = String::from("| why | citation |");
    // Writing to a String cannot fail.
    for syntax in reports.keys() {
        let _ = write!(out, " {} |", syntax.name());
    }
    out.push_str("\n|---|---|");
    out.push_str(&"---:|".repeat(reports.len()));
    out.push('\n');
    for (index, known) in known.iter().enumerate() {
        let count = |report: &Report| report.explained.get(&index).map_or(0, |found| found.count);
        if reports.values().all(|report| count(report) == 0) {
            continue;
        }
        let cause = known.cause.replace('<', "&lt;");
        let _ = write!(out, "| {cause} | {} |", known.citation);
        for report in reports.values() {
            let _ = write!(out, " {} |", count(report));
        }
        out.push('\n');
    }
    out
}

impl Category {
    fn absorb(&mut self, other: Self, examples: usize) {
        self.count += other.count;
        let room = examples.saturating_sub(self.examples.len());
        self.examples.extend(other.examples.into_iter().take(room));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A decoder that knows one instruction, and that one wrongly in GNU syntax.
    struct OnlyNop;

    impl Decoder for OnlyNop {
        fn text(&self, syntax: Syntax, word: u32, _pc: u64, out: &mut String) {
            if word == 0xd503_201f {
                out.push_str(if syntax == Syntax::Gnu { "nup" } else { "nop" });
            }
        }

        fn encoding(&self, word: u32) -> &'static str {
            if word == 0xd503_201f { "NOP" } else { "none" }
        }

        fn unpredictable(&self, _word: u32) -> bool {
            false
        }

        fn features(&self, _word: u32) -> Vec<&'static str> {
            Vec::new()
        }
    }

    /// A tool that knows `nop` and `ret`.
    #[expect(clippy::unnecessary_wraps, reason = "a tool can fail")]
    fn tool(_syntax: Syntax, words: &[u32]) -> Result<Vec<Text>, Fault> {
        let text = |word: &u32| match word {
            0xd503_201f => Some("nop".to_owned()),
            0xd65f_03c0 => Some("ret".to_owned()),
            _ => None,
        };
        Ok(words.iter().map(text).collect())
    }

    fn run(known: &[Known]) -> BTreeMap<Syntax, Report> {
        let options = Options {
            syntaxes: &Syntax::ALL,
            known,
            examples: 1,
            tool,
        };
        let words = [0xd503_201f, 0xffff_ffff, 0xd65f_03c0];
        compare(&words, &OnlyNop, &options).unwrap()
    }

    #[test]
    fn a_difference_is_found_and_counted() {
        let reports = run(&[]);
        let gnu = &reports[&Syntax::Gnu];
        assert_eq!(gnu.compared, 3);
        assert_eq!(gnu.unexplained_words(), 2);
        assert_eq!(gnu.unexplained["NOP"].examples[0].ours, "nup");
        for syntax in [Syntax::Llvm, Syntax::Apple] {
            assert_eq!(reports[&syntax].unexplained_words(), 1);
            let example = &reports[&syntax].unexplained["none"].examples[0];
            assert_eq!(
                (example.word, example.ours.as_str(), example.theirs.as_str()),
                (0xd65f_03c0, "undefined", "ret")
            );
        }
    }

    #[test]
    fn the_list_explains_only_what_it_names() {
        let list = known::parse("gnu | NOP | nup | nop | a test | none").unwrap();
        let reports = run(&list);
        let gnu = &reports[&Syntax::Gnu];
        assert_eq!(gnu.explained[&0].count, 1);
        assert_eq!(gnu.unexplained_words(), 1);
        assert!(stale(&reports, &list).is_empty());
    }

    #[test]
    fn a_line_that_explains_nothing_is_stale() {
        let list = known::parse(
            "gnu | NOP | nap | nop | a test | none\nbad64 | * | * | * | a test | none",
        )
        .unwrap();
        let reports = run(&list);
        let stale: Vec<_> = stale(&reports, &list)
            .iter()
            .map(|line| &line.ours)
            .collect();
        assert_eq!(stale, ["nap"]);
    }

    #[test]
    fn encodings_that_are_alike_are_counted() {
        let reports = run(&[]);
        assert_eq!(
            reports[&Syntax::Llvm].alike.iter().collect::<Vec<_>>(),
            [&"NOP"]
        );
        assert!(reports[&Syntax::Gnu].alike.is_empty());
    }
}
