//! One attack on a reader.

/// A hostile file.
#[derive(Debug, Clone)]
pub struct Hostile {
    /// What is wrong with it.
    pub name: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}
