//! Hostile variants of a file: deterministic, some aware of the format, some blind.
//!
//! A mutant is named by the seed and its number, so that a failure is made again with
//! [`mutant`]. A run alternates between the field-aware mutations of [`structured`] and the
//! blind ones of [`random`].

pub mod der;
pub mod fields;
pub mod random;
mod source;
pub mod structured;

use crate::rng::Rng;

pub use fields::{Field, Role};
pub use source::Source;

impl Source {
    /// The mutant of this seed and number.
    pub fn mutant(&self, seed: u64, number: u64) -> Vec<u8> {
        let mut rng = Rng::new(seed ^ number.wrapping_mul(0xd134_2543_de82_ef95));
        let mut out = self.bytes().to_vec();
        let aware = !self.fields().is_empty() || !self.elements().is_empty();
        // A second and third damage in one file reach states that one alone does not.
        let damages = 1 + usize::from(rng.one_in(3)) + usize::from(rng.one_in(9));
        for _ in 0..damages {
            if aware && !rng.one_in(4) {
                structured::damage(self, &mut out, &mut rng);
            } else {
                random::damage(self.bytes(), &mut out, &mut rng);
            }
        }
        out
    }
}

/// Mutant `number` of `file`, for reproducing one; a run keeps a [`Source`].
pub fn mutant(file: &[u8], seed: u64, number: u64) -> Vec<u8> {
    Source::new(file.to_vec()).mutant(seed, number)
}

/// The first `count` mutants of `file`.
pub fn mutants(file: &[u8], seed: u64, count: u64) -> impl Iterator<Item = Vec<u8>> {
    let source = Source::new(file.to_vec());
    (0..count).map(move |number| source.mutant(seed, number))
}
