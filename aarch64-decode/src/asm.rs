//! One line of text to a word, from the tables that decoding uses.
//!
//! A line is taken apart into operands once; then every spelling of its mnemonic is tried: the
//! operands are encoded, and the word is decoded again. The word that is shown in the spelling that
//! was written wins, as in LLVM's assembler; then one that only means the same. A spelling counts
//! only if what it says of the word is true: an alias's conditions hold, and the upper half of a
//! vector has the mnemonic with 2. A line that no spelling fits may mean another line (`rewrite`).
//!
//! The work is bounded: one pass over the line, and one over the encodings of its mnemonic for each
//! of a few attempts.

mod error;
mod expected;
mod index;
mod item;
mod line;
mod list;
mod matrix;
mod memory;
mod operand;
mod register;
mod rewrite;
mod scan;
mod spellings;
mod value;
mod wildcard;

pub use error::{AsmError, AsmErrorKind};
pub use expected::{Expected, OperandSort};
pub use wildcard::patterns;

use line::Line;

/// The word of one line of text in LLVM's syntax, at address `pc` in bytes.
///
/// Everything is taken that [`Instruction::format`](crate::Instruction::format) writes in LLVM's
/// syntax (without symbols), and what LLVM's assembler and GNU's take beside it: any letter case,
/// blanks, numbers in decimal, octal (`010`), `0x` and `0b`, sums of them (`#-(1 + 2)`), no `#`
/// before a number, `lr`, `fp`, a
/// shift by 0, an immediate for a value with a name, `cs` and `cc`, `beq`, `ldr` with an offset
/// that only `ldur` has, `add` of a negative immediate, `bic` of one, `cmle` for `cmge` the other
/// way round, `fmov s0, #0.0`, system registers by number (`S3_0_C15_C0_0`) or by Apple's name;
/// also lines in GNU's and Apple's syntax (`add.4s v0, v1, v2`), without their remarks. Only
/// otool's `adrp` is another thing: it has a number of pages. What the two other assemblers do not
/// take is refused, except instructions that they do not know; `docs/src/assembler-known.txt` has
/// the exceptions. A comment starts with `//`.
///
/// The target of a branch, of `adr` and `adrp` and of a literal is an address if it has no `#`, and
/// with `#` a distance in bytes (of `adrp`: from the page of `pc`); `. + 8` is a distance too.
/// LLVM's assembler takes both for distances, which is the same for `pc` 0.
///
/// Where several words have the same meaning, it is LLVM's choice; should-be bits are written as
/// they should be.
///
/// ```
/// use aarch64_decode::{AsmErrorKind, EncodeErrorKind, assemble};
///
/// let pc = 0xffff_fe00_0700_4000;
/// assert_eq!(assemble(pc, "msr oslar_el1, xzr"), Ok(0xd510_109f));
/// assert_eq!(assemble(pc, "mov x0, #0xff00"), Ok(0xd29f_e000));
/// assert_eq!(assemble(pc, "b.eq #8"), assemble(pc, "b.eq 0xfffffe0007004008"));
/// assert_eq!(assemble(pc, "ldp X29, LR, [sp], 16"), Ok(0xa8c1_7bfd));
/// let error = assemble(pc, "add x0, x1, #0x1001").unwrap_err();
/// assert_eq!(error.column(), 12);
/// assert_eq!(error.kind(), AsmErrorKind::Encode(EncodeErrorKind::OutOfRange));
/// let error = assemble(pc, "add x0, x1, w2, lsr #1").unwrap_err();
/// assert!(error.to_string().ends_with("expected a register of 64 bits (x0-x30, xzr)"));
/// ```
///
/// # Errors
/// What was expected and at which byte of the line. Where the line can be read but no instruction
/// fits it, the fault is that of the spellings that came furthest, and what was expected is what
/// they take there.
pub fn assemble(pc: u64, line: &str) -> Result<u32, AsmError> {
    let line = Line::new(line.as_bytes())?;
    if let Some(open) = line.items.as_slice().iter().find(|item| item.is_open()) {
        return Err(AsmError::new(AsmErrorKind::Ambiguous, open.start));
    }
    line.assemble(pc)
}
