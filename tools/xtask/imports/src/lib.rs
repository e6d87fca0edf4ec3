//! Reads which module of a crate names which, and looks for loops (docs/decisions/0022).
//!
//! Layers, from the top: [`public`] and [`cycle`] judge, [`graph`] finds out which module a path
//! leads to, [`tree`] reads a crate's files, [`source`] one file, [`targets`] asks cargo where
//! the crates are.

pub mod cycle;
pub mod graph;
pub mod public;
pub mod source;
pub mod targets;
pub mod tree;
