//! Streams and elements made by hand, each at the edge of one rule: the last that is taken, and the
//! first that is refused.

#[cfg(feature = "lzfse")]
#[path = "support/one_match.rs"]
mod one_match;

#[cfg(feature = "lzfse")]
use one_match::OneMatch;

use img4::{Error, ErrorKind as K, Img4, Scratch, Structure as S};
use testkit::img4::{self as write, Im4m, Im4p};

fn outcome(file: &[u8]) -> Result<Vec<u8>, Error> {
    let Some(payload) = Img4::parse(file)?.payload() else {
        return Ok(Vec::new());
    };
    let mut output = vec![0; payload.plan()?.size_within(1 << 20)?];
    payload.decompress_into(&mut output, &mut Scratch::new())?;
    Ok(output)
}

fn what(got: &Result<Vec<u8>, Error>) -> Option<(K, S, u64)> {
    let error = got.as_ref().err()?;
    Some((error.kind(), error.structure(), error.offset()))
}

/// Tag numbers of 32 bits are read, those of 33 are refused and not cut to 32: here the cut number
/// would be the right one.
#[test]
fn tag_numbers_have_32_bits() {
    let with = |tag: &[u8]| {
        let im4p = Im4p {
            unknown: write::tlv(tag, b""),
            ..Im4p::stored("krnl", b"12345678")
        };
        outcome(&im4p.build())
    };
    assert_eq!(with(b"\xff\x8f\xff\xff\xff\x7f").unwrap(), b"12345678");
    let refused = Some((K::BadTag, S::Im4p, 33));
    assert_eq!(what(&with(b"\xff\x90\x80\x80\x81\x00")), refused);
    assert_eq!(what(&with(b"\xff\x9f\xff\xff\xff\x7f")), refused);

    let mut manifest = Im4m::covering("krnl", &[0; 48]).build();
    assert_eq!(what(&outcome(&manifest)), None);
    let tag = &write::private("MANB", b"")[..6];
    let at = manifest.windows(6).position(|window| window == tag);
    let at = at.unwrap();
    assert_eq!(manifest[at + 1] & 0x70, 0);
    manifest[at + 1] |= 0x10;
    let refused = Some((K::BadTag, S::ManifestBody, at as u64));
    assert_eq!(what(&outcome(&manifest)), refused);
}

/// Each byte of a digest counts.
#[cfg(feature = "digest")]
#[test]
fn a_digest_that_differs_in_one_byte_differs() {
    use img4::DigestCheck;

    let file = Im4p::stored("krnl", b"payload bytes").build();
    let payload = Img4::parse(&file).unwrap().payload().unwrap();
    let check = |digest: &[u8]| {
        let manifest = Im4m::covering("krnl", digest).build();
        payload.check_digest(&Img4::parse(&manifest).unwrap().manifest().unwrap())
    };
    let (sha1, sha384) = (payload.sha1(), payload.sha384());
    for (digest, same) in [
        (&sha1[..], DigestCheck::MatchesSha1),
        (&sha384[..], DigestCheck::MatchesSha384),
    ] {
        assert_eq!(check(digest), same);
        for at in 0..digest.len() {
            let mut other = digest.to_vec();
            other[at] ^= 1;
            assert_eq!(check(&other), DigestCheck::Differs, "byte {at}");
        }
    }
}

/// File offset of the data, and of what follows a `bvx1` header there.
#[cfg(feature = "lzfse")]
const AFTER_HEADER: u64 = 29 + 772;

/// Every coder must end in state 0, not only some of them.
#[cfg(feature = "lzfse")]
#[test]
fn every_coder_ends_in_state_0() {
    let sound = OneMatch::SOUND;
    assert_eq!(outcome(&sound.file()).unwrap(), b"aaaaaaa");
    for coder in 0..4 {
        let mut one = sound;
        one.literal_states[coder] = 1;
        let refused = Some((K::BadFinalState, S::LzfseLiterals, AFTER_HEADER));
        assert_eq!(what(&outcome(&one.file())), refused, "literals, {coder}");
    }
    for coder in 0..3 {
        let mut one = sound;
        one.match_states[coder] = 1;
        let refused = Some((K::BadFinalState, S::LzfseMatches, AFTER_HEADER));
        assert_eq!(what(&outcome(&one.file())), refused, "matches, {coder}");
    }
}

/// Literals come in fours, so three may be left; a fourth would be a group of its own.
#[cfg(feature = "lzfse")]
#[test]
fn three_literals_may_be_spare() {
    for placed in 0..=8_u16 {
        let one = OneMatch {
            literals: 8,
            literals_placed: placed,
            ..OneMatch::SOUND
        };
        let got = outcome(&one.file());
        match placed {
            // Nothing lies at distance 1.
            0 => assert!(matches!(what(&got), Some((K::BadDistance, ..)))),
            1..=4 => {
                let refused = Some((K::BadLiteralCount, S::LzfseMatches, AFTER_HEADER));
                assert_eq!(what(&got), refused, "{placed}");
            }
            _ => assert_eq!(got.unwrap(), vec![b'a'; usize::from(placed) + 3]),
        }
    }
}

/// Opcodes that the format leaves undefined are refused, whatever a decoder might make of them.
#[cfg(feature = "lzfse")]
#[test]
fn undefined_lzvn_opcodes_are_refused() {
    let few = [0x1e, 0x26, 0x2e, 0x36, 0x3e];
    let undefined = few.into_iter().chain(0x70..=0x7f).chain(0xd0..=0xdf);
    let undefined: Vec<u8> = undefined.collect();
    for op in 0..=0xff {
        // Literals and a match before it, so that any match is possible; operands after it.
        let mut stream = b"\xe3abc\x40\x01d".to_vec();
        let at = stream.len() as u64;
        stream.push(op);
        stream.extend_from_slice(&[1; 600]);
        let mut file = write::comp(*b"lzvn", b"", &stream);
        file[12..16].copy_from_slice(&500_u32.to_be_bytes());
        let got = outcome(&Im4p::stored("krnl", &file).build());
        let place = 29 + 384 + at;
        let is_refused = what(&got) == Some((K::BadOpcode, S::Lzvn, place));
        assert_eq!(is_refused, undefined.contains(&op), "{op:#x}: {got:?}");
    }
}
