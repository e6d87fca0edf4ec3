//! Second opinions on A64 text: LLVM, GNU binutils and otool against ours. The
//! package `a64-oracle` compares; this chooses the words.

use std::process::Command;

use crate::binutils;
use crate::command::{cargo, run, tee};
use crate::setup;
use crate::sources;
use crate::step::{Checked, Failure, Outcome};

/// The list of differences that have an explanation.
const KNOWN: &str = "docs/src/validation-known.txt";

/// The list of differences from binutils 2.40 that have an explanation.
const OLD_KNOWN: &str = "docs/src/validation-known-2.40.txt";

/// The list of words of which bad64 makes other operands, with why.
const OPERANDS_KNOWN: &str = "docs/src/bad64-known.txt";

/// The list of words that do not come back, with why.
const BACK_KNOWN: &str = "docs/src/roundtrip-known.txt";

/// `cargo xtask compare [OPTION...]`: as `a64-oracle compare`; without options
/// as the step of `cargo xtask test`.
///
/// # Errors
/// When a tool disagrees with ours, or nothing was compared.
pub(crate) fn compare(arguments: &[String]) -> Outcome<()> {
    if arguments.is_empty() {
        step().map(|checked| println!("{checked}"))
    } else {
        let mut oracle = oracle();
        binutils::NEW.offer(&mut oracle)?;
        if arguments
            .iter()
            .any(|argument| argument.contains("gnu-2.40"))
        {
            binutils::OLD.offer(&mut oracle)?;
        }
        run(oracle
            .args(["compare", "--known", KNOWN, "--known", OLD_KNOWN])
            .args(arguments))
    }
}

/// `cargo xtask golden`: as `a64-oracle golden`.
///
/// # Errors
/// When a tool is missing, or a row has no word.
pub(crate) fn golden(arguments: &[String]) -> Outcome<()> {
    run(binutils::NEW
        .offer(&mut oracle())?
        .arg("golden")
        .args(arguments))
}

pub(crate) fn oracle() -> Command {
    oracle_with("")
}

fn oracle_with(features: &str) -> Command {
    let mut command = cargo();
    command
        .args(["run", "--quiet", "--release", "--package", "a64-oracle"])
        .args(["--features", features, "--"]);
    command
}

/// Step: the field corners of every encoding, and 600 random words of each.
///
/// # Errors
/// As [`compare`].
pub(crate) fn step() -> Outcome<Checked> {
    let mut compared = 0_u64;
    tee(
        binutils::NEW
            .offer(&mut oracle())?
            .arg("compare")
            .args(["--known", KNOWN])
            .args(["--corners", "600", "--seed", "1"]),
        |line| compared += distinct_in(line).unwrap_or(0),
    )?;
    if compared < 2_000_000 {
        return Err(Failure::new(format!("only {compared} words were compared")));
    }
    Ok(Checked::new(
        compared,
        "words print alike in three syntaxes",
    ))
}

/// Step: the GNU text against binutils 2.40, which spells some of it otherwise: field corners of
/// every encoding, and the system space.
///
/// # Errors
/// As [`compare`].
pub(crate) fn old_binutils() -> Outcome<Checked> {
    let mut compared = 0_u64;
    tee(
        binutils::OLD
            .offer(&mut oracle())?
            .args(["compare", "--syntax", "gnu-2.40", "--known", OLD_KNOWN])
            .args(["--system", "--corners", "50", "--seed", "2"]),
        |line| compared += distinct_in(line).unwrap_or(0),
    )?;
    if compared < 1_000_000 {
        return Err(Failure::new(format!("only {compared} words were compared")));
    }
    Ok(Checked::new(
        compared,
        "words differ from binutils 2.40 by listed rules only",
    ))
}

/// Step: operands against bad64's, by value: field corners of every encoding, the system space,
/// random words.
///
/// # Errors
/// When bad64 cannot be built, an operand differs and nothing explains it, a line of the list
/// explains nothing, or words of too few encodings were alike.
pub(crate) fn operands() -> Outcome<Checked> {
    let (mut compared, mut alike) = (0_u64, 0_u64);
    tee(
        oracle_with("bad64")
            .args(["compare", "--syntax", "bad64", "--stale"])
            .args(["--known", OPERANDS_KNOWN, "--system"])
            .args(["--corners", "200", "--random", "2000000", "--seed", "1"]),
        |line| {
            compared += distinct_in(line).unwrap_or(0);
            alike += alike_in(line).unwrap_or(0);
        },
    )?;
    if compared < 4_000_000 || alike < 2_700 {
        return Err(Failure::new(format!(
            "only {compared} words of {alike} encodings that bad64 knows were compared"
        )));
    }
    Ok(Checked::new(
        compared,
        format!("words have the operands that bad64 gives them, of {alike} encodings"),
    ))
}

/// The number in `  N encodings of which words are alike`.
fn alike_in(line: &str) -> Option<u64> {
    let (number, _) = line.split_once(" encodings of which words are alike")?;
    number.trim().parse().ok()
}

/// Step: latencies against LLVM's scheduling model of Apple's cores, for field corners of every
/// encoding.
///
/// # Errors
/// When a latency differs, or the model knew too few words.
pub(crate) fn latency() -> Outcome<Checked> {
    let mut known = 0_u64;
    tee(oracle().arg("latency"), |line| {
        known += known_in(line).unwrap_or(0);
    })?;
    if known < 100_000 {
        return Err(Failure::new(format!("only {known} words have a latency")));
    }
    Ok(Checked::new(
        known,
        "words have the latency of LLVM's model",
    ))
}

/// The number in `N words with a latency, ...`.
fn known_in(line: &str) -> Option<u64> {
    line.split_once(" words with a latency,")?.0.parse().ok()
}

/// Step: words of every encoding, and random ones, back from their operands and from their text.
///
/// # Errors
/// When a word does not come back and nothing explains it, or too few words were brought back.
pub(crate) fn roundtrip() -> Outcome<Checked> {
    let mut back = 0_u64;
    tee(
        oracle()
            .arg("roundtrip")
            .args(["--known", BACK_KNOWN, "--known", KNOWN])
            .args(["--corners", "50", "--random", "300000", "--seed", "1"]),
        |line| back += back_in(line).unwrap_or(0),
    )?;
    if back < 700_000 {
        return Err(Failure::new(format!("only {back} words were brought back")));
    }
    Ok(Checked::new(
        back,
        "words come back from operands and text, and LLVM's assembler agrees",
    ))
}

/// The list of lines that ours and the other assemblers take differently, with why.
const LINES_KNOWN: &str = "docs/src/assembler-known.txt";

/// Step: lines of assembly that are instructions, and mutations of them, against LLVM's assembler
/// and GNU's.
///
/// # Errors
/// When ours takes another line or makes another word and nothing explains it, a line of the list
/// explains nothing, or too few lines were judged.
pub(crate) fn lines() -> Outcome<Checked> {
    judged_lines("3", "50000", "1", 60_000)
}

/// Step: as [`lines`], with 100,000 other mutations.
///
/// # Errors
/// As [`lines`].
pub(crate) fn more_lines() -> Outcome<Checked> {
    judged_lines("6", "100000", "2", 130_000)
}

/// Step: the lines of LLVM's and GNU's own tests, and 100,000 mutations of them.
///
/// # Errors
/// As [`lines`]; also when the tests cannot be downloaded, or more than 1 % of what LLVM's
/// assembler takes is refused.
pub(crate) fn foreign_lines() -> Outcome<Checked> {
    let file = sources::lines()?;
    let whole = few_refused(oracle().args(["lines", "--file"]).arg(&file), 90_000)?;
    let mutated = few_refused(
        oracle()
            .args(["lines", "--mutations", "100000", "--seed", "1", "--mutate"])
            .arg(&file),
        100_000,
    )?;
    Ok(Checked::new(
        whole + mutated,
        "lines of LLVM's and GNU's tests, and mutations of them, are instructions for ours as for them",
    ))
}

/// How many lines were judged; of those that the others take, at most 1 % may be refused.
fn few_refused(command: &mut Command, least: u64) -> Outcome<u64> {
    let (mut judged, mut taken, mut refused) = (0_u64, 0, 0);
    let command = binutils::NEW.offer(command)?;
    tee(command.args(["--known", LINES_KNOWN]), |line| {
        judged += lines_in(line).unwrap_or(0);
        taken += part_in(line, "instructions").unwrap_or(0);
        refused += part_in(line, "refused").unwrap_or(0);
    })?;
    if judged < least {
        return Err(Failure::new(format!("only {judged} lines were judged")));
    }
    if refused * 100 > taken {
        return Err(Failure::new(format!("{refused} of {taken} are refused")));
    }
    Ok(judged)
}

/// The number before a word in `N lines, M of them instructions, R refused, ...`.
fn part_in(line: &str, word: &str) -> Option<u64> {
    let (_, rest) = line.split_once(" lines, ")?;
    let part = rest.split(", ").find(|part| part.ends_with(word))?;
    part.split(' ').next()?.parse().ok()
}

fn judged_lines(words: &str, mutations: &str, seed: &str, least: u64) -> Outcome<Checked> {
    let mut judged = 0_u64;
    tee(
        binutils::NEW
            .offer(&mut oracle())?
            .args(["lines", "--words", words, "--mutations", mutations])
            .args(["--seed", seed, "--known", LINES_KNOWN])
            .args(["--also", "tools/xtask/oracle/lines.txt"]),
        |line| judged += lines_in(line).unwrap_or(0),
    )?;
    if judged < least {
        return Err(Failure::new(format!("only {judged} lines were judged")));
    }
    Ok(Checked::new(
        judged,
        "lines are instructions for ours as for llvm-mc and GNU as",
    ))
}

/// The number in `N lines, M of them instructions, ...`.
fn lines_in(line: &str) -> Option<u64> {
    line.split_once(" lines, ")?.0.parse().ok()
}

/// Explained differences about what instructions read and write.
pub(crate) const EFFECTS_KNOWN: &str = "docs/src/effects-known.txt";

/// Step: what words of every encoding read and write, against llvm-mca and Capstone.
///
/// # Errors
/// When one of them says otherwise and nothing explains it, or too few answers were compared.
pub(crate) fn effects() -> Outcome<Checked> {
    let python = setup::python()?;
    let (mut compared, mut tools) = (0_u64, 0_u32);
    tee(
        oracle()
            .args([
                "effects",
                "--words",
                "40",
                "--known",
                EFFECTS_KNOWN,
                "--python",
            ])
            .arg(python),
        |line| {
            if let Some(answers) = answers_in(line) {
                compared += answers;
                tools += 1;
            }
        },
    )?;
    if tools < 2 || compared < 300_000 {
        return Err(Failure::new(format!(
            "{tools} tools gave only {compared} answers"
        )));
    }
    Ok(Checked::new(
        compared,
        "answers about what is read and written agree",
    ))
}

/// The number in `TOOL: N answers compared, ...`.
fn answers_in(line: &str) -> Option<u64> {
    let (_, rest) = line.split_once(": ")?;
    rest.split_once(" answers compared,")?.0.parse().ok()
}

/// The number of words in `llvm: N words, M instructions on both sides, ...`.
fn back_in(line: &str) -> Option<u64> {
    let (_, rest) = line.split_once("llvm: ")?;
    rest.split_once(" words,")?.0.parse().ok()
}

/// Step: what is an instruction and what is not, for one word in 997, against
/// a plain reading of the specification text; a release takes them all
/// (`a64-oracle verdict`).
///
/// # Errors
/// When the decoder and the text disagree, or too few words were judged.
pub(crate) fn verdict() -> Outcome<Checked> {
    let mut judged = 0_u64;
    tee(oracle().args(["verdict", "--step", "997"]), |line| {
        judged += judged_in(line).unwrap_or(0);
    })?;
    if judged < 4_000_000 {
        return Err(Failure::new(format!("only {judged} words were judged")));
    }
    Ok(Checked::new(
        judged,
        "words are what the specification says",
    ))
}

/// The number of words in `N rows; M words: ...`.
fn judged_in(line: &str) -> Option<u64> {
    let (_, rest) = line.split_once(" rows; ")?;
    rest.split_once(" words:")?.0.parse().ok()
}

/// The second number of `N words, M distinct and compared`.
fn distinct_in(line: &str) -> Option<u64> {
    line.strip_suffix(" distinct and compared")?
        .rsplit(' ')
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::{
        alike_in, answers_in, back_in, distinct_in, judged_in, known_in, lines_in, part_in,
    };

    #[test]
    fn the_oracle_says_how_many_lines_it_judged() {
        let line = "12 lines, 10 of them instructions, 1 refused, 1 differ with a cause, 0 without";
        assert_eq!(lines_in(line), Some(12));
        assert_eq!(part_in(line, "instructions"), Some(10));
        assert_eq!(part_in(line, "refused"), Some(1));
        assert_eq!(lines_in("12 words"), None);
    }

    #[test]
    fn the_oracle_says_how_many_answers_it_compared() {
        let line = "capstone: 12 answers compared, 3 instructions not known, 0 explained differences, 0 unexplained";
        assert_eq!(answers_in(line), Some(12));
        assert_eq!(
            answers_in("capstone: b. reads nzcv: only theirs (2; 5446)"),
            None
        );
    }

    #[test]
    fn the_oracle_says_how_many_words_came_back() {
        let line =
            "llvm: 12 words, 10 instructions on both sides, 0 explained differences, 0 unexplained";
        assert_eq!(back_in(line), Some(12));
        assert_eq!(back_in("12 words"), None);
    }

    #[test]
    fn the_oracle_says_how_many_words_it_compared() {
        assert_eq!(distinct_in("12 words, 10 distinct and compared"), Some(10));
        assert_eq!(distinct_in("12 words"), None);
    }

    #[test]
    fn the_oracle_says_how_many_encodings_were_alike() {
        let line = "  12 encodings of which words are alike";
        assert_eq!(alike_in(line), Some(12));
        assert_eq!(alike_in("12 encodings"), None);
    }

    #[test]
    fn the_oracle_says_how_many_words_have_a_latency() {
        let line =
            "12 words with a latency, 3 unknown to the model, 0 not assembled, 0 encodings differ";
        assert_eq!(known_in(line), Some(12));
        assert_eq!(known_in("12 words"), None);
    }

    #[test]
    fn the_oracle_says_how_many_words_it_judged() {
        let line = "3 rows; 12 words: 5 instructions, 1 undefined, 0 differ";
        assert_eq!(judged_in(line), Some(12));
        assert_eq!(judged_in("12 words"), None);
    }
}
