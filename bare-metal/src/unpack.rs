//! From the bytes of an IMG4 to the bytes of a Mach-O: digest, then decompression.

use core::fmt;

use img4::{Codec, DigestCheck, Img4, Scratch};

/// Why an IMG4 is not taken.
#[derive(Clone, Copy, Debug)]
pub enum Refusal {
    /// It is damaged, or does not fit the buffer.
    Img4(img4::Error),
    /// A manifest or restore info alone.
    NoPayload,
    /// The manifest does not cover the payload, or with another digest.
    Digest(DigestCheck),
}

impl From<img4::Error> for Refusal {
    fn from(error: img4::Error) -> Self {
        Self::Img4(error)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Img4(error) => error.fmt(f),
            Self::NoPayload => f.write_str("no payload in the container"),
            Self::Digest(DigestCheck::Differs) => {
                f.write_str("the payload's digest is not the manifest's")
            }
            Self::Digest(_) => f.write_str("the manifest has no digest for the payload"),
        }
    }
}

/// A payload, decompressed.
#[derive(Debug)]
pub struct Unpacked<'o> {
    /// How it was compressed.
    pub codec: Codec,
    /// The comparison with the manifest; `None` without a manifest.
    pub digest: Option<DigestCheck>,
    /// The payload.
    pub file: &'o mut [u8],
    /// What of the output is left.
    pub rest: &'o mut [u8],
}

/// Checks the digest where there is a manifest, then decompresses into the front of `output`.
///
/// A loader that must refuse what nobody signed asks for the manifest and its signature as well.
///
/// # Errors
/// As [`Refusal`] says. On an error the contents of `output` mean nothing.
pub fn unpack<'o>(
    img4: &[u8],
    output: &'o mut [u8],
    scratch: &mut Scratch,
) -> Result<Unpacked<'o>, Refusal> {
    let container = Img4::parse(img4)?;
    let payload = container.payload().ok_or(Refusal::NoPayload)?;
    let digest = container
        .manifest()
        .map(|manifest| payload.check_digest(&manifest));
    if let Some(check) = digest
        && !check.matches()
    {
        return Err(Refusal::Digest(check));
    }
    let plan = payload.plan()?;
    let done = plan.decompress_into(output, scratch)?;
    let (file, rest) = output.split_at_mut(done.written);
    Ok(Unpacked {
        codec: plan.codec(),
        digest,
        file,
        rest,
    })
}
