//! What a compiler refused in an earlier copy.

use std::collections::BTreeSet;

/// Decisions and functions that stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Refused {
    /// Files and lines whose decisions stay.
    pub(crate) lines: BTreeSet<(String, usize)>,
    /// Names of functions that constants need.
    pub(crate) constant: BTreeSet<String>,
}

impl Refused {
    /// What is known before the first copy: it saves a dozen rounds.
    pub(crate) fn at_first() -> Self {
        let names = include_str!("../constant.txt").lines();
        Self {
            constant: names
                .filter(|name| !name.starts_with('#'))
                .map(str::to_owned)
                .collect(),
            ..Self::default()
        }
    }
}
