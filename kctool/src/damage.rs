//! Damage that costs no more than what it hits: what is whole is shown first.
use crate::failure::Failure;
use crate::streams::Streams;

/// The first place that is damaged, and how many more there are.
#[derive(Default)]
pub(crate) struct Damage {
    first: Option<Failure>,
    more: u64,
}

impl Damage {
    pub(crate) fn add(&mut self, error: impl Into<Failure>) {
        if self.first.is_some() {
            self.more += 1;
        } else {
            self.first = Some(error.into());
        }
    }

    pub(crate) const fn is_none(&self) -> bool {
        self.first.is_none()
    }

    /// What the command ends with, once all that is whole is written.
    ///
    /// # Errors
    /// The first damage.
    pub(crate) fn outcome(self, streams: &mut Streams<'_>) -> Result<(), Failure> {
        if self.more > 0 {
            streams.note(format_args!("{} more places are damaged", self.more))?;
        }
        self.first.map_or(Ok(()), Err)
    }
}
