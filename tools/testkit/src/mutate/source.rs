//! The file that mutants are made of.

use crate::mutate::der::{Element, elements, payload_fields};
use crate::mutate::fields::{Field, Role, find, load_commands};

/// A file to damage, its fields found once.
#[derive(Debug, Clone)]
pub struct Source {
    bytes: Vec<u8>,
    fields: Vec<Field>,
    /// Start and length of each load command of the outermost image.
    commands: Vec<(usize, usize)>,
    /// Start, header length and body length of each DER element.
    elements: Vec<Element>,
}

impl Source {
    /// Finds the fields of a file: Mach-O, fat, IMG4 and its kin, or none that are known.
    pub fn new(bytes: Vec<u8>) -> Self {
        let mut fields = find(&bytes);
        let elements = elements(&bytes);
        fields.extend(payload_fields(&bytes, &elements));
        let commands = load_commands(&bytes, 0);
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

    pub(crate) fn elements(&self) -> &[Element] {
        &self.elements
    }
}
