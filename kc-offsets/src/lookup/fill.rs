//! From the images to the cells of a look-up.
use macho_core::{MachO, Symbol, SymbolType, VmAddr};

use super::budget::Budget;
use super::cell::{Filling, LookupCell};
use super::imports;
use super::names::{Rank, what};
use super::options::LookupOptions;
use super::stretches::{Claim, Stretch, Stretches};
use crate::error::{Error, Fault};
use crate::images::Images;

/// What is filled, and what is left.
type Filled<'s> = (&'s mut [LookupCell], &'s mut [LookupCell]);

/// What the images claim: segments, then sections; those of 0 bytes claim nothing.
pub(super) fn claims<'a, 's>(images: Images<'a, 's>) -> impl Iterator<Item = Claim> + use<'a, 's> {
    images.machos().flat_map(|(image, macho)| {
        let segments = (0..u32::MAX).zip(macho.segments());
        let segments = segments.map(move |(number, segment)| Claim {
            start: segment.vmaddr().get(),
            end: segment.vmaddr().get().saturating_add(segment.vmsize()),
            image,
            segment: number,
            section: 0,
            has_bytes: segment.data_size() != 0,
        });
        let sections = (1..u32::MAX).zip(macho.sections());
        let sections = sections.map(move |(number, section)| Claim {
            start: section.vmaddr().get(),
            // A section that would pass 2^64 ends there; a parse proved this of segments.
            end: section.vmaddr().get().saturating_add(section.size()),
            image,
            segment: 0,
            section: number,
            has_bytes: section.file_offset().is_some(),
        });
        segments
            .chain(sections)
            .filter(|claim| claim.start != claim.end)
    })
}

/// How many cells suffice.
pub(super) fn most_cells(images: Images<'_, '_>, options: LookupOptions) -> usize {
    let mut needed = claims(images).fold(0_usize, |needed, _| needed.saturating_add(2));
    let mut count = |found: bool| {
        needed = needed.saturating_add(usize::from(found));
    };
    if options.functions {
        each_function(images, |_, start| count(start.is_ok()));
    }
    if options.symbols {
        each_symbol(images, |_, symbol| count(symbol.is_ok()));
    }
    if options.imports {
        imports::each(images, |_, import| count(import.is_ok()));
    }
    needed
}

/// The edges of all claims.
///
/// # Errors
/// A number that is too large for its bits.
pub(super) fn edges<'s>(
    images: Images<'_, '_>,
    cells: &'s mut [LookupCell],
) -> Result<Filled<'s>, Error> {
    let mut filling = Filling::new(cells);
    for claim in claims(images) {
        let Some(edges) = claim.edges() else {
            let image = images.get(claim.image).and_then(|image| image.file_offset);
            return Err(Error::at(Fault::CountTooLarge, image.unwrap_or_default()));
        };
        for (start, what) in edges {
            filling.push(start, what);
        }
    }
    Ok(filling.finish())
}

/// The function starts of all tables, with the numbers of their images.
pub(super) fn each_function(
    images: Images<'_, '_>,
    mut each: impl FnMut(usize, Result<VmAddr, Error>),
) {
    let mut budget = Budget::new(images);
    for (number, macho) in images.machos() {
        let starts = match macho.function_starts() {
            Ok(starts) => starts,
            Err(error) => {
                each(number, Err(error.into()));
                continue;
            }
        };
        for start in starts {
            // A start takes a byte at least.
            let start = start.map_err(Error::from);
            let start = start.and_then(|start| budget.take(1, &macho).map(|()| start));
            let is_last = start.is_err();
            each(number, start);
            if is_last {
                break;
            }
        }
    }
}

/// The stretch of one address after another: neighbours in a table are mostly neighbours in memory.
pub(super) struct Cursor<'c, 's> {
    stretches: &'c Stretches<'s>,
    current: Stretch,
}

impl<'c, 's> Cursor<'c, 's> {
    pub(super) fn new(stretches: &'c Stretches<'s>) -> Self {
        Self {
            stretches,
            current: stretches.at(0),
        }
    }

    pub(super) fn at(&mut self, addr: u64) -> Stretch {
        if !self.current.contains(addr) {
            self.current = self.stretches.at(addr);
        }
        self.current
    }
}

/// The starts of functions, sorted, each once.
pub(super) fn functions<'s>(
    images: Images<'_, '_>,
    stretches: &Stretches<'_>,
    options: LookupOptions,
    cells: &'s mut [LookupCell],
    damaged: &mut impl FnMut(usize, Error),
) -> Filled<'s> {
    let mut filling = Filling::new(cells);
    let mut cursor = Cursor::new(stretches);
    // Said once for each image.
    let mut outside = None;
    if options.functions {
        each_function(images, |number, start| match start {
            Ok(start) => {
                let stretch = cursor.at(start.get());
                if stretch.is_of(number) {
                    if stretch.has_bytes() {
                        filling.push(start.get(), u64::try_from(number).unwrap_or(u64::MAX));
                    }
                } else if outside != Some(number) {
                    outside = Some(number);
                    damaged(number, Error::function_not_mapped(start));
                }
            }
            Err(error) => damaged(number, error),
        });
    }
    let (functions, rest) = filling.finish();
    crate::sort::sort_by_key(functions, |cell| (cell.start, cell.what));
    let count = dedup(functions);
    debug_assert!(count <= functions.len(), "some are kept, none is added");
    (functions.get_mut(..count).unwrap_or_default(), rest)
}

/// Moves the first cell of each address to the front, and returns how many there are.
fn dedup(cells: &mut [LookupCell]) -> usize {
    let mut count = 0_usize;
    let mut before = None;
    for at in 0..cells.len() {
        let Some(&cell) = cells.get(at) else { break };
        if before == Some(cell.start) {
            continue;
        }
        before = Some(cell.start);
        debug_assert!(count <= at, "the kept ones are among those before");
        if let Some(place) = cells.get_mut(count) {
            *place = cell;
            count = count.wrapping_add(1);
        }
    }
    count
}

/// The symbols that images define, with the numbers of their images and their indices: no debugging
/// entries, and none without a name.
pub(super) fn each_symbol<'a>(
    images: Images<'a, '_>,
    mut each: impl FnMut(usize, Result<(u32, Symbol<'a>), Error>),
) {
    let mut budget = Budget::new(images);
    for (number, macho) in images.machos() {
        let symbols = defined(&macho).and_then(|(count, symbols)| {
            let bytes = u64::try_from(count).unwrap_or(u64::MAX);
            budget.take(bytes.saturating_mul(16), &macho)?;
            Ok(symbols)
        });
        match symbols {
            Ok(symbols) => symbols.for_each(|symbol| each(number, Ok(symbol))),
            Err(error) => each(number, Err(error)),
        }
    }
}

/// The symbols that an image defines, with their indices, and how many its table has of all kinds.
pub(super) fn defined<'a>(
    macho: &MachO<'a>,
) -> Result<
    (
        usize,
        impl Iterator<Item = (u32, Symbol<'a>)> + Clone + use<'a>,
    ),
    Error,
> {
    let table = macho.symbol_table()?;
    let symbols = (0..u32::MAX).zip(table.iter()).filter(|(_, symbol)| {
        let kinds = [SymbolType::N_SECT, SymbolType::N_ABS];
        symbol.stab().is_none() && kinds.contains(&symbol.kind()) && symbol.n_strx() != 0
    });
    Ok((table.len(), symbols))
}

/// What a symbol of the image names, by rules 7 and 8; `None` if that is not the image's. `at`
/// gives the stretch of an address.
pub(super) fn rank(
    mut at: impl FnMut(u64) -> Stretch,
    image: usize,
    symbol: &Symbol<'_>,
) -> Option<Rank> {
    let addr = symbol.value();
    let stretch = at(addr);
    if stretch.is_nobodys() {
        return Some(Rank::Unowned);
    }
    if !stretch.is_of(image) {
        return None;
    }
    let section = symbol.n_sect();
    if symbol.kind() != SymbolType::N_SECT || section == 0 {
        return Some(Rank::Loose);
    }
    if stretch.is_in(section) {
        return Some(Rank::Inside);
    }
    let before = addr.checked_sub(1).map(at);
    let ends = before.is_some_and(|before| before.is_of(image) && before.is_in(section));
    Some(if ends { Rank::SectionEnd } else { Rank::Loose })
}

/// Symbols, stubs and slots, in no order.
pub(super) fn names<'s>(
    images: Images<'_, '_>,
    stretches: &Stretches<'_>,
    options: LookupOptions,
    cells: &'s mut [LookupCell],
    damaged: &mut impl FnMut(usize, Error),
) -> Filled<'s> {
    let mut filling = Filling::new(cells);
    let mut cursor = Cursor::new(stretches);
    if options.symbols {
        each_symbol(images, |number, symbol| match symbol {
            Ok((index, symbol)) => {
                if let Some(rank) = rank(|addr| cursor.at(addr), number, &symbol) {
                    filling.push(symbol.value(), what(rank, number, index));
                }
            }
            Err(error) => damaged(number, error),
        });
    }
    if options.imports {
        imports::each(images, |number, import| match import {
            Ok(import) => {
                if cursor.at(import.vmaddr).is_of(number) {
                    filling.push(import.vmaddr, what(import.rank, number, import.name));
                }
            }
            Err(error) => damaged(number, error),
        });
    }
    filling.finish()
}
