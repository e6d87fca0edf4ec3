//! Allocation-free A64 decoder: identify, operands, control flow, registers and memory read and
//! written, text.
//!
//! ```
//! use aarch64_decode::{Operand, Syntax, TextBuffer, decode};
//!
//! let insn = decode(0x9100_43fd)?; // add x29, sp, #0x10
//! assert_eq!(insn.encoding().name(), "ADD_64_addsub_imm");
//! assert_eq!(insn.operands(0).count(), 3);
//! let mut text = TextBuffer::new();
//! assert_eq!(insn.format(0, Syntax::Llvm, &mut text), "add x29, sp, #0x10");
//! # Ok::<(), aarch64_decode::DecodeError>(())
//! ```
//!
//! The layers, from the bottom up: the specification text (`spec/*.isa`, outside the crate's code)
//! becomes number tables (`generated`); `matcher` identifies a word; `plan` and `program` decode
//! one operand; `alias` chooses the preferred spelling; `fmt` writes text. `effects` says what is
//! read and written.
//!
//! No allocation, no unsafe code, no panic, no unbounded loop, for all 2^32 words.
#![no_std]
#![forbid(unsafe_code)]
#![deny(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::todo,
    clippy::std_instead_of_core,
    clippy::alloc_instead_of_core
)]

mod alias;
#[cfg(feature = "asm")]
mod asm;
mod bits;
mod condition;
pub mod construct;
mod cpu;
mod edit;
mod effects;
mod encode;
mod encoding;
mod error;
mod flow;
#[cfg(feature = "fmt")]
mod fmt;
mod generated;
mod insn;
#[cfg(feature = "latency")]
mod latency;
mod matcher;
mod named;
mod operand;
mod operands;
mod packed;
mod pattern;
mod plan;
mod program;
mod reference;
mod referrers;
mod register;
mod syntax;
mod words;

// From a word to an instruction, for every core or for one, and what it is.
pub use cpu::{FeatureSet, decode_for};
pub use encoding::{Encoding, Feature, Group, Mnemonic};
pub use error::DecodeError;
pub use insn::Instruction;
pub use matcher::decode;

// Its operands: each typed and complete, decoded one by one or all at once.
pub use condition::Condition;
pub use named::{Name, NameText};
pub use operand::{
    AddressMode, Extend, FpImmediate, Matrix, MatrixPart, Memory, MemoryOffset, Operand,
    RegisterList, Shift,
};
pub use operands::{OperandArray, Operands};
pub use register::{Arrangement, Predication, Register, RegisterClass};

// What it does: where it goes, what it reads and writes, which addresses it names.
pub use effects::{Access, AccessSize, Effects, Flags, MemoryAccess, MemoryKind, RegisterSet};
pub use flow::Flow;
pub use reference::{Reference, References};
pub use referrers::{ReferenceKind, Referrer, Referrers};

// Its text: the spelling, the buffer, and names for addresses.
#[cfg(feature = "fmt")]
pub use fmt::{NoSymbols, Symbols, TextBuffer, TextOptions, Token, TokenKind};
pub use syntax::Syntax;

// Back to the word, from operands or from a line of text; `construct` has what loaders write.
#[cfg(feature = "asm")]
pub use asm::{AsmError, AsmErrorKind, Expected, OperandSort, assemble, patterns};
pub use encode::{EncodeError, EncodeErrorKind};

// Words of which some bits are open, and the search for them.
pub use encode::{OperandParts, OperandPattern};
pub use pattern::search::{ByteMatches, Matches};
pub use pattern::set::search::{ByteSetMatches, Occurrences, SetMatch, SetMatches};
pub use pattern::set::{PatternCell, PatternError, PatternSet};
pub use pattern::{Pattern, Patterns};
