//! Four-character codes: names of payloads, manifest objects and properties.

use core::fmt;

/// Four bytes that name a thing, such as `krnl` or `DGST`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FourCc([u8; 4]);

impl FourCc {
    /// From its four bytes in reading order.
    pub const fn new(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }

    /// The four bytes in reading order.
    pub const fn bytes(self) -> [u8; 4] {
        self.0
    }

    /// From the number of a private DER tag: the first character is the most significant byte.
    pub(crate) const fn from_tag_number(number: u32) -> Self {
        Self(number.to_be_bytes())
    }

    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

/// The characters; bytes outside printable ASCII as `\xNN`, the backslash as `\\`.
impl fmt::Display for FourCc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            if byte == b'\\' {
                f.write_str("\\\\")?;
            } else if matches!(byte, 0x20..=0x7e) {
                write!(f, "{}", char::from(byte))?;
            } else {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for FourCc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FourCc({self})")
    }
}
