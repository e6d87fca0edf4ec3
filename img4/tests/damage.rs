//! Damaged containers and streams: each row says what is changed and which error it must give, to
//! the byte.

#[path = "support/one_match.rs"]
mod one_match;

use img4::{Error, ErrorKind, Img4, Scratch, Structure};
use one_match::OneMatch;
use testkit::img4::{self as write, Im4m, Im4p};

/// What the caller of the crate sees: parse, then decompress into a buffer of at most 1 MiB.
fn outcome(file: &[u8]) -> Result<Vec<u8>, Error> {
    let parsed = Img4::parse(file)?;
    let Some(payload) = parsed.payload() else {
        return Ok(Vec::new());
    };
    let size = payload.plan()?.size_within(1 << 20)?;
    let mut output = vec![0; size];
    payload.decompress_into(&mut output, &mut Scratch::new())?;
    Ok(output)
}

/// A payload that is refused or accepted for its data alone. Short data starts at file offset
/// [`SHORT`].
fn data(data: &[u8]) -> Vec<u8> {
    Im4p::stored("krnl", data).build()
}

fn patched(mut bytes: Vec<u8>, at: usize, patch: &[u8]) -> Vec<u8> {
    bytes[at..at + patch.len()].copy_from_slice(patch);
    bytes
}

fn lzfse(plain: &[u8]) -> Vec<u8> {
    let stream = write::lzfse(plain);
    assert_eq!(&stream[..4], b"bvx2");
    stream
}

/// 100 KB that compress into more than one kind of match.
fn plain() -> Vec<u8> {
    (0..9000u32)
        .flat_map(|i| format!("{} of {}; ", i * 7 % 1000, i / 3).into_bytes())
        .collect()
}

/// A comp header with the given fields.
fn comp(codec: [u8; 4], adler: u32, size: u32, stream: &[u8]) -> Vec<u8> {
    let mut out = write::comp(codec, b"", stream);
    out[8..12].copy_from_slice(&adler.to_be_bytes());
    out[12..16].copy_from_slice(&size.to_be_bytes());
    data(&out)
}

/// File offset of the data where that is shorter than 100 bytes, of 256 to 65,000 bytes, of more.
const SHORT: u64 = 25;
const DATA: u64 = 29;
const LONG: u64 = 31;
/// File offset of a comp payload's stream.
const STREAM: u64 = DATA + 384;
/// File offset of what follows a bvx1 header.
const AFTER_HEADER: u64 = DATA + 772;

/// What is changed, the file, and the error: kind, structure, file offset.
type Row = (&'static str, Vec<u8>, ErrorKind, Structure, u64);

fn rows() -> Vec<Row> {
    use ErrorKind as K;
    use Structure as S;

    let stored = Im4p::stored("krnl", b"12345678").build();
    let declared = |info, data: &[u8]| {
        Im4p {
            compression: Some(info),
            ..Im4p::stored("krnl", data)
        }
        .build()
    };
    let raw = b"bvx-\x05\0\0\0hellobvx$";
    let manifest = Im4m::covering("krnl", &[0; 48]).build();
    let position =
        |file: &[u8], what: &[u8]| file.windows(what.len()).position(|w| w == what).unwrap();
    let manb_text = position(&manifest, b"\x16\x04MANB");
    let bord_text = position(&manifest, b"\x16\x04BORD");
    let blocks = lzfse(&plain());
    let field = |at: usize, patch: &[u8]| data(&patched(blocks.clone(), at, patch));
    let header_size = u64::from(u32::from_le_bytes(blocks[24..28].try_into().unwrap()));
    let literal_bytes = {
        let word = u64::from_le_bytes(blocks[8..16].try_into().unwrap());
        word >> 20 & 0xf_ffff
    };
    let adler = write::adler32;
    let block = |change: &dyn Fn(&mut OneMatch)| {
        let mut block = OneMatch::SOUND;
        change(&mut block);
        block.file()
    };

    #[rustfmt::skip]
    let rows = vec![
        // Containers.
        ("empty", vec![], K::NotImg4, S::Img4, 0),
        ("a Mach-O", vec![0xcf, 0xfa, 0xed, 0xfe], K::NotImg4, S::Img4, 0),
        ("cut in the middle", stored[..20].to_vec(), K::Truncated, S::Img4, 0),
        ("indefinite length", patched(stored.clone(), 1, &[0x80]), K::BadLength, S::Img4, 0),
        ("length of five bytes", [&[0x30, 0x85, 0, 0, 0, 0, 1][..], b"x"].concat(), K::BadLength, S::Img4, 0),
        ("length not in its shortest form", [&[0x30, 0x81, 6][..], b"\x16\x04IM4P"].concat(), K::BadLength, S::Img4, 0),
        ("another name", patched(stored.clone(), 4, b"IM4X"), K::NotImg4, S::Img4, 0),
        ("nothing after the name", write::sequence(&[&write::ia5("IM4P")]), K::MissingField, S::Im4p, 8),
        ("fourcc of three bytes", Im4p::stored("krn", b"").build(), K::BadFourCc, S::Im4p, 8),
        ("data of another type", patched(stored.clone(), 23, &[0x0c]), K::UnexpectedTag, S::Im4p, 23),
        ("data longer than the file", patched(stored.clone(), 24, &[0x7f]), K::Truncated, S::Im4p, 23),
        ("keybag with a short iv", Im4p { keybags: vec![(1, vec![0; 15], vec![0; 32])],..Im4p::stored("krnl", b"12345678") }.build(), K::BadLength, S::Keybag, 42),
        ("compression info without size", Im4p { unknown: write::sequence(&[&write::integer(1)]),..Im4p::stored("krnl", b"12345678") }.build(), K::MissingField, S::CompressionInfo, 38),
        ("compression size of nine bytes", Im4p { unknown: write::sequence(&[&write::integer(1), &write::tlv(&[2], &[1; 9])]),..Im4p::stored("krnl", b"12345678") }.build(), K::BadInteger, S::CompressionInfo, 38),
        ("PAYP of another name", Im4p { unknown: write::context(0, &write::sequence(&[&write::ia5("PAYX"), &write::set(&[])])),..Im4p::stored("krnl", b"12345678") }.build(), K::BadMagic, S::PayloadProperties, 37),
        ("junk after the last field", Im4p { unknown: vec![0x04, 0x05, 0x00],..Im4p::stored("krnl", b"12345678") }.build(), K::Truncated, S::Im4p, 33),
        ("tag number of 33 bits", Im4p { unknown: write::tlv(b"\xff\x90\x80\x80\x81\x00", b""),..Im4p::stored("krnl", b"12345678") }.build(), K::BadTag, S::Im4p, 33),
        ("tag number 30 in the long form", Im4p { unknown: write::tlv(b"\x1f\x1e", b""),..Im4p::stored("krnl", b"12345678") }.build(), K::BadTag, S::Im4p, 33),
        ("three numbers of compression info", Im4p { unknown: write::sequence(&[&write::integer(1), &write::integer(5), &write::integer(0)]),..Im4p::stored("krnl", b"12345678") }.build(), K::TrailingBytes, S::CompressionInfo, 41),
        // Manifests.
        ("manifest version 1", patched(manifest.clone(), 12, &[1]), K::UnknownVersion, S::Im4m, 10),
        ("MANB named otherwise", patched(manifest.clone(), manb_text + 2, b"MANX"), K::NameMismatch, S::ManifestBody, manb_text as u64),
        ("property's name and tag differ", patched(manifest.clone(), bord_text + 2, b"BORX"), K::NameMismatch, S::Property, bord_text as u64),
        ("manifest without signature", write::sequence(&[&write::ia5("IM4M"), &write::integer(0), &write::set(&[])]), K::MissingField, S::Im4m, 13),
        // Plans.
        ("encrypted", Im4p { keybags: vec![(1, vec![0; 16], vec![0; 32])],..Im4p::stored("krnl", b"12345678") }.build(), K::Encrypted, S::Im4p, SHORT),
        ("declared LZFSE, no bvx", declared((1, 8), b"12345678"), K::CodecMismatch, S::CompressionInfo, 33),
        ("declared LZSS, LZFSE in it", declared((0, 5), raw), K::CodecMismatch, S::CompressionInfo, 42),
        ("algorithm 2", declared((2, 5), raw), K::UnknownAlgorithm, S::CompressionInfo, 42),
        ("declared size differs", declared((1, 6), raw), K::SizeMismatch, S::CompressionInfo, 42),
        ("over the caller's limit", data(&[b"bvxn\0\0\x20\0\x40\x40\0\0", &[0; 0x40][..]].concat()), K::Truncated, S::BvxnBlock, SHORT),
        ("a bomb's header", comp(*b"lzss", 0, 0xffff_ffff, &[0; 100]), K::RatioTooLarge, S::CompHeader, DATA),
        ("size over the limit", comp(*b"lzss", 0, 0x0010_0001, &vec![0; 130_000]), K::SizeTooLarge, S::CompHeader, LONG),
        ("header cut", data(b"complzss\0\0\0\0"), K::Truncated, S::CompHeader, SHORT),
        // Checksums and LZSS.
        ("wrong adler32", comp(*b"lzss", 0x1234, 1, b"\x01x"), K::ChecksumMismatch, S::CompHeader, DATA),
        ("LZSS ends early", comp(*b"lzss", 0, 2, b"\x03x"), K::OutputUnderrun, S::Lzss, STREAM + 2),
        ("LZSS match cut", comp(*b"lzss", 0, 4, b"\x00x"), K::OutputUnderrun, S::Lzss, STREAM + 1),
        ("LZSS match too long", comp(*b"lzss", 0, 2, b"\x00\x00\x00"), K::OutputOverrun, S::Lzss, STREAM + 1),
        ("LZSS bytes left", comp(*b"lzss", adler(b"x"), 1, b"\x01xy"), K::InputLeft, S::Lzss, STREAM + 2),
        ("LZSS match from the undefined part of the ring", comp(*b"lzss", 0, 3, b"\x00\xff\xf0"), K::BadDistance, S::Lzss, STREAM + 1),
        // LZVN.
        ("LZVN undefined opcode", comp(*b"lzvn", 0, 3, b"\x70\0\0\0\0\0\0\0"), K::BadOpcode, S::Lzvn, STREAM),
        ("LZVN match before any output", comp(*b"lzvn", 0, 3, b"\x00\x01\x06\0\0\0\0\0\0\0"), K::BadDistance, S::Lzvn, STREAM),
        ("LZVN match with no distance yet", comp(*b"lzvn", 0, 4, b"\xe1a\xf3\x06\0\0\0\0\0\0\0"), K::BadDistance, S::Lzvn, STREAM + 2),
        ("LZVN distance 0", comp(*b"lzvn", 0, 4, b"\xe1a\x00\x00\x06\0\0\0\0\0\0\0"), K::BadDistance, S::Lzvn, STREAM + 2),
        ("LZVN too much", comp(*b"lzvn", 0, 1, b"\xe2ab\x06\0\0\0\0\0\0\0"), K::OutputOverrun, S::Lzvn, STREAM),
        ("LZVN ends early", comp(*b"lzvn", 0, 2, b"\xe1a\x06\0\0\0\0\0\0\0"), K::OutputUnderrun, S::Lzvn, STREAM + 2),
        ("LZVN end opcode cut", comp(*b"lzvn", 0, 1, b"\xe1a\x06\0"), K::Truncated, S::Lzvn, STREAM + 2),
        ("LZVN end opcode with a byte that is not zero", comp(*b"lzvn", 0, 1, b"\xe1a\x06\0\0\x01\0\0\0\0"), K::BadOpcode, S::Lzvn, STREAM + 2),
        ("LZVN bytes left", comp(*b"lzvn", 0, 1, b"\xe1a\x06\0\0\0\0\0\0\0z"), K::InputLeft, S::Lzvn, STREAM + 2),
        // LZFSE.
        ("no end block", data(&raw[..13]), K::Truncated, S::Lzfse, SHORT + 13),
        ("unknown second block", data(b"bvx-\x05\0\0\0hellobvx?"), K::BadBlockMagic, S::Lzfse, SHORT + 13),
        ("bvx- longer than the data", data(b"bvx-\x06\0\0\0hello"), K::Truncated, S::RawBlock, SHORT),
        ("bvx2 header cut", data(b"bvx2\x06\0\0\0hello"), K::Truncated, S::Bvx2Header, SHORT),
        ("bvx1 header cut", data(b"bvx1\x06\0\0\0hello"), K::Truncated, S::Bvx1Header, SHORT),
        ("bvx2 with 40,004 literals", field(8, &[0x44, 0x9c, blocks[10] & 0xf0]), K::BadHeaderField, S::Bvx2Header, DATA),
        ("bvx2 L state 64", field(28, &[0x40, blocks[29] & 0xfc]), K::BadHeaderField, S::Bvx2Header, DATA),
        ("bvx2 unused bit set", field(15, &[blocks[15] | 0x80]), K::BadHeaderField, S::Bvx2Header, DATA),
        ("bvx2 frequencies changed", field(32, &[blocks[32] ^ 2]), K::BadFrequencies, S::Bvx2Header, DATA),
        ("bvx2 raw bytes one short", field(4, &[blocks[4] - 1]), K::OutputOverrun, S::LzfseMatches, DATA + header_size + literal_bytes),
        ("bvx2 raw bytes one more", field(4, &[blocks[4] + 1]), K::OutputUnderrun, S::LzfseMatches, DATA + header_size + literal_bytes),
        ("bvx1 literals with a spare bit", block(&|one| one.spare[0] = 1), K::BadBitStream, S::LzfseLiterals, AFTER_HEADER),
        ("bvx1 matches with a spare bit", block(&|one| one.spare[1] = 1), K::BadBitStream, S::LzfseMatches, AFTER_HEADER),
        ("bvx1 literals end in state 1", block(&|one| one.literal_states[2] = 1), K::BadFinalState, S::LzfseLiterals, AFTER_HEADER),
        ("bvx1 distances end in state 1", block(&|one| one.match_states[2] = 1), K::BadFinalState, S::LzfseMatches, AFTER_HEADER),
        ("bvx1 places more literals than it has", block(&|one| one.literals_placed = 5), K::BadLiteralCount, S::LzfseMatches, AFTER_HEADER),
        ("bvx1 leaves four literals", block(&|one| one.literals = 8), K::BadLiteralCount, S::LzfseMatches, AFTER_HEADER),
    ];
    rows
}

#[test]
fn each_damage_gives_its_error() {
    let rows = rows();
    let mut wrong = 0;
    for (name, file, kind, what, offset) in &rows {
        let got = outcome(file).map(|output| output.len());
        let matches = got.is_err_and(|error| {
            (error.kind(), error.structure(), error.offset()) == (*kind, *what, *offset)
        });
        if !matches {
            wrong += 1;
            println!("{name}: {got:?}, not {kind:?} {what:?} {offset}");
        }
    }
    assert_eq!(wrong, 0, "of {} rows", rows.len());
    assert!(rows.len() >= 40);
}

/// Names of the variants of `pub enum ErrorKind`, from its source text: a new one cannot be left
/// out.
fn kinds() -> Vec<&'static str> {
    let (_, body) = include_str!("../src/error.rs")
        .split_once("pub enum ErrorKind {\n")
        .unwrap();
    let (body, _) = body.split_once("\n}").unwrap();
    let lines = body.lines().map(str::trim);
    lines
        .filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()))
        .map(|line| line.trim_end_matches(','))
        .collect()
}

/// Every kind of error is made by a row, except the two that are no damage of the file.
#[test]
fn every_kind_is_made() {
    let rows = rows();
    // What the rows say is so: `each_damage_gives_its_error`.
    let mut made: Vec<String> = rows.iter().map(|row| format!("{:?}", row.2)).collect();
    let file = data(b"12345678");
    let payload = Img4::parse(&file).unwrap().payload().unwrap();
    let short = payload.decompress_into(&mut [0; 7], &mut Scratch::new());
    let short = format!("{:?}", short.unwrap_err().kind());
    // Builds without a codec give it: `a_codec_left_out_is_said` of smoke.rs.
    let left_out = format!("{:?}", ErrorKind::UnsupportedCodec);
    for other in [short, left_out] {
        assert!(!made.contains(&other), "{other} has a row");
        made.push(other);
    }
    let kinds = kinds();
    assert_eq!(kinds.first(), Some(&"Truncated"));
    assert_eq!(kinds.last(), Some(&"ChecksumMismatch"));
    let is_made = |kind: &&str| made.iter().any(|made| made == kind);
    let missing: Vec<_> = kinds.iter().filter(|kind| !is_made(kind)).collect();
    assert!(missing.is_empty(), "no row makes {missing:?}");
    // A name that is read wrongly would hide one that is missing.
    for made in &made {
        assert!(kinds.contains(&made.as_str()), "{made} is not a variant");
    }
}

/// Knuth's MMIX generator, 31 bits at a time: the same numbers in every run.
fn random() -> impl FnMut() -> usize {
    let mut state = 1u64;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap()
    }
}

/// One bit flipped in an LZFSE payload: how often is that noticed without any checksum? What stays
/// unnoticed are mostly literals replaced by others of the same code length, and distances: that is
/// the digest's job.
#[test]
fn most_single_bit_flips_in_lzfse_are_refused() {
    // Real code of the host. How much is noticed depends on the data: 79 to 82 % in five samples of
    // optimised arm64 Mach-O files, less in a test executable's repetitive code, 59 % in made-up
    // text.
    let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    let middle = own.len() / 2;
    let plain = own[middle..middle + 100_000].to_vec();
    let stream = lzfse(&plain);
    let file = Im4p {
        compression: Some((1, plain.len() as u64)),
        ..Im4p::stored("krnl", &stream)
    }
    .build();
    let start = Img4::parse(&file).unwrap().payload().unwrap().data_offset();
    let start = usize::try_from(start).unwrap();
    assert!(outcome(&file).unwrap() == plain);
    let mut random = random();
    let mut refused = 0;
    for _ in 0..3000 {
        let bit = random() % (stream.len() * 8);
        let mut damaged = file.clone();
        damaged[start + bit / 8] ^= 1 << (bit % 8);
        refused += usize::from(outcome(&damaged).is_err());
    }
    println!("{refused} of 3000 flips refused");
    assert!(refused * 100 >= 55 * 3000, "{refused} of 3000 refused");
}
