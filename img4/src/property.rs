//! Named values, as manifests, payloads and restore info hold them.
//!
//! \[PRIVATE name\] { SEQUENCE { IA5 name, value } } inside a SET. The tag is 0xFF followed by the four-character code as a
//! big-endian number in base 128. Source: m1stadev/PyIMG4 `parser.py` (class `_Property`).

use core::fmt;
use core::iter::FusedIterator;

use crate::debug::debug_view;
use crate::der::{Class, Reader, Tag, Tlv, unsigned};
use crate::error::{Error, ErrorKind, Structure};
use crate::fourcc::FourCc;

/// The value of a [`Property`].
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// BOOLEAN.
    Boolean(bool),
    /// INTEGER: its bytes, big-endian, to be read as unsigned.
    Integer(&'a [u8]),
    /// OCTET STRING.
    Octets(&'a [u8]),
    /// IA5String or UTF8String, its bytes unchecked.
    Text(&'a [u8]),
    /// Anything else, kept whole.
    Other(Tlv<'a>),
}

/// Its kind and what it is, where it is a number, else how many bytes it has.
impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => write!(f, "Boolean({value})"),
            Self::Integer(bytes) => match unsigned(bytes) {
                Some(value) => write!(f, "Integer({value})"),
                None => write!(f, "Integer({} bytes)", bytes.len()),
            },
            Self::Octets(bytes) => write!(f, "Octets({} bytes)", bytes.len()),
            Self::Text(bytes) => write!(f, "Text({} bytes)", bytes.len()),
            Self::Other(tlv) => f.debug_tuple("Other").field(tlv).finish(),
        }
    }
}

impl Value<'_> {
    /// An INTEGER that fits 64 bits, read as unsigned.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Integer(bytes) => unsigned(bytes),
            _ => None,
        }
    }
}

/// A name and its value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Property<'a> {
    name: FourCc,
    value: Value<'a>,
    raw: Tlv<'a>,
}

debug_view!(Property<'_>, |property| {
    name: property.name,
    value: property.value,
    offset: property.raw.offset(),
});

impl<'a> Property<'a> {
    /// The name, the same in tag and text.
    pub const fn name(&self) -> FourCc {
        self.name
    }

    /// The value.
    pub const fn value(&self) -> Value<'a> {
        self.value
    }

    /// The whole element with its private tag.
    pub const fn tlv(&self) -> Tlv<'a> {
        self.raw
    }

    fn from_tlv(tlv: Tlv<'a>) -> Result<Self, Error> {
        let (name, mut fields) = named(tlv, Structure::Property)?;
        let at = fields.offset();
        let Some(value) = fields.next()? else {
            return Err(Error::new(ErrorKind::MissingField, Structure::Property, at));
        };
        let value = match value.tag() {
            Tag::BOOLEAN => Value::Boolean(value.value().iter().any(|&byte| byte != 0)),
            Tag::INTEGER => Value::Integer(value.value()),
            Tag::OCTET_STRING => Value::Octets(value.value()),
            Tag::IA5_STRING | Tag::UTF8_STRING => Value::Text(value.value()),
            _ => Value::Other(value),
        };
        fields.finish()?;
        Ok(Self {
            name,
            value,
            raw: tlv,
        })
    }
}

/// Opens \[PRIVATE name\] { SEQUENCE { IA5 name, ... } } and returns the name and the fields after it.
pub(crate) fn named(tlv: Tlv<'_>, what: Structure) -> Result<(FourCc, Reader<'_>), Error> {
    let tag = tlv.tag();
    if tag.class != Class::Private || !tag.constructed {
        return Err(Error::new(ErrorKind::UnexpectedTag, what, tlv.offset()));
    }
    let mut inside = tlv.reader(what);
    let sequence = inside.expect(Tag::SEQUENCE)?;
    inside.finish()?;
    let mut fields = sequence.reader(what);
    let text = fields.expect(Tag::IA5_STRING)?;
    let name = FourCc::from_slice(text.value()).ok_or(Error::new(
        ErrorKind::BadFourCc,
        what,
        text.offset(),
    ))?;
    if name != FourCc::from_tag_number(tag.number) {
        return Err(Error::new(ErrorKind::NameMismatch, what, text.offset()));
    }
    Ok((name, fields))
}

/// The properties of a SET, in file order. Checked when the container was parsed.
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Properties<'a> {
    rest: Reader<'a>,
}

debug_view!(Properties<'_>, |properties| {
    left: properties.clone().count(),
});

impl<'a> Properties<'a> {
    /// What a structure without properties holds.
    pub(crate) const NONE: Reader<'static> = Reader::new(&[], 0, Structure::Property);

    /// Checks every property of the SET and gives what [`Properties::new`] takes.
    pub(crate) fn check(set: &Tlv<'a>) -> Result<Reader<'a>, Error> {
        let checked = set.reader(Structure::Property);
        let mut rest = checked;
        while let Some(tlv) = rest.next()? {
            Property::from_tlv(tlv)?;
        }
        Ok(checked)
    }

    pub(crate) const fn new(checked: Reader<'a>) -> Self {
        Self { rest: checked }
    }

    /// The first property of that name.
    pub fn get(mut self, name: FourCc) -> Option<Property<'a>> {
        self.find(|property| property.name == name)
    }
}

impl<'a> Iterator for Properties<'a> {
    type Item = Property<'a>;

    fn next(&mut self) -> Option<Property<'a>> {
        Property::from_tlv(self.rest.next().ok()??).ok()
    }
}

impl FusedIterator for Properties<'_> {}
