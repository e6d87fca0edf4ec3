//! Hostile variants of a file: deterministic, some aware of the format, some blind.
//!
//! A mutant is named by the seed and its number, so that a failure is made again with
//! [`mutant`]. A run alternates between the field-aware mutations of [`structured`] and the
//! blind ones of [`random`].

pub mod der;
pub mod fields;
pub mod random;
pub mod structured;

use crate::rng::Rng;

pub use fields::{Field, Role};

/// A file to damage, its fields found once.
#[derive(Debug, Clone)]
pub struct Source {
    bytes: Vec<u8>,
    fields: Vec<Field>,
    /// Start and length of each load command of the outermost image.
    commands: Vec<(usize, usize)>,
    /// Start, header length and body length of each DER element.
    elements: Vec<der::Element>,
}

impl Source {
    /// Finds the fields of a file: Mach-O, fat, IMG4 and its kin, or none that are known.
    pub fn new(bytes: Vec<u8>) -> Self {
        let mut fields = fields::find(&bytes);
        let elements = der::elements(&bytes);
        fields.extend(der::payload_fields(&bytes, &elements));
        let commands = fields::load_commands(&bytes, 0);
        Self {
            bytes,
            fields,
            commands,
            elements,
        }
    }

    /// The undamaged file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The fields that were found.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The mutant of this seed and number.
    pub fn mutant(&self, seed: u64, number: u64) -> Vec<u8> {
        let mut rng = Rng::new(seed ^ number.wrapping_mul(0xd134_2543_de82_ef95));
        let mut out = self.bytes.clone();
        let aware = !self.fields.is_empty() || !self.elements.is_empty();
        // A second and third damage in one file reach states that one alone does not.
        let damages = 1 + usize::from(rng.one_in(3)) + usize::from(rng.one_in(9));
        for _ in 0..damages {
            if aware && !rng.one_in(4) {
                structured::damage(self, &mut out, &mut rng);
            } else {
                random::damage(&self.bytes, &mut out, &mut rng);
            }
        }
        out
    }

    /// The file cut at the start, the middle and the end of each field and structure, and one
    /// byte to either side.
    pub fn truncations(&self) -> Vec<usize> {
        let mut cuts = vec![0, 1, self.bytes.len().saturating_sub(1)];
        for field in &self.fields {
            let end = field.offset + field.width;
            cuts.extend([
                field.offset,
                field.offset + 1,
                end.saturating_sub(1),
                end,
                end + 1,
            ]);
            if field.role == Role::Offset {
                if let Some(value) = field.read(&self.bytes) {
                    let at = usize::try_from(value).unwrap_or(usize::MAX);
                    cuts.extend([at.saturating_sub(1), at, at.saturating_add(1)]);
                }
            }
        }
        for element in &self.elements {
            let body = element.start + element.header;
            cuts.extend([element.start, body, body + element.len]);
        }
        for (start, len) in &self.commands {
            cuts.extend([*start, start + len]);
        }
        cuts.sort_unstable();
        cuts.dedup();
        cuts.retain(|cut| *cut < self.bytes.len());
        cuts
    }

    pub(crate) fn commands(&self) -> &[(usize, usize)] {
        &self.commands
    }

    pub(crate) fn elements(&self) -> &[der::Element] {
        &self.elements
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
