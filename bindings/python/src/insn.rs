//! `Insn`: an instruction as an object; decoding and assembling.
use std::sync::Arc;

use aarch64_decode::{
    Flow, Instruction, MemoryAccess, MemoryKind, Mnemonic, Name, Syntax, TextBuffer,
    assemble as encode, decode as identify,
};
use macho_core::FileOffset;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};

use crate::data::Data;
use crate::error::Failure;
use crate::operand::{self, Operand};
use crate::owned::Opened;
use crate::text;

/// The syntax that a name stands for.
pub(crate) fn syntax(name: &str) -> PyResult<Syntax> {
    match name {
        "llvm" => Ok(Syntax::Llvm),
        "gnu" => Ok(Syntax::Gnu),
        "apple" | "otool" => Ok(Syntax::Apple),
        _ => Err(PyValueError::new_err(format!(
            "no syntax is called {}: llvm, gnu or apple",
            text::quoted(name)
        ))),
    }
}

/// A word of code at an address.
///
/// A word that is not an instruction is also shown as an Insn. Its `is_valid` is False, and its
/// text is `.inst` with the word in hexadecimal.
#[pyclass(frozen, module = "kernelcache", freelist = 64)]
pub(crate) struct Insn {
    /// Unslid address of the word.
    #[pyo3(get)]
    address: u64,
    /// The word.
    #[pyo3(get)]
    word: u32,
    syntax: Syntax,
}

impl Insn {
    pub(crate) const fn new(address: u64, word: u32, syntax: Syntax) -> Self {
        Self {
            address,
            word,
            syntax,
        }
    }

    fn instruction(&self) -> Option<Instruction> {
        identify(self.word).ok()
    }

    /// What `use_text` makes of the text.
    fn with_text<T>(&self, use_text: impl FnOnce(&str) -> T) -> T {
        let Some(instruction) = self.instruction() else {
            return use_text(&format!(".inst {:#010x}", self.word));
        };
        let mut buffer = TextBuffer::new();
        use_text(instruction.format(self.address, self.syntax, &mut buffer))
    }
}

/// The mnemonic and the operands of a text.
fn split(text: &str) -> (&str, &str) {
    text.split_once([' ', '\t']).unwrap_or((text, ""))
}

#[pymethods]
impl Insn {
    /// Bytes: always 4.
    #[classattr]
    const fn size() -> u8 {
        4
    }

    /// The four bytes.
    #[getter]
    fn bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.word.to_le_bytes())
    }

    /// Whether the word is an instruction.
    #[getter]
    fn is_valid(&self) -> bool {
        self.instruction().is_some()
    }

    /// The mnemonic as the text shows it: of an alias the alias's.
    #[getter]
    fn mnemonic(&self) -> String {
        self.with_text(|text| split(text).0.to_owned())
    }

    /// The text of the operands; empty without any.
    #[getter]
    fn op_str(&self) -> String {
        self.with_text(|text| split(text).1.to_owned())
    }

    /// Mnemonic and operands.
    #[getter]
    fn text(&self) -> String {
        self.with_text(str::to_owned)
    }

    /// The name of the encoding in Arm's specification, such as "ADD_64_addsub_imm"; None of an
    /// invalid word.
    #[getter]
    fn encoding(&self) -> Option<&'static str> {
        Some(self.instruction()?.encoding().name())
    }

    /// The mnemonic of the encoding, whatever alias the text shows.
    #[getter]
    fn base_mnemonic(&self) -> Option<&'static str> {
        self.instruction()
            .map(Instruction::mnemonic)
            .map(Mnemonic::as_str)
    }

    /// The specification's group, such as "dpimm".
    #[getter]
    fn group(&self) -> Option<&'static str> {
        Some(self.instruction()?.group().name())
    }

    /// Where control goes: "next", "branch", "conditional", "call", "return", "exception_return",
    /// "indirect", "indirect_call", "system_call", "exception" or "conditional_exception"; None of
    /// an invalid word.
    #[getter]
    fn flow(&self) -> Option<&'static str> {
        Some(match self.instruction()?.flow(self.address) {
            Flow::Next => "next",
            Flow::Branch(_) => "branch",
            Flow::Conditional(_) => "conditional",
            Flow::Call(_) => "call",
            Flow::Return => "return",
            Flow::ExceptionReturn => "exception_return",
            Flow::Indirect => "indirect",
            Flow::IndirectCall => "indirect_call",
            Flow::SystemCall => "system_call",
            Flow::Exception => "exception",
            Flow::ConditionalException => "conditional_exception",
            _ => "unknown",
        })
    }

    /// The address that a direct branch or call goes to; None of anything else.
    #[getter]
    fn target(&self) -> Option<u64> {
        match self.instruction()?.flow(self.address) {
            Flow::Branch(target) | Flow::Conditional(target) | Flow::Call(target) => Some(target),
            _ => None,
        }
    }

    /// The operands as the text shows them.
    #[getter]
    fn operands(&self) -> Vec<Operand> {
        let Some(instruction) = self.instruction() else {
            return Vec::new();
        };
        let operands = instruction.shown_operands(self.address, self.syntax);
        operands.map(|operand| operand::python(&operand)).collect()
    }

    /// Names of the registers and flags that are read: "x0", "sp", "v3", "p1", "n", "z", "c", "v".
    #[getter]
    fn reads<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let effects = self.instruction().map(Instruction::effects);
        PyTuple::new(
            py,
            effects.map_or_else(Vec::new, |effects| operand::set(effects.reads)),
        )
    }

    /// Names of the registers and flags that are written, as of `reads`.
    #[getter]
    fn writes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let effects = self.instruction().map(Instruction::effects);
        PyTuple::new(
            py,
            effects.map_or_else(Vec::new, |effects| operand::set(effects.writes)),
        )
    }

    /// What is done to memory: "load", "store", "update", "load_tags" or "store_tags"; None if
    /// nothing is.
    #[getter]
    fn memory(&self) -> Option<&'static str> {
        let access = self.instruction()?.memory_access();
        Some(match access.map(|MemoryAccess { kind, .. }| kind)? {
            MemoryKind::Load => "load",
            MemoryKind::Store => "store",
            MemoryKind::Update => "update",
            MemoryKind::LoadTags => "load_tags",
            MemoryKind::StoreTags => "store_tags",
            _ => "unknown",
        })
    }

    fn __repr__(&self) -> String {
        self.with_text(|text| format!("<Insn {:#x}: {text}>", self.address))
    }

    fn __str__(&self) -> String {
        self.text()
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.address == other.address && self.word == other.word && self.syntax == other.syntax
    }

    fn __hash__(&self) -> u64 {
        self.address.rotate_left(17) ^ u64::from(self.word)
    }
}

/// The instruction that `word` is at `address`; None if it is none.
///
/// `syntax` is "llvm", "gnu" or "apple".
#[pyfunction]
#[pyo3(signature = (word, address = 0, *, syntax = "llvm"))]
pub(crate) fn decode(word: u32, address: u64, syntax: &str) -> PyResult<Option<Insn>> {
    let syntax = self::syntax(syntax)?;
    Ok(identify(word)
        .ok()
        .map(|_| Insn::new(address, word, syntax)))
}

/// The instructions in `code`, whose first byte lies at `address`; bytes after the last whole word
/// are left out.
#[pyfunction]
#[pyo3(signature = (code, address = 0, *, syntax = "llvm"))]
pub(crate) fn disassemble(
    code: &Bound<'_, PyAny>,
    address: u64,
    syntax: &str,
) -> PyResult<Disassembly> {
    let syntax = self::syntax(syntax)?;
    let source = Source::Data(Arc::new(text::data(code)?));
    Ok(Disassembly::new(source, address, syntax))
}

/// The word that a line of assembly in LLVM's syntax is at `address`, as four bytes; several lines,
/// separated by newlines or semicolons, give four bytes each.
///
/// Raises KernelcacheError for a line that is no instruction.
#[pyfunction]
#[pyo3(signature = (text, address = 0))]
pub(crate) fn assemble<'py>(
    py: Python<'py>,
    text: &str,
    address: u64,
) -> PyResult<Bound<'py, PyBytes>> {
    let mut code = Vec::new();
    for line in text.split(['\n', ';']) {
        let line = line.split("//").next().unwrap_or("").trim();
        if line.is_empty() {
            continue;
        }
        let at = address.wrapping_add(u64::try_from(code.len()).unwrap_or(0));
        let word = encode(at, line).map_err(|error| {
            let failure = Failure::from(error);
            failure.of(line)
        })?;
        code.extend_from_slice(&word.to_le_bytes());
    }
    Ok(PyBytes::new(py, &code))
}

/// The system registers that have a name: a dict from name to `(op0, op1, CRn, CRm, op2)`. Apple's
/// own registers are among them, by m1n1's names.
#[pyfunction]
pub(crate) fn system_registers(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let names = PyDict::new(py);
    for value in 0..=u16::MAX {
        let name = Name::system_register(value);
        let parts = (
            value >> 14,
            value >> 11 & 7,
            value >> 7 & 15,
            value >> 3 & 15,
            value & 7,
        );
        for text in [name.text(), name.apple_name()].into_iter().flatten() {
            names.set_item(text.as_str(), parts)?;
        }
    }
    Ok(names)
}

/// Where the words of a [`Disassembly`] come from.
enum Source {
    Data(Arc<Data>),
    /// So many bytes of a file from an offset on.
    File(Arc<Opened>, FileOffset, u64),
}

impl Source {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Data(data) => data,
            Self::File(opened, offset, len) => {
                opened.image().slice(*offset, *len).unwrap_or_default()
            }
        }
    }
}

/// An iterator of [`Insn`].
#[pyclass(module = "kernelcache")]
pub(crate) struct Disassembly {
    source: Source,
    at: usize,
    address: u64,
    syntax: Syntax,
}

impl Disassembly {
    const fn new(source: Source, address: u64, syntax: Syntax) -> Self {
        Self {
            source,
            at: 0,
            address,
            syntax,
        }
    }

    /// The words of `len` bytes of a file from an offset on, the first of which lies at `address`.
    pub(crate) fn of_file(
        opened: &Arc<Opened>,
        (offset, len): (FileOffset, u64),
        address: u64,
        syntax: Syntax,
    ) -> Self {
        Self::new(
            Source::File(Arc::clone(opened), offset, len),
            address,
            syntax,
        )
    }
}

#[pymethods]
impl Disassembly {
    fn __iter__(this: Bound<'_, Self>) -> Bound<'_, Self> {
        this
    }

    fn __next__(&mut self) -> Option<Insn> {
        let bytes = self.source.bytes().get(self.at..)?;
        let word = u32::from_le_bytes(*bytes.first_chunk()?);
        let insn = Insn::new(self.address, word, self.syntax);
        self.at += 4;
        self.address = self.address.wrapping_add(4);
        Some(insn)
    }

    fn __length_hint__(&self) -> usize {
        self.source.bytes().len().saturating_sub(self.at) / 4
    }
}
