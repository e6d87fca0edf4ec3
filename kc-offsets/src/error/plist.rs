//! What is wrong with a property list.

/// Why a property list was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PlistErrorKind {
    /// The text ends inside an element, a tag or a comment.
    Truncated,
    /// Text where an element must be.
    BadText,
    /// An element that is none of the known ones.
    UnknownElement,
    /// A closing tag that closes another element than the open one, or none.
    TagMismatch,
    /// More than 64 containers inside each other.
    DepthTooLarge,
    /// An attribute without a quoted value, or an `ID` or `IDREF` that is not a number of 32 bits.
    BadAttribute,
    /// An integer with other characters than digits, or with none.
    BadInteger,
    /// An integer that does not fit in 64 bits.
    IntegerOverflow,
    /// A key without a value, or a value without a key.
    BadPair,
    /// A value of another kind than the key needs.
    BadValue,
    /// A string of more than 1,024 bytes where an id or a version must be.
    TextTooLarge,
    /// `IDREF` names no earlier element that has a value of its own.
    UnknownReference,
}

impl PlistErrorKind {
    /// A short English reason, without the structure and the place.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Truncated => "ends inside an element",
            Self::BadText => "text where an element must be",
            Self::UnknownElement => "unknown element",
            Self::TagMismatch => "closing tag does not match",
            Self::DepthTooLarge => "nested too deeply",
            Self::BadAttribute => "bad attribute",
            Self::BadInteger => "bad integer",
            Self::IntegerOverflow => "integer exceeds 64 bits",
            Self::BadPair => "key without a value, or a value without a key",
            Self::BadValue => "value of another kind",
            Self::TextTooLarge => "id or version of more than 1,024 bytes",
            Self::UnknownReference => "IDREF to no earlier value",
        }
    }
}
