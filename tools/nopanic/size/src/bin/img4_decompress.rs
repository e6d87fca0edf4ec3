//! img4: what img4_container does, and decompression with the codecs of the features.
#![no_std]
#![no_main]

use img4::{Img4, Scratch};
use size::{black_box, entry};

entry!(run);

fn run(bytes: &mut [u8], number: u64) {
    let Ok(at) = usize::try_from(number) else {
        return;
    };
    let Some((output, bytes)) = bytes.split_at_mut_checked(at) else {
        return;
    };
    let Ok(img4) = Img4::parse(bytes) else {
        return;
    };
    black_box(img4.manifest());
    if let Some(payload) = img4.payload() {
        black_box((payload.fourcc(), payload.data(), payload.plan().is_ok()));
        let mut scratch = Scratch::new();
        black_box(payload.decompress_into(output, &mut scratch).is_ok());
    }
}
