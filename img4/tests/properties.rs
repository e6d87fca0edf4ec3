//! Random and mutated input: nothing panics, what went in comes out, and other people's readers agree.

use der::{Reader as _, SliceReader};
use img4::{ErrorKind, Img4, Scratch};
use proptest::prelude::*;
use testkit::img4::{self as write, Im4m, Im4p};

/// Everything a caller can ask of a file; the size of the output, if there is one.
fn exercise(file: &[u8]) -> Option<usize> {
    let parsed = Img4::parse(file).ok()?;
    if let Some(manifest) = parsed.manifest() {
        for object in manifest.objects() {
            let _ = (object.digest(), object.properties().count());
        }
        let _ = manifest.properties().count();
    }
    if let Some(info) = parsed.restore_info() {
        let _ = info.properties().count();
    }
    let payload = parsed.payload()?;
    let _ = (payload.keybags().count(), payload.properties().count());
    let plan = payload.plan().ok()?;
    let mut output = vec![0; plan.size_within(1 << 22).ok()?];
    let done = payload
        .decompress_into(&mut output, &mut Scratch::new())
        .ok()?;
    assert_eq!(done.written, output.len());
    Some(done.written)
}

fn payloads() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..2000),
        proptest::collection::vec(0u8..4, 0..9000),
        (proptest::collection::vec(any::<u8>(), 1..60), 1usize..400)
            .prop_map(|(unit, n)| unit.repeat(n)),
    ]
}

fn written(codec: usize, plain: &[u8]) -> Im4p {
    match codec % 4 {
        0 => Im4p::stored("krnl", plain),
        1 => Im4p::lzss("krnl", plain),
        2 => Im4p::lzvn("krnl", plain),
        _ => Im4p::lzfse("krnl", plain),
    }
}

/// Elements of `bytes` as `der` 0.8 splits them: (length of the element, value).
fn der_elements(bytes: &[u8]) -> Option<Vec<(usize, Vec<u8>)>> {
    let mut reader = SliceReader::new(bytes).ok()?;
    let mut out = Vec::new();
    while !reader.is_finished() {
        let before = usize::try_from(reader.position()).unwrap();
        let any: der::asn1::AnyRef<'_> = reader.decode().ok()?;
        let after = usize::try_from(reader.position()).unwrap();
        out.push((after - before, any.value().to_vec()));
    }
    Some(out)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        exercise(&bytes);
        let mut wrapped = Im4p::stored("krnl", &bytes);
        exercise(&wrapped.build());
        for magic in [&b"bvx2"[..], b"bvx1", b"bvxn", b"complzss", b"complzvn"] {
            wrapped.data = [magic, &bytes].concat();
            exercise(&wrapped.build());
        }
    }

    #[test]
    fn what_went_in_comes_out(codec in 0usize..4, plain in payloads()) {
        let file = written(codec, &plain).build();
        let payload = Img4::parse(&file).unwrap().payload().unwrap();
        let plan = payload.plan().unwrap();
        // Stored bytes may look like a codec, however unlikely; then the plan would say so.
        let mut output = vec![0; plan.size_within(1 << 24).unwrap()];
        payload.decompress_into(&mut output, &mut Scratch::new()).unwrap();
        prop_assert!(output == plain);
        if !plain.is_empty() {
            let mut short = vec![0; plain.len() - 1];
            let error = payload.decompress_into(&mut short, &mut Scratch::new()).unwrap_err();
            prop_assert_eq!(error.kind(), ErrorKind::BufferTooSmall);
            let error = plan.size_within(plain.len() as u64 - 1).unwrap_err();
            prop_assert_eq!(error.kind(), ErrorKind::SizeTooLarge);
        }
    }

    #[test]
    fn damaged_files_never_panic(
        codec in 0usize..4,
        plain in payloads(),
        patches in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let manifest = Im4m::covering("krnl", &[1; 48]).build();
        let mut file = write::img4(&written(codec, &plain).build(), Some(&manifest), None);
        for (at, byte) in patches {
            let at = at.index(file.len());
            file[at] = byte;
        }
        exercise(&file);
        file.truncate(cut.index(file.len() + 1));
        exercise(&file);
    }

    /// Whatever our decoder accepts, lzfse_rust decodes to the same bytes.
    #[test]
    fn accepted_lzfse_is_what_the_oracle_makes_of_it(
        plain in payloads(),
        flip in any::<prop::sample::Index>(),
        bit in 0u8..8,
    ) {
        let mut stream = write::lzfse(&plain);
        let at = flip.index(stream.len());
        stream[at] ^= 1 << bit;
        let file = Im4p::stored("krnl", &stream).build();
        let payload = Img4::parse(&file).unwrap().payload().unwrap();
        let Ok(plan) = payload.plan() else { return Ok(()) };
        if plan.codec() != img4::Codec::Lzfse { return Ok(()) }
        let Ok(size) = plan.size_within(1 << 24) else { return Ok(()) };
        let mut output = vec![0; size];
        if payload.decompress_into(&mut output, &mut Scratch::new()).is_ok() {
            let mut oracle = Vec::new();
            lzfse_rust::LzfseDecoder::default().decode_bytes(&stream, &mut oracle).unwrap();
            prop_assert!(output == oracle);
        }
    }

    /// Our DER reader splits elements exactly as `der` does, seen through the elements kept after an IM4P's known fields.
    #[test]
    fn elements_are_split_as_der_splits_them(
        elements in proptest::collection::vec(
            (prop_oneof![Just(vec![0x0cu8]), Just(vec![0x13]), Just(vec![0xa5]), Just(vec![0x85]), Just(vec![0xff, 0x84, 0xea, 0x85, 0x9c, 0x42])],
             proptest::collection::vec(any::<u8>(), 0..300)), 0..4),
        patch in proptest::option::of((any::<prop::sample::Index>(), any::<u8>())),
    ) {
        let mut unknown: Vec<u8> = elements.iter().flat_map(|(tag, value)| write::tlv(tag, value)).collect();
        if let (Some((at, byte)), false) = (patch, unknown.is_empty()) {
            let at = at.index(unknown.len());
            unknown[at] = byte;
        }
        // Known fields may follow the data; these tags would be read as such.
        prop_assume!(!matches!(unknown.first(), Some(0x04 | 0x30 | 0xa0)));
        let file = Im4p { unknown: unknown.clone(), ..Im4p::stored("krnl", b"") }.build();
        let ours = Img4::parse(&file);
        if der_elements(&unknown).is_some() {
            prop_assert_eq!(ours.unwrap().payload().unwrap().unknown(), unknown);
        } else if elements.len() == 1 && matches!(unknown.first(), Some(0x0c | 0x13 | 0xa5 | 0x85 | 0xff)) {
            // Other first bytes may be tags of types that der does not know, which are not ours to judge.
            prop_assert!(ours.is_err());
        }
    }
}
