//! The files kept in `samples/` are what testkit writes today, byte for byte.

use std::path::Path;

#[test]
fn samples_are_current() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples");
    let all = testkit::samples::all();
    assert!(!all.is_empty());
    for (name, bytes) in all {
        let kept = std::fs::read(dir.join(name)).expect("the sample is kept");
        assert!(
            kept == bytes,
            "{name} is stale: run `cargo run -p testkit --bin mksamples`"
        );
    }
}

/// The payload decompresses to the collection, by the encoder's own decoder.
#[test]
fn the_payload_is_the_collection() {
    let (_, file) = testkit::samples::all().remove(0);
    assert!(
        file.len() < 64 << 10,
        "{} bytes: the sample stays small",
        file.len()
    );
    let start = file
        .windows(4)
        .position(|w| w == b"bvx2" || w == b"bvxn")
        .expect("a block");
    let end = file
        .windows(4)
        .rposition(|w| w == b"bvx$")
        .expect("an end block")
        + 4;
    let mut out = Vec::new();
    lzfse_rust::decode_bytes(&file[start..end], &mut out).expect("it decodes");
    assert!(out == testkit::kernelcache::sample::fileset().bytes);
}
