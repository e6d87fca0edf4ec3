//! The named sets allow what LLVM's disassembler takes for the same architecture version or core.
#![cfg(all(feature = "sme", feature = "apple"))]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use aarch64_decode::{DecodeError, FeatureSet, decode, decode_for};

/// The words of which llvm-mc-22 makes an instruction.
fn accepted(option: &str, words: &[u32]) -> BTreeSet<u32> {
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
        .filter_map(|line| line.split_once("encoding: [")?.1.split_once(']'))
        .map(|(bytes, _)| {
            bytes.split(',').rev().fold(0, |word, byte| {
                let byte = byte.trim_start_matches("0x");
                word << 8 | u32::from_str_radix(byte, 16).expect("a byte")
            })
        })
        .collect()
}

/// A word of each encoding that a search by the high bits finds, save for system instructions: LLVM prints those by their numbers, whether
/// it knows their names or not.
fn samples() -> Vec<u32> {
    let mut found = BTreeMap::new();
    for high in 0..1_u32 << 22 {
        let word = high << 10 | 0x041;
        if let Ok(insn) = decode(word) {
            if word >> 24 != 0xd5 && !insn.is_unpredictable() {
                // With the size of elements, which features may depend on.
                let key = (insn.encoding().number(), word >> 19 & 31);
                found.entry(key).or_insert(word);
            }
        }
    }
    found.into_values().collect()
}

#[test]
fn sets_are_those_of_llvm() {
    use FeatureSet as F;
    let all = samples();
    // What this version of LLVM does not know at all says nothing about a core.
    let known = accepted("-mattr=+all", &all);
    let words: Vec<u32> = all
        .into_iter()
        .filter(|word| known.contains(word))
        .collect();
    assert!(words.len() > 2000, "{} words", words.len());
    let nine = "+sve2,+fullfp16,+fp16fml";
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
        for word in &words {
            let ours = decode_for(*word, &set);
            // FCMLA (by element) of single precision: the row names FEAT_FP16 for both sizes.
            if word & 0xbfc0_9400 == 0x2f80_1000 && ours == Err(DecodeError::NotInSet) {
                continue;
            }
            if ours.is_ok() != theirs.contains(word) {
                let name = decode(*word).map(|insn| insn.encoding().name());
                writeln!(differences, "{option} {word:#010x} {name:?}: ours {ours:?}")
                    .expect("a string");
            }
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

#[test]
fn none_and_all() {
    for word in samples() {
        let insn = decode(word).expect("an instruction");
        assert_eq!(decode_for(word, &FeatureSet::ALL), Ok(insn));
        if insn.encoding().features().next().is_some() {
            let refused = Err(DecodeError::NotInSet);
            assert_eq!(decode_for(word, &FeatureSet::NONE), refused);
        }
    }
}
