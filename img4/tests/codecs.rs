//! Each codec against encoders that are not ours to please.

use img4::{Codec, Img4, Scratch};
use testkit::img4::Im4p;

/// Decompresses the payload of `file` and checks the sizes around it.
fn extract(file: &[u8]) -> (Codec, Vec<u8>, bool) {
    let payload = Img4::parse(file).unwrap().payload().unwrap();
    let plan = payload.plan().unwrap();
    let size = plan.size_within(1 << 30).unwrap();
    let mut output = vec![0xaa; size + 3];
    let done = payload
        .decompress_into(&mut output, &mut Scratch::new())
        .unwrap();
    assert_eq!(done.written, size);
    assert_eq!(done.consumed + done.extra.len(), payload.data().len());
    assert_eq!(output[size..], [0xaa; 3], "bytes after the output");
    output.truncate(size);
    (plan.codec(), output, done.verified)
}

/// Data of several makes: empty, short, text, runs, noise, a mix.
fn samples() -> Vec<Vec<u8>> {
    let mut noise = Vec::new();
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    while noise.len() < 100_000 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        noise.extend_from_slice(&state.to_le_bytes());
    }
    let text: Vec<u8> = (0..40_000u32)
        .flat_map(|i| format!("{} bottles of {} ", i % 977, i / 13).into_bytes())
        .collect();
    let mix: Vec<u8> = text
        .chunks(700)
        .zip(noise.chunks(90))
        .flat_map(|(a, b)| [a, b].concat())
        .collect();
    vec![
        vec![],
        b"x".to_vec(),
        b"    spaces from before the first byte".to_vec(),
        vec![0; 1_000_000],
        b"abcabcabcabcabcabcabcabcabcabcabcabc".to_vec(),
        noise,
        text,
        mix,
    ]
}

#[test]
fn lzss_gives_back_what_went_in() {
    for data in samples() {
        let (codec, output, verified) = extract(&Im4p::lzss("krnl", &data).build());
        assert!(codec == Codec::CompLzss && verified);
        assert!(output == data, "{} bytes", data.len());
    }
}

#[test]
fn lzfse_gives_back_what_went_in() {
    for data in samples() {
        let (codec, output, _) = extract(&Im4p::lzfse("krnl", &data).build());
        assert_eq!(codec, Codec::Lzfse);
        assert!(output == data, "{} bytes", data.len());
    }
}

#[test]
fn lzvn_gives_back_what_went_in() {
    for data in samples() {
        let (codec, output, verified) = extract(&Im4p::lzvn("krnl", &data).build());
        assert!(codec == Codec::CompLzvn && verified);
        assert!(output == data, "{} bytes", data.len());
    }
}

/// Matches at each short distance and of each short length, with noise between them: the copies of
/// 8 and 16 bytes at once meet each of their ends.
#[test]
fn every_short_distance_and_length() {
    let mut state = 1_u32;
    let mut noise = |len: usize| -> Vec<u8> {
        let mut byte = || {
            state = state.wrapping_mul(0x0019_660d).wrapping_add(0x3c6e_f35f);
            state.to_le_bytes()[3]
        };
        (0..len).map(|_| byte()).collect()
    };
    let mut data = Vec::new();
    for distance in 1..40 {
        for len in (3..40).chain([63, 64, 65, 270]) {
            let pattern = noise(distance);
            data.extend(pattern.iter().cycle().take(distance + len));
            data.extend(noise(5));
        }
    }
    // Room for the copies to write past the end of a match.
    data.extend(noise(64));
    for im4p in [
        Im4p::lzfse("krnl", &data),
        Im4p::lzvn("krnl", &data),
        Im4p::lzss("krnl", &data),
    ] {
        let file = im4p.build();
        assert!(
            file.len() < data.len() * 3 / 4,
            "there are matches: {}",
            file.len()
        );
        let (_, output, _) = extract(&file);
        assert!(output == data);
    }
}
