//! `llvm-mca`: whether an instruction may load and may store.

use std::collections::HashMap;

use aarch64_decode::{Instruction, Operand, Syntax, TextBuffer};

use super::opinion::{Difference, Opinion};
use crate::fault::Fault;
use crate::tools;

/// Processors whose scheduling models know most instructions together.
const PROCESSORS: [&str; 2] = ["neoverse-v2", "apple-m1"];

/// Asks about `instructions`. Those with an address of code are left out: the assembler wants a
/// label there.
pub(super) fn ask(instructions: &[Instruction]) -> Result<Opinion, Fault> {
    let mut buffer = TextBuffer::new();
    let texts: Vec<Option<String>> = instructions
        .iter()
        .map(|insn| {
            let address = insn.operands(0).any(|op| matches!(op, Operand::Address(_)));
            (!address).then(|| insn.format(0, Syntax::Llvm, &mut buffer).to_owned())
        })
        .collect();
    let source = texts
        .iter()
        .flatten()
        .fold(String::new(), |all, text| all + text + "\n");
    let mut answers: HashMap<String, (bool, bool)> = HashMap::new();
    for processor in PROCESSORS {
        let listing = tools::mca(processor, &source)?;
        for (text, answer) in listing.lines().filter_map(answer) {
            answers.entry(text).or_insert(answer);
        }
    }
    let mut opinion = Opinion::default();
    for (&instruction, text) in instructions.iter().zip(&texts) {
        let Some(&(loads, stores)) = text.as_ref().and_then(|text| answers.get(&decimal(text)))
        else {
            opinion.unknown += 1;
            continue;
        };
        opinion.compared += 1;
        let access = instruction.memory_access().map(|access| access.kind);
        let ours = access.map_or((false, false), |kind| (kind.reads(), kind.writes()));
        if ours != (loads, stores) {
            opinion.differences.push(Difference {
                instruction,
                what: format!(
                    "{}, theirs {}",
                    access.map_or_else(|| "None".to_owned(), |kind| format!("{kind:?}")),
                    show(loads, stores)
                ),
            });
        }
    }
    Ok(opinion)
}

fn show(loads: bool, stores: bool) -> &'static str {
    match (loads, stores) {
        (false, false) => "None",
        (true, false) => "Load",
        (false, true) => "Store",
        (true, true) => "Update",
    }
}

/// The instruction and whether it may load and store, of a line such as ` 3      6     0.33    *
///                ldr\tb22, [x5]`: columns of seven characters, the fourth and fifth with a star.
fn answer(line: &str) -> Option<(String, (bool, bool))> {
    let (flags, text) = (line.get(19..33)?, line.get(42..)?);
    let mut numbers = line.split_whitespace();
    let uops: Option<u32> = numbers.next()?.parse().ok();
    let latency: Option<u32> = numbers.next()?.parse().ok();
    uops.and(latency)?;
    let (loads, stores) = flags.split_at(7);
    Some((decimal(text), (loads.contains('*'), stores.contains('*'))))
}

/// The text with one blank between words and with decimal numbers, as `llvm-mca` prints them.
fn decimal(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.trim();
    while let Some(at) = rest.find(|c: char| c.is_whitespace() || c == '0') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        // Only where a number begins: `v0x` is no number.
        let starts = !before.ends_with(|c: char| c.is_alphanumeric());
        if let Some(hex) = from.strip_prefix("0x").filter(|_| starts) {
            let end = hex
                .find(|c: char| !c.is_ascii_hexdigit())
                .unwrap_or(hex.len());
            match u64::from_str_radix(&hex[..end], 16) {
                Ok(number) => out.push_str(&number.to_string()),
                Err(_) => out.push_str(&from[..end + 2]),
            }
            rest = &hex[end..];
        } else if let Some(behind) = from.strip_prefix('0') {
            out.push('0');
            rest = behind;
        } else {
            out.push(' ');
            rest = from.trim_start();
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_listing() {
        let line = " 3      6     0.33    *                   ldr\tb22, [x5], #-173";
        let wanted = ("ldr b22, [x5], #-173".to_owned(), (true, false));
        assert_eq!(answer(line), Some(wanted));
        assert_eq!(
            answer("[1]    [2]    [3]    [4]    [5]    [6]    Instructions:"),
            None
        );
        assert_eq!(
            decimal("add  x0, x10, #0x10, lsl #12"),
            "add x0, x10, #16, lsl #12"
        );
    }
}
