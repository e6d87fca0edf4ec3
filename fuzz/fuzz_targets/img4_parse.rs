//! IMG4, IM4P, IM4M, IM4R: containers, properties, plans; then decompression of what is small.
#![no_main]

use img4::{Img4, Properties, Scratch};
use libfuzzer_sys::fuzz_target;

/// Output that a run may ask for.
const LIMIT: u64 = 1 << 20;

fuzz_target!(|data: &[u8]| {
    let Ok(file) = Img4::parse(data) else { return };
    assert!(file.raw().len() + file.trailing().len() <= data.len());
    if let Some(manifest) = file.manifest() {
        properties(manifest.properties());
        for object in manifest.objects() {
            properties(object.properties());
            let _ = (object.digest(), object.ekey(), object.epro(), object.esec());
        }
    }
    if let Some(info) = file.restore_info() {
        properties(info.properties());
    }
    let Some(payload) = file.payload() else {
        return;
    };
    properties(payload.properties());
    if let Some(manifest) = file.manifest() {
        let check = payload.check_digest(&manifest);
        assert_eq!(
            check,
            payload.check_digest(&manifest),
            "a digest is a function"
        );
    }
    let _ = payload.keybags().count();
    let Ok(plan) = payload.plan() else { return };
    let Ok(size) = plan.size_within(LIMIT) else {
        return;
    };
    let mut out = vec![0; size];
    let mut scratch = Box::new(Scratch::new());
    if let Ok(done) = payload.decompress_into(&mut out, &mut scratch) {
        assert_eq!(done.written, size, "the planned size is the size");
        assert!(done.consumed + done.extra.len() <= payload.data().len());
    }
});

fn properties(properties: Properties<'_>) {
    for property in properties {
        let _ = property.value().as_u64();
    }
}
