//! What an instruction takes where a line has something else.

mod description;
mod set;
mod sort;

pub use description::Expected;
pub(super) use set::{Set, Spans};
pub use sort::OperandSort;
pub(super) use sort::is_other_register;
