//! Why a word is no instruction.

use core::fmt;

/// Why a word is no instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecodeError {
    /// No encoding of the architecture has this word.
    Unallocated,
    /// A value that an encoding reserves. A processor treats both kinds as UNDEFINED, and next to reserved values this may be said of a
    /// word that no encoding has: the difference informs, it decides nothing.
    Undefined,
    /// The word belongs to an extension whose Cargo feature (`sve`, `sme`) is off.
    NotCompiledIn,
    /// The instruction needs a feature that the given [`FeatureSet`](crate::FeatureSet) has not.
    NotInSet,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unallocated => "unallocated encoding",
            Self::Undefined => "undefined value of an encoding",
            Self::NotCompiledIn => "the extension is not compiled in",
            Self::NotInSet => "an instruction of an extension that is not in the set",
        })
    }
}

impl core::error::Error for DecodeError {}
