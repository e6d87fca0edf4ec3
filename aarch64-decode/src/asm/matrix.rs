//! Parts of the matrix ZA and of the table zt0, and slices of predicates.

use super::error::{AsmError, AsmErrorKind};
use super::register::{self, arrangement, at_dot, short_number};
use super::scan::Scan;
use super::value::Value;
use crate::encode::OperandParts;
use crate::operand::{Matrix, MatrixPart, Operand};
use crate::register::{Arrangement, Register, RegisterClass};

/// Takes slices or vectors of the matrix, a tile, or a vector of zt0, if one of them comes next.
/// `za` alone is a name.
pub(super) fn operand(scan: &mut Scan<'_>) -> Result<Option<Operand>, AsmError> {
    let word = scan.word();
    let mut ahead = *scan;
    ahead.take(word);
    let brackets = ahead.here() == Some(b'[');
    let is_table = word.eq_ignore_ascii_case(b"zt0");
    // A blank may stand before the bracket of the matrix.
    let brackets = brackets || !is_table && ahead.peek() == Some(b'[');
    if is_table && brackets {
        return table(scan, ahead);
    }
    let (name, suffix) = at_dot(word);
    let [b'z' | b'Z', b'a' | b'A', rest @ ..] = name else {
        return Ok(None);
    };
    let arranged = match suffix {
        Some(suffix) => arrangement(suffix),
        None => Some(Arrangement::None),
    };
    let (digits, part) = match rest {
        [digits @ .., b'h' | b'H'] => (digits, MatrixPart::Horizontal),
        [digits @ .., b'v' | b'V'] => (digits, MatrixPart::Vertical),
        _ => (rest, MatrixPart::Array),
    };
    let number = if digits.is_empty() {
        Some(0)
    } else {
        short_number(digits)
    };
    let (Some(arranged), Some(number)) = (arranged, number) else {
        return Ok(None);
    };
    // za15.q is the last.
    if number > 15 {
        return Err(scan.error(AsmErrorKind::BadRegister));
    }
    let matrix = Register::new(RegisterClass::Za, number).arranged(arranged);
    if !brackets {
        // A tile has a number and a size.
        let tile = !digits.is_empty() && part == MatrixPart::Array && suffix.is_some();
        if tile {
            *scan = ahead;
        }
        return Ok(tile.then_some(Operand::Register(matrix)));
    }
    // Only a tile's slices have its number.
    if part == MatrixPart::Array && !digits.is_empty() {
        return Err(scan.error(AsmErrorKind::BadRegister));
    }
    *scan = ahead;
    scan.expect(b'[')?;
    let selector = register::expect(scan)?;
    scan.expect(b',')?;
    let mut number = *scan;
    let first = scan.small()?;
    let mut count = 1;
    if scan.eat(b':') {
        // The numbers of a range have no sign.
        number.amount()?;
        let start = *scan;
        let last = scan.amount()?;
        if last <= first {
            return Err(start.error(AsmErrorKind::BadNumber));
        }
        count = last.wrapping_sub(first).wrapping_add(1);
    }
    let mut group = 1;
    if scan.eat(b',') {
        group = if scan.eat_word(b"vgx2") {
            2
        } else if scan.eat_word(b"vgx4") {
            4
        } else {
            return Err(scan.error(AsmErrorKind::BadOperand));
        };
    }
    scan.expect(b']')?;
    Ok(Some(Operand::Matrix(Matrix {
        matrix,
        part,
        selector,
        first,
        count,
        group,
    })))
}

/// Takes `[1, mul vl]` behind zt0; its lanes are a register's.
fn table<'t>(scan: &mut Scan<'t>, behind: Scan<'t>) -> Result<Option<Operand>, AsmError> {
    let mut ahead = behind;
    ahead.expect(b'[')?;
    let index = ahead.small()?;
    if !ahead.eat(b',') {
        return Ok(None);
    }
    if !(ahead.eat_word(b"mul") && ahead.eat_word(b"vl")) {
        return Err(ahead.error(AsmErrorKind::BadCharacter { expected: ']' }));
    }
    ahead.expect(b']')?;
    *scan = ahead;
    Ok(Some(Operand::TableVector(index)))
}

/// Takes `[w12, 1]` behind a predicate whose number may be open; so may both of these.
pub(super) fn slice(
    scan: &mut Scan<'_>,
    register: Register,
    number: OperandParts,
) -> Result<Value, AsmError> {
    scan.expect(b'[')?;
    let (base, index) = selector(scan)?;
    scan.expect(b',')?;
    let (offset, value) = distance(scan)?;
    scan.expect(b']')?;
    let slice = Operand::Slice {
        register,
        base,
        offset,
    };
    Ok(Value::open(slice, number.with(index).with(value)))
}

/// Takes the register that selects slices, which may be open: `w_`.
fn selector(scan: &mut Scan<'_>) -> Result<(Register, OperandParts), AsmError> {
    let (register, number) = register::expect_open(scan)?;
    let index = if number == OperandParts::NONE {
        OperandParts::NONE
    } else {
        OperandParts::INDEX
    };
    Ok((register, index))
}

/// Takes what is added to the selector, which may be `_` or `#_`.
fn distance(scan: &mut Scan<'_>) -> Result<(u8, OperandParts), AsmError> {
    let mut ahead = *scan;
    ahead.eat(b'#');
    if ahead.eat_wildcard() {
        *scan = ahead;
        return Ok((0, OperandParts::VALUE));
    }
    Ok((scan.small()?, OperandParts::NONE))
}

/// The 64-bit tiles that a tile is made of.
pub(super) fn mask(tile: Operand) -> Option<u8> {
    let Operand::Register(tile) = tile else {
        return None;
    };
    let (every, tiles) = match tile.arrangement() {
        Arrangement::B => (0xff_u8, 1),
        Arrangement::H => (0x55, 2),
        Arrangement::S => (0x11, 4),
        Arrangement::D => (0x01, 8),
        _ => return None,
    };
    (tile.number() < tiles).then(|| every.wrapping_shl(u32::from(tile.number())))
}
