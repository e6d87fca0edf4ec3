//! LZFSE against lzfse_rust: what ours accepts, it decodes to the same bytes.
//!
//! The other direction does not hold: ours also demands final states of zero and exact counts.
#![no_main]

use img4::{Codec, Img4, Scratch};
use libfuzzer_sys::fuzz_target;
use testkit::img4::Im4p;

/// Output that a run may ask for.
const LIMIT: u64 = 1 << 20;

fuzz_target!(|data: &[u8]| {
    let file = Im4p::stored("krnl", data).build();
    let parsed = Img4::parse(&file).expect("the container is well formed");
    let payload = parsed.payload().expect("it has a payload");
    let Ok(plan) = payload.plan() else { return };
    let Ok(size) = plan.size_within(LIMIT) else {
        return;
    };
    if plan.codec() != Codec::Lzfse {
        return;
    }
    let mut out = vec![0; size];
    let mut scratch = Box::new(Scratch::new());
    let Ok(done) = plan.decompress_into(&mut out, &mut scratch) else {
        return;
    };
    let mut theirs = Vec::new();
    let read = lzfse_rust::decode_bytes(&payload.data()[..done.consumed], &mut theirs);
    assert!(read.is_ok(), "lzfse_rust refuses it: {read:?}");
    assert!(
        theirs == out,
        "{} bytes against {}",
        theirs.len(),
        out.len()
    );
});
