//! The examples do what they say.

#[path = "../examples/emulate.rs"]
#[expect(unreachable_pub, reason = "a library of its own elsewhere")]
mod example;

use std::collections::BTreeMap;

use example::{Guest, emulate};

#[test]
fn a_guest_reads_and_writes() {
    let mut guest = Guest {
        x: [0; 33],
        system: BTreeMap::new(),
        memory: BTreeMap::new(),
    };
    guest.x[1] = 0x1_8000_0000;
    guest.x[31] = 0x9000;
    guest.x[4] = 0xffff_ffff_ffff_ff80;
    guest.x[5] = 0x1122_3344_5566_7788;
    for word in [
        0xd51b_d041, // msr tpidr_el0, x1
        0xd53b_d040, // mrs x0, tpidr_el0
        0xa9bf_17e4, // stp x4, x5, [sp, #-16]!
        0x3980_03e2, // ldrsb x2, [sp]
        0x39c0_03e3, // ldrsb w3, [sp]
        0xb940_0be6, // ldr w6, [sp, #8]
        0xf940_07e7, // ldr x7, [sp, #8]
        0xb800_4429, // str w9, [x1], #4
        0xa8c1_2be8, // ldp x8, x10, [sp], #16
        0xf900_0bff, // str xzr, [sp, #16]
        0xf940_0bff, // ldr xzr, [sp, #16]
    ] {
        assert!(emulate(&mut guest, 0x1000, word).is_some(), "{word:08x}");
    }
    assert_eq!(
        guest.system.values().copied().collect::<Vec<_>>(),
        [0x1_8000_0000]
    );
    assert_eq!(guest.x[0], 0x1_8000_0000);
    assert_eq!(guest.x[2], 0xffff_ffff_ffff_ff80);
    assert_eq!(guest.x[3], 0xffff_ff80);
    assert_eq!(
        (guest.x[6], guest.x[7]),
        (0x5566_7788, 0x1122_3344_5566_7788)
    );
    assert_eq!((guest.x[8], guest.x[10]), (guest.x[4], guest.x[5]));
    assert_eq!((guest.x[1], guest.x[31]), (0x1_8000_0004, 0x9000));
    // Four bytes at x1, sixteen below the stack's top, eight above.
    assert_eq!(guest.memory.len(), 4 + 16 + 8);
    // add x0, x1, x2; ldxr x0, [x1]; mrs of a register that has no value; ldr d0, [sp]; ldadd.
    for word in [
        0x8b02_0020,
        0xc85f_7c20,
        0xd538_4240,
        0xfd40_03e0,
        0xf820_03e1,
    ] {
        assert!(emulate(&mut guest, 0x1000, word).is_none(), "{word:08x}");
    }
}
