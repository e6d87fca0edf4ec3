//! Loading an image: [`LoadPlan`] says what goes where.

mod copy;
mod plan;
mod segments;
mod steps;

pub use plan::{BootFields, LoadPlan};
pub use segments::MOST_SEGMENTS;
pub use steps::{ClampReason, Step, Steps};
