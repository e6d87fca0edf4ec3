//! What `kc` does not yet answer as the truth says.

/// Questions, and the shapes of which `kc` does not yet answer them as the truth says. A shape that
/// need not be here any more is a failure too.
pub(crate) const AWAITS: &[(&str, &[&str])] = &[];
