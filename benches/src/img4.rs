//! Decompression of IMG4 payloads.
//!
//! Ours starts from the IM4P bytes: it parses the container, plans, decompresses
//! and checks what there is to check. The peers get the bare compressed stream.

use std::rc::Rc;

use img4::{Img4, Scratch};
use testkit::img4::Im4p;

use crate::input::Input;
use crate::measure::{Case, Goal, Group, sum};

/// The name of our case.
const OURS: &str = "img4, from the IM4P";

/// LZFSE and LZSS, over one Mach-O file.
#[must_use]
pub fn groups(input: &Input) -> Vec<Group> {
    vec![lzfse(&input.bytes, input), lzss(&input.bytes, input)]
}

fn group(key: &'static str, name: &str, plain: &[u8], packed: usize) -> Group {
    Group {
        key,
        title: format!("{name}, {} bytes from {packed}", plain.len()),
        item: "byte",
        items: plain.len() as u64,
        same_answer: true,
        cases: Vec::new(),
        goals: Vec::new(),
    }
}

fn lzfse(plain: &[u8], input: &Input) -> Group {
    let im4p = Im4p::lzfse("krnl", plain);
    let packed: Rc<[u8]> = im4p.data.as_slice().into();
    let size = plain.len();
    let mut group = group("lzfse", "LZFSE", plain, packed.len());
    group.cases.extend(ours(&im4p, size));
    group.cases.push(Case::peer("lzfse_rust 0.2", {
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
    group
        .cases
        .extend(crate::foreign::lzfse(&input.foreign, &packed, size));
    let _ = input;
    group.cases.push(copy(plain));
    group.goals = vec![
        Goal::Times {
            ours: OURS,
            against: "reference C",
            times: 1.2,
        },
        Goal::Times {
            ours: OURS,
            against: "lzfse_rust 0.2",
            times: 1.0,
        },
    ];
    group
}

fn lzss(plain: &[u8], input: &Input) -> Group {
    let im4p = Im4p::lzss("krnl", plain);
    let packed = im4p.data.len();
    let mut group = group("lzss", "LZSS with its checksum", plain, packed);
    group.cases.extend(ours(&im4p, plain.len()));
    #[cfg(feature = "foreign")]
    group.cases.extend(crate::foreign::lzss(
        &input.foreign,
        &im4p.data[384..],
        plain.len(),
    ));
    let _ = input;
    group.cases.push(copy(plain));
    group.goals = vec![Goal::Times {
        ours: OURS,
        against: "img4lib (C), with its checksum",
        times: 1.8,
    }];
    group
}

/// From the container to the checked output; left out where the codec is not
/// in this build.
fn ours(im4p: &Im4p, size: usize) -> Option<Case> {
    let file = im4p.build();
    let mut out = vec![0_u8; size];
    let mut scratch = Box::new(Scratch::new());
    let mut run = move || {
        let written = Img4::parse(&file)
            .ok()
            .and_then(|img4| img4.payload())
            .and_then(|payload| payload.decompress_into(&mut out, &mut scratch).ok())
            .map_or(0, |done| done.written);
        sum(&out[..written])
    };
    (run() != 0).then(|| Case::ours(OURS, run))
}

fn copy(plain: &[u8]) -> Case {
    let plain = plain.to_vec();
    let mut out = vec![0_u8; plain.len()];
    Case::limit("copying the output", move || {
        out.copy_from_slice(&plain);
        sum(&out)
    })
}
