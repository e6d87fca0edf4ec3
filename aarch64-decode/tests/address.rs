//! Where loads and stores access memory, and how many bytes go where.
#![cfg(all(feature = "asm", feature = "sve", feature = "sysreg-names"))]

use aarch64_decode::{Encoding, Register, assemble, decode};

#[path = "support/corners.rs"]
mod corners;

/// Register n holds n times this; sp, as 31.
const UNIT: u64 = 0x1_0000_0010;
const PC: u64 = 0x4000;

fn address(line: &str) -> Option<u64> {
    let word = assemble(PC, line).unwrap_or_else(|error| panic!("{line}: {error}"));
    let value = |register: Register| {
        assert!(!register.is_zero(), "{line}");
        u64::from(register.number()) * UNIT
    };
    decode(word).unwrap().effective_address(PC, value)
}

#[test]
fn effective_addresses() {
    for (line, expected) in [
        ("ldr x0, [x1, #8]", Some(UNIT + 8)),
        ("ldr x0, [sp]", Some(31 * UNIT)),
        ("ldr x0, [x1, #8]!", Some(UNIT + 8)),
        ("ldr x0, [x1], #8", Some(UNIT)),
        ("ldur x0, [x2, #-3]", Some(2 * UNIT - 3)),
        ("ldp x0, x1, [x2, #-16]", Some(2 * UNIT - 16)),
        ("stp q0, q1, [x2], #32", Some(2 * UNIT)),
        ("ldr x0, [x1, x2]", Some(3 * UNIT)),
        ("ldr x0, [x1, x2, lsl #3]", Some(UNIT + ((2 * UNIT) << 3))),
        ("ldr x0, [x1, xzr]", Some(UNIT)),
        ("ldr x0, [x1, w2, uxtw #3]", Some(UNIT + (0x20 << 3))),
        ("ldrb w0, [x1, w2, sxtw]", Some(UNIT + 0x20)),
        ("ldr x0, 0x4010", Some(0x4010)),
        ("ldrsw x0, 0x3ff0", Some(0x3ff0)),
        ("prfm pldl1keep, 0x4010", Some(0x4010)),
        ("prfm pldl1keep, [x1, #8]", Some(UNIT + 8)),
        ("ldadd x0, x1, [x2]", Some(2 * UNIT)),
        ("ldaxr x0, [x1]", Some(UNIT)),
        ("ldraa x0, [x1, #-8]", Some(UNIT - 8)),
        ("stg x0, [x1, #16]", Some(UNIT + 16)),
        ("ld1 { v0.16b }, [x1], x2", Some(UNIT)),
        ("dc zva, x3", Some(3 * UNIT)),
        ("dc gva, x3", Some(3 * UNIT)),
        ("dc gzva, x3", Some(3 * UNIT)),
        ("ld1b { z0.b }, p0/z, [x1, x2]", Some(3 * UNIT)),
        ("ldr z0, [x1]", Some(UNIT)),
        ("ldr z0, [x1, #1, mul vl]", None),
        ("ld1b { z0.s }, p0/z, [x1, z2.s, uxtw]", None),
        ("dc cvac, x3", None),
        ("adr x0, 0x4010", None),
        ("b 0x4010", None),
        ("add x0, x1, #8", None),
    ] {
        assert_eq!(address(line), expected, "{line}");
    }
    // The sign of a word that is negative.
    let word = assemble(0, "ldr w0, [x1, w2, sxtw #2]").unwrap();
    let value = |register: Register| {
        if register.number() == 1 {
            0x100
        } else {
            0x1_ffff_fffe
        }
    };
    assert_eq!(
        decode(word).unwrap().effective_address(0, value),
        Some(0xf8)
    );
}

#[test]
fn bytes_of_registers() {
    for (line, each, target) in [
        ("ldrsb w0, [x1]", Some(1), Some(4)),
        ("ldrsb x0, [x1]", Some(1), Some(8)),
        ("ldrb w0, [x1]", Some(1), Some(4)),
        ("ldrsw x0, [x1]", Some(4), Some(8)),
        ("ldpsw x0, x1, [x2]", Some(4), Some(8)),
        ("ldp x0, x1, [x2]", Some(8), Some(8)),
        ("ldp q0, q1, [x2]", Some(16), Some(16)),
        ("stp w0, w1, [x2]", Some(4), None),
        ("strb w0, [x1]", Some(1), None),
        ("stxr w0, x1, [x2]", Some(8), None),
        ("ldaddalb w0, w1, [x2]", Some(1), Some(4)),
        ("casp x0, x1, x2, x3, [x4]", Some(8), Some(8)),
        ("ld1 { v0.16b, v1.16b }, [x0]", Some(16), Some(1)),
        ("ld1 { v0.s }[1], [x0]", Some(4), Some(4)),
        ("ld1sb { z0.d }, p0/z, [x0]", None, Some(8)),
        ("ldr z0, [x0]", None, None),
        ("stg x0, [x1]", None, None),
    ] {
        let word = assemble(PC, line).unwrap_or_else(|error| panic!("{line}: {error}"));
        let access = decode(word).unwrap().memory_access().unwrap();
        assert_eq!(
            (access.bytes_per_register(), access.target_bytes()),
            (each, target),
            "{line}"
        );
    }
}

/// Of every encoding, the mnemonic says whether its access is as at EL0, non-temporal, extends a
/// sign, is in a LORegion.
#[test]
fn traits_follow_the_mnemonics() {
    let (mut unprivileged, mut streaming, mut signed, mut limited, mut ordered) = (0, 0, 0, 0, 0);
    for encoding in Encoding::all() {
        // Registers other than the zero register, if there is such a word.
        let word = corners::corners(encoding).min_by_key(|word| word & 31 == 31);
        let instruction = decode(word.unwrap()).unwrap();
        let Some(access) = instruction.memory_access() else {
            continue;
        };
        let name = encoding.mnemonic().as_str();
        let is_any = |starts: &[&str]| starts.iter().any(|start| name.starts_with(start));
        let copies = is_any(&["cpy", "set"]);
        let options = name.trim_start_matches("set").trim_start_matches("cpy");
        let atomic = is_any(&["ldtadd", "ldtclr", "ldtset", "swpt"])
            || name.starts_with("cas") && name.ends_with('t');
        let el0 = if copies {
            options.contains('t')
        } else {
            atomic
                || is_any(&[
                    "ldtr", "sttr", "ldtx", "sttx", "ldatx", "stltx", "ldtp", "sttp", "ldtnp",
                    "sttnp", "gcssttr",
                ])
        };
        assert_eq!(access.is_unprivileged(), el0, "{name}");
        let hints = if copies {
            options.ends_with('n')
        } else {
            is_any(&["ldnp", "stnp", "ldtnp", "sttnp", "ldnt1", "stnt1"])
        };
        assert_eq!(access.is_non_temporal(), hints, "{name}");
        let extends = is_any(&[
            "ldrs", "ldurs", "ldtrs", "ldapurs", "ldpsw", "ld1s", "ld1rs", "ldff1s", "ldnf1s",
            "ldnt1s",
        ]);
        assert_eq!(access.is_sign_extended(), extends, "{name}");
        assert_eq!(
            access.is_limited_order(),
            is_any(&["ldlar", "stllr"]),
            "{name}"
        );
        let weak =
            is_any(&["ldapr", "ldapur", "ldiapp", "ldapp", "ldap1"]) && !name.starts_with("ldapro");
        assert_eq!(access.is_acquire_pc(), weak, "{name}");
        assert!(!(access.is_acquire_pc() && access.acquire), "{name}");
        assert_eq!(
            access.is_base_signed(),
            is_any(&["ldraa", "ldrab"]),
            "{name}"
        );
        let tags = is_any(&["stg", "st2g", "stzg", "stz2g", "setg"]);
        assert_eq!(access.writes_tags(), tags, "{name}");
        unprivileged += u32::from(el0);
        streaming += u32::from(hints);
        signed += u32::from(extends);
        limited += u32::from(access.is_limited_order());
        ordered += u32::from(weak);
    }
    assert!(
        unprivileged > 100 && streaming > 60 && signed > 60,
        "{unprivileged} {streaming} {signed}"
    );
    assert!(limited >= 8 && ordered >= 15, "{limited} {ordered}");
}
