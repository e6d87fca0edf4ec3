//! Register lists, and the tiles of `zero`.

use super::error::{AsmError, AsmErrorKind};
use super::scan::Scan;
use super::value::Value;
use super::{matrix, register};
use crate::encode::OperandParts;
use crate::operand::{Operand, RegisterList};
use crate::register::{Register, RegisterClass};

/// Takes what is in braces.
pub(super) fn operand(scan: &mut Scan<'_>) -> Result<Value, AsmError> {
    scan.expect(b'{')?;
    if scan.eat(b'}') {
        return Ok(Value::Operand(Operand::TileMask(0)));
    }
    if let [b'z' | b'Z', b'a' | b'A', ..] = scan.word() {
        return tiles(scan);
    }
    let (first, number) = register::expect_open(scan)?;
    let mut last = first;
    let mut count = 1_u8;
    let mut stride = 1_u8;
    if scan.eat(b'-') {
        scan.blanks();
        let column = *scan;
        last = same_kind(scan, first, OperandParts::NONE)?;
        // Neither assembler takes a range of one register.
        if last.number() == first.number() {
            return Err(column.error(AsmErrorKind::BadRegister));
        }
        count = step(first, last).wrapping_add(1);
    } else {
        while scan.eat(b',') {
            scan.blanks();
            let column = *scan;
            let next = same_kind(scan, first, number)?;
            // Registers whose numbers are open follow one another.
            let by = if number == OperandParts::NONE {
                step(last, next)
            } else {
                1
            };
            if count == 1 {
                stride = by;
            } else if by != stride {
                return Err(column.error(AsmErrorKind::BadRegister));
            }
            count = count.saturating_add(1);
            last = next;
        }
    }
    scan.expect(b'}')?;
    let (first, lane) = register::suffixes(scan, first)?;
    let list = RegisterList {
        first,
        count,
        stride,
    };
    Ok(Value::open(Operand::List(list), number.with(lane)))
}

/// Takes a register of the same class and arrangement, whose number is open if the first one's is.
fn same_kind(
    scan: &mut Scan<'_>,
    first: Register,
    number: OperandParts,
) -> Result<Register, AsmError> {
    scan.blanks();
    let start = *scan;
    let (register, own) = register::expect_open(scan)?;
    let same = (register.class(), register.arrangement()) == (first.class(), first.arrangement());
    if same && own == number {
        Ok(register)
    } else {
        Err(start.error(AsmErrorKind::BadRegister))
    }
}

/// From one register to another, where the numbers wrap around.
fn step(from: Register, to: Register) -> u8 {
    let last = if from.class() == RegisterClass::P {
        15
    } else {
        31
    };
    to.number().wrapping_sub(from.number()) & last
}

/// Takes tiles, or slices of one that are loaded or stored.
fn tiles(scan: &mut Scan<'_>) -> Result<Value, AsmError> {
    if let Some(slices) = matrix::operand(scan)? {
        if let Operand::Matrix(matrix) = slices {
            scan.expect(b'}')?;
            return Ok(Value::Braced(matrix));
        }
        return masks(scan, matrix::mask(slices));
    }
    let whole = scan.eat_word(b"za").then_some(0xff);
    masks(scan, whole)
}

/// Takes the rest of a set of tiles.
fn masks(scan: &mut Scan<'_>, first: Option<u8>) -> Result<Value, AsmError> {
    let mut all = first.ok_or_else(|| scan.error(AsmErrorKind::BadRegister))?;
    while scan.eat(b',') {
        let tile = matrix::operand(scan)?.and_then(matrix::mask);
        all |= tile.ok_or_else(|| scan.error(AsmErrorKind::BadRegister))?;
    }
    scan.expect(b'}')?;
    Ok(Value::Operand(Operand::TileMask(all)))
}
