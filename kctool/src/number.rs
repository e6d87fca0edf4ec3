//! Numbers as people type them.

/// An address, an offset or a count: `0x` hexadecimal or decimal, `_` allowed between digits.
///
/// # Errors
/// What is wrong, for the command line's message.
pub(crate) fn number(text: &str) -> Result<u64, String> {
    let digits = text.replace('_', "");
    let (digits, radix) = match digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"))
    {
        Some(hex) => (hex, 16),
        None => (digits.as_str(), 10),
    };
    // `from_str_radix` takes a sign, which no address has.
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err("not a number".to_owned());
    }
    u64::from_str_radix(digits, radix).map_err(|error| {
        if radix == 10 && digits.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            "hexadecimal numbers start with 0x".to_owned()
        } else {
            error.to_string()
        }
    })
}

/// A number of bytes: as [`number`], with an optional K, M or G (1024, 1024², 1024³ bytes).
///
/// # Errors
/// What is wrong, for the command line's message.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let (digits, shift) = match text.as_bytes().last() {
        Some(b'K' | b'k') => (&text[..text.len() - 1], 10),
        Some(b'M' | b'm') => (&text[..text.len() - 1], 20),
        Some(b'G' | b'g') => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    number(digits)?
        .checked_mul(1 << shift)
        .ok_or_else(|| "more than 64 bits".to_owned())
}

/// A slide: a number, or `-` and a number for a slide downwards.
///
/// # Errors
/// What is wrong, for the command line's message.
pub(crate) fn slide(text: &str) -> Result<u64, String> {
    match text.strip_prefix('-') {
        Some(down) => number(down).map(u64::wrapping_neg),
        None => number(text),
    }
}

#[cfg(test)]
mod tests {
    use super::{number, size, slide};

    #[test]
    fn numbers() {
        assert_eq!(number("0xfffffe0007004000"), Ok(0xffff_fe00_0700_4000));
        assert_eq!(number("0xffff_fe00"), Ok(0xffff_fe00));
        assert_eq!(number("4096"), Ok(4096));
        assert_eq!(
            number("fffffe00"),
            Err("hexadecimal numbers start with 0x".to_owned())
        );
        for bad in ["", "0x", "-1", "+1", "0x-1", "12 ", "0x1ffffffffffffffff"] {
            assert!(number(bad).is_err(), "{bad}");
        }
        assert_eq!(size("64K"), Ok(65536));
        assert_eq!(size("0x10"), Ok(16));
        assert_eq!(size("2g"), Ok(1 << 31));
        assert!(size("0xffffffffffffffffK").is_err());
        assert!(size("K").is_err());
        assert_eq!(slide("-0x4000"), Ok(0x4000_u64.wrapping_neg()));
    }
}
