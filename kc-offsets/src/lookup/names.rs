//! Names: what a cell says of one, and how the best of several is chosen.
use core::fmt;

use macho_core::{Name, Symbol, VmAddr};

use super::cell::{Area, LookupCell};
use crate::images::Images;

/// A name, and where it starts.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct NamedAddress<'a> {
    /// Where it starts.
    pub vmaddr: VmAddr,
    /// The number of the image that has it.
    pub image: usize,
    /// The name.
    pub name: AddressName<'a>,
}

/// What names an address.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum AddressName<'a> {
    /// A symbol that the image defines: its index in the symbol table, and the symbol.
    Symbol(u32, Symbol<'a>),
    /// A stub that jumps to an import.
    Stub(Name<'a>),
    /// A pointer that a loader binds to an import.
    Slot(Name<'a>),
}

impl<'a> AddressName<'a> {
    /// The name: of a stub or a slot its import's. `None` if the symbol's is damaged.
    pub fn name(&self) -> Option<Name<'a>> {
        match self {
            Self::Symbol(_, symbol) => symbol.name().ok(),
            Self::Stub(name) | Self::Slot(name) => Some(*name),
        }
    }

    /// The name, or its first `most` bytes if it is longer, which is all that is looked at of a
    /// symbol's.
    pub fn name_prefix(&self, most: usize) -> Option<Name<'a>> {
        match self {
            Self::Symbol(_, symbol) => symbol.name_prefix(most).ok(),
            Self::Stub(name) | Self::Slot(name) => {
                let bytes = name.as_bytes();
                Some(Name::new(bytes.get(..most).unwrap_or(bytes)))
            }
        }
    }
}

impl fmt::Debug for AddressName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Symbol(..) => "Symbol",
            Self::Stub(_) => "Stub",
            Self::Slot(_) => "Slot",
        };
        f.debug_tuple(kind).field(&self.name()).finish()
    }
}

/// What a name is, from the worst to the best: of several at one address the best counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// A pointer: its own address only, and if nothing else names that.
    Slot,
    /// A symbol where no image has memory: its own address only.
    Unowned,
    /// A symbol at the end of its section: its own address only.
    SectionEnd,
    /// A symbol between sections or in another than its own, or an absolute one.
    Loose,
    Stub,
    /// A symbol in its section.
    Inside,
}

impl Rank {
    const ALL: [Self; 6] = [
        Self::Slot,
        Self::Unowned,
        Self::SectionEnd,
        Self::Loose,
        Self::Stub,
        Self::Inside,
    ];

    const fn number(self) -> u64 {
        match self {
            Self::Slot => 0,
            Self::Unowned => 1,
            Self::SectionEnd => 2,
            Self::Loose => 3,
            Self::Stub => 4,
            Self::Inside => 5,
        }
    }
}

/// Bits of `what`: the index, inverted; the image, inverted; the rank. So that of one address the
/// last is the best, and of one rank the first symbol of the first image.
const IMAGE_SHIFT: u32 = 32;
const RANK_SHIFT: u32 = 56;
/// Bits of an image's number.
const IMAGE_MASK: u64 = 0xff_ffff;

/// `index` is that of a symbol, or where in the image's file the import's name is.
pub(super) fn what(rank: Rank, image: usize, index: u32) -> u64 {
    let image = !u64::try_from(image).unwrap_or(u64::MAX) & IMAGE_MASK;
    rank.number() << RANK_SHIFT | image << IMAGE_SHIFT | u64::from(!index)
}

fn parts(what: u64) -> Option<(Rank, usize, u32)> {
    let rank = usize::try_from(what >> RANK_SHIFT).ok()?;
    let image = !(what >> IMAGE_SHIFT) & IMAGE_MASK;
    let index = !u32::try_from(what & 0xffff_ffff).ok()?;
    Some((*Rank::ALL.get(rank)?, usize::try_from(image).ok()?, index))
}

/// Whether the name reaches beyond its own address.
pub(super) const fn reaches(what: u64) -> bool {
    what >> RANK_SHIFT >= Rank::Loose.number()
}

/// Whether a name that does not reach on is a symbol's.
const fn is_symbol(what: u64) -> bool {
    what >> RANK_SHIFT != Rank::Slot.number()
}

/// The name of a cell.
pub(super) fn name<'a>(images: Images<'a, '_>, cell: LookupCell) -> Option<NamedAddress<'a>> {
    let (rank, image, index) = parts(cell.what)?;
    let macho = images.get(image)?.macho?;
    let import = || {
        let rest = macho.file().get(usize::try_from(index).ok()?..)?;
        Some(Name::new(rest.split(|byte| *byte == 0).next()?))
    };
    let name = match rank {
        Rank::Stub => AddressName::Stub(import()?),
        Rank::Slot => AddressName::Slot(import()?),
        _ => AddressName::Symbol(index, macho.symbol_table().ok()?.get(index)?),
    };
    Some(NamedAddress {
        vmaddr: VmAddr::new(cell.start),
        image,
        name,
    })
}

/// Which of two names names `addr`: one that reaches there, or one of its own. A symbol that starts
/// there is nearer than a name from before; a slot only counts if nothing else does.
pub(super) fn nearest(
    addr: u64,
    reaching: Option<LookupCell>,
    exact: Option<LookupCell>,
) -> Option<LookupCell> {
    match (reaching, exact) {
        (Some(reaching), Some(exact)) if reaching.start == addr || !is_symbol(exact.what) => {
            Some(reaching)
        }
        (reaching, exact) => exact.or(reaching),
    }
}

/// Sorted names: those that reach on, then those that do not.
#[derive(Clone, Copy)]
pub(super) struct Names<'s> {
    reaching: Area<'s>,
    exact: Area<'s>,
}

impl<'s> Names<'s> {
    /// Sorts the cells.
    pub(super) fn new(cells: &'s mut [LookupCell]) -> Self {
        crate::sort::sort_by_key(cells, |cell| (!reaches(cell.what), cell.start, cell.what));
        let cells: &'s [LookupCell] = cells;
        let count = cells.partition_point(|cell| reaches(cell.what));
        let (reaching, exact) = cells.split_at_checked(count).unwrap_or_default();
        Self {
            reaching: Area::new(reaching),
            exact: Area::new(exact),
        }
    }

    pub(super) const fn len(self) -> usize {
        self.reaching.len().saturating_add(self.exact.len())
    }

    /// What names `addr`, and does not start before `from`.
    pub(super) fn at(self, addr: u64, from: u64) -> Option<LookupCell> {
        let reaching = self.reaching.at_or_before(addr).map(|(cell, _)| cell);
        let reaching = reaching.filter(|cell| cell.start >= from);
        nearest(addr, reaching, self.exact.at(addr))
    }

    pub(super) fn reaching_from(
        self,
        addr: u64,
    ) -> impl Iterator<Item = LookupCell> + Clone + use<'s> {
        self.reaching.from(addr)
    }

    /// The slot at an address.
    pub(super) fn slot_at(self, addr: u64) -> Option<LookupCell> {
        // The worst of the names of one address is the first.
        let cell = self.exact.first_at(addr)?;
        (!is_symbol(cell.what)).then_some(cell)
    }

    pub(super) fn cells(self) -> impl Iterator<Item = LookupCell> + Clone + use<'s> {
        self.reaching.cells().chain(self.exact.cells())
    }
}
