//! img4: containers, payload, manifest, plan.
#![no_std]
#![no_main]

use img4::Img4;
use size::{black_box, entry};

entry!(run);

fn run(bytes: &mut [u8], _: u64) {
    let Ok(img4) = Img4::parse(bytes) else {
        return;
    };
    black_box(img4.manifest());
    if let Some(payload) = img4.payload() {
        black_box((payload.fourcc(), payload.data(), payload.plan().is_ok()));
    }
}
