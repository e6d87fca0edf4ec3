//! Any words for any sets of features: what a set allows decodes alike with more, and the facts
//! about an instruction agree with each other.
#![no_main]

use aarch64_decode::{
    AccessSize, DecodeError, Encoding, Feature, FeatureSet, Operand, References, Register,
    RegisterClass, decode, decode_for,
};
use libfuzzer_sys::fuzz_target;

/// The sets that have names, and some that grow out of them.
fn sets(data: &[u8]) -> Vec<FeatureSet> {
    let mut sets = vec![
        FeatureSet::NONE,
        FeatureSet::ARMV8_0,
        FeatureSet::ARMV8_6,
        FeatureSet::ARMV9_2,
        FeatureSet::APPLE_M1,
        FeatureSet::APPLE_M4,
        FeatureSet::ALL,
    ];
    for &byte in data {
        let encoding = Encoding::all().nth(usize::from(byte));
        let features = encoding.into_iter().flat_map(Encoding::features);
        for (feature, _) in features {
            assert_eq!(Feature::named(feature.name()), Some(feature));
            let last = sets[usize::from(byte) % sets.len()];
            assert!(last.with(feature).contains(feature));
            assert!(!last.without(feature).contains(feature));
            sets.extend([last.with(feature), last.without(feature)]);
        }
    }
    sets
}

fuzz_target!(|data: &[u8]| {
    let (head, words) = data.split_at(data.len().min(2));
    let sets = sets(head);
    let mut known = References::new();
    for (number, chunk) in (0..).zip(words.chunks_exact(4)) {
        let word = u32::from_le_bytes(chunk.try_into().expect("four bytes"));
        let pc = 0xffff_fe00_0700_4000_u64.wrapping_add(4 * number);
        let whole = decode(word);
        for set in &sets {
            match (decode_for(word, set), whole) {
                (Ok(own), Ok(whole)) => {
                    assert_eq!(own, whole);
                    assert!(set.allows(own) && FeatureSet::ALL.allows(own), "{word:08x}");
                }
                (Err(DecodeError::NotInSet), Ok(whole)) => assert!(!set.allows(whole)),
                (Err(own), Err(whole)) => assert_eq!(own, whole),
                (own, whole) => panic!("{word:08x}: {own:?}, {whole:?}"),
            }
        }
        let next = known.next(word, pc);
        if next.is_some() {
            assert!(
                whole.is_ok(),
                "{word:08x}: what is no instruction refers to nothing"
            );
        }
        let Ok(insn) = whole else { continue };
        let encoding = insn.encoding();
        // Names are looked for one by one, which takes a millisecond here.
        if number == 0 {
            assert_eq!(Encoding::named(encoding.name()), Some(encoding));
        }
        assert!(!encoding.group().name().is_empty());
        let effects = insn.effects();
        assert_eq!(effects.memory, insn.memory_access());
        let _ = format!("{effects:?} {insn:?}");
        if let Some(access) = effects.memory {
            if let (AccessSize::Bytes(all), Some(each)) = (access.size, access.bytes_per_register())
            {
                assert!(each <= all, "{word:08x}: {each} bytes of {all}");
            }
            assert!(!(access.is_acquire_pc() && access.acquire), "{word:08x}");
            assert!(
                !access.is_sign_extended() || access.kind.reads(),
                "{word:08x}"
            );
            let _ = (
                access.target_bytes(),
                access.is_limited_order(),
                access.is_unprivileged(),
                access.is_non_temporal(),
                access.is_base_signed(),
                access.writes_tags(),
            );
        }
        // The address depends on registers that are read.
        let asked = std::cell::Cell::new(true);
        let _ = insn.effective_address(pc, |register| {
            asked.set(asked.get() && effects.reads.contains(register));
            u64::from(word)
        });
        assert!(asked.get() || effects.memory.is_none(), "{word:08x}");
        for (operand, access) in insn.operands(pc).zip(insn.accesses()) {
            if let (Operand::Register(register), true) = (operand, access.writes()) {
                assert!(
                    register.is_zero() || effects.writes.contains(register),
                    "{word:08x}"
                );
            }
            if let Operand::Condition(condition) = operand {
                assert_eq!(condition.inverted().inverted(), condition);
                assert!(
                    effects.reads.flags().contains(condition.flags()),
                    "{word:08x}"
                );
            }
        }
        let _ = (insn.latency(), known.origin(word));
        if word & 0xff == 0 {
            known.label();
            assert!(known.is_empty());
        }
        let register = Register::of(RegisterClass::X, (word >> 5 & 63) as u8);
        assert_eq!(register.is_none(), word >> 5 & 63 > 31);
    }
});
