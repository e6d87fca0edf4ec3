//! Lines of assembly: what ours prints for words of every encoding in three syntaxes, and the same
//! with one thing changed.
//!
//! A mutation takes no account of what the instruction is: it changes a number, a register, an
//! arrangement, an operand or the mnemonic, and most of what comes out is no instruction.

use std::collections::{BTreeMap, BTreeSet};

use aarch64_decode::{Syntax, TextBuffer, decode};

use crate::words::Random;

/// What ours prints for the words in its three syntaxes, each text once, without remarks.
pub fn printed(words: &[u32]) -> Vec<String> {
    let mut lines = BTreeSet::new();
    let mut buffer = TextBuffer::new();
    for insn in words.iter().filter_map(|&word| decode(word).ok()) {
        for syntax in [Syntax::Llvm, Syntax::Gnu, Syntax::Apple] {
            let text = without_remark(insn.format(0, syntax, &mut buffer));
            if !text.starts_with('.') {
                lines.insert(text.replace('\t', " "));
            }
        }
    }
    lines.into_iter().collect()
}

fn without_remark(text: &str) -> &str {
    let text = text.split_once("//").map_or(text, |(text, _)| text);
    text.split_once(';').map_or(text, |(text, _)| text).trim()
}

/// `count` lines that differ from lines of `base` in one thing, or now and then in two.
pub fn mutations(base: &[String], count: usize, seed: u64) -> Vec<String> {
    let mut random = Pick(Random::new(seed));
    let mut mnemonics: Vec<&str> = base.iter().map(|line| head(line).0).collect();
    mnemonics.dedup();
    // Mnemonics with the same number of operands, for exchanges that are nearly right.
    let mut alike: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for line in base {
        let (name, rest) = head(line);
        let shape = shapes(&operands(rest));
        let list = alike.entry(shape).or_default();
        if list.last() != Some(&name) {
            list.push(name);
        }
    }
    let mut lines = BTreeSet::new();
    // Some mutations change nothing or come twice.
    for _ in 0..count * 2 {
        if lines.len() == count || base.is_empty() {
            break;
        }
        let line = random.of(base);
        let mut changed = mutate(&line, base, &mnemonics, &alike, &mut random);
        // Letters of both cases are another matter.
        if random.below(8) == 0 && changed != line.to_ascii_uppercase() {
            changed = mutate(&changed, base, &mnemonics, &alike, &mut random);
        }
        if changed != line && is_line(&changed) {
            lines.insert(changed);
        }
    }
    lines.into_iter().collect()
}

/// Whether an assembler takes it for a line with an instruction: not a label, a directive or a
/// remark.
fn is_line(line: &str) -> bool {
    let first = line.bytes().next().unwrap_or(b'#');
    first.is_ascii_alphabetic()
        && !line.contains(['\n', ';', '"', '@'])
        && !head(line).0.contains(':')
        && !head(line).1.starts_with([':', '='])
        // LLVM looks for the end of a list behind the end of the line.
        && line.matches('{').count() == line.matches('}').count()
}

/// The mnemonic, and the rest.
fn head(line: &str) -> (&str, &str) {
    line.split_once(' ').unwrap_or((line, ""))
}

/// The operands, at the commas outside of brackets.
fn operands(rest: &str) -> Vec<String> {
    let (mut all, mut depth) = (Vec::new(), 0_i32);
    let mut own = String::new();
    for letter in rest.chars() {
        match letter {
            '[' | '{' => depth += 1,
            ']' | '}' => depth -= 1,
            _ => {}
        }
        if letter == ',' && depth == 0 {
            all.push(own.trim().to_owned());
            own.clear();
        } else {
            own.push(letter);
        }
    }
    if !rest.trim().is_empty() {
        all.push(own.trim().to_owned());
    }
    all
}

/// Operands without their numbers.
fn shapes(operands: &[String]) -> String {
    let all = operands.join(",");
    all.chars()
        .filter(|letter| !letter.is_ascii_digit())
        .collect()
}

/// Words and marks.
fn tokens(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '.';
    let mut inside = false;
    for letter in text.chars() {
        let own = word(letter);
        match all.last_mut() {
            Some(last) if inside && own => last.push(letter),
            _ => all.push(letter.to_string()),
        }
        inside = own;
    }
    all
}

struct Pick(Random);

impl Pick {
    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.0.word()).unwrap_or(0) % count.max(1)
    }

    fn of<T: Clone>(&mut self, list: &[T]) -> T {
        let at = self.below(list.len());
        list[at].clone()
    }
}

const CLASSES: [&str; 12] = ["w", "x", "b", "h", "s", "d", "q", "v", "z", "p", "pn", "za"];
const ARRANGEMENTS: [&str; 18] = [
    "b", "h", "s", "d", "q", "8b", "16b", "4h", "8h", "2s", "4s", "1d", "2d", "1q", "4b", "2h",
    "2b", "1s",
];
const NAMES: [&str; 8] = ["sp", "wsp", "xzr", "wzr", "lr", "x31", "w31", "x30"];
const NUMBERS: [&str; 16] = [
    "0", "1", "-1", "2", "3", "7", "8", "15", "16", "31", "32", "63", "64", "255", "256", "4096",
];
const CONDITIONS: [&str; 8] = ["al", "nv", "cs", "cc", "eq", "lt", "any", "hs"];
const TAILS: [&str; 22] = [
    "lsl", "lsl #0", "lsl #1", "lsl #3", "lsl #8", "lsl #12", "lsl #16", "lsr", "asr #2", "ror",
    "uxtw", "uxtx", "sxtw #2", "sxtx #3", "msl #8", "mul vl", "#0", "#16", "#1", "x1", "w1",
    "mul #1",
];

fn mutate(
    line: &str,
    base: &[String],
    mnemonics: &[&str],
    alike: &BTreeMap<String, Vec<&str>>,
    random: &mut Pick,
) -> String {
    let (name, rest) = head(line);
    let mut list = operands(rest);
    let join = |name: &str, list: &[String]| {
        if list.is_empty() {
            name.to_owned()
        } else {
            format!("{name} {}", list.join(", "))
        }
    };
    match random.below(16) {
        0 => {
            let shape = shapes(&list);
            let names = alike.get(&shape).map_or(mnemonics, Vec::as_slice);
            join(random.of(names), &list)
        }
        1 => {
            let other = match random.below(4) {
                0 => format!("{name}2"),
                1 => name.trim_end_matches('2').to_owned(),
                2 => format!("{name}s"),
                _ => random.of(mnemonics).to_owned(),
            };
            join(&other, &list)
        }
        2 if !list.is_empty() => {
            let at = random.below(list.len());
            list.remove(at);
            join(name, &list)
        }
        3 if !list.is_empty() => {
            let other = random.of(base);
            let others = operands(head(&other).1);
            let at = random.below(list.len());
            if let Some(own) = others.get(at.min(others.len().saturating_sub(1))) {
                list[at].clone_from(own);
            }
            join(name, &list)
        }
        4 if list.len() > 1 => {
            let at = random.below(list.len() - 1);
            list.swap(at, at + 1);
            join(name, &list)
        }
        5 => {
            list.push(random.of(&TAILS).to_owned());
            join(name, &list)
        }
        6 if !list.is_empty() => {
            let at = random.below(list.len());
            let own = list[at].clone();
            list[at] = match random.below(4) {
                0 => format!("{own}!"),
                1 => format!("{own}[{}]", random.of(&NUMBERS)),
                2 => format!("{{ {own} }}"),
                _ => format!("[{own}]"),
            };
            join(name, &list)
        }
        7 => line.to_ascii_uppercase(),
        _ => {
            let mut all = tokens(rest);
            let words: Vec<usize> = (0..all.len())
                .filter(|&at| all[at].starts_with(|l: char| l.is_ascii_alphanumeric()))
                .collect();
            if words.is_empty() {
                return line.to_owned();
            }
            if random.below(12) == 0 {
                let at = random.below(all.len());
                all.remove(at);
            } else {
                let at = random.of(&words);
                all[at] = token(&all[at], random);
            }
            let rest = all.concat();
            format!("{name} {rest}").trim().to_owned()
        }
    }
}

/// Another word for a word of a line.
fn token(own: &str, random: &mut Pick) -> String {
    if own.starts_with(|letter: char| letter.is_ascii_digit()) {
        let value = match own.strip_prefix("0x") {
            Some(digits) => i64::from_str_radix(digits, 16).ok(),
            None => own.parse().ok(),
        };
        return match (value, random.below(6)) {
            (Some(value), 0) => value.saturating_add(1).to_string(),
            (Some(value), 1) => value.saturating_sub(1).to_string(),
            (Some(value), 2) => value.saturating_mul(2).to_string(),
            (Some(value), 3) => (value / 2).to_string(),
            (Some(_), 4) => format!("-{own}"),
            _ => random.of(&NUMBERS).to_owned(),
        };
    }
    let (plain, arrangement) = own.split_once('.').unwrap_or((own, ""));
    let digits = plain.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    let class = &plain[..plain.len() - digits.len()];
    let with = |plain: &str, arrangement: &str| {
        if arrangement.is_empty() {
            plain.to_owned()
        } else {
            format!("{plain}.{arrangement}")
        }
    };
    match random.below(7) {
        0 if !arrangement.is_empty() => with(plain, random.of(&ARRANGEMENTS)),
        1 if !arrangement.is_empty() => plain.to_owned(),
        0 | 1 if CLASSES.contains(&class) => with(plain, random.of(&ARRANGEMENTS)),
        2 => with(&format!("{}{digits}", random.of(&CLASSES)), arrangement),
        3 if CLASSES.contains(&class) => random.of(&NAMES).to_owned(),
        4 if digits.is_empty() => random.of(&CONDITIONS).to_owned(),
        _ if !digits.is_empty() => with(&format!("{class}{}", random.below(33)), arrangement),
        _ => random.of(&CONDITIONS).to_owned(),
    }
}
