//! The fields of the matrix extension's operands.

use super::error::EncodeErrorKind as Kind;
use super::fields::{Fields, Put, Span};
use super::number::{narrow, unsigned_units};
use super::own::{Own, lane};
use super::vector;
use crate::bits::widen;
use crate::generated::Descriptor;
use crate::generated::kinds::Kind as Program;
use crate::operand::{Matrix, MatrixPart, Operand};
use crate::register::Register;

/// The kinds of the matrix extension.
#[expect(clippy::many_single_char_names, reason = "as for put")]
pub(super) fn put(descriptor: Descriptor, operand: &Operand, to: &mut Fields) -> Put {
    let [a, b, c, d, e, f, g] = descriptor.p;
    let own = Own(operand);
    match descriptor.kind {
        Program::ZSizeShort => {
            let register = own.register()?;
            to.put([a, b], widen(register.number()))?;
            vector::size(to, register.arrangement(), [c, d], e)
        }
        Program::ZField => scaled(to, own.first()?, [b, c], [e, f]),
        Program::ZStrided => strided(to, own.list()?.first, b, [c, d]),
        Program::ZStridedSize => {
            let first = own.list()?.first;
            strided(to, first, b, [c, d])?;
            vector::size(to, first.arrangement(), [e, f], g)
        }
        Program::ZLaneThree => {
            let register = own.register()?;
            let lane = lane(register)?;
            to.put([a, b], widen(register.number()))?;
            to.put([c, 1], lane >> 3)?;
            to.put([d, 2], lane >> 1 & 3)?;
            to.put([e, 1], lane & 1)
        }
        Program::ZListLane => {
            let first = own.list()?.first;
            to.put([b, c], widen(first.number()))?;
            to.put([d, e], lane(first)?)
        }
        Program::ZkVector => control(to, own.register()?, [a, b]),
        Program::ZkLane => {
            let register = own.register()?;
            control(to, register, [a, b])?;
            to.put([c, d], lane(register)?)
        }
        Program::Tile => to.put([b, c], widen(own.register()?.number())),
        Program::Slice | Program::SliceBraced => slice(to, own.matrix()?, [a, b], [c, d], [e, f]),
        Program::Array => array(to, own.matrix()?, b, [d, e], [f, g]),
        Program::ArraySize => {
            let matrix = own.matrix()?;
            array(to, matrix, a, [8, c], [d, e])?;
            vector::size(to, matrix.matrix.arrangement(), [f, 1], g)
        }
        Program::TileMask => match *operand {
            Operand::TileMask(mask) => to.put([a, b], widen(mask)),
            _ => Err(Kind::BadOperand),
        },
        Program::TableLane => {
            let bytes = i64::from(lane(own.register()?)?);
            to.put([a, b], unsigned_units(bytes, c)?)
        }
        Program::TableVector => match *operand {
            Operand::TableVector(index) => to.put([a, b], widen(index)),
            _ => Err(Kind::BadOperand),
        },
        Program::MemVlUnsigned => {
            let (base, lengths) = own.vector_lengths()?;
            to.put_five(a, base)?;
            to.put([b, c], narrow(lengths)?)
        }
        Program::NarrowShift => narrowing(to, own.immediate()?, a, b),
        _ => Err(Kind::BadOperand),
    }
}

/// A number that is a field times `multiplier` plus `more`.
pub(super) fn scaled(
    to: &mut Fields,
    first: Register,
    [multiplier, more]: [u8; 2],
    span: Span,
) -> Put {
    let number = first.number().checked_sub(more).ok_or(Kind::BadRegister)?;
    match (
        number.checked_rem(multiplier),
        number.checked_div(multiplier),
    ) {
        (Some(0), Some(value)) => to.put(span, widen(value)),
        _ => Err(Kind::BadRegister),
    }
}

/// The first vector of a list that is spread over one half of the registers.
pub(super) fn strided(to: &mut Fields, first: Register, half: u8, span: Span) -> Put {
    to.put([half, 1], widen(first.number() >> 4))?;
    to.put(span, widen(first.number() & 15))
        .map_err(|_| Kind::BadRegister)
}

/// A vector that controls others: z20 to z23 or z28 to z31.
pub(super) fn control(to: &mut Fields, register: Register, span: Span) -> Put {
    let number = widen(register.number());
    to.put(span, number >> 1 & 4 | number & 3)
}

fn selector(to: &mut Fields, register: Register, base: u8, lsb: u8) -> Put {
    let number = register
        .number()
        .checked_sub(base)
        .ok_or(Kind::BadRegister)?;
    to.put([lsb, 2], widen(number))
        .map_err(|_| Kind::BadRegister)
}

/// The number of the first slice or vector, in units of how many there are.
fn first(matrix: Matrix, count: u8) -> Result<u32, Kind> {
    match (
        matrix.first.checked_rem(count),
        matrix.first.checked_div(count),
    ) {
        (Some(0), Some(value)) => Ok(widen(value)),
        _ => Err(Kind::Misaligned),
    }
}

/// Slices of a tile.
pub(super) fn slice(
    to: &mut Fields,
    matrix: Matrix,
    [arrangement, count]: [u8; 2],
    [direction, selected]: [u8; 2],
    span: Span,
) -> Put {
    let [lsb, width] = span;
    let slice_bits = width.wrapping_sub(arrangement.wrapping_sub(1));
    to.put_bit(direction, matrix.part == MatrixPart::Vertical)?;
    selector(to, matrix.selector, 12, selected)?;
    to.put([lsb, slice_bits], first(matrix, count)?)?;
    let tile = widen(matrix.matrix.number());
    to.put(
        [lsb.wrapping_add(slice_bits), width.wrapping_sub(slice_bits)],
        tile,
    )
}

/// Vectors of the matrix taken as an array.
pub(super) fn array(
    to: &mut Fields,
    matrix: Matrix,
    count: u8,
    [base, selected]: [u8; 2],
    span: Span,
) -> Put {
    selector(to, matrix.selector, base, selected)?;
    to.put(span, first(matrix, count)?)
}

/// The shift of a narrowing: from words to bytes below 64, from double words to halves above; the size is known.
pub(super) fn narrowing(to: &mut Fields, amount: i64, tsize: u8, imm5: u8) -> Put {
    let size = to.value_of([tsize.wrapping_add(1), 1]);
    let bits = if size.ok_or(Kind::OperandMismatch)? == 0 {
        64
    } else {
        128
    };
    let value = i64::wrapping_sub(bits, amount.clamp(0, 256));
    let value = u32::try_from(value).map_err(|_| Kind::OutOfRange)?;
    to.put_pair([tsize, 2], [imm5, 5], value)
        .map_err(|_| Kind::OutOfRange)
}
