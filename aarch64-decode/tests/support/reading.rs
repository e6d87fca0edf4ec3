//! Reads text as typed operands: every piece of it, in order, and nothing else.

use aarch64_decode::{
    AddressMode, Arrangement, Extend, FpImmediate, Matrix, MatrixPart, Memory, MemoryOffset, Name,
    Operand, Register, RegisterClass, RegisterList, Shift,
};

use super::pieces::{Piece, Reader, Taken, pieces, spelled};

/// Reads `text` as the mnemonic and `operands`.
pub(crate) fn read(text: &str, mnemonic: &str, operands: &[Operand]) -> Taken {
    // A mnemonic that ends with a point takes its first operand as suffix.
    let (head, rest) = match text.split_once(' ') {
        Some((head, rest)) => (head, rest),
        None => (text, ""),
    };
    let suffix = head
        .strip_prefix(mnemonic)
        .ok_or_else(|| format!("no {mnemonic}"))?;
    let mut operands = operands.iter();
    if mnemonic.ends_with('.') {
        let mut reader = Reader::new(suffix)?;
        if let Some(first) = operands.next() {
            operand(&mut reader, first)?;
        }
        reader.end()?;
    } else if !suffix.is_empty() {
        return Err(format!("{suffix} behind the mnemonic"));
    }
    let mut reader = Reader::new(rest)?;
    for (index, own) in operands.enumerate() {
        if index != 0 {
            reader.marks(",").map_err(|why| format!("{own:?}: {why}"))?;
        }
        operand(&mut reader, own).map_err(|why| format!("{own:?}: {why}"))?;
    }
    reader.end()
}

fn operand(reader: &mut Reader, operand: &Operand) -> Taken {
    match *operand {
        Operand::Register(register) => reader.register(register),
        Operand::WriteBack(register) => {
            reader.register(register)?;
            reader.marks("!")
        }
        Operand::ShiftedRegister {
            register,
            shift,
            amount,
        } => {
            reader.register(register)?;
            if (shift, amount) == (Shift::Lsl, 0) {
                return Ok(());
            }
            modifier(reader, &format!("{shift:?}"), Some(amount))
        }
        Operand::ExtendedRegister {
            register,
            extend,
            amount,
        } => {
            reader.register(register)?;
            if (extend, amount) == (Extend::Lsl, 0) {
                return Ok(());
            }
            modifier(
                reader,
                &format!("{extend:?}"),
                Some(amount).filter(|amount| *amount != 0),
            )
        }
        // A number of 64 bits is written with a sign or without.
        Operand::Immediate(value) => match reader.any_number()? {
            number if number == i128::from(value) => Ok(()),
            number if number == i128::from(u64::from_ne_bytes(value.to_ne_bytes())) => Ok(()),
            number => Err(format!("{number:#x}")),
        },
        Operand::ShiftedImmediate {
            value,
            shift,
            amount,
        } => {
            reader.number(value)?;
            if amount == 0 {
                return Ok(());
            }
            modifier(reader, &format!("{shift:?}"), Some(amount))
        }
        Operand::FloatImmediate(value) => reader.float(float(value)),
        Operand::HalfUnits(halves) => reader.float(f64::from(halves) / 2.0),
        Operand::ElementImmediate { value, element } => {
            let bits = match element {
                Arrangement::B => 8,
                Arrangement::H => 16,
                Arrangement::S => 32,
                _ => 64,
            };
            reader.number(i128::from(value) & ((1 << bits) - 1))
        }
        Operand::Multiplier(times) => {
            reader.word("mul")?;
            reader.number(times)
        }
        Operand::List(list) => registers(reader, list),
        Operand::Slice {
            register,
            base,
            offset,
        } => {
            reader.register(register)?;
            reader.marks("[")?;
            reader.register(base)?;
            reader.marks(",")?;
            reader.number(offset)?;
            reader.marks("]")
        }
        Operand::Matrix(own) => matrix(reader, own),
        Operand::TileMask(mask) => tiles(reader, mask),
        Operand::TableVector(index) => {
            reader.word("zt0")?;
            reader.marks("[")?;
            reader.number(index)?;
            reader.marks(",")?;
            vector_lengths(reader)?;
            reader.marks("]")
        }
        Operand::Memory(own) => memory(reader, own),
        Operand::Condition(condition) => {
            const NAMES: [&str; 16] = [
                "eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le",
                "al", "nv",
            ];
            reader.word(NAMES[usize::from(condition.number())])
        }
        Operand::Address(address) => reader.number(address),
        Operand::ControlRegister(number) => reader.word(&format!("c{number}")),
        Operand::Name(own) => name(reader, own),
        _ => Err("an operand that this test does not know".to_owned()),
    }
}

/// `, lsl #3`
fn modifier(reader: &mut Reader, name: &str, amount: Option<u8>) -> Taken {
    reader.marks(",")?;
    reader.word(&name.to_ascii_lowercase())?;
    amount.map_or(Ok(()), |amount| reader.number(amount))
}

/// VFPExpandImm of the Arm ARM: sign, an exponent of three bits with its highest inverted and a bias of 3, four bits of fraction.
fn float(value: FpImmediate) -> f64 {
    let bits = value.bits();
    let exponent = i32::from((bits >> 4 & 7) ^ 4) - 3;
    let magnitude = (1.0 + f64::from(bits & 15) / 16.0) * 2.0_f64.powi(exponent);
    if bits >> 7 == 1 {
        -magnitude
    } else {
        magnitude
    }
}

/// `{ v0.16b, v1.16b }[1]`, `{ z0.s - z3.s }`
fn registers(reader: &mut Reader, list: RegisterList) -> Taken {
    let last = if list.first.class() == RegisterClass::P {
        15
    } else {
        31
    };
    let member = |index: u8| {
        let number =
            (u32::from(list.first.number()) + u32::from(list.stride) * u32::from(index)) & last;
        let register = Register::of(list.first.class(), u8::try_from(number).unwrap()).unwrap();
        spelled(register.with_arrangement(list.first.arrangement()))
    };
    reader.marks("{")?;
    reader.word(&member(0))?;
    if reader.has(&Piece::Mark('-')) {
        if list.stride != 1 {
            return Err("a range with gaps".to_owned());
        }
        reader.word(&member(list.count - 1))?;
    } else {
        for index in 1..list.count {
            reader.marks(",")?;
            reader.word(&member(index))?;
        }
    }
    reader.marks("}")?;
    match list.first.lane() {
        None => Ok(()),
        Some(lane) => {
            reader.marks("[")?;
            reader.number(lane)?;
            reader.marks("]")
        }
    }
}

/// `za0h.s[w12, 2:3]`, `{za1v.b[w13, 4]}`, `za.d[w8, 0, vgx2]`
fn matrix(reader: &mut Reader, own: Matrix) -> Taken {
    let braces = reader.has(&Piece::Mark('{'));
    let tile = spelled(own.matrix);
    let (name, suffix) = tile.split_at(tile.find('.').unwrap_or(tile.len()));
    let part = match own.part {
        MatrixPart::Horizontal => format!("{name}h"),
        MatrixPart::Vertical => format!("{name}v"),
        MatrixPart::Array => "za".to_owned(),
    };
    // The predication of a register that has one stands behind its name alone.
    reader.word(&format!("{part}{suffix}"))?;
    reader.marks("[")?;
    reader.register(own.selector)?;
    reader.marks(",")?;
    reader.number(own.first)?;
    if own.count > 1 {
        reader.marks(":")?;
        reader.number(own.first + own.count - 1)?;
    }
    if own.group > 1 {
        reader.marks(",")?;
        reader.word(&format!("vgx{}", own.group))?;
    }
    reader.marks("]")?;
    if braces { reader.marks("}") } else { Ok(()) }
}

/// `{za0.d, za3.d}`: the tiles add up to the mask, and none overlaps another. A tile of 2^n bytes is made of every 2^n-th vector,
/// so tile t of them holds the 64-bit tiles t, t + 2^n and so on.
fn tiles(reader: &mut Reader, mask: u8) -> Taken {
    let mut sum = 0_u8;
    reader.marks("{")?;
    while let Some(word) = reader.any_word() {
        let own = if word == "za" {
            0xff
        } else {
            let (number, letter) = word
                .strip_prefix("za")
                .and_then(|rest| rest.split_once('.'))
                .ok_or("no tile")?;
            let number: usize = number.parse().map_err(|_| "no tile")?;
            let apart = match letter {
                "h" => 2,
                "s" => 4,
                "d" => 8,
                _ => return Err(word),
            };
            (number..8)
                .step_by(apart)
                .fold(0, |mask, bit| mask | 1 << bit)
        };
        if sum & own != 0 {
            return Err(format!("{word} twice"));
        }
        sum |= own;
        reader.has(&Piece::Mark(','));
    }
    reader.marks("}")?;
    if sum == mask {
        Ok(())
    } else {
        Err(format!("{sum:#x}"))
    }
}

fn vector_lengths(reader: &mut Reader) -> Taken {
    reader.word("mul")?;
    reader.word("vl")
}

fn memory(reader: &mut Reader, own: Memory) -> Taken {
    reader.marks("[")?;
    reader.register(own.base)?;
    if own.mode == AddressMode::Post {
        reader.marks("],")?;
        return match own.offset {
            MemoryOffset::Immediate(bytes) => reader.number(bytes),
            MemoryOffset::Register {
                index,
                extend: Extend::Lsl,
                amount: None,
            } => reader.register(index),
            other => Err(format!("{other:?} behind the brackets")),
        };
    }
    match own.offset {
        // An offset of zero is written only if the base is written back.
        MemoryOffset::Immediate(0) if own.mode == AddressMode::Offset => {}
        MemoryOffset::Immediate(bytes) => {
            reader.marks(",")?;
            reader.number(bytes)?;
        }
        MemoryOffset::None | MemoryOffset::VectorLengths(0) => {}
        MemoryOffset::VectorLengths(lengths) => {
            reader.marks(",")?;
            reader.number(lengths)?;
            reader.marks(",")?;
            vector_lengths(reader)?;
        }
        MemoryOffset::Register {
            index,
            extend,
            amount,
        } => {
            // An index of xzr may be left out.
            if reader.has(&Piece::Mark(',')) {
                reader.register(index)?;
                if extend != Extend::Lsl || amount.is_some() {
                    modifier(reader, &format!("{extend:?}"), amount)?;
                }
            } else if !index.is_zero() {
                return Err("no index".to_owned());
            }
        }
        other => return Err(format!("{other:?} is unknown to this test")),
    }
    reader.marks("]")?;
    if own.mode == AddressMode::Pre {
        reader.marks("!")
    } else {
        Ok(())
    }
}

/// A name, or the number that has none: a system register's as `S3_0_C15_C2_0`.
fn name(reader: &mut Reader, own: Name) -> Taken {
    let named = own.text().and_then(|text| pieces(text.as_str()));
    if named.is_some_and(|named| reader.has_all(&named)) {
        return Ok(());
    }
    let value = u32::from(own.value());
    let [op0, op1, crn, crm, op2] = [
        value >> 14,
        value >> 11 & 7,
        value >> 7 & 15,
        value >> 3 & 15,
        value & 7,
    ];
    let numbers = format!("s{op0}_{op1}_c{crn}_c{crm}_{op2}");
    if reader.has_all(&[Piece::Word(numbers)]) {
        return Ok(());
    }
    reader.number(value)
}
