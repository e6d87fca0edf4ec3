//! bad64's operands.

use bad64::{ArrSpec, Condition, Imm, Operand, Reg, Shift};

use super::notation::{Decode, system, their_name};
use crate::Text;
use crate::fault::Fault;

/// bad64.
#[expect(
    clippy::unnecessary_wraps,
    reason = "where it is not built in, it fails"
)]
pub(super) fn decoder() -> Result<Decode, Fault> {
    Ok(one)
}

/// The mnemonic and the operands of a word at `pc`; `None`, if it is no instruction to bad64.
fn one(word: u32, pc: u64) -> Text {
    let instruction = bad64::decode(word, pc).ok()?;
    let operands: Vec<String> = instruction.operands().iter().map(operand).collect();
    let mnemonic = instruction.op().mnem();
    Some(if operands.is_empty() {
        mnemonic.to_owned()
    } else {
        format!("{mnemonic} {}", operands.join(", "))
    })
}

fn operand(operand: &Operand) -> String {
    match *operand {
        Operand::Imm32 { imm, shift } | Operand::Imm64 { imm, shift } => match shift {
            None | Some(Shift::LSL(0)) => format!("#{}", number(imm)),
            Some(own) => format!("#{} {}", number(imm), shifted(own)),
        },
        Operand::FImm32(bits) => format!("#{:?}", f64::from(f32::from_bits(bits))),
        Operand::ShiftReg {
            reg,
            shift: Shift::LSL(0),
        } => register(reg, None),
        Operand::ShiftReg { reg, shift: own } => {
            format!("{} {}", register(reg, None), shifted(own))
        }
        Operand::QualReg { reg, qual } => format!("{}/{qual}", register(reg, None)),
        Operand::Reg { reg, arrspec } => register(reg, arrspec),
        Operand::MultiReg { regs, arrspec } => {
            let members: Vec<String> = regs
                .iter()
                .flatten()
                .map(|&reg| whole(reg, arrspec))
                .collect();
            format!("{{{}}}{}", members.join(" "), lane(arrspec))
        }
        // Its value in the enumeration is that of its five fields.
        Operand::SysReg(own) => system(own as u32, their_name),
        Operand::MemReg(reg) => format!("[{}]", register(reg, None)),
        Operand::MemOffset {
            reg,
            offset,
            mul_vl,
            arrspec,
        } => {
            let base = register(reg, arrspec);
            match (number(offset), mul_vl) {
                (0, _) => format!("[{base}]"),
                (offset, false) => format!("[{base} + {offset}]"),
                (offset, true) => format!("[{base} + {offset} vl]"),
            }
        }
        Operand::MemPreIdx { reg, imm } => format!("[{} + {}]!", register(reg, None), number(imm)),
        Operand::MemPostIdxReg([base, index]) => {
            format!("[{}] + {}", register(base, None), register(index, None))
        }
        Operand::MemPostIdxImm { reg, imm } => {
            format!("[{}] + {}", register(reg, None), number(imm))
        }
        Operand::MemExt {
            regs: [base, index],
            shift,
            arrspec,
        } => {
            let (base, index) = (whole(base, arrspec), whole(index, arrspec));
            match shift {
                None => format!("[{base} + {index}]"),
                Some(own) => format!("[{base} + {index} {}]", shifted(own)),
            }
        }
        Operand::Label(imm) => format!("@{:x}", number(imm)),
        // bad64 calls CRn `cm` and CRm `cn`.
        Operand::ImplSpec { o0, o1, cm, cn, o2 } => {
            let bits = [(o0, 14), (o1, 11), (cm, 7), (cn, 3), (o2, 0)];
            let value = bits
                .iter()
                .fold(0, |value, &(field, at)| value | u32::from(field) << at);
            system(value, their_name)
        }
        Operand::Cond(own) => condition(own).to_owned(),
        Operand::Name(text) => string(&text),
        Operand::StrImm { str, imm } => format!("{} {imm}", string(&str)),
        Operand::SmeTile {
            tile,
            slice,
            arrspec,
            reg,
            imm,
        } => {
            let slice = match slice.map(|own| own.to_string()).as_deref() {
                Some("H") => "h",
                Some("V") => "v",
                _ => "",
            };
            let suffix = arrspec.map_or("", |own| own.suffix_truncated());
            let slices = reg.map_or(String::new(), |reg| {
                format!("[{} + {}]", reg.name(), number(imm))
            });
            format!("za{tile}{slice}{suffix}{slices}")
        }
        Operand::AccumArray { reg, imm } => format!("za[{} + {}]", reg.name(), number(imm)),
        Operand::IndexedElement {
            regs: [own, base],
            arrspec,
            imm,
        } => {
            format!(
                "{}[{} + {}]",
                register(own, arrspec),
                base.name(),
                number(imm)
            )
        }
    }
}

fn number(imm: Imm) -> i64 {
    match imm {
        Imm::Signed(value) => value,
        Imm::Unsigned(value) => i64::from_ne_bytes(value.to_ne_bytes()),
    }
}

fn shifted(shift: Shift) -> String {
    let (name, amount) = match shift {
        Shift::LSL(amount) => ("lsl", amount),
        Shift::LSR(amount) => ("lsr", amount),
        Shift::ASR(amount) => ("asr", amount),
        Shift::ROR(amount) => ("ror", amount),
        Shift::UXTW(amount) => ("uxtw", amount),
        Shift::SXTW(amount) => ("sxtw", amount),
        Shift::SXTX(amount) => ("sxtx", amount),
        Shift::UXTX(amount) => ("uxtx", amount),
        Shift::SXTB(amount) => ("sxtb", amount),
        Shift::SXTH(amount) => ("sxth", amount),
        Shift::UXTH(amount) => ("uxth", amount),
        Shift::UXTB(amount) => ("uxtb", amount),
        Shift::MSL(amount) => ("msl", amount),
    };
    format!("{name} {amount}")
}

/// With its arrangement and lane.
fn register(reg: Reg, arrspec: Option<ArrSpec>) -> String {
    format!("{}{}", whole(reg, arrspec), lane(arrspec))
}

/// With its arrangement.
fn whole(reg: Reg, arrspec: Option<ArrSpec>) -> String {
    let name = match reg {
        Reg::X29 => "x29",
        Reg::X30 => "x30",
        reg => reg.name(),
    };
    format!("{name}{}", arrspec.map_or("", |own| own.suffix(reg)))
}

fn lane(arrspec: Option<ArrSpec>) -> String {
    arrspec
        .and_then(|own| own.lane())
        .map_or(String::new(), |lane| format!("[{lane}]"))
}

const fn condition(own: Condition) -> &'static str {
    match own {
        Condition::EQ => "eq",
        Condition::NE => "ne",
        Condition::CS => "hs",
        Condition::CC => "lo",
        Condition::MI => "mi",
        Condition::PL => "pl",
        Condition::VS => "vs",
        Condition::VC => "vc",
        Condition::HI => "hi",
        Condition::LS => "ls",
        Condition::GE => "ge",
        Condition::LT => "lt",
        Condition::GT => "gt",
        Condition::LE => "le",
        Condition::AL => "al",
        Condition::NV => "nv",
    }
}

/// C's string.
fn string(bytes: &[u8]) -> String {
    bytes
        .iter()
        .take_while(|byte| **byte != 0)
        .map(|byte| char::from(*byte))
        .collect::<String>()
        .to_ascii_lowercase()
}
