//! A slot: the word of an image that a loader rewrites, whatever says so.
use crate::addr::{FileOffset, VmAddr};
use crate::fixup::pointer;
use crate::fixup::segment_finder::SlotPosition;
use crate::fixup::target::Fixup;
use crate::raw::fixup::PointerFormat;

/// The format of slots that are no links.
const NO_LINK: PointerFormat = PointerFormat(0);
/// `word` of a local relocation entry of 4 bytes.
pub(super) const SHORT: u32 = 4;

/// What in an image says that a slot is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Mechanism {
    /// `LC_DYLD_CHAINED_FIXUPS`, or section `__TEXT,__chain_fixups` of firmware.
    Chained,
    /// Section `__TEXT,__thread_starts` of a static kernel.
    ThreadStarts,
    /// Section `__TEXT,__chain_starts` of firmware.
    ChainStarts,
    /// Section `__TEXT,__rebase_info` of firmware.
    RebaseRuns,
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
            Self::RebaseRuns => "rebase-runs",
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

/// One word that a loader rewrites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Unslid address of the slot.
    pub vmaddr: VmAddr,
    /// Where the slot lies, from the start of the outermost file.
    pub file_offset: FileOffset,
    /// The slot as it stands; [`size`](Self::size) bytes of it.
    pub raw: u64,
    pub(super) mechanism: Mechanism,
    /// How a link of a chain is written; 0 where the slot is none.
    pub(super) format: PointerFormat,
    /// Of chains `max_valid_pointer`, of a bind the symbol.
    pub(super) word: u32,
    /// Of opcodes, what they say about a bind besides.
    pub(super) bind: BindWords,
}

/// What bind opcodes say besides the symbol. No enum around it: the walk over chains keeps a slot
/// in registers, as long as its fields are plain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BindWords {
    pub(super) addend: i64,
    pub(super) lib_ordinal: i32,
    pub(super) weak: bool,
}

impl BindWords {
    pub(super) const NONE: Self = Self {
        addend: 0,
        lib_ordinal: 0,
        weak: false,
    };
}

/// What a slot becomes. Apart from [`Slot::fixup`], and given numbers: that is then small enough to
/// be inlined, and the slot stays in registers.
#[inline(never)]
const fn decode(
    mechanism: Mechanism,
    format: PointerFormat,
    raw: u64,
    word: u32,
    addend: i64,
) -> Fixup {
    let addend = match mechanism {
        Mechanism::BindOpcodes | Mechanism::WeakBindOpcodes | Mechanism::LazyBindOpcodes => addend,
        // The addend is in the slot (dyld MachOAnalyzer::forEachBind_Relocations).
        Mechanism::ExternalRelocations => i64::from_le_bytes(raw.to_le_bytes()),
        _ => {
            let Some(fixup) = format.fixup(raw) else {
                return pointer::rebase_vmaddr(raw);
            };
            return match (mechanism, format) {
                (Mechanism::ThreadStarts, _) => pointer::with_kernel_sign(fixup),
                (Mechanism::Chained, PointerFormat::DYLD_CHAINED_PTR_32) => {
                    pointer::without_non_pointer(fixup, word)
                }
                _ => fixup,
            };
        }
    };
    Fixup::Bind {
        ordinal: word,
        addend,
        auth: None,
    }
}

impl Slot {
    /// A link of a chain.
    #[inline]
    pub(super) const fn link(
        (vmaddr, file_offset, raw): SlotPosition,
        mechanism: Mechanism,
        format: PointerFormat,
        max_valid_pointer: u32,
    ) -> Self {
        Self {
            vmaddr,
            file_offset,
            raw,
            mechanism,
            format,
            word: max_valid_pointer,
            bind: BindWords::NONE,
        }
    }

    /// A plain word.
    pub(super) const fn plain(
        (vmaddr, file_offset, raw): SlotPosition,
        mechanism: Mechanism,
        symbol: u32,
        bind: BindWords,
    ) -> Self {
        Self {
            vmaddr,
            file_offset,
            raw,
            mechanism,
            format: NO_LINK,
            word: symbol,
            bind,
        }
    }

    /// What the slot becomes. Decoded here, so that a walk that only wants positions costs less.
    #[inline]
    pub const fn fixup(&self) -> Fixup {
        match (self.mechanism, self.format) {
            (Mechanism::Chained, PointerFormat::DYLD_CHAINED_PTR_64_KERNEL_CACHE) => {
                pointer::kernel_cache(self.raw)
            }
            (mechanism, format) => decode(mechanism, format, self.raw, self.word, self.bind.addend),
        }
    }

    /// What says that this is a slot.
    #[inline]
    pub const fn mechanism(&self) -> Mechanism {
        self.mechanism
    }

    /// How the slot is written, where it is a link of a chain; `None` for a plain pointer.
    #[inline]
    pub const fn pointer_format(&self) -> Option<PointerFormat> {
        if self.format.is_known() {
            Some(self.format)
        } else {
            None
        }
    }

    /// Bytes of the slot: 4 or 8.
    #[inline]
    pub const fn size(&self) -> u64 {
        match (self.format.slot_size(), self.mechanism) {
            (Some(size), _) => size,
            (None, Mechanism::LocalRelocations) if self.word == SHORT => 4,
            (None, _) => 8,
        }
    }
}
