//! Words of an encoding at the corners of its fields.

use aarch64_decode::{Encoding, decode};

/// A small, seeded generator (xorshift64*).
struct Random(u64);

impl Random {
    fn word(&mut self) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        u32::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32).expect("32 bits")
    }
}

/// Words of an encoding: its free bits all zeros, all ones, one set, one clear, and random.
pub(crate) fn corners(encoding: Encoding) -> impl Iterator<Item = u32> {
    let free = !encoding.mask();
    let value = encoding.value();
    let mut random = Random(u64::from(value) << 8 | 1);
    let bits = (0..32)
        .map(|bit| 1_u32 << bit)
        .filter(move |bit| free & bit != 0);
    let ones = bits.clone().map(move |bit| value | bit);
    let zeros = bits.map(move |bit| value | free & !bit);
    [value, value | free]
        .into_iter()
        .chain(ones)
        .chain(zeros)
        .chain(std::iter::repeat_with(move || value | random.word() & free).take(40))
        .filter(move |word| decode(*word).is_ok_and(|insn| insn.encoding() == encoding))
}
