//! The smallest container of each kind, written out byte by byte.

use img4::{Codec, Container, ErrorKind, FourCc, Img4, Scratch, SizeSource};

const STORED: &[u8] = b"\x30\x18\x16\x04IM4P\x16\x04krnl\x16\x00\x04\x08\xcf\xfa\xed\xfe1234";

#[test]
fn a_stored_payload_comes_out_as_it_went_in() {
    let parsed = Img4::parse(STORED).unwrap();
    assert_eq!(parsed.container(), Container::Im4p);
    let payload = parsed.payload().unwrap();
    assert_eq!(payload.fourcc(), FourCc::new(*b"krnl"));
    assert_eq!(payload.data_offset(), 18);
    let plan = payload.plan().unwrap();
    assert_eq!(plan.codec(), Codec::Stored);
    assert_eq!(plan.size_source(), SizeSource::Data);
    let mut output = [0; 8];
    let done = payload
        .decompress_into(&mut output, &mut Scratch::new())
        .unwrap();
    assert_eq!((done.written, done.consumed, done.verified), (8, 8, false));
    assert_eq!(output, *b"\xcf\xfa\xed\xfe1234");
}

#[test]
fn anything_else_is_not_img4() {
    for bytes in [
        &b""[..],
        b"\xcf\xfa\xed\xfe",
        b"\x30\x00",
        b"\x30\x06\x16\x04IM4X",
    ] {
        let error = Img4::parse(bytes).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (ErrorKind::NotImg4, 0));
    }
}

/// A payload of a codec that the build lacks is refused as that, not as damaged.
#[cfg(not(feature = "lzfse"))]
#[test]
fn a_codec_left_out_is_said() {
    let file = b"\x30\x25\x16\x04IM4P\x16\x04krnl\x16\x00\x04\x15bvx-\x05\0\0\0hellobvx$\0\0\0\0";
    let payload = Img4::parse(file).unwrap().payload().unwrap();
    let error = payload.plan().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnsupportedCodec);
}
