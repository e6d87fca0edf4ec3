//! What is asked of each shape. A question says how many answers were right, or what is wrong.

pub(crate) mod addresses;
pub(crate) mod lists;
pub(crate) mod references;
