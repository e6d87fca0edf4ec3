//! The Python package `kernelcache`.
//!
//! `owned` holds bytes, parsed file and index in one shared value; the other modules are Python
//! classes over it, one for each idea. Everything is immutable, so that threads may share it.
#![warn(missing_docs)]

mod all_symbols;
mod container;
mod data;
mod error;
mod fixup;
mod image;
mod insn;
mod kernelcache;
mod listing;
mod load;
mod open;
mod operand;
mod owned;
mod symbol;
mod text;
mod view;

use pyo3::prelude::*;

/// Kernelcaches, Mach-O, IMG4 and A64.
#[pymodule]
mod _kernelcache {
    #[pymodule_export]
    use crate::all_symbols::AllSymbols;
    #[pymodule_export]
    use crate::container::Payload;
    #[pymodule_export]
    use crate::error::KernelcacheError;
    #[pymodule_export]
    use crate::fixup::{Fixup, Fixups};
    #[pymodule_export]
    use crate::image::{Image, Section, Segment};
    #[pymodule_export]
    use crate::insn::{Disassembly, Insn, assemble, decode, disassemble, system_registers};
    #[pymodule_export]
    use crate::kernelcache::{Kernelcache, Owner};
    #[pymodule_export]
    use crate::listing::{CString, CStrings, Function, Functions, Match, Matches, Xref, Xrefs};
    #[pymodule_export]
    use crate::load::Loaded;
    #[pymodule_export]
    use crate::open::{open, parse, parse_mapped};
    #[pymodule_export]
    use crate::operand::Operand;
    #[pymodule_export]
    use crate::symbol::{Symbol, Symbols, demangle};
    #[pymodule_export]
    use crate::view::{Header, LoadCommand, View};
}
