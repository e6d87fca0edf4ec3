//! Our operands.

use std::fmt::Write as _;

use aarch64_decode::{
    AddressMode, Extend, Matrix, MatrixPart, Memory, MemoryOffset, Name, Operand, Predication,
    Register, RegisterClass, RegisterList, Shift, Syntax, decode,
};

use super::notation::{BASE, our_name, system};

/// The mnemonic and the operands of a word at `BASE + pc`; nothing, if it is no instruction.
pub fn ours(word: u32, pc: u64, out: &mut String) {
    let Ok(insn) = decode(word) else {
        return;
    };
    out.push_str(insn.shown_mnemonic(Syntax::Llvm).as_str());
    let mut separator = if out.ends_with('.') { "" } else { " " };
    for operand in insn.shown_operands(BASE.wrapping_add(pc), Syntax::Llvm) {
        out.push_str(separator);
        separator = if separator.is_empty() { " " } else { ", " };
        push(out, operand);
    }
}

fn push(out: &mut String, operand: Operand) {
    // Writing to a String cannot fail.
    let _ = match operand {
        Operand::WriteBack(own) => write!(out, "{}!", register(own)),
        Operand::Register(own)
        | Operand::ShiftedRegister {
            register: own,
            shift: Shift::Lsl,
            amount: 0,
        }
        | Operand::ExtendedRegister {
            register: own,
            extend: Extend::Lsl,
            amount: 0,
        } => write!(out, "{}", register(own)),
        Operand::ShiftedRegister {
            register: own,
            shift,
            amount,
        } => write!(out, "{} {} {amount}", register(own), shift.name()),
        Operand::ExtendedRegister {
            register: own,
            extend,
            amount,
        } => write!(out, "{} {} {amount}", register(own), extend.name()),
        Operand::Immediate(value) => write!(out, "#{value}"),
        Operand::ShiftedImmediate {
            value, amount: 0, ..
        } => write!(out, "#{value}"),
        Operand::ShiftedImmediate {
            value,
            shift,
            amount,
        } => write!(out, "#{value} {} {amount}", shift.name()),
        Operand::FloatImmediate(value) => {
            let magnitude = f64::from(value.magnitude_in_128ths()) / 128.0;
            write!(
                out,
                "#{:?}",
                if value.is_negative() {
                    -magnitude
                } else {
                    magnitude
                }
            )
        }
        Operand::HalfUnits(halves) => write!(out, "#{:?}", f64::from(halves) / 2.0),
        Operand::ElementImmediate { value, .. } => write!(out, "#{value}"),
        Operand::Multiplier(times) => write!(out, "mul {times}"),
        Operand::List(own) => write!(out, "{}", list(own)),
        Operand::Slice {
            register: own,
            base,
            offset,
        } => write!(out, "{}[{} + {offset}]", register(own), register(base)),
        Operand::Matrix(own) => write!(out, "{}", matrix(own)),
        Operand::TileMask(mask) => write!(out, "tiles {mask:#x}"),
        Operand::TableVector(index) => write!(out, "zt0[{index}]"),
        Operand::Memory(own) => write!(out, "{}", memory(own)),
        Operand::Condition(condition) => write!(out, "{}", condition.name()),
        Operand::Address(address) => write!(out, "@{address:x}"),
        Operand::ControlRegister(number) => write!(out, "c{number}"),
        Operand::Name(own) => write!(out, "{}", name(own)),
        other => write!(out, "{other:?}"),
    };
}

fn register(own: Register) -> String {
    use RegisterClass as Class;
    let number = own.number();
    let mut text = match (own.class(), number) {
        (Class::W, 31) => "wzr".to_owned(),
        (Class::X, 31) => "xzr".to_owned(),
        (Class::Wsp, 31) => "wsp".to_owned(),
        (Class::Xsp, 31) => "sp".to_owned(),
        (Class::W | Class::Wsp, _) => format!("w{number}"),
        (Class::X | Class::Xsp, _) => format!("x{number}"),
        (class, _) => format!("{class:?}{number}").to_ascii_lowercase(),
    };
    let arrangement = own.arrangement().name();
    if !arrangement.is_empty() {
        text.push('.');
        text.push_str(arrangement);
    }
    if let Some(lane) = own.lane() {
        // Writing to a String cannot fail.
        let _ = write!(text, "[{lane}]");
    }
    text.push_str(match own.predication() {
        Predication::None => "",
        Predication::Zeroing => "/z",
        Predication::Merging => "/m",
    });
    text
}

fn list(own: RegisterList) -> String {
    let last = if own.first.class() == RegisterClass::P {
        15
    } else {
        31
    };
    let members: Vec<String> = (0..own.count)
        .filter_map(|index| {
            let number = own
                .first
                .number()
                .wrapping_add(own.stride.wrapping_mul(index))
                & last;
            let member = Register::of(own.first.class(), number)?;
            Some(register(member.with_arrangement(own.first.arrangement())))
        })
        .collect();
    let lane = own
        .first
        .lane()
        .map_or(String::new(), |lane| format!("[{lane}]"));
    format!("{{{}}}{lane}", members.join(" "))
}

fn matrix(own: Matrix) -> String {
    let Matrix {
        first,
        count,
        group,
        ..
    } = own;
    let (part, tile) = match own.part {
        MatrixPart::Horizontal => ("h", true),
        MatrixPart::Vertical => ("v", true),
        MatrixPart::Array => ("", false),
    };
    let number = if tile {
        own.matrix.number().to_string()
    } else {
        String::new()
    };
    let suffix = own.matrix.arrangement().name();
    let dot = if suffix.is_empty() { "" } else { "." };
    let range = match (count, group) {
        (1, 1) => String::new(),
        _ => format!(" x {count} x {group}"),
    };
    format!(
        "za{number}{part}{dot}{suffix}[{} + {first}{range}]",
        register(own.selector)
    )
}

fn memory(own: Memory) -> String {
    let base = register(own.base);
    let offset = match own.offset {
        MemoryOffset::Immediate(0) if own.mode == AddressMode::Offset => String::new(),
        MemoryOffset::Immediate(bytes) => format!(" + {bytes}"),
        MemoryOffset::VectorLengths(0) | MemoryOffset::None => String::new(),
        MemoryOffset::VectorLengths(lengths) => format!(" + {lengths} vl"),
        MemoryOffset::Register {
            index,
            extend,
            amount,
        } => {
            let index = register(index);
            match (extend, amount) {
                (Extend::Lsl, None) => format!(" + {index}"),
                (extend, amount) => format!(" + {index} {} {}", extend.name(), amount.unwrap_or(0)),
            }
        }
        other => format!(" + {other:?}"),
    };
    match own.mode {
        AddressMode::Offset => format!("[{base}{offset}]"),
        AddressMode::Pre => format!("[{base}{offset}]!"),
        AddressMode::Post => format!("[{base}]{offset}"),
    }
}

fn name(own: Name) -> String {
    match (own.value(), own.text()) {
        // MSR, MRS and the like name system registers by op0 = 2 or 3, the highest bits of sixteen.
        (value, _) if value >> 15 == 1 => system(value.into(), our_name),
        (value, None) => format!("#{value}"),
        (_, Some(name)) => name.as_str().to_ascii_lowercase(),
    }
}
