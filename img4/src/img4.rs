//! The outermost container, and the one way in.
//!
//! IMG4 = SEQUENCE { IA5 "IMG4", IM4P, \[0\]{IM4M} optional, \[1\]{IM4R} optional }.
//! Source: xerub/img4lib `vfs_img4.c:138-143`.

use crate::debug::debug_view;
use crate::der::{Reader, Tag, Tlv};
use crate::error::{Error, ErrorKind, Structure};
use crate::im4m::Manifest;
use crate::im4p::Payload;
use crate::im4r::RestoreInfo;

/// Which of the four containers the input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Container {
    /// Payload, manifest and restore info together.
    Img4,
    /// A payload alone.
    Im4p,
    /// A manifest alone.
    Im4m,
    /// Restore info alone.
    Im4r,
}

/// A parsed container. Everything borrows the caller's bytes.
#[derive(Clone, Copy)]
pub struct Img4<'a> {
    container: Container,
    raw: &'a [u8],
    payload: Option<Payload<'a>>,
    manifest: Option<Manifest<'a>>,
    restore_info: Option<RestoreInfo<'a>>,
    unknown: &'a [u8],
    trailing: &'a [u8],
}

debug_view!(Img4<'_>, |img4| {
    container: img4.container,
    len: img4.raw.len(),
    has_payload: img4.payload.is_some(),
    has_manifest: img4.manifest.is_some(),
    has_restore_info: img4.restore_info.is_some(),
    unknown_len: img4.unknown.len(),
    trailing_len: img4.trailing.len(),
});

impl<'a> Img4<'a> {
    /// Reads an IMG4, IM4P, IM4M or IM4R.
    ///
    /// The whole skeleton is checked here, so that the iterators over keybags, properties and objects cannot fail. Elements after
    /// the known ones inside IMG4 are kept in [`unknown`](Self::unknown), bytes after the container in
    /// [`trailing`](Self::trailing): neither is refused. The work is linear in the size of the DER structure; payload data is
    /// not looked at.
    ///
    /// # Errors
    /// `NotImg4` if the first element is not a SEQUENCE that starts with one of the four names; otherwise what is wrong, in
    /// which structure, at which file offset.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let not_img4 = Error::new(ErrorKind::NotImg4, Structure::Img4, 0);
        // Tell "something else" from "a damaged IMG4" before any length is trusted.
        let mut outer = Reader::new(bytes, 0, Structure::Img4);
        if bytes.first() != Some(&0x30) {
            return Err(not_img4);
        }
        let Some(tlv) = outer.next()? else {
            return Err(not_img4);
        };
        let mut parsed = Self {
            container: Container::Img4,
            raw: tlv.raw(),
            payload: None,
            manifest: None,
            restore_info: None,
            unknown: &[],
            trailing: outer.rest(),
        };
        let name = tlv
            .reader(Structure::Img4)
            .optional(Tag::IA5_STRING)
            .ok()
            .flatten()
            .ok_or(not_img4)?;
        match name.value() {
            b"IMG4" => parsed.fields(&tlv)?,
            b"IM4P" => {
                parsed.container = Container::Im4p;
                parsed.payload = Some(Payload::from_tlv(tlv)?);
            }
            b"IM4M" => {
                parsed.container = Container::Im4m;
                parsed.manifest = Some(Manifest::from_tlv(tlv)?);
            }
            b"IM4R" => {
                parsed.container = Container::Im4r;
                parsed.restore_info = Some(RestoreInfo::from_tlv(tlv)?);
            }
            _ => return Err(not_img4),
        }
        Ok(parsed)
    }

    /// The fields after the name of an IMG4.
    fn fields(&mut self, tlv: &Tlv<'a>) -> Result<(), Error> {
        let mut fields = tlv.reader(Structure::Img4);
        fields.magic(*b"IMG4")?;
        self.payload = Some(Payload::from_tlv(fields.expect(Tag::SEQUENCE)?)?);
        if let Some(wrapped) = fields.optional(Tag::context(0))? {
            let mut inside = wrapped.reader(Structure::Img4);
            self.manifest = Some(Manifest::from_tlv(inside.expect(Tag::SEQUENCE)?)?);
            inside.finish()?;
        }
        if let Some(wrapped) = fields.optional(Tag::context(1))? {
            let mut inside = wrapped.reader(Structure::Img4);
            self.restore_info = Some(RestoreInfo::from_tlv(inside.expect(Tag::SEQUENCE)?)?);
            inside.finish()?;
        }
        self.unknown = fields.rest();
        // Whatever follows must at least be elements.
        while fields.next()?.is_some() {}
        Ok(())
    }

    /// Which container this is.
    pub const fn container(&self) -> Container {
        self.container
    }

    /// The whole container as it stands in the input, without what follows it.
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The payload: always there in an IMG4 or IM4P.
    pub const fn payload(&self) -> Option<Payload<'a>> {
        self.payload
    }

    /// The manifest.
    pub const fn manifest(&self) -> Option<Manifest<'a>> {
        self.manifest
    }

    /// The restore info.
    pub const fn restore_info(&self) -> Option<RestoreInfo<'a>> {
        self.restore_info
    }

    /// Elements after the known ones inside an IMG4.
    pub const fn unknown(&self) -> &'a [u8] {
        self.unknown
    }

    /// Bytes after the container.
    pub const fn trailing(&self) -> &'a [u8] {
        self.trailing
    }
}
