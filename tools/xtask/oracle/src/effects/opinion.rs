//! What one tool says of our instructions.

use aarch64_decode::Instruction;

/// Something that is said otherwise.
pub(super) struct Difference {
    pub(super) instruction: Instruction,
    pub(super) what: String,
}

/// What one tool said.
#[derive(Default)]
pub(super) struct Opinion {
    /// How many answers were compared.
    pub(super) compared: u64,
    /// How many instructions it does not know.
    pub(super) unknown: u64,
    pub(super) differences: Vec<Difference>,
}
