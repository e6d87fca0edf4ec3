//! Where instructions go, and which of them are unpredictable.

use aarch64_decode::{Encoding, Flow, decode};

#[test]
fn flows() {
    for (word, flow) in [
        (0x1400_0002, Flow::Branch(0x1008)),       // b 0x1008
        (0x5400_0020, Flow::Conditional(0x1004)),  // b.eq 0x1004
        (0x5400_002e, Flow::Branch(0x1004)),       // b.al 0x1004
        (0x5400_002f, Flow::Branch(0x1004)),       // b.nv 0x1004
        (0x5400_003e, Flow::Branch(0x1004)),       // bc.al 0x1004
        (0xd65f_03c0, Flow::Return),               // ret
        (0xd69f_03e0, Flow::ExceptionReturn),      // eret
        (0xd69f_0bff, Flow::ExceptionReturn),      // eretaa
        (0xd400_0001, Flow::SystemCall),           // svc #0
        (0xd400_0002, Flow::SystemCall),           // hvc #0
        (0xd400_0003, Flow::SystemCall),           // smc #0
        (0xd420_0000, Flow::Exception),            // brk #0
        (0xd440_0000, Flow::Exception),            // hlt #0
        (0x0000_0000, Flow::Exception),            // udf #0
        (0xd420_0010, Flow::ConditionalException), // flt.eq
        (0xd420_001e, Flow::Exception),            // flt.al
        (0xd420_001f, Flow::Exception),            // flt.nv
        (0xd63f_0100, Flow::IndirectCall),         // blr x8
    ] {
        assert_eq!(decode(word).unwrap().flow(0x1000), flow, "{word:08x}");
    }
}

/// CFLT, TFLTZ and TFLTNZ fall through unless their condition holds.
#[test]
fn conditional_faults_may_fall_through() {
    let mut seen = 0;
    for encoding in Encoding::all() {
        let name = encoding.name();
        if name.starts_with("CFLT") || name.starts_with("TFLT") {
            let instruction = decode(encoding.value()).unwrap();
            assert_eq!(instruction.flow(0), Flow::ConditionalException, "{name}");
            seen += 1;
        }
    }
    assert_eq!(seen, 26);
}

/// Unpredictable_LSE128OVERLAP: every atomic instruction on a pair whose two registers are one.
#[test]
fn pairs_of_one_register_are_unpredictable() {
    let mut seen = 0;
    for encoding in Encoding::all() {
        if !encoding.name().ends_with("_128_memop_128") {
            continue;
        }
        // Rt at bit 0, Rt2 at bit 16, Rn at bit 5.
        let word = encoding.value() | 1 << 5;
        assert!(
            decode(word).unwrap().is_unpredictable(),
            "{}",
            encoding.name()
        );
        assert!(
            !decode(word | 1 << 16).unwrap().is_unpredictable(),
            "{}",
            encoding.name()
        );
        seen += 1;
    }
    assert_eq!(seen, 36);
}
