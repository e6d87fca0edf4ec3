//! What is found out about one file.

/// What was asked of one file, and what differs: the question, and the difference.
#[derive(Default)]
pub(super) struct Answers {
    pub(super) runs: u64,
    pub(super) compared: u64,
    pub(super) differences: Vec<(&'static str, String)>,
}
