//! Memory operands.

use super::error::{AsmError, AsmErrorKind};
use super::register::{self, Amount};
use super::scan::Scan;
use super::value::Value;
use crate::encode::OperandParts;
use crate::operand::{AddressMode, Extend, Memory, MemoryOffset, Operand};
use crate::register::{Register, RegisterClass};

/// An offset as it is written.
enum Offset {
    /// This one, except for its open parts.
    Is(MemoryOffset, OperandParts),
    /// `_`, or with `#`.
    Any(bool),
}

impl Offset {
    const NONE: Self = Self::Is(MemoryOffset::None, OperandParts::NONE);
}

/// Takes a memory operand, with the offset behind the bracket if it has one there.
pub(super) fn operand(scan: &mut Scan<'_>) -> Result<Value, AsmError> {
    scan.expect(b'[')?;
    let (base, number) = if scan.eat_wildcard() {
        (Register::new(RegisterClass::X, 0), OperandParts::NUMBER)
    } else {
        register::expect_open(scan)?
    };
    let mut offset = Offset::NONE;
    if scan.eat(b',') {
        offset = inside(scan)?;
    }
    let is_plain = matches!(offset, Offset::Is(MemoryOffset::None, _));
    scan.expect(b']')?;
    let mode = if scan.eat(b'!') {
        AddressMode::Pre
    } else if let Some(behind) = behind(scan, is_plain)? {
        offset = behind;
        AddressMode::Post
    } else {
        AddressMode::Offset
    };
    let memory = |offset| Memory { base, offset, mode };
    Ok(match offset {
        Offset::Any(immediate) => Value::AnyOffset(memory(MemoryOffset::None), immediate, number),
        Offset::Is(offset, parts) => {
            Value::open(Operand::Memory(memory(offset)), number.with(parts))
        }
    })
}

/// Takes what is behind the base and a comma.
fn inside(scan: &mut Scan<'_>) -> Result<Offset, AsmError> {
    if scan.eat_wildcard() {
        return Ok(Offset::Any(false));
    }
    if !scan.is_number() {
        return index(scan);
    }
    let mut ahead = *scan;
    if ahead.eat(b'#') && ahead.eat_wildcard() {
        *scan = ahead;
        lengths(scan)?;
        return Ok(Offset::Any(true));
    }
    let value = offset(scan)?;
    let offset = if lengths(scan)? {
        MemoryOffset::VectorLengths(value)
    } else {
        MemoryOffset::Immediate(value)
    };
    Ok(Offset::Is(offset, OperandParts::NONE))
}

fn offset(scan: &mut Scan<'_>) -> Result<i32, AsmError> {
    let start = *scan;
    i32::try_from(scan.integer()?).map_err(|_| start.error(AsmErrorKind::BadNumber))
}

/// Takes `, mul vl`.
fn lengths(scan: &mut Scan<'_>) -> Result<bool, AsmError> {
    if !scan.eat(b',') {
        return Ok(false);
    }
    if scan.eat_word(b"mul") && scan.eat_word(b"vl") {
        return Ok(true);
    }
    Err(scan.error(AsmErrorKind::BadCharacter { expected: ']' }))
}

/// Takes a register that is added, with its shift or extension.
fn index(scan: &mut Scan<'_>) -> Result<Offset, AsmError> {
    let (index, parts) = added(scan)?;
    let behind = *scan;
    let (extend, amount) = match register::behind(scan)? {
        Some((modifier, amount)) => (
            modifier
                .extend()
                .ok_or_else(|| behind.error(AsmErrorKind::BadOperand))?,
            amount,
        ),
        None => (Extend::Lsl, Amount::None),
    };
    let offset = MemoryOffset::Register {
        index,
        extend,
        amount: amount.number(),
    };
    Ok(Offset::Is(offset, parts.with(amount.parts())))
}

/// Takes the register that is added, whose number may be open.
fn added(scan: &mut Scan<'_>) -> Result<(Register, OperandParts), AsmError> {
    let (index, number) = register::expect_open(scan)?;
    let parts = if number == OperandParts::NONE {
        OperandParts::NONE
    } else {
        OperandParts::INDEX
    };
    Ok((index, parts))
}

/// Takes an offset behind the bracket, in which there is nothing but the base.
fn behind(scan: &mut Scan<'_>, is_plain: bool) -> Result<Option<Offset>, AsmError> {
    let mut ahead = *scan;
    if !ahead.eat(b',') || !is_plain {
        return Ok(None);
    }
    if ahead.eat_wildcard() {
        *scan = ahead;
        return Ok(Some(Offset::Any(false)));
    }
    if ahead.is_number() {
        *scan = ahead;
        if ahead.eat(b'#') && ahead.eat_wildcard() {
            *scan = ahead;
            return Ok(Some(Offset::Any(true)));
        }
        let offset = MemoryOffset::Immediate(offset(scan)?);
        return Ok(Some(Offset::Is(offset, OperandParts::NONE)));
    }
    let is_register = register::open(ahead.word()).is_some();
    if !is_register {
        return Ok(None);
    }
    *scan = ahead;
    let (index, parts) = added(scan)?;
    let offset = MemoryOffset::Register {
        index,
        extend: Extend::Lsl,
        amount: None,
    };
    Ok(Some(Offset::Is(offset, parts)))
}
