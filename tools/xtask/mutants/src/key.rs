//! What a mutant is.

/// What a mutant is: stays the same when lines move.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// From the workspace's folder.
    pub(crate) file: String,
    /// The type and the function.
    pub(crate) function: String,
    /// The line where the decision stands.
    pub(crate) text: String,
    /// What was changed; with a number behind it if several on the line are changed alike.
    pub(crate) mutation: String,
}

impl Key {
    /// The same for the same mutant, wherever it stands.
    pub(crate) fn hash(&self) -> u64 {
        hash([&self.file, &self.function, &self.text, &self.mutation])
    }
}

/// FNV-1a of texts.
pub(crate) fn hash<'t>(texts: impl IntoIterator<Item = &'t String>) -> u64 {
    let bytes = texts.into_iter().flat_map(|text| text.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
