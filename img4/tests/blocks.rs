//! LZFSE blocks that encoders seldom or never write: bvx1, several in a row, none at all.

use img4::{Img4, Scratch};
use testkit::img4::{self as write, Im4p};
use testkit::lzvn;

fn extract(stream: &[u8]) -> Vec<u8> {
    let file = Im4p::stored("krnl", stream).build();
    let payload = Img4::parse(&file).unwrap().payload().unwrap();
    let mut output = vec![0; payload.plan().unwrap().size_within(1 << 24).unwrap()];
    payload
        .decompress_into(&mut output, &mut Scratch::new())
        .unwrap();
    output
}

fn text() -> Vec<u8> {
    (0..60_000u32)
        .flat_map(|i| {
            format!("{:x} and {} ", i.wrapping_mul(2_654_435_761) >> 7, i / 5).into_bytes()
        })
        .collect()
}

/// A low-bits-first reader over the frequencies of a bvx2 header, one bit at a time: slow, and nothing like ours.
struct SlowBits<'a>(&'a [u8], usize);

impl SlowBits<'_> {
    fn bits(&mut self, count: usize) -> u16 {
        (0..count).fold(0, |value, i| {
            let bit = self.0[self.1 / 8] >> (self.1 % 8) & 1;
            self.1 += 1;
            value | u16::from(bit) << i
        })
    }

    fn frequency(&mut self) -> u16 {
        if self.bits(1) == 0 {
            return self.bits(1);
        }
        if self.bits(1) == 0 {
            return 2 + self.bits(1);
        }
        if self.bits(1) == 0 {
            return 4 + self.bits(2);
        }
        if self.bits(1) == 0 {
            return 8 + self.bits(4);
        }
        24 + self.bits(10)
    }
}

/// Rewrites each bvx2 block as bvx1; returns how many there were.
fn as_bvx1(mut stream: &[u8]) -> (Vec<u8>, usize) {
    let mut out = Vec::new();
    let mut blocks = 0;
    loop {
        match &stream[..4] {
            b"bvx2" => {}
            b"bvx$" => {
                out.extend_from_slice(stream);
                return (out, blocks);
            }
            other => panic!("{other:?} where bvx2 was wanted"),
        }
        blocks += 1;
        let word = |at: usize| u64::from_le_bytes(stream[at..at + 8].try_into().unwrap());
        let cut = |word: u64, from: u32, width: u32| (word >> from) & ((1 << width) - 1);
        let (a, b, c) = (word(8), word(16), word(24));
        let (literal_bytes, match_bytes) = (cut(a, 20, 20), cut(b, 40, 20));
        let mut put32 =
            |value: u64| out.extend_from_slice(&u32::try_from(value).unwrap().to_le_bytes());
        put32(u64::from(u32::from_le_bytes(*b"bvx1")));
        put32(word(0) >> 32);
        put32(literal_bytes + match_bytes);
        put32(cut(a, 0, 20));
        put32(cut(a, 40, 20));
        put32(literal_bytes);
        put32(match_bytes);
        let spare = |value: u64| (i32::try_from(value).unwrap() - 7).to_le_bytes();
        out.extend_from_slice(&spare(cut(a, 60, 3)));
        for from in [0, 10, 20, 30] {
            out.extend_from_slice(&u16::try_from(cut(b, from, 10)).unwrap().to_le_bytes());
        }
        out.extend_from_slice(&spare(cut(b, 60, 3)));
        for from in [32, 42, 52] {
            out.extend_from_slice(&u16::try_from(cut(c, from, 10)).unwrap().to_le_bytes());
        }
        let header = usize::try_from(cut(c, 0, 32)).unwrap();
        let mut bits = SlowBits(&stream[32..header], 0);
        for _ in 0..360 {
            out.extend_from_slice(&bits.frequency().to_le_bytes());
        }
        out.extend_from_slice(&[0, 0]);
        let end = header + usize::try_from(literal_bytes + match_bytes).unwrap();
        out.extend_from_slice(&stream[header..end]);
        stream = &stream[end..];
    }
}

#[test]
fn bvx1_decodes_to_the_same_bytes() {
    let text = text();
    let (stream, blocks) = as_bvx1(&write::lzfse(&text));
    assert!(blocks >= 3, "{blocks} blocks");
    assert!(extract(&stream) == text);
    // The oracle reads it too, so the rewriting is sound.
    let mut oracle = Vec::new();
    lzfse_rust::LzfseDecoder::default()
        .decode_bytes(&stream, &mut oracle)
        .unwrap();
    assert!(oracle == text);
}

#[test]
fn blocks_of_all_kinds_follow_each_other() {
    let text = text();
    let compressed = write::lzfse(&text);
    let (old, _) = as_bvx1(&compressed);
    let packed = lzvn::compress(b"a rose is a rose is a rose");
    let mut stream = b"bvx-\x03\0\0\0abc".to_vec();
    stream.extend_from_slice(&compressed[..compressed.len() - 4]);
    stream.extend_from_slice(b"bvxn\x1a\0\0\0");
    stream.extend_from_slice(&u32::try_from(packed.len()).unwrap().to_le_bytes());
    stream.extend_from_slice(&packed);
    stream.extend_from_slice(b"bvx-\0\0\0\0");
    stream.extend_from_slice(&old);
    let expected = [b"abc", &text[..], b"a rose is a rose is a rose", &text].concat();
    assert!(extract(&stream) == expected);
}

#[test]
fn nothing_is_a_stream_too() {
    assert_eq!(extract(b"bvx$"), b"");
}

/// Each LZVN opcode by hand, from the format's description.
#[test]
fn every_lzvn_opcode() {
    let mut stream = b"bvxn\0\0\0\0\0\0\0\0".to_vec();
    stream.extend_from_slice(b"\xe3abc"); // literals: abc
    stream.extend_from_slice(b"\x48\x03d"); // one literal, match of 4, distance 3: d bcdb
    stream.extend_from_slice(b"\x0e\x16"); // nothing, twice
    stream.extend_from_slice(b"\x46e"); // one literal, match of 3, the same distance: e dbe
    stream.extend_from_slice(b"\xf2"); // match of 2: db
    stream.extend_from_slice(b"\x0f\x0d\x00"); // match of 4, 16-bit distance 13: bcdb
    stream.extend_from_slice(b"\xa0\x05\x00"); // match of 4, 14-bit distance 1: bbbb
    stream.extend_from_slice(b"\xf0\x00"); // match of 16, distance 1
    stream.extend_from_slice(b"\xe0\x000123456789abcdef"); // 16 literals
    stream.extend_from_slice(b"\x06\0\0\0\0\0\0\0bvx$");
    let expected = b"abcdbcdbedbedbbcdbbbbbbbbbbbbbbbbbbbbb0123456789abcdef";
    let size = u32::try_from(expected.len()).unwrap();
    stream[4..8].copy_from_slice(&size.to_le_bytes());
    let payload = u32::try_from(stream.len() - 16).unwrap();
    stream[8..12].copy_from_slice(&payload.to_le_bytes());
    assert_eq!(
        String::from_utf8_lossy(&extract(&stream)),
        String::from_utf8_lossy(expected)
    );
}
