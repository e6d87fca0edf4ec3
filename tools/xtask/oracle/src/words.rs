//! Where the words to compare come from.

use std::fs;
use std::path::Path;

use aarch64_decode::{Instruction, decode};

use crate::fault::Fault;

/// A row of an encoding table: what a source of field corners needs.
#[derive(Debug, Clone)]
pub struct Row {
    /// The encoding's name.
    pub name: String,
    /// Bits that are fixed.
    pub mask: u32,
    /// Their values.
    pub value: u32,
    /// The free bits, by field: (lowest bit, width).
    pub fields: Vec<(u32, u32)>,
}

impl Row {
    /// A row whose fields are the runs of free bits.
    pub fn from_mask(name: impl Into<String>, mask: u32, value: u32) -> Self {
        let mut fields = Vec::new();
        let mut bit = 0;
        while bit < 32 {
            let width = (!mask >> bit).trailing_ones().min(32 - bit);
            if width == 0 {
                bit += 1;
            } else {
                fields.push((bit, width));
                bit += width;
            }
        }
        Self {
            name: name.into(),
            mask,
            value,
            fields,
        }
    }
}

/// A small, seeded generator (xorshift64*, Vigna 2014): the same words in every run.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A generator; seed 0 is taken as 1.
    pub fn new(seed: u64) -> Self {
        Self(seed.max(1))
    }

    /// The next 32 bits.
    pub fn word(&mut self) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) as u32
    }
}

/// `count` uniformly random words.
pub fn random(count: usize, seed: u64) -> Vec<u32> {
    let mut random = Random::new(seed);
    (0..count).map(|_| random.word()).collect()
}

/// `count` random words that pass a test; the test has to pass now and then.
pub fn random_where(count: usize, seed: u64, passes: impl Fn(u32) -> bool) -> Vec<u32> {
    let mut random = Random::new(seed);
    std::iter::repeat_with(|| random.word())
        .filter(|&word| passes(word))
        .take(count)
        .collect()
}

/// `count` random words of the SVE space (two of three) and of the SME space.
pub fn random_sve(count: usize, seed: u64) -> Vec<u32> {
    const OP0: u32 = 0xf << 25;
    random(count, seed)
        .into_iter()
        .enumerate()
        .map(|(at, word)| {
            if at % 3 == 0 {
                word & !OP0 | 1 << 31
            } else {
                word & !OP0 | 0b0010 << 25
            }
        })
        .collect()
}

/// For each row: every field at all zeros, all ones, each single bit and one
/// less than all ones, with the other fields zero, all ones and random; then
/// `extra` words with every field random.
pub fn corners(rows: &[Row], extra: usize, seed: u64) -> Vec<u32> {
    let mut random = Random::new(seed);
    let mut words = Vec::new();
    for row in rows {
        let free = !row.mask;
        for background in [0, free, random.word() & free] {
            words.push(row.value | background);
            for &(low, width) in &row.fields {
                let ones = u32::MAX >> (32 - width);
                let field = ones << low;
                let rest = row.value | (background & !field);
                words.push(rest);
                words.push(rest | field);
                words.push(rest | (ones ^ 1) << low);
                for bit in 0..width {
                    words.push(rest | 1 << (low + bit));
                }
            }
        }
        for _ in 0..extra {
            words.push(row.value | (random.word() & free));
        }
    }
    words
}

/// `count` words of each row that are instructions of it, those of its own bits and random ones
/// among them.
pub fn some(rows: &[Row], count: usize, seed: u64) -> Vec<u32> {
    let mut random = Random::new(seed);
    let mut words = Vec::new();
    for row in rows {
        let tried = std::iter::once(0)
            .chain(std::iter::repeat_with(|| random.word() & !row.mask))
            .take(count * 8);
        let own = |word: &u32| decode(*word).is_ok_and(|insn| insn.encoding().name() == row.name);
        words.extend(tried.map(|bits| row.value | bits).filter(own).take(count));
    }
    words
}

/// `count` instructions of each row that are not unpredictable: the first words that a seeded
/// generator gives.
pub fn instructions(rows: &[Row], count: u32) -> Vec<Instruction> {
    const TRIES: u32 = 4096;
    let mut list = Vec::new();
    for row in rows {
        let mut random = Random::new(u64::from(row.value));
        let of_row = (0..TRIES)
            .filter_map(|_| decode(row.value | random.word() & !row.mask).ok())
            .filter(|insn| insn.encoding().name() == row.name && !insn.is_unpredictable())
            .take(count as usize);
        list.extend(of_row);
    }
    list
}

/// The words of a file as they lie there, little-endian.
///
/// # Errors
/// When the file cannot be read.
pub fn raw_file(path: &Path) -> Result<Vec<u32>, Fault> {
    Ok(words_of(&read(path)?))
}

/// The words of a file's code sections: Mach-O 64-bit (fat files by their
/// arm64 slices), ELF64, both by section table.
///
/// # Errors
/// When the file cannot be read or holds no A64 code.
pub fn code_of_file(path: &Path) -> Result<Vec<u32>, Fault> {
    let file = read(path)?;
    let mut words = Vec::new();
    code_of(&file, &mut words);
    if words.is_empty() {
        return Err(Fault::new(format!(
            "{}: no A64 code sections",
            path.display()
        )));
    }
    Ok(words)
}

fn code_of(file: &[u8], words: &mut Vec<u32>) {
    match file.get(..4) {
        Some([0xcf, 0xfa, 0xed, 0xfe]) => macho_code(file, words),
        Some([0xca, 0xfe, 0xba, 0xbe]) => fat_code(file, words),
        Some(b"\x7fELF") => elf_code(file, words),
        _ => {}
    }
}

/// mach-o/loader.h: sections whose flags carry one of the INSTRUCTIONS attributes.
fn macho_code(file: &[u8], words: &mut Vec<u32>) {
    const CPU_TYPE_ARM64: u32 = 0x0100_000c;
    const LC_SEGMENT_64: u32 = 0x19;
    const INSTRUCTIONS: u32 = 0x8000_0400;
    if u32_at(file, 4) != CPU_TYPE_ARM64 {
        return;
    }
    let mut at = 32;
    for _ in 0..u32_at(file, 16) {
        let size = u32_at(file, at + 4) as usize;
        if size < 8 {
            return;
        }
        if u32_at(file, at) == LC_SEGMENT_64 {
            for section in 0..u32_at(file, at + 64) as usize {
                let section = at + 72 + section * 80;
                if u32_at(file, section + 64) & INSTRUCTIONS != 0 {
                    let start = u32_at(file, section + 48) as usize;
                    push_range(file, start, u64_at(file, section + 40), words);
                }
            }
        }
        at += size;
    }
}

/// mach-o/fat.h: big-endian fat_header and fat_arch.
fn fat_code(file: &[u8], words: &mut Vec<u32>) {
    // A Java class file has the same magic; its "count" is a version above 40.
    let count = u32_at(file, 4).swap_bytes().min(40) as usize;
    for index in 0..count {
        let at = 8 + index * 20;
        let start = u32_at(file, at + 8).swap_bytes() as usize;
        let size = u32_at(file, at + 12).swap_bytes() as usize;
        if let Some(slice) = start.checked_add(size).and_then(|end| file.get(start..end)) {
            if slice.get(..4) == Some(&[0xcf, 0xfa, 0xed, 0xfe]) {
                macho_code(slice, words);
            }
        }
    }
}

/// elf.h: sections of type SHT_PROGBITS with SHF_EXECINSTR.
fn elf_code(file: &[u8], words: &mut Vec<u32>) {
    const EM_AARCH64: u32 = 183;
    if u32_at(file, 16) >> 16 != EM_AARCH64 {
        return;
    }
    let table = usize::try_from(u64_at(file, 0x28)).unwrap_or(usize::MAX);
    let entry = (u32_at(file, 0x3a) & 0xffff) as usize;
    let count = u32_at(file, 0x3a) >> 16;
    for index in 0..count as usize {
        let Some(at) = table.checked_add(index * entry) else {
            return;
        };
        let executable = u64_at(file, at.saturating_add(8)) & 4 != 0;
        if u32_at(file, at.saturating_add(4)) == 1 && executable {
            let start = usize::try_from(u64_at(file, at + 0x18)).unwrap_or(usize::MAX);
            push_range(file, start, u64_at(file, at + 0x20), words);
        }
    }
}

fn push_range(file: &[u8], start: usize, size: u64, words: &mut Vec<u32>) {
    let bytes = usize::try_from(size)
        .ok()
        .and_then(|size| start.checked_add(size))
        .and_then(|end| file.get(start..end));
    if let Some(bytes) = bytes {
        words.extend(words_of(bytes));
    }
}

fn words_of(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).map(|word| u32_at(word, 0)).collect()
}

/// Little-endian; 0 past the end, which no caller takes for code.
fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let word = bytes.get(at..).and_then(|rest| rest.first_chunk());
    word.map_or(0, |word| u32::from_le_bytes(*word))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let word = bytes.get(at..).and_then(|rest| rest.first_chunk());
    word.map_or(0, |word| u64::from_le_bytes(*word))
}

fn read(path: &Path) -> Result<Vec<u8>, Fault> {
    fs::read(path).map_err(|error| Fault::file(path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_keep_the_fixed_bits_and_reach_every_free_one() {
        let row = Row::from_mask("B", 0xfc00_0000, 0x1400_0000);
        assert_eq!(row.fields, [(0, 26)]);
        let words = corners(&[row], 4, 1);
        assert!(words.iter().all(|word| word & 0xfc00_0000 == 0x1400_0000));
        for bit in 0..26 {
            assert!(words.contains(&(0x1400_0000 | 1 << bit)));
        }
        assert!(words.contains(&0x17ff_ffff));
    }

    #[test]
    fn a_row_without_free_bits_is_one_word() {
        let row = Row::from_mask("NOP", u32::MAX, 0xd503_201f);
        assert!(
            corners(&[row], 2, 1)
                .iter()
                .all(|&word| word == 0xd503_201f)
        );
    }
}
