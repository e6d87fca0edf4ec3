//! Which symbol an address belongs to.
use core::fmt;

use macho_core::{MachO, Symbol, SymbolTable, SymbolType, VmAddr};

use crate::error::{Error, Structure};
use crate::sort::sort_by_key;

/// Where a symbol is: 16 bytes of the memory that the caller gives to [`SymbolIndex::build`].
#[derive(Clone, Copy, Debug, Default)]
pub struct SymbolCell {
    vmaddr: u64,
    /// Image and index in its table, both inverted, and above them whether the symbol lies inside its
    /// section: of several cells with one vmaddr, the largest is the best.
    rank: u64,
}

/// Set in the rank of a symbol that lies inside its section, clear in one at the section's end.
const INSIDE: u64 = 1 << 63;
/// Bits of a rank that hold the image's number.
const MOST_IMAGES: u32 = u32::MAX >> 1;

impl SymbolCell {
    /// An empty cell.
    pub const EMPTY: Self = Self { vmaddr: 0, rank: 0 };

    fn new(vmaddr: u64, image: u32, index: u32, inside: bool) -> Self {
        let order = u64::from(!image & MOST_IMAGES) << 32 | u64::from(!index);
        let rank = if inside { order | INSIDE } else { order };
        Self { vmaddr, rank }
    }

    /// Where the symbol lies.
    pub const fn vmaddr(&self) -> VmAddr {
        VmAddr::new(self.vmaddr)
    }

    /// Which of the images that the index was built from defines the symbol.
    pub fn image(&self) -> usize {
        let inverted = u32::try_from(self.rank >> 32).unwrap_or(0);
        usize::try_from(!inverted & MOST_IMAGES).unwrap_or(usize::MAX)
    }

    /// The symbol's index in the table of its image.
    pub fn index(&self) -> u32 {
        !u32::try_from(self.rank & 0xffff_ffff).unwrap_or(0)
    }
}

/// An answer of [`SymbolIndex::at_or_before`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
#[must_use]
pub struct Located<'a> {
    /// Which of the images that the index was built from defines the symbol.
    pub image: usize,
    /// The symbol's index in the table of its image.
    pub index: u32,
    /// The symbol.
    pub symbol: Symbol<'a>,
    /// Bytes from the symbol to the vmaddr.
    pub offset: u64,
}

/// vmaddr -> symbol, over the images of a kernelcache.
///
/// It has the symbols that an image defines in a section of its own, debugging entries not. One whose
/// address is outside of its section, as `__mh_execute_header`'s, names nothing there.
#[derive(Clone, Copy)]
pub struct SymbolIndex<'a, 's> {
    images: &'s [MachO<'a>],
    cells: &'s [SymbolCell],
}

impl fmt::Debug for SymbolIndex<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SymbolIndex")
            .field("images", &self.images.len())
            .field("symbols", &self.cells.len())
            .finish()
    }
}

impl<'a, 's> SymbolIndex<'a, 's> {
    /// Sorts the symbols of the images into `memory`, a cell for each.
    ///
    /// # Errors
    /// A symbol table that reaches past the end of the file. `BufferTooSmall`: an empty slice asks
    /// how many cells are needed.
    pub fn build(images: &'s [MachO<'a>], memory: &'s mut [SymbolCell]) -> Result<Self, Error> {
        let mut needed = 0_usize;
        for (number, image) in (0..MOST_IMAGES).zip(images) {
            for (index, vmaddr, inside) in defined(image)? {
                if let Some(cell) = memory.get_mut(needed) {
                    *cell = SymbolCell::new(vmaddr, number, index, inside);
                }
                needed = needed.saturating_add(1);
            }
        }
        let cells = memory
            .get_mut(..needed)
            .ok_or_else(|| Error::too_small(Structure::SymbolIndex, needed))?;
        sort_by_key(cells, |cell| (cell.vmaddr, cell.rank));
        Ok(Self { images, cells })
    }

    /// All symbols by ascending vmaddr; of several at one, the best comes last.
    pub const fn cells(&self) -> &'s [SymbolCell] {
        self.cells
    }

    /// The symbols from `vmaddr` on, by ascending vmaddr.
    pub fn from(&self, vmaddr: VmAddr) -> &'s [SymbolCell] {
        let before = self
            .cells
            .partition_point(|cell| cell.vmaddr < vmaddr.get());
        self.cells.get(before..).unwrap_or_default()
    }

    /// The symbol of a cell.
    pub fn symbol(&self, cell: SymbolCell) -> Option<Symbol<'a>> {
        let table = self.images.get(cell.image())?.symbol_table().ok()?;
        table.get(cell.index())
    }

    /// The last symbol at or before `vmaddr`, if its section reaches that far. Of several at one
    /// vmaddr the first in the first image that has one; one that lies inside its section comes before one that
    /// marks a section's end.
    pub fn at_or_before(&self, vmaddr: VmAddr) -> Option<Located<'a>> {
        let addr = vmaddr.get();
        let upto = self.cells.partition_point(|cell| cell.vmaddr <= addr);
        let cell = *self.cells.get(upto.checked_sub(1)?)?;
        let symbol = self.symbol(cell)?;
        let offset = addr.checked_sub(cell.vmaddr)?;
        if offset != 0 {
            let image = self.images.get(cell.image())?;
            let number = usize::from(symbol.section()?);
            let section = image.sections().nth(number.checked_sub(1)?)?;
            // Past the end of its section lies nothing of a symbol's.
            let into = vmaddr.checked_distance_from(section.vmaddr())?;
            if into >= section.size() {
                return None;
            }
        }
        Some(Located {
            image: cell.image(),
            index: cell.index(),
            symbol,
            offset,
        })
    }
}

/// The symbols that an image defines in its sections: index, vmaddr, whether it lies inside its
/// section and not at the end. A pass over the table for every [`BATCH`] sections.
fn defined<'a>(
    image: &MachO<'a>,
) -> Result<impl Iterator<Item = (u32, u64, bool)> + use<'a>, Error> {
    let (image, table): (MachO<'a>, SymbolTable<'a>) = (*image, image.symbol_table()?);
    Ok((0..u8::MAX)
        .step_by(BATCH)
        .map(move |skipped| Ranges::new(&image, skipped))
        .take_while(|ranges| ranges.count > 0)
        .flat_map(move |ranges| {
            (0..u32::MAX)
                .zip(table.iter())
                .filter_map(move |(index, symbol)| {
                    if symbol.stab().is_some() || symbol.kind() != SymbolType::N_SECT {
                        return None;
                    }
                    let (start, size) = ranges.get(symbol.n_sect())?;
                    let into = symbol.value().checked_sub(start)?;
                    (into <= size).then_some((index, symbol.value(), into < size))
                })
        }))
}

/// Sections that [`Ranges`] keeps: 512 bytes of stack.
const BATCH: usize = 32;

/// vmaddr and size of some of an image's sections, so that a symbol needs no walk to its section.
struct Ranges {
    /// The number of the first one less 1.
    skipped: u8,
    known: [(u64, u64); BATCH],
    count: usize,
}

impl Ranges {
    fn new(image: &MachO<'_>, skipped: u8) -> Self {
        let mut new = Self {
            skipped,
            known: [(0, 0); BATCH],
            count: 0,
        };
        let sections = image.sections().skip(usize::from(skipped));
        for (range, section) in new.known.iter_mut().zip(sections) {
            *range = (section.vmaddr().get(), section.size());
            new.count = new.count.wrapping_add(1);
        }
        new
    }

    /// The range of the section with this number, which counts from 1, if it is here.
    fn get(&self, number: u8) -> Option<(u64, u64)> {
        let index = number.checked_sub(1)?.checked_sub(self.skipped)?;
        self.known
            .get(..self.count)?
            .get(usize::from(index))
            .copied()
    }
}
