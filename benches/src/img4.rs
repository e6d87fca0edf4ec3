//! Decompression of IMG4 payloads.

use std::rc::Rc;

use crate::input::Input;
use crate::measure::{Case, Goal, Group};

/// One LZFSE stream of a Mach-O file.
#[must_use]
pub fn groups(input: &Input) -> Vec<Group> {
    let mut packed = Vec::new();
    if let Err(error) = lzfse_rust::encode_bytes(&input.bytes, &mut packed) {
        eprintln!("lzfse_rust does not encode: {error}");
        return Vec::new();
    }
    let packed: Rc<[u8]> = packed.into();
    let size = input.bytes.len();
    let mut cases = ours(&packed, size);
    cases.push(Case::peer("lzfse_rust 0.2", {
        let packed = Rc::clone(&packed);
        let mut decoder = lzfse_rust::LzfseDecoder::default();
        let mut out = Vec::with_capacity(size);
        move || {
            out.clear();
            match decoder.decode_bytes(&packed, &mut out) {
                Ok(_) => sum(&out),
                Err(_) => 0,
            }
        }
    }));
    #[cfg(feature = "foreign")]
    cases.extend(crate::foreign::lzfse(&input.foreign, &packed, size));
    cases.push(Case::limit("copying the output", {
        let plain = input.bytes.clone();
        let mut out = vec![0_u8; size];
        move || {
            out.copy_from_slice(&plain);
            sum(&out)
        }
    }));
    vec![Group {
        key: "lzfse",
        title: format!("LZFSE, {} bytes from {}", size, packed.len()),
        item: "byte",
        items: size as u64,
        same_answer: true,
        cases,
        goals: vec![
            Goal::Times {
                ours: "img4::lzfse",
                against: "reference C",
                times: 1.2,
            },
            Goal::Times {
                ours: "img4::lzfse",
                against: "lzfse_rust 0.2",
                times: 1.0,
            },
        ],
    }]
}

fn ours(_packed: &Rc<[u8]>, _size: usize) -> Vec<Case> {
    Vec::new()
}

/// Length and a byte of every page: enough to notice a wrong answer, and cheap
/// beside the work.
#[must_use]
pub fn sum(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .step_by(4093)
        .fold(bytes.len() as u64, |sum, &byte| {
            sum.wrapping_mul(31).wrapping_add(u64::from(byte))
        })
}
