//! Bit fields and narrowing without panics.

/// `width` bits of `word` from bit `lsb`; `width` is 1 to 31.
pub(crate) const fn field(word: u32, lsb: u8, width: u8) -> u32 {
    word.wrapping_shr(widen(lsb)) & !u32::MAX.wrapping_shl(widen(width))
}

/// The five bits from `lsb`.
pub(crate) const fn five(word: u32, lsb: u8) -> u8 {
    low8(word.wrapping_shr(widen(lsb)) & 31)
}

/// `value`, a number of `width` bits (1 to 32), with its sign extended.
pub(crate) const fn sign_extend(value: u32, width: u8) -> i64 {
    let up = 64_u32.wrapping_sub(widen(width));
    signed(wide(value).wrapping_shl(up)).wrapping_shr(up)
}

/// The low byte.
pub(crate) const fn low8(value: u32) -> u8 {
    let [low, ..] = value.to_le_bytes();
    low
}

/// The low half.
pub(crate) const fn low16(value: u32) -> u16 {
    let [low, high, ..] = value.to_le_bytes();
    u16::from_le_bytes([low, high])
}

/// The low word.
pub(crate) const fn low32(value: u64) -> u32 {
    let [a, b, c, d, ..] = value.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// A byte as a word.
pub(crate) const fn widen(value: u8) -> u32 {
    u32::from_le_bytes([value, 0, 0, 0])
}

/// A half as a word.
pub(crate) const fn widen16(value: u16) -> u32 {
    let [low, high] = value.to_le_bytes();
    u32::from_le_bytes([low, high, 0, 0])
}

/// A word as a double word.
pub(crate) const fn wide(value: u32) -> u64 {
    let [a, b, c, d] = value.to_le_bytes();
    u64::from_le_bytes([a, b, c, d, 0, 0, 0, 0])
}

/// The same bits, signed.
pub(crate) const fn signed(value: u64) -> i64 {
    i64::from_le_bytes(value.to_le_bytes())
}

/// The same bits, unsigned.
pub(crate) const fn unsigned(value: i64) -> u64 {
    u64::from_le_bytes(value.to_le_bytes())
}

/// The same bits, signed.
pub(crate) const fn signed32(value: u32) -> i32 {
    i32::from_le_bytes(value.to_le_bytes())
}

/// A word as an index.
#[expect(
    clippy::as_conversions,
    reason = "usize has at least 32 bits wherever A64 is decoded, and From is not const"
)]
pub(crate) const fn index(value: u32) -> usize {
    value as usize
}

/// The entry at `index`, or `default` behind the end.
macro_rules! entry {
    ($name:ident, $kind:ty) => {
        #[expect(
            clippy::indexing_slicing,
            reason = "the index is compared first; slice::get is not const"
        )]
        pub(crate) const fn $name(table: &[$kind], index: usize, default: $kind) -> $kind {
            if index < table.len() {
                table[index]
            } else {
                default
            }
        }
    };
}
entry!(entry16, u16);
entry!(entry32, u32);
