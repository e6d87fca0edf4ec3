//! Memory operands.

use super::error::{AsmError, AsmErrorKind};
use super::register;
use super::scan::Scan;
use super::value::Value;
use crate::operand::{AddressMode, Extend, Memory, MemoryOffset, Operand};
use crate::register::{Register, RegisterClass};

/// An offset as it is written.
enum Offset {
    Is(MemoryOffset),
    /// `_`, or with `#`.
    Any(bool),
}

/// Takes a memory operand, with the offset behind the bracket if it has one there.
pub(super) fn operand(scan: &mut Scan<'_>) -> Result<Value, AsmError> {
    scan.expect(b'[')?;
    let any_base = scan.eat_wildcard();
    let base = if any_base {
        Register::new(RegisterClass::X, 0)
    } else {
        register::expect(scan)?
    };
    let mut offset = Offset::Is(MemoryOffset::None);
    if scan.eat(b',') {
        offset = inside(scan)?;
    }
    let is_plain = matches!(offset, Offset::Is(MemoryOffset::None));
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
        Offset::Any(_) if any_base => return Err(scan.error(AsmErrorKind::Ambiguous)),
        Offset::Any(immediate) => Value::AnyOffset(memory(MemoryOffset::None), immediate),
        Offset::Is(offset) if any_base => Value::AnyBase(memory(offset)),
        Offset::Is(offset) => Value::Operand(Operand::Memory(memory(offset))),
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
    Ok(Offset::Is(if lengths(scan)? {
        MemoryOffset::VectorLengths(value)
    } else {
        MemoryOffset::Immediate(value)
    }))
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
    let index = register::expect(scan)?;
    let behind = *scan;
    let (extend, amount) = match register::behind(scan)? {
        Some((modifier, amount)) => (
            modifier
                .extend()
                .ok_or_else(|| behind.error(AsmErrorKind::BadOperand))?,
            amount,
        ),
        None => (Extend::Lsl, None),
    };
    Ok(Offset::Is(MemoryOffset::Register {
        index,
        extend,
        amount,
    }))
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
        return Ok(Some(Offset::Is(MemoryOffset::Immediate(offset(scan)?))));
    }
    let is_register = register::arranged(ahead.word()).is_some();
    if !is_register {
        return Ok(None);
    }
    *scan = ahead;
    Ok(Some(Offset::Is(MemoryOffset::Register {
        index: register::expect(scan)?,
        extend: Extend::Lsl,
        amount: None,
    })))
}
