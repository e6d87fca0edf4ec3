//! Operands of lines of text, whose vectors may lack the arrangement.
#![expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "program::decode takes descriptors from the table as they are"
)]

use super::error::EncodeErrorKind as Kind;
use super::fields::Fields;
use super::given::Given;
use super::open::OperandPattern;
use crate::generated::Descriptor;
use crate::operand::{Operand, RegisterList};
use crate::operands;
use crate::register::Register;

/// An operand of a line of text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written {
    pub(crate) operand: OperandPattern,
    pub(crate) arrangement: Arranged,
}

/// Whether vectors are written with their arrangement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arranged {
    /// They are.
    Written,
    /// Without, and another operand says it; what that leaves open is the shorter one.
    Short,
    /// Without, and nothing says it: the longest is meant.
    Long,
}

impl Written {
    /// The operand with the arrangement that it has in `word`.
    fn arranged(&self, descriptor: &'static Descriptor, pc: u64, word: u32) -> OperandPattern {
        if self.arrangement == Arranged::Written {
            return self.operand;
        }
        let with = |given: Register, own: Register| given.arranged(own.arrangement());
        OperandPattern::Exactly(
            match (self.operand, operands::decode(*descriptor, word, pc)) {
                (OperandPattern::Exactly(Operand::Register(given)), Operand::Register(own)) => {
                    Operand::Register(with(given, own))
                }
                (OperandPattern::Exactly(Operand::List(given)), Operand::List(own)) => {
                    Operand::List(RegisterList {
                        first: with(given.first, own.first),
                        ..given
                    })
                }
                _ => return self.operand,
            },
        )
    }
}

impl Given for Written {
    fn put(
        &self,
        descriptor: &'static Descriptor,
        pc: u64,
        fields: &mut Fields,
    ) -> Result<(), Kind> {
        let open = if self.arrangement == Arranged::Long {
            !fields.known()
        } else {
            0
        };
        let operand = self.arranged(descriptor, pc, fields.word() | open);
        operand.put(descriptor, pc, fields)
    }

    fn check(&self, descriptor: &'static Descriptor, pc: u64, word: u32) -> Result<(), Kind> {
        let operand = self.arranged(descriptor, pc, word);
        operand.check(descriptor, pc, word)
    }

    fn is_spelled(&self, descriptor: &'static Descriptor, pc: u64, word: u32) -> bool {
        self.operand.is_spelled(descriptor, pc, word)
    }
}
