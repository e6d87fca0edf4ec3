//! Restore info: IM4R = SEQUENCE { IA5 "IM4R", SET of properties }, among them the boot nonce generator `BNCN`.
//!
//! Source: m1stadev/PyIMG4 `parser.py` (class `IM4R`).

use crate::debug::debug_view;
use crate::der::{Reader, Tag, Tlv};
use crate::error::{Error, Structure};
use crate::property::Properties;

/// A parsed IM4R.
#[derive(Clone, Copy)]
pub struct RestoreInfo<'a> {
    tlv: Tlv<'a>,
    properties: Reader<'a>,
}

debug_view!(RestoreInfo<'_>, |info| {
    offset: info.tlv.offset(),
    properties: info.properties().count(),
});

impl<'a> RestoreInfo<'a> {
    pub(crate) fn from_tlv(tlv: Tlv<'a>) -> Result<Self, Error> {
        let mut fields = tlv.reader(Structure::Im4r);
        fields.magic(*b"IM4R")?;
        let set = fields.expect(Tag::SET)?;
        fields.finish()?;
        Ok(Self {
            tlv,
            properties: Properties::check(&set)?,
        })
    }

    /// The whole IM4R as it stands in the input.
    pub const fn tlv(&self) -> Tlv<'a> {
        self.tlv
    }

    /// Its properties.
    pub const fn properties(&self) -> Properties<'a> {
        Properties::new(self.properties)
    }
}
