//! The manifest: which digests a device may boot, signed by Apple.
//!
//! IM4M = SEQUENCE { IA5 "IM4M", INTEGER 0, SET { \[MANB\] { SEQUENCE { IA5 "MANB", SET { \[MANP\] ..., objects } } } },
//! OCTET STRING signature, SEQUENCE certificates }. Each object and MANP is a named SET of properties.
//! Source: m1stadev/PyIMG4 `parser.py` (classes `IM4M`, `ManifestImageProperties`).
//!
//! The signature and its certificate chain are handed out, not verified.

use core::iter::FusedIterator;

use crate::debug::debug_view;
use crate::der::{Reader, Tag, Tlv};
use crate::error::{Error, ErrorKind, Structure};
use crate::fourcc::FourCc;
use crate::property::{Properties, Value, named};

const MANB: FourCc = FourCc::new(*b"MANB");
const MANP: FourCc = FourCc::new(*b"MANP");

/// A parsed IM4M.
#[derive(Clone, Copy)]
pub struct Manifest<'a> {
    tlv: Tlv<'a>,
    body: Tlv<'a>,
    entries: Reader<'a>,
    properties: Reader<'a>,
    signature: &'a [u8],
    certificates: &'a [u8],
    unknown: &'a [u8],
}

debug_view!(Manifest<'_>, |manifest| {
    offset: manifest.tlv.offset(),
    properties: manifest.properties().count(),
    objects: manifest.objects().count(),
    signature_len: manifest.signature.len(),
    certificates_len: manifest.certificates.len(),
    unknown_len: manifest.unknown.len(),
});

impl<'a> Manifest<'a> {
    pub(crate) fn from_tlv(tlv: Tlv<'a>) -> Result<Self, Error> {
        let mut fields = tlv.reader(Structure::Im4m);
        fields.magic(*b"IM4M")?;
        let version = fields.expect(Tag::INTEGER)?;
        if version.unsigned(Structure::Im4m)? != 0 {
            return Err(Error::new(
                ErrorKind::UnknownVersion,
                Structure::Im4m,
                version.offset(),
            ));
        }
        let body = fields.expect(Tag::SET)?;
        let signature = fields.expect(Tag::OCTET_STRING)?.value();
        let certificates = fields.expect(Tag::SEQUENCE)?.value();
        let unknown = fields.rest();
        while fields.next()?.is_some() {}

        let mut inside = body.reader(Structure::ManifestBody);
        let at = inside.offset();
        let Some(manb) = inside.next()? else {
            return Err(Error::new(
                ErrorKind::MissingField,
                Structure::ManifestBody,
                at,
            ));
        };
        inside.finish()?;
        let (name, mut manb_fields) = named(manb, Structure::ManifestBody)?;
        if name != MANB {
            return Err(Error::new(
                ErrorKind::BadMagic,
                Structure::ManifestBody,
                manb.offset(),
            ));
        }
        let set = manb_fields.expect(Tag::SET)?;
        manb_fields.finish()?;

        let entries = set.reader(Structure::ManifestObject);
        let mut properties = Properties::NONE;
        let mut check = entries;
        while let Some(entry) = check.next()? {
            let object = Object::from_tlv(entry)?;
            if object.name == MANP {
                properties = object.properties;
            }
        }
        Ok(Self {
            tlv,
            body,
            entries,
            properties,
            signature,
            certificates,
            unknown,
        })
    }

    /// The whole IM4M as it stands in the input.
    pub const fn tlv(&self) -> Tlv<'a> {
        self.tlv
    }

    /// The SET around `MANB`: the bytes that [`signature`](Self::signature) signs.
    pub const fn signed(&self) -> Tlv<'a> {
        self.body
    }

    /// The device's properties (`MANP`): BNCH, BORD, CHIP, ECID and so on.
    pub const fn properties(&self) -> Properties<'a> {
        Properties::new(self.properties)
    }

    /// The objects it covers, in file order, `MANP` left out.
    pub const fn objects(&self) -> Objects<'a> {
        Objects { rest: self.entries }
    }

    /// The first object of that name.
    pub fn object(&self, name: FourCc) -> Option<Object<'a>> {
        self.objects().find(|object| object.name == name)
    }

    /// The signature's bytes, unverified.
    pub const fn signature(&self) -> &'a [u8] {
        self.signature
    }

    /// The DER of the certificates, one after the other, unverified.
    pub const fn certificates(&self) -> &'a [u8] {
        self.certificates
    }

    /// Elements after the known ones.
    pub const fn unknown(&self) -> &'a [u8] {
        self.unknown
    }
}

/// One object of a manifest, such as `krnl`.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a> {
    name: FourCc,
    properties: Reader<'a>,
    tlv: Tlv<'a>,
}

impl<'a> Object<'a> {
    fn from_tlv(tlv: Tlv<'a>) -> Result<Self, Error> {
        let (name, mut fields) = named(tlv, Structure::ManifestObject)?;
        let set = fields.expect(Tag::SET)?;
        fields.finish()?;
        Ok(Self {
            name,
            properties: Properties::check(&set)?,
            tlv,
        })
    }

    /// Its four-character code: that of the payload it covers.
    pub const fn name(&self) -> FourCc {
        self.name
    }

    /// Its properties.
    pub const fn properties(&self) -> Properties<'a> {
        Properties::new(self.properties)
    }

    /// The whole element with its private tag.
    pub const fn tlv(&self) -> Tlv<'a> {
        self.tlv
    }

    /// `DGST`: the digest of the payload's whole IM4P element.
    pub fn digest(&self) -> Option<&'a [u8]> {
        match self.properties().get(FourCc::new(*b"DGST"))?.value() {
            Value::Octets(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// `EKEY`: may be decrypted with the device's key.
    pub fn ekey(&self) -> Option<bool> {
        self.boolean(*b"EKEY")
    }

    /// `EPRO`: effective production status.
    pub fn epro(&self) -> Option<bool> {
        self.boolean(*b"EPRO")
    }

    /// `ESEC`: effective security mode.
    pub fn esec(&self) -> Option<bool> {
        self.boolean(*b"ESEC")
    }

    fn boolean(&self, name: [u8; 4]) -> Option<bool> {
        match self.properties().get(FourCc::new(name))?.value() {
            Value::Boolean(value) => Some(value),
            _ => None,
        }
    }
}

/// The objects of a manifest. Checked when the manifest was parsed.
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Objects<'a> {
    rest: Reader<'a>,
}

debug_view!(Objects<'_>, |objects| {
    left: objects.clone().count(),
});

impl<'a> Iterator for Objects<'a> {
    type Item = Object<'a>;

    fn next(&mut self) -> Option<Object<'a>> {
        loop {
            let object = Object::from_tlv(self.rest.next().ok()??).ok()?;
            if object.name != MANP {
                return Some(object);
            }
        }
    }
}

impl FusedIterator for Objects<'_> {}
