//! A cell of the caller's memory, and sorted runs of them.
use crate::pages::FourNumbers;

/// Room for one item of an index: what the caller gives to [`Lookup::build`](crate::Lookup::build).
/// 16 bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct LookupCell {
    /// An address. Of the page table two numbers.
    pub(super) start: u64,
    /// What starts there. Of the page table two numbers.
    pub(super) what: u64,
}

impl LookupCell {
    /// A cell with nothing in it.
    pub const EMPTY: Self = Self { start: 0, what: 0 };

    pub(super) const fn start(self) -> u64 {
        self.start
    }

    /// The image of a function: its number is all of `what`.
    pub(super) fn image(self) -> usize {
        usize::try_from(self.what).unwrap_or(usize::MAX)
    }
}

impl FourNumbers for LookupCell {
    fn halves(&self) -> [u64; 2] {
        [self.start, self.what]
    }

    fn set_halves(&mut self, [start, what]: [u64; 2]) {
        (self.start, self.what) = (start, what);
    }
}

/// Cells by ascending address.
#[derive(Clone, Copy)]
pub(super) struct Area<'s> {
    cells: &'s [LookupCell],
}

impl<'s> Area<'s> {
    pub(super) const fn new(cells: &'s [LookupCell]) -> Self {
        Self { cells }
    }

    pub(super) const fn len(self) -> usize {
        self.cells.len()
    }

    /// The last cell at or before an address, and the one after it.
    pub(super) fn at_or_before(self, addr: u64) -> Option<(LookupCell, Option<LookupCell>)> {
        let after = self.cells.partition_point(|cell| cell.start <= addr);
        let cell = *self.cells.get(after.checked_sub(1)?)?;
        Some((cell, self.cells.get(after).copied()))
    }

    /// The last cell at an address.
    pub(super) fn at(self, addr: u64) -> Option<LookupCell> {
        let (cell, _) = self.at_or_before(addr)?;
        (cell.start == addr).then_some(cell)
    }

    /// The first cell at an address.
    pub(super) fn first_at(self, addr: u64) -> Option<LookupCell> {
        let before = self.cells.partition_point(|cell| cell.start < addr);
        self.cells
            .get(before)
            .copied()
            .filter(|cell| cell.start == addr)
    }

    /// The cells, each with the one after it.
    pub(super) fn pairs(
        self,
    ) -> impl Iterator<Item = (LookupCell, Option<LookupCell>)> + Clone + use<'s> {
        let next = self.cells.iter().skip(1).copied().map(Some);
        let next = next.chain(core::iter::once(None));
        self.cells.iter().copied().zip(next)
    }

    /// The cells from an address on.
    pub(super) fn from(self, addr: u64) -> impl Iterator<Item = LookupCell> + Clone + use<'s> {
        let before = self.cells.partition_point(|cell| cell.start < addr);
        self.cells.get(before..).unwrap_or_default().iter().copied()
    }

    pub(super) fn cells(self) -> impl Iterator<Item = LookupCell> + Clone + use<'s> {
        self.cells.iter().copied()
    }
}

/// Cells that are filled one by one. Never more than there are: the caller has asked how many.
pub(super) struct Filling<'s> {
    cells: &'s mut [LookupCell],
    count: usize,
}

impl<'s> Filling<'s> {
    pub(super) const fn new(cells: &'s mut [LookupCell]) -> Self {
        Self { cells, count: 0 }
    }

    pub(super) fn push(&mut self, start: u64, what: u64) {
        let place = self.cells.get_mut(self.count);
        debug_assert!(place.is_some(), "fewer cells were counted than are filled");
        if let Some(place) = place {
            *place = LookupCell { start, what };
            self.count = self.count.saturating_add(1);
        }
    }

    /// What is filled, and what is left.
    pub(super) fn finish(self) -> (&'s mut [LookupCell], &'s mut [LookupCell]) {
        self.cells
            .split_at_mut_checked(self.count)
            .unwrap_or_default()
    }
}
