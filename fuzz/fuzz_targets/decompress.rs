//! Each codec on hostile streams: bounded output, no panic, nothing beyond the planned size.
#![no_main]

use img4::{Img4, Scratch};
use libfuzzer_sys::fuzz_target;
use testkit::img4::Im4p;

/// Output that a run may ask for.
const LIMIT: u64 = 1 << 20;

fuzz_target!(|data: &[u8]| {
    let mut scratch = Box::new(Scratch::new());
    // Undeclared, so that the codec and the size come from the data; then declared as LZFSE with
    // that size, and as LZSS.
    let undeclared = Im4p::stored("krnl", data);
    let mut declared = undeclared.clone();
    let size = run(&undeclared.build(), &mut scratch);
    declared.compression = Some((1, size.unwrap_or(64)));
    run(&declared.build(), &mut scratch);
    declared.compression = Some((0, size.unwrap_or(64)));
    run(&declared.build(), &mut scratch);
});

/// Decompresses; returns the planned size.
fn run(file: &[u8], scratch: &mut Scratch) -> Option<u64> {
    const GUARD: usize = 64;
    let parsed = Img4::parse(file).expect("the container is well formed");
    let payload = parsed.payload().expect("it has a payload");
    let plan = payload.plan().ok()?;
    let size = plan.size_within(LIMIT).ok()?;
    let mut out = vec![0xa5; size + GUARD];
    if let Ok(done) = plan.decompress_into(&mut out, scratch) {
        assert_eq!(done.written, size, "the planned size is the size");
        assert!(done.consumed + done.extra.len() <= payload.data().len());
    }
    assert!(
        out[size..].iter().all(|byte| *byte == 0xa5),
        "written past the planned size"
    );
    plan.size()
}
