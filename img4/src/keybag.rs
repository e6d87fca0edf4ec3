//! Key bags: the wrapped keys of an encrypted payload.
//!
//! KBAG = OCTET STRING { SEQUENCE of SEQUENCE { INTEGER kind, OCTET STRING iv(16), OCTET STRING key(32) } }.
//! Source: m1stadev/PyIMG4 `parser.py` (class `Keybag`).

use core::iter::FusedIterator;

use crate::debug::debug_view;
use crate::der::{Reader, Tag, Tlv};
use crate::error::{Error, ErrorKind, Structure};

/// Which devices a bag's key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeybagKind(pub u64);

impl KeybagKind {
    /// Devices as sold.
    pub const PRODUCTION: Self = Self(1);
    /// Development-fused devices.
    pub const DEVELOPMENT: Self = Self(2);
}

/// One wrapped key with its initialisation vector.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Keybag<'a> {
    kind: KeybagKind,
    iv: &'a [u8; 16],
    key: &'a [u8; 32],
}

debug_view!(Keybag<'_>, |keybag| {
    kind: keybag.kind,
});

impl<'a> Keybag<'a> {
    /// Which devices it is for.
    pub const fn kind(&self) -> KeybagKind {
        self.kind
    }

    /// The initialisation vector.
    pub const fn iv(&self) -> &'a [u8; 16] {
        self.iv
    }

    /// The wrapped key.
    pub const fn key(&self) -> &'a [u8; 32] {
        self.key
    }

    fn from_tlv(tlv: Tlv<'a>) -> Result<Self, Error> {
        let what = Structure::Keybag;
        if tlv.tag() != Tag::SEQUENCE {
            return Err(Error::new(ErrorKind::UnexpectedTag, what, tlv.offset()));
        }
        let mut fields = tlv.reader(what);
        let kind = KeybagKind(fields.expect(Tag::INTEGER)?.unsigned(what)?);
        let iv = fields.expect(Tag::OCTET_STRING)?;
        let key = fields.expect(Tag::OCTET_STRING)?;
        fields.finish()?;
        let bad = |tlv: Tlv<'a>| Error::new(ErrorKind::BadLength, what, tlv.offset());
        Ok(Self {
            kind,
            iv: iv.value().try_into().map_err(|_| bad(iv))?,
            key: key.value().try_into().map_err(|_| bad(key))?,
        })
    }
}

/// The bags of a payload. Checked when the payload was parsed.
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Keybags<'a> {
    rest: Reader<'a>,
}

debug_view!(Keybags<'_>, |keybags| {
    left: keybags.clone().count(),
});

impl<'a> Keybags<'a> {
    /// What a payload without bags holds.
    pub(crate) const NONE: Reader<'static> = Reader::new(&[], 0, Structure::Keybag);

    pub(crate) const fn new(checked: Reader<'a>) -> Self {
        Self { rest: checked }
    }

    /// Checks every bag inside the OCTET STRING and gives what [`Keybags::new`] takes.
    pub(crate) fn check(octets: &Tlv<'a>) -> Result<Reader<'a>, Error> {
        let mut inside = octets.reader(Structure::Keybag);
        let list = inside.expect(Tag::SEQUENCE)?;
        inside.finish()?;
        let checked = list.reader(Structure::Keybag);
        let mut rest = checked;
        while let Some(tlv) = rest.next()? {
            Keybag::from_tlv(tlv)?;
        }
        Ok(checked)
    }
}

impl<'a> Iterator for Keybags<'a> {
    type Item = Keybag<'a>;

    fn next(&mut self) -> Option<Keybag<'a>> {
        Keybag::from_tlv(self.rest.next().ok()??).ok()
    }
}

impl FusedIterator for Keybags<'_> {}
