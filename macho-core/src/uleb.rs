//! ULEB128 numbers.
use crate::bytes::{Bytes, widen};
use crate::error::{Error, ErrorKind, Structure};

/// Reads one ULEB128 number at `offset`; the number and the offset behind it.
///
/// Takes at most 10 bytes. A number with needless trailing zero groups is accepted as long as it
/// is no longer than that, as dyld accepts it.
///
/// # Errors
/// `UlebTruncated` or `UlebOverflow`, at `offset`.
#[inline]
pub(crate) fn read(bytes: Bytes<'_>, offset: u64, what: Structure) -> Result<(u64, u64), Error> {
    let data = bytes.from(offset).map_or(&[][..], Bytes::data);
    // Nearly all numbers are one byte.
    if let Some(&byte) = data.first() {
        if byte < 0x80 {
            return Ok((u64::from(byte), offset.saturating_add(1)));
        }
    }
    let mut value = 0_u64;
    let mut shift = 0_u32;
    for (index, &byte) in data.iter().enumerate() {
        let group = u64::from(byte & 0x7f);
        // The tenth group has room for one bit.
        if shift > 63 || (shift == 63 && group > 1) {
            return Err(bytes.error(ErrorKind::UlebOverflow, what, offset));
        }
        value |= group.wrapping_shl(shift);
        shift = shift.saturating_add(7);
        if byte < 0x80 {
            let size = widen(index).saturating_add(1);
            return Ok((value, offset.saturating_add(size)));
        }
    }
    Err(bytes.error(ErrorKind::UlebTruncated, what, offset))
}

/// Reads one SLEB128 number at `offset`, a number with a sign; the number and the offset behind it.
/// Takes at most 10 bytes.
///
/// # Errors
/// `UlebTruncated` or `UlebOverflow`, at `offset`.
pub(crate) fn read_signed(
    bytes: Bytes<'_>,
    offset: u64,
    what: Structure,
) -> Result<(i64, u64), Error> {
    let data = bytes.from(offset).map_or(&[][..], Bytes::data);
    let mut value = 0_u64;
    let mut shift = 0_u32;
    for (index, &byte) in data.iter().enumerate() {
        let group = u64::from(byte & 0x7f);
        // The tenth group has room for one bit, and repeats the sign.
        if shift > 63 || (shift == 63 && !matches!(group, 0 | 0x7f)) {
            return Err(bytes.error(ErrorKind::UlebOverflow, what, offset));
        }
        value |= group.wrapping_shl(shift);
        shift = shift.saturating_add(7);
        if byte < 0x80 {
            if byte & 0x40 != 0 && shift < 64 {
                value |= u64::MAX.wrapping_shl(shift);
            }
            let size = widen(index).saturating_add(1);
            let value = i64::from_le_bytes(value.to_le_bytes());
            return Ok((value, offset.saturating_add(size)));
        }
    }
    Err(bytes.error(ErrorKind::UlebTruncated, what, offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleb(data: &[u8]) -> Result<(i64, u64), ErrorKind> {
        read_signed(Bytes::new(data), 0, Structure::BindOpcodes).map_err(Error::kind)
    }

    #[test]
    fn numbers_with_a_sign() {
        assert_eq!(sleb(&[0]), Ok((0, 1)));
        assert_eq!(sleb(&[0x3f, 1]), Ok((63, 1)));
        assert_eq!(sleb(&[0x40]), Ok((-64, 1)));
        assert_eq!(sleb(&[0xc0, 0x00]), Ok((64, 2)));
        assert_eq!(sleb(&[0x80, 0x7f]), Ok((-128, 2)));
        let low = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f];
        assert_eq!(sleb(&low), Ok((i64::MIN, 10)));
        let high = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00];
        assert_eq!(sleb(&high), Ok((i64::MAX, 10)));
        assert_eq!(sleb(&[0xff; 9]), Err(ErrorKind::UlebTruncated));
        assert_eq!(sleb(&[0xff; 11]), Err(ErrorKind::UlebOverflow));
        let over = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01];
        assert_eq!(sleb(&over), Err(ErrorKind::UlebOverflow));
    }

    fn uleb(data: &[u8]) -> Result<(u64, u64), ErrorKind> {
        read(Bytes::new(data), 0, Structure::FunctionStarts).map_err(Error::kind)
    }

    #[test]
    fn numbers() {
        assert_eq!(uleb(&[0]), Ok((0, 1)));
        assert_eq!(uleb(&[0x7f, 1]), Ok((0x7f, 1)));
        assert_eq!(uleb(&[0xe5, 0x8e, 0x26]), Ok((624_485, 3)));
        let most = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(uleb(&most), Ok((u64::MAX, 10)));
        assert_eq!(uleb(&[0x80, 0x00]), Ok((0, 2)));
    }

    #[test]
    fn damage() {
        assert_eq!(uleb(&[]), Err(ErrorKind::UlebTruncated));
        assert_eq!(uleb(&[0x80]), Err(ErrorKind::UlebTruncated));
        assert_eq!(uleb(&[0x80; 9]), Err(ErrorKind::UlebTruncated));
        assert_eq!(uleb(&[0x80; 11]), Err(ErrorKind::UlebOverflow));
        let over = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02];
        assert_eq!(uleb(&over), Err(ErrorKind::UlebOverflow));
    }
}
