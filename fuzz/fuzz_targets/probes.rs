//! Every public function of the libraries, with any bytes and any number: the calls that
//! `tools/nopanic` proves to be free of panics, with overflows and assertions checked.
#![no_main]
#![allow(
    unused_attributes,
    unused_must_use,
    reason = "the probes are crates of their own for the proof, and drop what they get"
)]

use libfuzzer_sys::fuzz_target;

#[path = "../../tools/nopanic/src/bin/aarch64_decode.rs"]
mod aarch64_decode;
#[path = "../../tools/nopanic/src/bin/img4.rs"]
mod img4;
#[path = "../../tools/nopanic/src/bin/kc_offsets.rs"]
mod kc_offsets;
#[path = "../../tools/nopanic/src/bin/macho_core.rs"]
mod macho_core;

fuzz_target!(|data: &[u8]| {
    let Some((&[which, ref number @ ..], bytes)) = data.split_first_chunk::<9>() else {
        return;
    };
    let number = u64::from_le_bytes(*number);
    match which % 4 {
        0 => macho_core::run(bytes, number),
        1 => kc_offsets::run(bytes, number),
        2 => img4::run(bytes, number),
        _ => aarch64_decode::run(bytes, number),
    }
});
