//! LLVM's instruction tables: which operands of an instruction are outputs, which inputs.
//!
//! The table has a line for each instruction: name, pattern with field slices, text, outputs,
//! inputs, and the constraints that tie an output to an input. A bit of a slice that is turned over
//! changes the operands that the slice is in; that is how an operand of LLVM's is found among ours,
//! without a look at our tables.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use aarch64_decode::{Access, Instruction, Operand, decode};

use super::opinion::{Difference, Opinion};
use crate::fault::Fault;

/// Whether an operand is read and written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Use {
    read: bool,
    written: bool,
}

impl Use {
    fn show(self) -> &'static str {
        match (self.read, self.written) {
            (true, true) => "rw",
            (true, false) => "r",
            (false, true) => "w",
            (false, false) => "-",
        }
    }
}

/// An instruction of LLVM's.
struct Theirs {
    mask: u32,
    value: u32,
    /// The bits of each operand that is a register, and its use.
    operands: Vec<(u32, Use)>,
}

/// What the table in a file says of the operands of `instructions`.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn ask(table: &Path, instructions: &[Instruction]) -> Result<Opinion, Fault> {
    let text = fs::read_to_string(table).map_err(|error| Fault::file(table, &error))?;
    let theirs = parse(&text)?;
    let mut opinion = Opinion::default();
    for &ours in instructions {
        let their = theirs
            .iter()
            .filter(|their| ours.word() & their.mask == their.value)
            .max_by_key(|their| their.mask.count_ones());
        let Some(their) = their else {
            opinion.unknown += 1;
            continue;
        };
        for (at, own, used) in uses(ours, their) {
            opinion.compared += 1;
            if own != used {
                opinion.differences.push(Difference {
                    instruction: ours,
                    what: format!("operand {at}: {}, theirs {}", own.show(), used.show()),
                });
            }
        }
    }
    Ok(opinion)
}

/// For each operand of LLVM's that is a register: what we say of our operands whose registers its
/// bits change, and what LLVM says.
fn uses(ours: Instruction, their: &Theirs) -> Vec<(usize, Use, Use)> {
    let word = ours.word();
    let own: Vec<(Operand, Access)> = ours.operands(0).zip(ours.accesses()).collect();
    let mut list = Vec::new();
    for (bits, used) in &their.operands {
        let mut sum: Option<(usize, Use)> = None;
        for bit in (0..32)
            .map(|bit| 1_u32 << bit)
            .filter(|bit| bits & bit != 0)
        {
            let Ok(other) = decode(word ^ bit) else {
                continue;
            };
            if other.encoding() != ours.encoding() {
                continue;
            }
            for (at, ((own, access), other)) in own.iter().zip(other.operands(0)).enumerate() {
                let number = number(own);
                if number.is_none() || number == self::number(&other) {
                    continue;
                }
                let (_, sum) = sum.get_or_insert((at, Use::default()));
                sum.read |= access.reads();
                sum.written |= access.writes();
            }
        }
        if let Some((at, sum)) = sum {
            list.push((at, sum, *used));
        }
    }
    list
}

/// The number of the register that an access is of; none for operands without one.
fn number(operand: &Operand) -> Option<u8> {
    Some(match operand {
        Operand::Register(register)
        | Operand::ShiftedRegister { register, .. }
        | Operand::ExtendedRegister { register, .. }
        | Operand::WriteBack(register)
        | Operand::Slice { register, .. } => register.number(),
        Operand::List(list) => list.first.number(),
        Operand::Memory(memory) => memory.base.number(),
        _ => return None,
    })
}

fn parse(text: &str) -> Result<Vec<Theirs>, Fault> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.starts_with('#'))
        .map(|(number, line)| {
            instruction(line)
                .ok_or_else(|| Fault::new(format!("line {}: cannot be read", number + 1)))
        })
        .collect()
}

/// `$Zd` and its like of a list such as `ZPR8:$Zd, PPR3bAny:$Pg`.
fn names(list: &str) -> Vec<(&str, &str)> {
    list.split(',')
        .filter_map(|part| part.trim().split_once(":$"))
        .collect()
}

fn instruction(line: &str) -> Option<Theirs> {
    let columns: Vec<&str> = line.split('\t').collect();
    let [_, pattern, _, outs, ins, _, soft, constraints, ..] = columns.as_slice() else {
        return None;
    };
    let soft = u32::from_str_radix(soft.trim_start_matches("0x"), 16).ok()?;
    let (mut mask, mut value, mut at) = (0_u32, 0_u32, 32_u32);
    let mut slices: HashMap<&str, u32> = HashMap::new();
    for token in pattern.split_whitespace() {
        if let Some((field, range)) = token.split_once('[') {
            let range = range.strip_suffix(']')?;
            let (high, low) = range.split_once(':').unwrap_or((range, range));
            let (high, low): (u32, u32) = (high.parse().ok()?, low.parse().ok()?);
            let width = high.checked_sub(low)? + 1;
            at = at.checked_sub(width)?;
            *slices.entry(field).or_default() |= (u32::MAX >> (32 - width)) << at;
            continue;
        }
        if token.starts_with(|c: char| c.is_alphabetic()) {
            at = at.checked_sub(1)?;
            *slices.entry(token).or_default() |= 1 << at;
            continue;
        }
        for digit in token.chars() {
            at = at.checked_sub(1)?;
            match digit {
                '0' | '1' => {
                    mask |= 1 << at;
                    value |= digit.to_digit(2)? << at;
                }
                '?' => {}
                _ => return None,
            }
        }
    }
    if at != 0 {
        return None;
    }
    mask &= !soft;
    value &= mask;
    // Names that a constraint ties stand for one register.
    let ties: Vec<(&str, &str)> = constraints
        .split(',')
        .filter_map(|part| part.trim().split_once(" = "))
        .map(|(a, b)| (a.trim_start_matches('$'), b.trim_start_matches('$')))
        .collect();
    let tied = |name: &str| -> Vec<String> {
        let mut group = vec![name.to_owned()];
        for (a, b) in &ties {
            if *a == name {
                group.push((*b).to_owned());
            } else if *b == name {
                group.push((*a).to_owned());
            }
        }
        group
    };
    let outs: Vec<&str> = names(outs).iter().map(|(_, name)| *name).collect();
    let ins = names(ins);
    let mut operands = Vec::new();
    for name in outs
        .iter()
        .copied()
        .chain(ins.iter().map(|(_, name)| *name))
    {
        let group = tied(name);
        let bits = group
            .iter()
            .filter_map(|name| slices.get(name.as_str()))
            .fold(0, |all, bits| all | bits);
        let used = Use {
            read: group
                .iter()
                .any(|name| ins.iter().any(|(_, own)| own == name)),
            written: group.iter().any(|name| outs.contains(&name.as_str())),
        };
        // Immediates and indices are inputs too.
        let register = !["im", "id", "in"]
            .iter()
            .any(|start| name.starts_with(start));
        if bits != 0 && register {
            operands.push((bits, used));
        }
    }
    Some(Theirs {
        mask,
        value,
        operands,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_inputs_and_ties() {
        let line = "ADDHNB\t01000101011 Zm[4:0] 011000 Zn[4:0] Zd[4:0]\ttext\tZ:$Zd\tZ:$_Zd, Z:$Zn\tHas\t0\t$Zd = $_Zd\t";
        let their = instruction(line).unwrap();
        assert_eq!((their.mask, their.value), (0xffe0_fc00, 0x4560_6000));
        let rw = Use {
            read: true,
            written: true,
        };
        let r = Use {
            read: true,
            written: false,
        };
        // The tied input has no slice of its own.
        assert_eq!(their.operands, [(0x1f, rw), (0x1f, rw), (0x3e0, r)]);
        assert!(instruction("A\t0101 Rn[4:0]\t\t\t\t\t0\t\t").is_none());
    }
}
