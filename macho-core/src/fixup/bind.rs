//! The slots of the bind opcodes of `LC_DYLD_INFO`, and the threads that those of the first arm64e
//! images start.
use crate::bytes::Bytes;
use crate::error::{Error, ErrorKind, Structure};
use crate::fixup::import::Import;
use crate::fixup::opcode::Opcodes;
use crate::fixup::pointer::Layout;
use crate::fixup::slot::{BindStream, Slot, Source};
use crate::macho::MachO;
use crate::name::Name;
use crate::raw::dyld_info::{
    BIND_SPECIAL_DYLIB_WEAK_LOOKUP, BIND_SUBOPCODE_THREADED_APPLY,
    BIND_SUBOPCODE_THREADED_SET_BIND_ORDINAL_TABLE_SIZE_ULEB, BIND_SYMBOL_FLAGS_WEAK_IMPORT,
    BindOpcode as Op, TYPE_POINTER,
};
use crate::raw::fixup::PointerFormat;

/// What the opcodes before a bind say about its import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Offset of the symbol's name in the stream.
    pub(super) symbol: u32,
    pub(super) lib_ordinal: i32,
    pub(super) weak: bool,
    pub(super) addend: i64,
}

impl Target {
    /// The import, its name read from the stream that the target is of. The addend is the slot's.
    pub(super) fn import<'a>(
        &self,
        stream: Bytes<'a>,
        what: Structure,
    ) -> Result<Import<'a>, Error> {
        let name = stream.c_string(self.symbol.into(), what, stream.file_offset(0))?;
        Ok(Import {
            lib_ordinal: self.lib_ordinal,
            weak: self.weak,
            addend: 0,
            name: Name::new(name),
        })
    }
}

/// The walk over one stream.
#[derive(Clone, Debug)]
pub(super) struct Binds<'a> {
    opcodes: Opcodes<'a>,
    stream: BindStream,
    target: Target,
    /// Whether a symbol has been named.
    has_symbol: bool,
    are_pointers: bool,
    /// Whether binds are targets of threads and no slots.
    is_threaded: bool,
    /// Targets of threads so far.
    targets: u32,
    /// How the slots of the current thread are written; `None` outside threads.
    thread: Option<Layout>,
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
            target: Target {
                symbol: 0,
                lib_ordinal,
                weak: false,
                addend: 0,
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

    /// The target of a thread's bind: that of the bind opcode with this number. Reads the stream up to
    /// there.
    pub(super) fn thread_target(mut self, number: u32) -> Result<Option<Target>, Error> {
        while self.targets <= number {
            // Threads say nothing about targets.
            self.opcodes.end_run();
            let Some((opcode, immediate)) = self.opcodes.opcode() else {
                return Ok(None);
            };
            self.opcode(Op(opcode), immediate)?;
        }
        Ok(Some(self.target))
    }

    fn slot(&mut self) -> Option<Result<Slot, Error>> {
        let found = match self.opcodes.slot()? {
            Ok(found) => found,
            Err(error) => return Some(Err(error)),
        };
        let Some(layout) = self.thread else {
            let (stream, target) = (self.stream, self.target);
            return Some(Ok(Slot::new(found, Source::Bind { stream, target })));
        };
        let (_, _, raw) = found;
        match layout.next(raw) {
            0 => self.opcodes.end_run(),
            next => self.opcodes.set_stride(crate::bytes::widen(next)),
        }
        let format = layout.format;
        Some(Ok(Slot::new(found, Source::ThreadedBind { format })))
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
                self.target.lib_ordinal = immediate.into();
                return Ok(());
            }
            Op::BIND_OPCODE_SET_DYLIB_ORDINAL_ULEB => {
                let ordinal = stream.uleb()?;
                // No image has as many libraries.
                self.target.lib_ordinal = i32::try_from(ordinal).unwrap_or(i32::MAX);
                return Ok(());
            }
            // 0, or a negative number whose high half is not written.
            Op::BIND_OPCODE_SET_DYLIB_SPECIAL_IMM => {
                let sign = if immediate == 0 { 0 } else { 16 };
                self.target.lib_ordinal = i32::from(immediate).wrapping_sub(sign);
                return Ok(());
            }
            Op::BIND_OPCODE_SET_SYMBOL_TRAILING_FLAGS_IMM => {
                let symbol = u32::try_from(stream.position()).unwrap_or(u32::MAX);
                self.target.symbol = symbol;
                self.target.weak = immediate & BIND_SYMBOL_FLAGS_WEAK_IMPORT != 0;
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
                self.target.addend = stream.sleb()?;
                return Ok(());
            }
            Op::BIND_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB => return stream.set_place(immediate),
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
                self.thread = PointerFormat::DYLD_CHAINED_PTR_ARM64E.layout();
                self.opcodes.run(u64::MAX, 0);
                Ok(())
            }
            _ => Err(self.opcodes.unknown()),
        }
    }
}
