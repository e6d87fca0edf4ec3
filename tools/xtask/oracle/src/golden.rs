//! Golden lines: one word of each row with the texts of the other disassemblers.
//!
//! `WORD ROW | LLVM | GNU | otool`; `undefined` where that tool knows no such instruction. The
//! address of a word is four times the number of words before it in the file, so a new row's line
//! goes to the end: in front of others it would change their targets.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use a64_oracle::fault::Fault;
use a64_oracle::words::{Random, Row};
use a64_oracle::{Syntax, normalise, spec, tools};

use aarch64_decode::decode;

/// Words tried for a row before it is left out.
const TRIES: u32 = 10_000;

/// Writes a file of `golden` for each file of rows in `spec`, but for Apple's, which no tool knows.
/// A row that is there keeps its word and its place; what is no row any more goes.
pub(crate) fn write(spec: &Path, golden: &Path) -> Result<(), Fault> {
    for file in spec::files(spec)? {
        let rows = spec::rows_of(&file)?;
        let name = file.file_stem().unwrap_or_default();
        if rows.is_empty() || name == "apple" {
            continue;
        }
        let out = golden.join(name).with_extension("txt");
        let old = fs::read_to_string(&out).unwrap_or_default();
        let text = lines(&rows, &old)?;
        if text != old {
            fs::write(&out, &text).map_err(|error| Fault::file(&out, &error))?;
        }
        let kept: HashSet<&str> = old.lines().collect();
        for line in text.lines().filter(|line| !kept.contains(line)) {
            println!("{}: {line}", name.to_string_lossy());
        }
    }
    Ok(())
}

/// The lines of a file: those that are there in their order, then those of other rows.
fn lines(rows: &[Row], old: &str) -> Result<String, Fault> {
    let mut words: Vec<(&str, u32)> = Vec::new();
    for line in old.lines() {
        let head = line.split(" | ").next().unwrap_or_default();
        let kept = head.split_once(' ').and_then(|(word, name)| {
            let row = rows.iter().find(|row| row.name == name)?;
            let word = u32::from_str_radix(word, 16).ok()?;
            is_of(row, word).then_some((row.name.as_str(), word))
        });
        words.extend(kept);
    }
    let there: HashSet<&str> = words.iter().map(|(name, _)| *name).collect();
    for row in rows {
        if there.contains(row.name.as_str()) {
            continue;
        }
        let mut random = Random::new(u64::from(row.value));
        let word = (0..TRIES)
            .map(|_| row.value | random.word() & !row.mask)
            .find(|&word| is_of(row, word))
            .ok_or_else(|| {
                Fault::new(format!(
                    "{} is none of the decoder's encodings, or all of {TRIES} words of it are UNDEFINED: run `cargo xtask gen`",
                    row.name
                ))
            })?;
        words.push((&row.name, word));
    }
    let mut lines: Vec<String> = words
        .iter()
        .map(|(name, word)| format!("{word:08x} {name}"))
        .collect();
    let words: Vec<u32> = words.iter().map(|(_, word)| *word).collect();
    for syntax in Syntax::ALL {
        for (line, text) in lines.iter_mut().zip(tools::disassemble(syntax, &words)?) {
            let text = text.and_then(|text| normalise::theirs(syntax, &text));
            // Writing to a String cannot fail.
            let _ = write!(line, " | {}", text.as_deref().unwrap_or("undefined"));
        }
    }
    Ok(lines.join("\n") + "\n")
}

/// Whether the decoder finds the row in the word, and nothing unpredictable.
fn is_of(row: &Row, word: u32) -> bool {
    decode(word).is_ok_and(|insn| insn.encoding().name() == row.name && !insn.is_unpredictable())
}
