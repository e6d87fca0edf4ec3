//! Does the payload have the digest its manifest gives? (feature `digest`)
//!
//! `DGST` of an object hashes the payload's whole IM4P element, with SHA-1 or SHA-384 by its length. That a digest matches says
//! that payload and manifest belong together. It says nothing about who signed the manifest.

use sha1::Sha1;
use sha2::{Digest as _, Sha384};

use crate::im4m::Manifest;
use crate::im4p::Payload;

/// The outcome of comparing a payload with a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use = "a payload whose digest differs must not be booted"]
pub enum DigestCheck {
    /// SHA-1, and it matches.
    MatchesSha1,
    /// SHA-384, and it matches.
    MatchesSha384,
    /// The payload's digest is another.
    Differs,
    /// The manifest has no object of the payload's four-character code.
    NoObject,
    /// The object has no `DGST`.
    NoDigest,
    /// `DGST` has a length, in bytes, of neither SHA-1 nor SHA-384.
    UnknownAlgorithm(usize),
}

impl DigestCheck {
    /// Whether a digest was there, and matched.
    #[must_use]
    pub const fn matches(self) -> bool {
        matches!(self, Self::MatchesSha1 | Self::MatchesSha384)
    }
}

impl Payload<'_> {
    /// SHA-1 of the whole IM4P element.
    pub fn sha1(&self) -> [u8; 20] {
        Sha1::digest(self.tlv().raw()).into()
    }

    /// SHA-384 of the whole IM4P element.
    pub fn sha384(&self) -> [u8; 48] {
        Sha384::digest(self.tlv().raw()).into()
    }

    /// Compares this payload's digest with the one that `manifest` gives for its four-character code.
    #[must_use = "a payload whose digest differs must not be booted"]
    pub fn check_digest(&self, manifest: &Manifest<'_>) -> DigestCheck {
        let Some(object) = manifest.object(self.fourcc()) else {
            return DigestCheck::NoObject;
        };
        let Some(digest) = object.digest() else {
            return DigestCheck::NoDigest;
        };
        let (matches, outcome) = match digest.len() {
            20 => (self.sha1() == *digest, DigestCheck::MatchesSha1),
            48 => (self.sha384() == *digest, DigestCheck::MatchesSha384),
            other => return DigestCheck::UnknownAlgorithm(other),
        };
        if matches {
            outcome
        } else {
            DigestCheck::Differs
        }
    }
}
