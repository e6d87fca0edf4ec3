//! vmaddr to file offset and back: [`AddressMap`] has the rules.

mod address_map;
mod cells;
mod outcome;
mod pages;
mod range;
mod runs;
mod source;

pub use address_map::AddressMap;
pub use cells::MapCell;
pub use outcome::{Outcome, Translation};
pub use pages::{PageCell, PageIndex};
pub use range::SegmentRange;
pub use runs::{Run, Runs};
