//! The named sets allow what LLVM's disassembler takes for the same architecture version or core.
#![cfg(all(feature = "sme", feature = "apple"))]

#[path = "support/corners.rs"]
mod corners;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use aarch64_decode::{DecodeError, Encoding, FeatureSet, Instruction, decode, decode_for};

/// What the sets refuse and LLVM 22 takes on every core: mask and value of the words, and why.
const DIFFERENCES: &[(u32, u32, &str)] = &[
    (
        0xffff_fe1f,
        0xd501_421f,
        "MSR PM, #imm needs FEAT_EBEP (DDI 0487, C6.2 \"MSR (immediate)\"); LLVM's PStateImm0_1 of PM requires nothing",
    ),
    (
        0xffff_f01f,
        0xd503_401f,
        "MSR SVCRSM, SVCRZA, SVCRSMZA (smstart, smstop) need FEAT_SME (DDI 0487, C6.2 \"MSR (immediate)\"); LLVM's decoder of them does not look",
    ),
];

/// Encodings that LLVM 22 does not know at all, so that it says nothing about a core: starts of their names, and why.
const UNKNOWN: &[(&[&str], &str)] = &[
    (
        &["CFLT", "TFLT", "FLT_EX", "HINTE"],
        "AARCHMRS 2026-09, exception, compfault_imm, compfault_regs, testfault, extendedhint",
    ),
    (
        &[
            "FCMTL", "fcmtl", "FMAXINM", "fmaxinm", "FMAXMG", "fmaxmg", "FMININM", "fmininm",
            "FMINMG", "fminmg",
        ],
        "AARCHMRS 2026-09, floatcmp, floatdp2, sve_fp_3op_u_zd, sve_fp_maxmin, sve_fp_fast_red_1",
    ),
    (
        &["LDA64B", "STL64B"],
        "FEAT_LS64WB; AARCHMRS 2026-09, memop",
    ),
    (
        &["TSTART", "TTEST"],
        "FEAT_TME was withdrawn, and LLVM dropped it; AARCHMRS 2026-09 still has the rows",
    ),
    (
        &[
            "fdot_za16_zz8i_2xi",
            "fvdot_za16_zz8i_2xi",
            "fmopab",
            "fmopat",
        ],
        "AARCHMRS 2026-09, mortlach_multivec_scaled_idx, mortlach_f16f8_prod",
    ),
    (
        &["ldapro", "stlro"],
        "AARCHMRS 2026-09, sve_mem_32b_acqfill, sve_mem_relspill",
    ),
];

/// The words of which llvm-mc-22 makes an instruction.
fn accepted(option: &str, words: &[u32]) -> HashSet<u32> {
    let mut child = Command::new("llvm-mc-22")
        .args(["-triple=aarch64", "-disassemble", "-show-encoding", option])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("llvm-mc-22 runs (Debian package llvm-22; `cargo xtask test` installs it)");
    let mut text = String::new();
    for word in words {
        let [a, b, c, d] = word.to_le_bytes();
        writeln!(text, "{a:#x} {b:#x} {c:#x} {d:#x}").expect("a string");
    }
    let mut input = child.stdin.take().expect("piped");
    // The disassembler writes while it reads: a full pipe must not stop both.
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("no panic").expect("it reads");
    let listing = String::from_utf8(output.stdout).expect("UTF-8");
    listing
        .lines()
        // With op0 = 0 there is no system register: a word that LLVM shows as the move of one is of an instruction it does not know here.
        .filter(|line| !line.contains("S0_"))
        .filter_map(|line| line.split_once("encoding: [")?.1.split_once(']'))
        .map(|(bytes, _)| {
            let byte =
                |part: &str| u8::from_str_radix(part.trim_start_matches("0x"), 16).expect("a byte");
            let mut parts = bytes.split(',').map(byte);
            u32::from_le_bytes([(); 4].map(|()| parts.next().expect("four bytes")))
        })
        .collect()
}

/// Words of every encoding at the corners of its fields, hints, barriers and every field of PSTATE.
fn samples() -> Vec<Instruction> {
    let words: BTreeSet<u32> = Encoding::all()
        .flat_map(corners::corners)
        .chain((0xd500_001f..0xd508_0000).step_by(32))
        .collect();
    words
        .into_iter()
        .filter_map(|word| decode(word).ok())
        .filter(|insn| !insn.is_unpredictable())
        .collect()
}

/// The samples that some core of LLVM's takes. The rest are encodings that are listed.
fn known_samples() -> Vec<Instruction> {
    let all = samples();
    let words: Vec<u32> = all.iter().map(|insn| insn.word()).collect();
    let known = accepted("-mattr=+all", &words);
    let mut encodings: BTreeMap<&str, bool> = BTreeMap::new();
    for insn in &all {
        *encodings.entry(insn.encoding().name()).or_default() |= known.contains(&insn.word());
    }
    let mut used: HashSet<&str> = HashSet::new();
    for (name, _) in encodings.iter().filter(|(_, known)| !**known) {
        let starts = UNKNOWN.iter().flat_map(|(starts, _)| *starts);
        let mut own = starts.copied().filter(|start| name.starts_with(start));
        let start = own.next().unwrap_or("");
        assert!(
            !start.is_empty() || name.ends_with("_apple"),
            "LLVM takes no sample of {name}, which is not listed"
        );
        used.insert(start);
    }
    for start in UNKNOWN.iter().flat_map(|(starts, _)| *starts) {
        assert!(used.contains(start), "LLVM knows {start} by now");
    }
    all.into_iter()
        .filter(|insn| known.contains(&insn.word()))
        .collect()
}

#[test]
fn sets_are_those_of_llvm() {
    use FeatureSet as F;
    let samples = known_samples();
    assert!(samples.len() > 250_000, "{} words", samples.len());
    let words: Vec<u32> = samples.iter().map(|insn| insn.word()).collect();
    let nine = "+sve2,+fullfp16,+fp16fml";
    let mut explained = [false; DIFFERENCES.len()];
    let mut differences = String::new();
    for (option, set) in [
        ("-mattr=+v8a".to_owned(), F::ARMV8_0),
        ("-mattr=+v8.1a".to_owned(), F::ARMV8_1),
        ("-mattr=+v8.2a".to_owned(), F::ARMV8_2),
        ("-mattr=+v8.3a,+complxnum,+jsconv".to_owned(), F::ARMV8_3),
        ("-mattr=+v8.4a".to_owned(), F::ARMV8_4),
        ("-mattr=+v8.5a".to_owned(), F::ARMV8_5),
        ("-mattr=+v8.6a".to_owned(), F::ARMV8_6),
        ("-mattr=+v8.7a".to_owned(), F::ARMV8_7),
        ("-mattr=+v8.8a".to_owned(), F::ARMV8_8),
        ("-mattr=+v8.9a".to_owned(), F::ARMV8_9),
        (format!("-mattr=+v9a,{nine}"), F::ARMV9_0),
        (format!("-mattr=+v9.1a,{nine}"), F::ARMV9_1),
        (format!("-mattr=+v9.2a,{nine}"), F::ARMV9_2),
        (format!("-mattr=+v9.3a,{nine}"), F::ARMV9_3),
        (format!("-mattr=+v9.4a,{nine}"), F::ARMV9_4),
        (format!("-mattr=+v9.5a,{nine}"), F::ARMV9_5),
        (format!("-mattr=+v9.6a,{nine}"), F::ARMV9_6),
        ("-mcpu=apple-m1".to_owned(), F::APPLE_M1),
        ("-mcpu=apple-m2".to_owned(), F::APPLE_M2),
        ("-mcpu=apple-m3".to_owned(), F::APPLE_M3),
        ("-mcpu=apple-m4".to_owned(), F::APPLE_M4),
    ] {
        let theirs = accepted(&option, &words);
        for insn in &samples {
            let word = insn.word();
            let (ours, theirs) = (set.allows(*insn), theirs.contains(&word));
            if ours == theirs {
                continue;
            }
            let cause = DIFFERENCES
                .iter()
                .position(|(mask, value, _)| word & mask == *value && theirs);
            match cause {
                Some(cause) => explained[cause] = true,
                None => writeln!(
                    differences,
                    "{option} {word:#010x} {}: ours {ours}",
                    insn.encoding().name()
                )
                .expect("a string"),
            }
        }
    }
    assert!(differences.is_empty(), "{differences}");
    for ((_, _, why), found) in DIFFERENCES.iter().zip(explained) {
        assert!(found, "no difference any more: {why}");
    }
}

#[test]
fn none_and_all() {
    for insn in samples() {
        let word = insn.word();
        assert_eq!(decode_for(word, &FeatureSet::ALL), Ok(insn));
        // Hints do nothing on a core that does not know them.
        let hint = word & 0xffff_f01f == 0xd503_201f;
        if insn.encoding().features().next().is_some() && !hint {
            let refused = Err(DecodeError::NotInSet);
            assert_eq!(decode_for(word, &FeatureSet::NONE), refused);
        }
    }
}
