//! The rules of DER (X.690), one by one: tags and lengths in the value of a property.
use img4::{Class, ErrorKind, Img4, Tag, Value};
use testkit::img4::{self as write, Im4p};

/// A property's value as it is read: its tag, and how many bytes it has inside.
fn read(value: &[u8]) -> Result<(Tag, usize), ErrorKind> {
    let payload = Im4p::stored("krnl", b"12345678").build();
    let info = write::im4r(&[write::property("TEST", value)]);
    let file = write::img4(&payload, None, Some(&info));
    let parsed = Img4::parse(&file).map_err(img4::Error::kind)?;
    let info = parsed.restore_info().unwrap();
    let property = info.properties().next().unwrap();
    match property.value() {
        Value::Other(tlv) => Ok((tlv.tag(), tlv.value().len())),
        other => panic!("{other:?}"),
    }
}

/// A tag's bytes before an empty value.
fn tag(bytes: &[u8]) -> Result<(Class, bool, u32), ErrorKind> {
    let (tag, len) = read(&[bytes, &[0]].concat())?;
    assert_eq!(len, 0);
    Ok((tag.class, tag.constructed, tag.number))
}

#[test]
fn tags() {
    assert_eq!(tag(&[0x05]), Ok((Class::Universal, false, 5)));
    assert_eq!(tag(&[0x45]), Ok((Class::Application, false, 5)));
    assert_eq!(tag(&[0x85]), Ok((Class::Context, false, 5)));
    assert_eq!(tag(&[0xc5]), Ok((Class::Private, false, 5)));
    assert_eq!(tag(&[0xa5]), Ok((Class::Context, true, 5)));
    assert_eq!(tag(&[0x9e]), Ok((Class::Context, false, 30)));
    // 31 and more are in groups of seven bits.
    assert_eq!(tag(&[0x9f, 31]), Ok((Class::Context, false, 31)));
    assert_eq!(tag(&[0x9f, 0x81, 0]), Ok((Class::Context, false, 0x80)));
    assert_eq!(
        tag(&[0x9f, 0x8f, 0xff, 0xff, 0xff, 0x7f]),
        Ok((Class::Context, false, u32::MAX))
    );
    for wrong in [
        // Not the shortest form.
        &[0x9f, 30][..],
        &[0x9f, 0],
        &[0x9f, 0x80, 31],
        &[0x9f, 0x80, 0x81, 0],
        // More than 32 bits.
        &[0x9f, 0x90, 0x80, 0x80, 0x80, 0],
        &[0x9f, 0x81, 0x80, 0x80, 0x80, 0x80, 0],
    ] {
        assert_eq!(tag(wrong), Err(ErrorKind::BadTag), "{wrong:02x?}");
    }
}

#[test]
fn lengths() {
    let read = |header: &[u8], len: usize| {
        let value = [&[0x85], header, &vec![0; len]].concat();
        read(&value).map(|(_, len)| len)
    };
    assert_eq!(read(&[0x00], 0), Ok(0));
    assert_eq!(read(&[0x7f], 0x7f), Ok(0x7f));
    assert_eq!(read(&[0x81, 0x80], 0x80), Ok(0x80));
    assert_eq!(read(&[0x82, 0x01, 0x00], 0x100), Ok(0x100));
    assert_eq!(read(&[0x83, 0x01, 0x00, 0x00], 0x1_0000), Ok(0x1_0000));
    assert_eq!(
        read(&[0x84, 0x01, 0x00, 0x00, 0x00], 0x100_0000),
        Ok(0x100_0000)
    );
    for (wrong, len) in [
        // Indefinite, and not the shortest form.
        (&[0x80][..], 0),
        (&[0x81, 0x7f], 0x7f),
        (&[0x82, 0x00, 0x80], 0x80),
        // In five bytes.
        (&[0x85, 0x01, 0x00, 0x00, 0x00, 0x00], 0),
        (&[0x85, 0x00, 0x00, 0x00, 0x00, 0x80], 0x80),
    ] {
        assert_eq!(read(wrong, len), Err(ErrorKind::BadLength), "{wrong:02x?}");
    }
}
