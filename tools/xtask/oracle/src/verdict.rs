//! Valid, undefined or unallocated: the decoder against a plain reading of the specification text,
//! for every word.
//!
//! The reading here shares nothing with a64gen: it looks at the rows one after the other, the more
//! specific ones first, and evaluates their clauses on the values of the fields.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use aarch64_decode::{DecodeError, decode};

use crate::fault::Fault;

/// Which values of a field a comparison holds for.
#[derive(Debug, Clone, Copy)]
enum Test {
    /// The bits under the mask have (or have not) the value.
    Bits {
        mask: u32,
        value: u32,
        equal: bool,
    },
    Below(u32),
    Above(u32),
}

/// One comparison of a clause.
#[derive(Debug, Clone, Copy)]
enum Condition {
    Field {
        lsb: u32,
        width: u32,
        test: Test,
    },
    /// Arm ARM, DecodeBitMasks: imms is all ones in its element, or there is no element size.
    ReservedLogicalImmediate {
        wide: bool,
    },
}

impl Condition {
    fn holds(self, word: u32) -> bool {
        match self {
            Self::Field { lsb, width, test } => {
                let field = word >> lsb & mask_of(width);
                match test {
                    Test::Bits { mask, value, equal } => (field & mask == value) == equal,
                    Test::Below(limit) => field < limit,
                    Test::Above(limit) => field > limit,
                }
            }
            Self::ReservedLogicalImmediate { wide } => {
                let n = if wide { word >> 22 & 1 } else { 0 };
                let imms = word >> 10 & 0x3f;
                let combined = n << 6 | (!imms & 0x3f);
                if combined < 2 {
                    return true;
                }
                let levels = (1 << combined.ilog2()) - 1;
                imms & levels == levels
            }
        }
    }
}

fn mask_of(width: u32) -> u32 {
    u32::MAX >> (32 - width)
}

/// Clauses joined by `or`, each of comparisons joined by `&`.
type Clauses = Vec<Vec<Condition>>;

fn any(clauses: &Clauses, word: u32) -> bool {
    clauses
        .iter()
        .any(|clause| clause.iter().all(|condition| condition.holds(word)))
}

/// A row of the specification text.
#[derive(Debug)]
struct Row {
    name: String,
    mask: u32,
    value: u32,
    undefined: Clauses,
    except: Clauses,
}

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict<'r> {
    Encoding(&'r str),
    Undefined,
    Unallocated,
}

fn judge<'r>(rows: &[&'r Row], word: u32) -> Verdict<'r> {
    let found = rows
        .iter()
        .find(|row| word & row.mask == row.value && !any(&row.except, word));
    match found {
        None => Verdict::Unallocated,
        Some(row) if any(&row.undefined, word) => Verdict::Undefined,
        Some(row) => Verdict::Encoding(&row.name),
    }
}

/// `name=0b1x0`, `name!=3`, `name<5`, `name>31`.
fn condition(text: &str, fields: &[(&str, u32, u32)]) -> Option<Condition> {
    let text = text.trim();
    if text == "ReservedLogicalImmediate" {
        let wide = fields.iter().any(|(name, ..)| *name == "N");
        return Some(Condition::ReservedLogicalImmediate { wide });
    }
    let at = text.find(['=', '!', '<', '>'])?;
    let name = text[..at].trim();
    let &(_, lsb, width) = fields.iter().find(|(own, ..)| *own == name)?;
    let operator = text[at..].trim_end_matches(|c: char| c.is_ascii_alphanumeric());
    let literal = text[at + operator.len()..].trim();
    let (mask, value) = match literal.strip_prefix("0b") {
        Some(bits) => bits.chars().try_fold((0, 0), |(mask, value), bit| {
            let (mask, value) = (mask << 1, value << 1);
            match bit {
                '0' => Some((mask | 1, value)),
                '1' => Some((mask | 1, value | 1)),
                'x' => Some((mask, value)),
                _ => None,
            }
        })?,
        None => match literal.strip_prefix("0x") {
            Some(digits) => (mask_of(width), u32::from_str_radix(digits, 16).ok()?),
            None => (mask_of(width), literal.parse().ok()?),
        },
    };
    let test = match operator.trim() {
        "=" => Test::Bits {
            mask,
            value,
            equal: true,
        },
        "!=" => Test::Bits {
            mask,
            value,
            equal: false,
        },
        "<" => Test::Below(value),
        ">" => Test::Above(value),
        _ => return None,
    };
    Some(Condition::Field { lsb, width, test })
}

fn clauses(text: &str, fields: &[(&str, u32, u32)]) -> Option<Clauses> {
    text.split(" or ")
        .map(|clause| {
            clause
                .split('&')
                .map(|part| condition(part, fields))
                .collect()
        })
        .collect()
}

/// Reads a row; `None` if it cannot be read.
fn row(line: &str) -> Option<Row> {
    let mut columns = line.split(" | ").map(str::trim);
    let name = columns.next()?.to_owned();
    let pattern = columns.next()?;
    columns.next()?;
    let mut at = 32_u32;
    let (mut mask, mut value) = (0, 0);
    let mut fields = Vec::new();
    for part in pattern.split_whitespace() {
        if let Some((field, width)) = part.split_once(':') {
            let width = width.parse().ok()?;
            at = at.checked_sub(width)?;
            fields.push((field, at, width));
        } else if part.starts_with('(') {
            // Should-be bits: another value is unpredictable, but an instruction.
            at = at.checked_sub(u32::try_from(part.len()).ok()? - 2)?;
        } else {
            for bit in part.chars() {
                at = at.checked_sub(1)?;
                mask |= 1 << at;
                value |= bit.to_digit(2)? << at;
            }
        }
    }
    let mut row = Row {
        name,
        mask,
        value,
        undefined: Vec::new(),
        except: Vec::new(),
    };
    for column in columns {
        if let Some(rest) = column.strip_prefix("undef if ") {
            row.undefined.extend(clauses(rest, &fields)?);
        } else if let Some(rest) = column.strip_prefix("except if ") {
            row.except.extend(clauses(rest, &fields)?);
        }
    }
    (at == 0).then_some(row)
}

fn rows(folder: &Path) -> Result<Vec<Row>, Fault> {
    let mut rows = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| Fault::file(folder, &error))? {
        let path = entry.map_err(|error| Fault::file(folder, &error))?.path();
        if !crate::spec::holds_rows(&path) {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(|error| Fault::file(&path, &error))?;
        for (number, line) in text.lines().enumerate() {
            if line.starts_with([' ', '\t', '#']) || !line.contains(" | ") {
                continue;
            }
            let row = row(line).ok_or_else(|| {
                Fault::new(format!("{}:{}: cannot be read", path.display(), number + 1))
            })?;
            rows.push(row);
        }
    }
    // The special case wins over the general one.
    rows.sort_by_key(|row| std::cmp::Reverse(row.mask.count_ones()));
    Ok(rows)
}

/// Counts of one run.
#[derive(Debug, Default)]
struct Counts {
    words: AtomicU64,
    instructions: AtomicU64,
    undefined: AtomicU64,
    differ: AtomicU64,
}

/// Compares every `step`-th word (1: all 2^32) and prints the counts.
///
/// # Errors
/// When the text cannot be read, or a verdict differs; the first few are printed.
pub fn run(spec: &Path, step: u32) -> Result<(), Fault> {
    let rows = rows(spec)?;
    let counts = Counts::default();
    let next = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                // One block for each value of bits 31:20.
                loop {
                    let block = next.fetch_add(1, Ordering::Relaxed);
                    let Ok(block) = u32::try_from(block) else {
                        return;
                    };
                    if block >= 1 << 12 {
                        return;
                    }
                    one_block(&rows, block << 20, step, &counts);
                }
            });
        }
    });
    let count = |of: &AtomicU64| of.load(Ordering::Relaxed);
    println!(
        "{} rows; {} words: {} instructions, {} undefined, {} differ",
        rows.len(),
        count(&counts.words),
        count(&counts.instructions),
        count(&counts.undefined),
        count(&counts.differ),
    );
    if count(&counts.differ) == 0 {
        Ok(())
    } else {
        Err(Fault::new("the decoder and the specification disagree"))
    }
}

/// The words whose bits 31:20 are those of `first`.
fn one_block(rows: &[Row], first: u32, step: u32, counts: &Counts) {
    let high = 0xfff0_0000;
    let candidates: Vec<&Row> = rows
        .iter()
        .filter(|row| (row.value ^ first) & row.mask & high == 0)
        .collect();
    let (mut words, mut instructions, mut undefined) = (0_u64, 0_u64, 0_u64);
    // Steps that are no power of two visit other low bits in each block.
    let skip = (step - first % step) % step;
    for low in (skip..1 << 20).step_by(step as usize) {
        let word = first | low;
        let theirs = judge(&candidates, word);
        words += 1;
        let ours = decode(word);
        let agree = match (theirs, &ours) {
            (Verdict::Encoding(name), Ok(instruction)) => {
                instructions += 1;
                instruction.encoding().name() == name
            }
            // Words outside all rows and undefined ones of a row are both UNDEFINED to a processor;
            // the decoder does not always tell which it was.
            (Verdict::Undefined, Err(DecodeError::Undefined | DecodeError::Unallocated)) => {
                undefined += 1;
                true
            }
            (Verdict::Unallocated, Err(DecodeError::Undefined | DecodeError::Unallocated)) => true,
            _ => false,
        };
        if !agree && counts.differ.fetch_add(1, Ordering::Relaxed) < 20 {
            let ours = ours.map(|instruction| instruction.encoding().name());
            println!("{word:08x}: the text says {theirs:?}, the decoder {ours:?}");
        }
    }
    counts.words.fetch_add(words, Ordering::Relaxed);
    counts
        .instructions
        .fetch_add(instructions, Ordering::Relaxed);
    counts.undefined.fetch_add(undefined, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::{Verdict, judge, row};

    #[test]
    fn reads_clauses_and_prefers_the_special_case() {
        let general = row(
            "A | 0000 a:4 000000000000000000000000 | x | undef if a=0b1xx1 or a>13 | except if a=2",
        )
        .unwrap();
        let special = row("B | 000000010000000000000000 (00000000) | y").unwrap();
        let rows = [&special, &general];
        assert_eq!(judge(&rows, 0x0100_0007), Verdict::Encoding("B"));
        assert_eq!(judge(&rows, 0x0300_0000), Verdict::Encoding("A"));
        assert_eq!(judge(&rows, 0x0200_0000), Verdict::Unallocated);
        assert_eq!(judge(&rows, 0x0900_0000), Verdict::Undefined);
        assert_eq!(judge(&rows, 0x0e00_0000), Verdict::Undefined);
        assert_eq!(judge(&rows, 0x0300_0001), Verdict::Unallocated);
    }

    #[test]
    fn reserved_logical_immediates() {
        let and = row(
            "AND | 100100100 N:1 immr:6 imms:6 Rn:5 Rd:5 | and | undef if ReservedLogicalImmediate",
        )
        .unwrap();
        let rows = [&and];
        for (word, undefined) in [
            (0x9200_0000, false), // one bit of 32
            (0x9200_f000, false), // imms 111100: one of 2
            (0x9200_f400, true),  // imms 111101: two of 2
            (0x9200_fc00, true),  // N = 0, imms 111111
            (0x9240_fc00, true),  // N = 1, imms 111111
            (0x9240_f800, false), // 63 of 64
        ] {
            let verdict = judge(&rows, word);
            assert_eq!(verdict == Verdict::Undefined, undefined, "{word:08x}");
        }
    }
}
