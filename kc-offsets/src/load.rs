//! Loading an image: [`LoadPlan`] says what goes where.

mod copy;
mod plan;
mod segments;
mod slide;
mod steps;

pub use plan::{BootFields, LoadPlan};
pub use segments::MOST_SEGMENTS;
pub use slide::{FixedUpBy, Slid};
pub use steps::{ClampReason, Step, Steps};
