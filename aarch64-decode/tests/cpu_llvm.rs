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

/// Encodings that LLVM 22 shows as moves of a register without a name on every core: HINTE is so to the architecture too, and it dropped
/// TSTART and TTEST of FEAT_TME, of which AARCHMRS 2026-09 still has the rows.
const NUMBERED: [&str; 3] = [
    "HINTE_extendedhint",
    "TSTART_BR_systemresult",
    "TTEST_BR_systemresult",
];

/// Whether the explained differences of texts have an encoding as one that LLVM does not know.
fn is_explained(encoding: &str) -> bool {
    let list = include_str!("../../docs/src/validation-known.txt");
    list.lines().any(|line| {
        let columns: Vec<&str> = line.split(" | ").collect();
        let [syntaxes, encodings, _, "undefined", ..] = columns.as_slice() else {
            return false;
        };
        let is_own = |own: &str| match own.split_once('*') {
            Some((start, end)) => encoding.starts_with(start) && encoding.ends_with(end),
            None => encoding == own,
        };
        syntaxes.split(',').any(|own| own == "llvm") && encodings.split(',').any(is_own)
    })
}

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
    for (name, known) in encodings {
        assert_eq!(
            known,
            !NUMBERED.contains(&name) && !is_explained(name),
            "whether LLVM takes a sample of {name}; see docs/src/validation-known.txt"
        );
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
