//! LZFSE against lzfse_rust: what ours accepts, it decodes to the same bytes.
//!
//! The other direction does not hold: ours also demands final states of zero and exact counts.
//! One thing only lzfse_rust demands: that the seven bytes after LZVN's end marker are zero. Apple's
//! decoder skips them unread, and so does ours; they are cleared here first.
#![no_main]

use img4::{Codec, Img4, Scratch};
use libfuzzer_sys::fuzz_target;
use testkit::img4::Im4p;

/// Output that a run may ask for.
const LIMIT: u64 = 1 << 20;

fuzz_target!(|data: &[u8]| {
    let mut data = data.to_vec();
    clear_end_markers(&mut data);
    let file = Im4p::stored("krnl", &data).build();
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

/// Clears what follows the end marker of everything that looks like a bvxn block: its magic,
/// n_raw_bytes and n_payload_bytes, then the payload, whose last 8 bytes are the marker.
fn clear_end_markers(data: &mut [u8]) {
    for start in 0..data.len() {
        let Some(header) = data.get(start..start + 12) else {
            return;
        };
        if &header[..4] != b"bvxn" {
            continue;
        }
        let size = u32::from_le_bytes(header[8..].try_into().expect("four bytes")) as usize;
        let end = start + 12 + size;
        if size >= 8 && end <= data.len() && data[end - 8] == 6 {
            data[end - 7..end].fill(0);
        }
    }
}
