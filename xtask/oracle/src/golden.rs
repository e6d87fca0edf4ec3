//! Golden lines: one word of each row with the texts of the other disassemblers.
//!
//! `WORD ROW | LLVM | GNU | otool`; `undefined` where that tool knows no such instruction. The address of a word is four times the
//! number of words before it in the file.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use a64_oracle::fault::Fault;
use a64_oracle::words::Random;
use a64_oracle::{Syntax, normalise, spec, tools};

use aarch64_decode::decode;

/// Words tried for a row before it is left out.
const TRIES: u32 = 10_000;

/// Writes `out` for the rows of `isa`. A row that `out` already has keeps its word.
pub(crate) fn write(isa: &Path, out: &Path) -> Result<(), Fault> {
    let folder = isa
        .parent()
        .ok_or_else(|| Fault::new("the specification file has no folder"))?;
    let text = fs::read_to_string(isa).map_err(|error| Fault::file(isa, &error))?;
    let old = fs::read_to_string(out).unwrap_or_default();
    let kept: HashMap<&str, u32> = old
        .lines()
        .filter_map(|line| line.split(" | ").next()?.split_once(' '))
        .filter_map(|(word, row)| Some((row, u32::from_str_radix(word, 16).ok()?)))
        .collect();
    let all = spec::rows(folder)?;
    let mut rows = Vec::new();
    for name in text.lines().filter(|line| !line.starts_with([' ', '#'])) {
        let Some((name, _)) = name.split_once(" | ") else {
            continue;
        };
        let Some(row) = all.iter().find(|row| row.name == name.trim()) else {
            continue;
        };
        let mut random = Random::new(u64::from(row.value));
        let fits = |word: &u32| {
            decode(*word)
                .is_ok_and(|insn| insn.encoding().name() == row.name && !insn.is_unpredictable())
        };
        let old = kept.get(row.name.as_str()).copied().filter(fits);
        let word = old.or_else(|| {
            (0..TRIES)
                .map(|_| row.value | random.word() & !row.mask)
                .find(fits)
        });
        match word {
            Some(word) => rows.push((row.name.clone(), word)),
            None => eprintln!("{name}: no word found"),
        }
    }
    let words: Vec<u32> = rows.iter().map(|(_, word)| *word).collect();
    let mut lines: Vec<String> = rows
        .iter()
        .map(|(name, word)| format!("{word:08x} {name}"))
        .collect();
    for syntax in Syntax::ALL {
        for (line, text) in lines.iter_mut().zip(tools::disassemble(syntax, &words)?) {
            let text = text.and_then(|text| normalise::theirs(syntax, &text));
            // Writing to a String cannot fail.
            let _ = write!(line, " | {}", text.as_deref().unwrap_or("undefined"));
        }
    }
    fs::write(out, lines.join("\n") + "\n").map_err(|error| Fault::file(out, &error))
}
