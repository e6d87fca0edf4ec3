//! Damage that costs no more than what it hits: what is whole is shown.
use serde_json::Value;

use crate::failure::Failure;
use crate::streams::Streams;

/// What is damaged, in the order in which it was met.
#[derive(Default)]
pub(crate) struct Damage {
    /// With the ids of the images that have it.
    first: Vec<(Failure, Option<String>)>,
    more: u64,
}

/// Damage that is listed: the rows of the list say all of it, and a file may be damaged everywhere.
const MOST_LISTED: usize = 256;

/// Damage that is said on standard error.
const MOST_SAID: usize = 8;

impl Damage {
    pub(crate) fn add(&mut self, error: impl Into<Failure>) {
        self.add_to(error.into(), None);
    }

    pub(crate) fn add_to(&mut self, failure: Failure, image: Option<String>) {
        if self.first.len() < MOST_LISTED {
            self.first.push((failure.without_file(), image));
        } else {
            self.more += 1;
        }
    }

    /// Adds what is damaged in another file, whose name then stands before the id.
    pub(crate) fn add_others(&mut self, others: Self, file: &str) {
        for (failure, image) in others.first {
            let image = image.map_or_else(|| file.to_owned(), |id| format!("{file} {id}"));
            self.add_to(failure, Some(image));
        }
        self.more += others.more;
    }

    pub(crate) fn is_none(&self) -> bool {
        self.first.is_empty()
    }

    /// The damage as JSON has it.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Value> + '_ {
        self.first.iter().map(|(failure, image)| {
            let mut row = failure.json();
            row["image"] = image.clone().into();
            row
        })
    }

    /// How much of it is not in [`rows`](Self::rows).
    pub(crate) const fn left_out(&self) -> u64 {
        self.more
    }

    /// Says it on standard error.
    pub(crate) fn say(self, in_payload: bool, streams: &mut Streams<'_>) -> Result<(), Failure> {
        let more = self.first.len().saturating_sub(MOST_SAID) as u64 + self.more;
        for (failure, image) in self.first.into_iter().take(MOST_SAID) {
            let failure = failure.inside(in_payload);
            match image {
                Some(image) => streams.note(format_args!("damaged: {image}: {failure}"))?,
                None => streams.note(format_args!("damaged: {failure}"))?,
            }
        }
        if more > 0 {
            streams.note(format_args!("damaged: {more} more"))?;
        }
        Ok(())
    }
}
