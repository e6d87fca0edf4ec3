//! Containers of every shape, written by testkit.

use img4::{Codec, Container, FourCc, Img4, KeybagKind, SizeSource, Value};
use testkit::img4::{self as write, Im4m, Im4p};

fn fourcc(name: [u8; 4]) -> FourCc {
    FourCc::new(name)
}

#[test]
fn every_combination_of_optional_parts() {
    let mut seen = 0;
    for keybag in [false, true] {
        for compression in [None, Some((1, 5))] {
            for properties in [false, true] {
                for unknown in [false, true] {
                    let mut im4p = Im4p::stored("rkrn", b"bvx-\x05\0\0\0hellobvx$");
                    im4p.compression = compression;
                    if keybag {
                        im4p.keybags =
                            vec![(1, vec![1; 16], vec![2; 32]), (2, vec![3; 16], vec![4; 32])];
                    }
                    if properties {
                        im4p.properties =
                            vec![write::property("mtry", &write::integer(0x8000_0000))];
                    }
                    if unknown {
                        im4p.unknown = write::tlv(&[0x0c], b"later");
                    }
                    let file = im4p.build();
                    let payload = Img4::parse(&file).unwrap().payload().unwrap();
                    assert_eq!(payload.is_encrypted(), keybag);
                    assert_eq!(payload.keybags().count(), if keybag { 2 } else { 0 });
                    assert_eq!(payload.compression().is_some(), compression.is_some());
                    assert_eq!(payload.properties().count(), usize::from(properties));
                    if properties {
                        let property = payload.properties().get(fourcc(*b"mtry")).unwrap();
                        assert_eq!(property.value().as_u64(), Some(0x8000_0000));
                    }
                    assert_eq!(!payload.unknown().is_empty(), unknown);
                    assert_eq!(payload.tlv().raw(), file);
                    let plan = payload.plan().unwrap();
                    let expected = match (keybag, compression) {
                        (true, None) => (Codec::Unknown, SizeSource::Unknown, None),
                        (_, Some(_)) => (Codec::Lzfse, SizeSource::CompressionInfo, Some(5)),
                        (false, None) => (Codec::Lzfse, SizeSource::Blocks, Some(5)),
                    };
                    assert_eq!((plan.codec(), plan.size_source(), plan.size()), expected);
                    seen += 1;
                }
            }
        }
    }
    assert_eq!(seen, 16);
}

#[test]
fn keybags_keep_their_order_and_bytes() {
    let im4p = Im4p {
        keybags: vec![(1, vec![1; 16], vec![2; 32]), (2, vec![3; 16], vec![4; 32])],
        ..Im4p::stored("ibot", b"ciphertext")
    };
    let file = im4p.build();
    let payload = Img4::parse(&file).unwrap().payload().unwrap();
    let bags: Vec<_> = payload
        .keybags()
        .map(|bag| (bag.kind(), bag.iv()[0], bag.key()[31]))
        .collect();
    assert_eq!(
        bags,
        [
            (KeybagKind::PRODUCTION, 1, 2),
            (KeybagKind::DEVELOPMENT, 3, 4)
        ]
    );
}

#[test]
fn a_manifest_gives_its_properties_and_objects() {
    let mut manifest = Im4m::covering("krnl", &[7; 48]);
    manifest.objects.push((
        "rkrn".into(),
        vec![write::property("DGST", &write::octets(&[8; 20]))],
    ));
    let file = manifest.build();
    let parsed = Img4::parse(&file).unwrap();
    assert_eq!(parsed.container(), Container::Im4m);
    let manifest = parsed.manifest().unwrap();
    let names: Vec<_> = manifest
        .properties()
        .map(|p| p.name().to_string())
        .collect();
    assert_eq!(names, ["BORD", "CHIP", "CPRO", "ECID"]);
    let value = |name: &[u8; 4]| manifest.properties().get(fourcc(*name)).unwrap().value();
    assert_eq!(value(b"CHIP").as_u64(), Some(0x8103));
    assert_eq!(value(b"CPRO"), Value::Boolean(true));
    assert_eq!(value(b"ECID").as_u64(), Some(0x0011_2233_4455_6677));

    let names: Vec<_> = manifest.objects().map(|o| o.name().to_string()).collect();
    assert_eq!(names, ["krnl", "rkrn"]);
    let krnl = manifest.object(fourcc(*b"krnl")).unwrap();
    assert_eq!(krnl.digest(), Some(&[7; 48][..]));
    assert_eq!(
        (krnl.ekey(), krnl.epro(), krnl.esec()),
        (Some(true), Some(true), Some(false))
    );
    let rkrn = manifest.object(fourcc(*b"rkrn")).unwrap();
    assert_eq!(
        (rkrn.digest().map(<[u8]>::len), rkrn.ekey()),
        (Some(20), None)
    );
    assert_eq!(manifest.signature(), [0x5a; 64]);
    assert_eq!(manifest.signed().raw()[0], 0x31);
}

#[test]
fn an_img4_holds_all_three() {
    let im4p = Im4p::stored("krnl", b"data").build();
    let im4m = Im4m::covering("krnl", &[0; 48]).build();
    let im4r = write::im4r(&[write::property(
        "BNCN",
        &write::octets(&[1, 2, 3, 4, 5, 6, 7, 8]),
    )]);
    let mut file = write::img4(&im4p, Some(&im4m), Some(&im4r));
    let len = file.len();
    file.extend_from_slice(&[0; 9]);
    let parsed = Img4::parse(&file).unwrap();
    assert_eq!(parsed.container(), Container::Img4);
    assert_eq!(parsed.raw(), &file[..len]);
    assert_eq!(parsed.trailing(), [0; 9]);
    assert_eq!(parsed.payload().unwrap().tlv().raw(), im4p);
    assert_eq!(parsed.manifest().unwrap().tlv().raw(), im4m);
    let info = parsed.restore_info().unwrap();
    assert_eq!(info.tlv().raw(), im4r);
    let nonce = info.properties().get(fourcc(*b"BNCN")).unwrap();
    assert_eq!(nonce.value(), Value::Octets(&[1, 2, 3, 4, 5, 6, 7, 8]));
    for (im4m, im4r) in [(None, None), (Some(&im4m), None), (None, Some(&im4r))] {
        let file = write::img4(&im4p, im4m.map(Vec::as_slice), im4r.map(Vec::as_slice));
        let parsed = Img4::parse(&file).unwrap();
        assert_eq!(parsed.manifest().is_some(), im4m.is_some());
        assert_eq!(parsed.restore_info().is_some(), im4r.is_some());
    }
}

/// img4tool writes positive numbers without the zero byte that DER asks for.
#[test]
fn integers_may_lack_their_leading_zero() {
    let mut im4p = Im4p::stored("krnl", b"bvx-\x80\0\0\0");
    im4p.data.extend_from_slice(&[1; 0x80]);
    im4p.data.extend_from_slice(b"bvx$");
    im4p.unknown = write::sequence(&[&write::integer(1), &write::tlv(&[2], &[0x80])]);
    let file = im4p.build();
    let payload = Img4::parse(&file).unwrap().payload().unwrap();
    assert_eq!(payload.compression().unwrap().uncompressed_size(), 0x80);
    assert_eq!(payload.plan().unwrap().size(), Some(0x80));
}

#[test]
fn bytes_after_the_stream_are_extra() {
    let data: Vec<u8> = (0..3000u32).flat_map(|i| (i / 7).to_le_bytes()).collect();
    for mut im4p in [
        Im4p::lzss("krnl", &data),
        Im4p::lzvn("krnl", &data),
        Im4p::lzfse("krnl", &data),
    ] {
        im4p.data.extend_from_slice(b"a monitor image");
        let file = im4p.build();
        let payload = Img4::parse(&file).unwrap().payload().unwrap();
        let plan = payload.plan().unwrap();
        assert_eq!(plan.extra(), b"a monitor image");
        let mut output = vec![0; plan.size_within(1 << 20).unwrap()];
        let done = payload
            .decompress_into(&mut output, &mut img4::Scratch::new())
            .unwrap();
        assert_eq!(done.extra, b"a monitor image");
        assert_eq!(done.consumed, payload.data().len() - 15);
        assert!(output == data);
    }
}

#[test]
fn the_comp_header_is_readable() {
    let file = Im4p::lzss("krnl", b"some kernel or other").build();
    let plan = Img4::parse(&file)
        .unwrap()
        .payload()
        .unwrap()
        .plan()
        .unwrap();
    let header = plan.comp_header().unwrap();
    assert_eq!(header.uncompressed_size(), 20);
    assert_eq!(header.prelink_version(), 1);
    assert_eq!(header.adler32(), write::adler32(b"some kernel or other"));
    assert_eq!(
        (header.platform_name(), header.root_path()),
        (&b""[..], &b""[..])
    );
}

#[cfg(feature = "digest")]
#[test]
fn digests_match_differ_and_lack() {
    use img4::DigestCheck;
    use testkit::img4::signed_like;

    let check = |file: &[u8]| {
        let parsed = Img4::parse(file).unwrap();
        parsed
            .payload()
            .unwrap()
            .check_digest(&parsed.manifest().unwrap())
    };
    let im4p = Im4p::stored("krnl", b"payload bytes");
    let mut file = signed_like(&im4p);
    assert_eq!(check(&file), DigestCheck::MatchesSha384);
    let at = file.windows(7).position(|w| w == b"payload").unwrap();
    file[at] ^= 1;
    assert_eq!(check(&file), DigestCheck::Differs);

    let payload = im4p.build();
    let with = |digest: &[u8], name: &str| {
        let manifest = Im4m::covering(name, digest).build();
        check(&write::img4(&payload, Some(&manifest), None))
    };
    let sha1 = Img4::parse(&payload).unwrap().payload().unwrap().sha1();
    assert_eq!(with(&sha1, "krnl"), DigestCheck::MatchesSha1);
    assert_eq!(with(&sha1, "ibot"), DigestCheck::NoObject);
    assert_eq!(with(&[0; 32], "krnl"), DigestCheck::UnknownAlgorithm(32));
    let manifest = Im4m {
        properties: vec![],
        objects: vec![("krnl".into(), vec![])],
    };
    let file = write::img4(&payload, Some(&manifest.build()), None);
    assert_eq!(check(&file), DigestCheck::NoDigest);
}

#[cfg(feature = "digest")]
#[test]
fn sha1_covers_the_whole_element() {
    let file = Im4p {
        description: String::new(),
        ..Im4p::stored("krnl", b"abc")
    }
    .build();
    let payload = Img4::parse(&file).unwrap().payload().unwrap();
    // printf '\x30\x13\x16\x04IM4P\x16\x04krnl\x16\x00\x04\x03abc' | sha1sum
    let sha1 = payload.sha1();
    let (head, tail) = sha1.split_at(16);
    assert_eq!(
        u128::from_be_bytes(head.try_into().unwrap()),
        0x55c7_927b_f883_f8f6_8a2f_36fd_fbfa_90a3
    );
    assert_eq!(u32::from_be_bytes(tail.try_into().unwrap()), 0x52ac_cf37);
}
