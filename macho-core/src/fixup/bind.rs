//! The slots of the bind opcodes of `LC_DYLD_INFO`, and the threads that those of the first arm64e
//! images start.
use core::iter::FusedIterator;

use crate::bytes::Bytes;
use crate::debug::debug_view;
use crate::error::{Error, ErrorKind, Structure};
use crate::fixup::import::Import;
use crate::fixup::opcode::Opcodes;
use crate::fixup::pointer::PointerBits;
use crate::fixup::slot::{BindWords, Mechanism, Slot};
use crate::macho::MachO;
use crate::name::Name;
use crate::raw::dyld_info::{
    BIND_SPECIAL_DYLIB_WEAK_LOOKUP, BIND_SUBOPCODE_THREADED_APPLY,
    BIND_SUBOPCODE_THREADED_SET_BIND_ORDINAL_TABLE_SIZE_ULEB, BIND_SYMBOL_FLAGS_WEAK_IMPORT,
    BindOpcode as Op, TYPE_POINTER,
};
use crate::raw::fixup::PointerFormat;

/// A stream of bind opcodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BindStream {
    Eager,
    Weak,
    Lazy,
}

impl BindStream {
    /// The stream that slots of this mechanism are from.
    pub(super) const fn of(mechanism: Mechanism) -> Option<Self> {
        match mechanism {
            Mechanism::BindOpcodes => Some(Self::Eager),
            Mechanism::WeakBindOpcodes => Some(Self::Weak),
            Mechanism::LazyBindOpcodes => Some(Self::Lazy),
            _ => None,
        }
    }

    const fn mechanism(self) -> Mechanism {
        match self {
            Self::Eager => Mechanism::BindOpcodes,
            Self::Weak => Mechanism::WeakBindOpcodes,
            Self::Lazy => Mechanism::LazyBindOpcodes,
        }
    }

    const fn structure(self) -> Structure {
        match self {
            Self::Eager => Structure::BindOpcodes,
            Self::Weak => Structure::WeakBindOpcodes,
            Self::Lazy => Structure::LazyBindOpcodes,
        }
    }
}

/// The import of a bind whose symbol's name is at this offset of the stream, with at most so many
/// bytes of the name. The addend is the slot's.
pub(super) fn import(
    bytes: Bytes<'_>,
    stream: BindStream,
    symbol: u32,
    words: BindWords,
    most: usize,
) -> Result<Import<'_>, Error> {
    let blame = bytes.file_offset(0);
    let name = bytes.c_string_prefix(symbol.into(), most, stream.structure(), blame)?;
    Ok(Import {
        lib_ordinal: words.lib_ordinal,
        weak: words.weak,
        addend: 0,
        name: Name::new(name),
    })
}

/// The imports of an image's threads, of which each slot has the number of one. Ends after the
/// first error of the stream; goes on after a name that is damaged.
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct ThreadImports<'a> {
    /// The stream and the walk over it; the error of a stream that is not in the file.
    stream: Result<(Bytes<'a>, Binds<'a>), Error>,
    /// The most bytes of a name.
    most: usize,
    /// The number of the next one; `None` at the end.
    next: Option<u32>,
}

debug_view!(ThreadImports<'_>, |imports| {
    most: imports.most,
    next: imports.next,
});

impl<'a> ThreadImports<'a> {
    pub(super) fn new(image: &MachO<'a>, bytes: Result<Bytes<'a>, Error>, most: usize) -> Self {
        let binds = |bytes| (bytes, Binds::new(image, bytes, BindStream::Eager));
        Self {
            stream: bytes.map(binds),
            most,
            next: Some(0),
        }
    }

    /// The opcodes that the imports are read from.
    pub fn opcodes(&self) -> &'a [u8] {
        self.stream
            .as_ref()
            .map_or(&[][..], |(bytes, _)| bytes.data())
    }

    /// The import with a number that is not below that of the next one.
    pub(super) fn get(&mut self, number: u32) -> Result<Option<Import<'a>>, Error> {
        self.next = None;
        let (bytes, binds) = self.stream.as_mut().map_err(|error| *error)?;
        let Some((symbol, words)) = binds.thread_target(number)? else {
            return Ok(None);
        };
        self.next = number.checked_add(1);
        let import = import(*bytes, BindStream::Eager, symbol, words, self.most)?;
        // The slots of a thread have no room for an addend.
        let addend = words.addend;
        Ok(Some(Import { addend, ..import }))
    }
}

impl<'a> Iterator for ThreadImports<'a> {
    type Item = Result<Import<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let number = self.next?;
        self.get(number).transpose()
    }
}

impl FusedIterator for ThreadImports<'_> {}

/// The walk over one stream.
#[derive(Clone)]
pub(super) struct Binds<'a> {
    opcodes: Opcodes<'a>,
    stream: BindStream,
    /// Offset of the symbol's name in the stream.
    symbol: u32,
    words: BindWords,
    /// Whether a symbol has been named.
    has_symbol: bool,
    are_pointers: bool,
    /// Whether binds are targets of threads and no slots.
    is_threaded: bool,
    /// Targets of threads so far.
    targets: u32,
    /// How the slots of the current thread are written; `None` outside threads.
    thread: Option<PointerBits>,
}

impl<'a> Binds<'a> {
    pub(super) fn new(image: &MachO<'a>, bytes: Bytes<'a>, stream: BindStream) -> Self {
        let lib_ordinal = if stream == BindStream::Weak {
            BIND_SPECIAL_DYLIB_WEAK_LOOKUP
        } else {
            0
        };
        Self {
            opcodes: Opcodes::new(image, bytes, stream.structure()),
            stream,
            symbol: 0,
            words: BindWords {
                lib_ordinal,
                ..BindWords::NONE
            },
            has_symbol: false,
            are_pointers: true,
            is_threaded: false,
            targets: 0,
            thread: None,
        }
    }

    pub(super) fn next(&mut self) -> Option<Result<Slot, Error>> {
        loop {
            if let Some(item) = self.slot() {
                return Some(item);
            }
            let (opcode, immediate) = self.opcodes.opcode()?;
            if let Err(error) = self.opcode(Op(opcode), immediate) {
                return Some(Err(error));
            }
        }
    }

    /// The target of a thread's bind: that of the bind opcode with this number, which comes after
    /// those read so far. Reads the stream up to there.
    pub(super) fn thread_target(&mut self, number: u32) -> Result<Option<(u32, BindWords)>, Error> {
        while self.targets <= number {
            // Threads say nothing about targets.
            self.opcodes.end_run();
            let Some((opcode, immediate)) = self.opcodes.opcode() else {
                return Ok(None);
            };
            self.opcode(Op(opcode), immediate)?;
        }
        Ok(Some((self.symbol, self.words)))
    }

    fn slot(&mut self) -> Option<Result<Slot, Error>> {
        let found = match self.opcodes.slot()? {
            Ok(found) => found,
            Err(error) => return Some(Err(error)),
        };
        let Some(bits) = self.thread else {
            let mechanism = self.stream.mechanism();
            return Some(Ok(Slot::plain(found, mechanism, self.symbol, self.words)));
        };
        let (_, _, raw) = found;
        match bits.next(raw) {
            0 => self.opcodes.end_run(),
            next => self.opcodes.set_stride(crate::bytes::widen(next)),
        }
        let mechanism = Mechanism::ThreadedBind;
        Some(Ok(Slot::link(found, mechanism, bits.format, 0)))
    }

    fn opcode(&mut self, opcode: Op, immediate: u8) -> Result<(), Error> {
        let stream = &mut self.opcodes;
        let (count, skip) = match opcode {
            // In the stream of lazy binds each bind ends with it.
            Op::BIND_OPCODE_DONE => {
                if self.stream != BindStream::Lazy {
                    stream.end();
                }
                return Ok(());
            }
            Op::BIND_OPCODE_SET_DYLIB_ORDINAL_IMM => {
                self.words.lib_ordinal = immediate.into();
                return Ok(());
            }
            Op::BIND_OPCODE_SET_DYLIB_ORDINAL_ULEB => {
                let ordinal = stream.uleb()?;
                // No image has as many libraries.
                self.words.lib_ordinal = i32::try_from(ordinal).unwrap_or(i32::MAX);
                return Ok(());
            }
            // 0, or a negative number whose high half is not written.
            Op::BIND_OPCODE_SET_DYLIB_SPECIAL_IMM => {
                let sign = if immediate == 0 { 0 } else { 16 };
                self.words.lib_ordinal = i32::from(immediate).wrapping_sub(sign);
                return Ok(());
            }
            Op::BIND_OPCODE_SET_SYMBOL_TRAILING_FLAGS_IMM => {
                let position = u32::try_from(stream.position());
                debug_assert!(position.is_ok(), "the table's size has 32 bits");
                self.symbol = position.unwrap_or(u32::MAX);
                self.words.weak = immediate & BIND_SYMBOL_FLAGS_WEAK_IMPORT != 0;
                self.has_symbol = true;
                return stream.string();
            }
            Op::BIND_OPCODE_SET_TYPE_IMM => {
                self.are_pointers = immediate == TYPE_POINTER;
                return if self.are_pointers {
                    Ok(())
                } else {
                    Err(stream.error(ErrorKind::UnknownFormat))
                };
            }
            Op::BIND_OPCODE_SET_ADDEND_SLEB => {
                self.words.addend = stream.sleb()?;
                return Ok(());
            }
            Op::BIND_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB => return stream.set_position(immediate),
            Op::BIND_OPCODE_ADD_ADDR_ULEB => {
                let bytes = stream.uleb()?;
                stream.advance(bytes);
                return Ok(());
            }
            Op::BIND_OPCODE_THREADED => return self.threaded(immediate),
            Op::BIND_OPCODE_DO_BIND => (1, 0),
            Op::BIND_OPCODE_DO_BIND_ADD_ADDR_ULEB => (1, stream.uleb()?),
            Op::BIND_OPCODE_DO_BIND_ADD_ADDR_IMM_SCALED => {
                (1, u64::from(immediate).wrapping_mul(8))
            }
            Op::BIND_OPCODE_DO_BIND_ULEB_TIMES_SKIPPING_ULEB => (stream.uleb()?, stream.uleb()?),
            _ => return Err(stream.unknown()),
        };
        if self.is_threaded {
            self.targets = self.targets.saturating_add(1);
            return Ok(());
        }
        self.thread = None;
        if !self.has_symbol {
            stream.pass(count, skip);
            return Err(stream.error(ErrorKind::StringOutOfBounds));
        }
        if self.are_pointers {
            stream.run(count, skip);
        } else {
            stream.pass(count, skip);
        }
        Ok(())
    }

    fn threaded(&mut self, immediate: u8) -> Result<(), Error> {
        match immediate {
            BIND_SUBOPCODE_THREADED_SET_BIND_ORDINAL_TABLE_SIZE_ULEB => {
                self.is_threaded = true;
                self.opcodes.uleb().map(|_| ())
            }
            BIND_SUBOPCODE_THREADED_APPLY => {
                // dyld, MachOAnalyzer::parseOrgArm64eChainedFixups: the chains of arm64e.
                self.thread = PointerFormat::DYLD_CHAINED_PTR_ARM64E.pointer_bits();
                self.opcodes.run(u64::MAX, 0);
                Ok(())
            }
            _ => Err(self.opcodes.unknown()),
        }
    }
}
