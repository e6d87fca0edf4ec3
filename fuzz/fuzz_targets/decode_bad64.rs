//! Addresses and control flow against bad64: branch targets, ADR and ADRP, literals.
//!
//! bad64's text differs from everyone's on purpose in places; its addresses do not.
#![no_main]

use aarch64_decode::{Operand, decode};
use bad64::Operand as Theirs;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    for (number, chunk) in (0..).zip(data.chunks_exact(4)) {
        let word = u32::from_le_bytes(chunk.try_into().expect("four bytes"));
        let pc = 0x7_0040_0000_u64 + 4 * number;
        let (Ok(ours), Ok(theirs)) = (decode(word), bad64::decode(word, pc)) else {
            continue;
        };
        let mut labels = theirs
            .operands()
            .iter()
            .filter_map(|operand| match operand {
                Theirs::Label(bad64::Imm::Unsigned(address)) => Some(*address),
                Theirs::Label(bad64::Imm::Signed(address)) => Some(address.cast_unsigned()),
                _ => None,
            });
        let mut addresses = ours.operands(pc).filter_map(|operand| match operand {
            Operand::Address(address) => Some(address),
            _ => None,
        });
        assert_eq!(
            addresses.next(),
            labels.next(),
            "{word:08x} at {pc:#x}: {theirs}"
        );
    }
});
