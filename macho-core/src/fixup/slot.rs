//! A slot: the word of an image that a loader rewrites, whatever says so.
use crate::addr::{FileOffset, VmAddr};
use crate::error::Structure;
use crate::fixup::bind::Target as BindTarget;
use crate::fixup::place::Found;
use crate::fixup::pointer;
use crate::fixup::target::{Fixup, Target};
use crate::raw::fixup::PointerFormat;

/// What in an image says that a slot is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Mechanism {
    /// `LC_DYLD_CHAINED_FIXUPS`.
    Chained,
    /// Section `__TEXT,__thread_starts` of a static kernel.
    ThreadStarts,
    /// Section `__TEXT,__chain_starts` of firmware.
    ChainStarts,
    /// Rebase opcodes of `LC_DYLD_INFO`.
    RebaseOpcodes,
    /// Bind opcodes of `LC_DYLD_INFO`.
    BindOpcodes,
    /// A thread that bind opcodes start (`BIND_OPCODE_THREADED`).
    ThreadedBind,
    /// Weak bind opcodes of `LC_DYLD_INFO`.
    WeakBindOpcodes,
    /// Lazy bind opcodes of `LC_DYLD_INFO`.
    LazyBindOpcodes,
    /// Local relocation entries of `LC_DYSYMTAB`.
    LocalRelocations,
    /// External relocation entries of `LC_DYSYMTAB`.
    ExternalRelocations,
}

impl Mechanism {
    /// One word for people and machines.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chained => "chained",
            Self::ThreadStarts => "thread-starts",
            Self::ChainStarts => "chain-starts",
            Self::RebaseOpcodes => "rebase-opcodes",
            Self::BindOpcodes => "bind-opcodes",
            Self::ThreadedBind => "threaded-bind",
            Self::WeakBindOpcodes => "weak-bind-opcodes",
            Self::LazyBindOpcodes => "lazy-bind-opcodes",
            Self::LocalRelocations => "local-relocations",
            Self::ExternalRelocations => "external-relocations",
        }
    }
}

/// A stream of bind opcodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BindStream {
    Eager,
    Weak,
    Lazy,
}

impl BindStream {
    pub(super) const fn structure(self) -> Structure {
        match self {
            Self::Eager => Structure::BindOpcodes,
            Self::Weak => Structure::WeakBindOpcodes,
            Self::Lazy => Structure::LazyBindOpcodes,
        }
    }
}

/// What a mechanism says about a slot besides its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Chained {
        format: PointerFormat,
        max_valid_pointer: u32,
    },
    KernelThread {
        format: PointerFormat,
    },
    FirmwareChain {
        format: PointerFormat,
    },
    Rebase,
    Bind {
        stream: BindStream,
        target: BindTarget,
    },
    ThreadedBind {
        format: PointerFormat,
    },
    LocalRelocation {
        is_short: bool,
    },
    ExternalRelocation {
        symbol: u32,
    },
}

/// One word that a loader rewrites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Unslid address of the slot.
    pub vmaddr: VmAddr,
    /// Where the slot lies, from the start of the outermost file.
    pub file_offset: FileOffset,
    /// The slot as it stands; [`size`](Self::size) bytes of it.
    pub raw: u64,
    pub(super) source: Source,
}

impl Slot {
    #[inline]
    pub(super) const fn new((vmaddr, file_offset, raw): Found, source: Source) -> Self {
        Self {
            vmaddr,
            file_offset,
            raw,
            source,
        }
    }

    /// What the slot becomes. Decoded here, so that a walk that only wants places costs less.
    #[inline]
    pub const fn fixup(&self) -> Fixup {
        if let Source::Chained {
            format,
            max_valid_pointer,
        } = self.source
        {
            return match format.fixup(self.raw) {
                Some(fixup) if matches!(format, PointerFormat::DYLD_CHAINED_PTR_32) => {
                    pointer::without_non_pointer(fixup, max_valid_pointer)
                }
                Some(fixup) => fixup,
                // The walk takes known formats only.
                None => Fixup::Value(0),
            };
        }
        self.other_fixup()
    }

    const fn other_fixup(&self) -> Fixup {
        match self.source {
            Source::KernelThread { format } => match format.fixup(self.raw) {
                Some(fixup) => pointer::with_kernel_sign(fixup),
                None => Fixup::Value(0),
            },
            Source::Chained { format, .. }
            | Source::FirmwareChain { format }
            | Source::ThreadedBind { format } => match format.fixup(self.raw) {
                Some(fixup) => fixup,
                None => Fixup::Value(0),
            },
            Source::Rebase | Source::LocalRelocation { .. } => Fixup::Rebase {
                target: Target::VmAddr(VmAddr::new(self.raw)),
                auth: None,
            },
            Source::Bind { target, .. } => Fixup::Bind {
                ordinal: target.symbol,
                addend: target.addend,
                auth: None,
            },
            // The addend is in the slot (dyld MachOAnalyzer::forEachBind_Relocations).
            Source::ExternalRelocation { symbol } => Fixup::Bind {
                ordinal: symbol,
                addend: i64::from_le_bytes(self.raw.to_le_bytes()),
                auth: None,
            },
        }
    }

    /// What says that this is a slot.
    #[inline]
    pub const fn mechanism(&self) -> Mechanism {
        match self.source {
            Source::Chained { .. } => Mechanism::Chained,
            Source::KernelThread { .. } => Mechanism::ThreadStarts,
            Source::FirmwareChain { .. } => Mechanism::ChainStarts,
            Source::Rebase => Mechanism::RebaseOpcodes,
            Source::Bind { stream, .. } => match stream {
                BindStream::Eager => Mechanism::BindOpcodes,
                BindStream::Weak => Mechanism::WeakBindOpcodes,
                BindStream::Lazy => Mechanism::LazyBindOpcodes,
            },
            Source::ThreadedBind { .. } => Mechanism::ThreadedBind,
            Source::LocalRelocation { .. } => Mechanism::LocalRelocations,
            Source::ExternalRelocation { .. } => Mechanism::ExternalRelocations,
        }
    }

    /// How the slot is written, where it is a link of a chain; `None` for a plain pointer.
    #[inline]
    pub const fn pointer_format(&self) -> Option<PointerFormat> {
        match self.source {
            Source::Chained { format, .. }
            | Source::KernelThread { format }
            | Source::FirmwareChain { format }
            | Source::ThreadedBind { format } => Some(format),
            _ => None,
        }
    }

    /// Bytes of the slot: 4 or 8.
    #[inline]
    pub const fn size(&self) -> u64 {
        if matches!(self.source, Source::LocalRelocation { is_short: true }) {
            return 4;
        }
        match self.pointer_format() {
            Some(format) => match format.slot_size() {
                Some(size) => size,
                None => 8,
            },
            None => 8,
        }
    }
}
