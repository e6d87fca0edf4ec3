//! A cell of the caller's memory, and the numbers that sort cells without moving them.
use core::fmt;

use crate::sort::Order;

use super::image::Image;
use super::text::ImageText;

/// Room for one image: what the caller gives to [`Images::build`](crate::Images::build).
#[derive(Clone, Copy)]
pub struct ImageCell<'a> {
    pub(super) image: Image<'a>,
    /// Which kext of the property list describes the entry, or whether the kext is taken: see
    /// `describe`.
    pub(super) is_taken: bool,
    /// References to values of the property list.
    pub(super) pending: [Pending; FIELDS],
    /// An entry of an order over all cells; the first also of one over cells alone.
    order: [u32; FIELDS],
}

/// Values of a kext that may be references: id, version, address, size.
pub(super) const FIELDS: usize = 4;

/// A reference of the property list, and the value that it stands for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    /// `IDREF`.
    pub(super) id: u32,
    /// Where the reference lies in the list.
    pub(super) at: u32,
    /// Where the text of the value lies, and how long it is.
    pub(super) text: Option<(u32, u32)>,
    pub(super) is_integer: bool,
    pub(super) is_used: bool,
}

impl Pending {
    pub(super) const NONE: Self = Self {
        id: 0,
        at: 0,
        text: None,
        is_integer: false,
        is_used: false,
    };
}

impl<'a> ImageCell<'a> {
    /// A cell with nothing in it.
    pub const EMPTY: Self = Self::new(Image {
        id: None,
        version: None,
        vmaddr: None,
        file_offset: None,
        size: None,
        macho: None,
        first: None,
        damage: None,
    });

    pub(super) const fn new(image: Image<'a>) -> Self {
        Self {
            image,
            is_taken: false,
            pending: [Pending::NONE; FIELDS],
            order: [0; FIELDS],
        }
    }

    pub(super) const fn image(&self) -> &Image<'a> {
        &self.image
    }
}

impl fmt::Debug for ImageCell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageCell")
            .field("vmaddr", &self.image.vmaddr)
            .finish_non_exhaustive()
    }
}

impl Default for ImageCell<'_> {
    fn default() -> Self {
        Self::EMPTY
    }
}

/// What cells are sorted by. Each key ends in the number, so that no two are equal.
pub(super) trait CellKey<'a> {
    /// Numbers of one cell that are sorted: 1, or [`FIELDS`].
    const WIDTH: usize;
    type Key: Ord;

    fn key(cells: &[ImageCell<'a>], number: u32) -> Self::Key;
}

/// Cells in the order of `K`; the numbers lie in the cells themselves.
pub(super) struct Sorted<'s, 'a, K> {
    pub(super) cells: &'s mut [ImageCell<'a>],
    len: usize,
    by: core::marker::PhantomData<K>,
}

impl<'s, 'a, K: CellKey<'a>> Sorted<'s, 'a, K> {
    /// Sorts those of the numbers that `wanted` takes.
    pub(super) fn new(
        cells: &'s mut [ImageCell<'a>],
        wanted: impl Fn(&[ImageCell<'a>], u32) -> bool,
    ) -> Self {
        let most = cells.len().saturating_mul(K::WIDTH);
        let mut order = Self {
            cells,
            len: 0,
            by: core::marker::PhantomData,
        };
        for number in (0..u32::MAX).take(most) {
            if wanted(order.cells, number) {
                // Never more numbers than were looked at.
                let at = order.len;
                order.set(at, number);
                order.len = at.saturating_add(1);
            }
        }
        crate::sort::sort_order(&mut order);
        order
    }

    fn place(index: usize) -> (usize, usize) {
        // The width is a constant that is not 0.
        match (index.checked_div(K::WIDTH), index.checked_rem(K::WIDTH)) {
            (Some(cell), Some(field)) => (cell, field),
            _ => (usize::MAX, 0),
        }
    }

    /// The number at a place of the order.
    pub(super) fn at(&self, index: usize) -> Option<u32> {
        if index >= self.len {
            return None;
        }
        let (cell, field) = Self::place(index);
        self.cells.get(cell)?.order.get(field).copied()
    }

    /// How many numbers come before the first whose key is not below what `is_below` says.
    pub(super) fn partition_point(&self, is_below: impl Fn(&K::Key) -> bool) -> usize {
        let (mut low, mut high) = (0_usize, self.len);
        while low < high {
            let middle = low.saturating_add(high.saturating_sub(low) / 2);
            let below = self
                .at(middle)
                .is_some_and(|number| is_below(&K::key(self.cells, number)));
            if below {
                low = middle.saturating_add(1);
            } else {
                high = middle;
            }
        }
        low
    }
}

impl<'a, K: CellKey<'a>> Order for Sorted<'_, 'a, K> {
    type Key = K::Key;

    fn len(&self) -> usize {
        self.len
    }

    fn get(&self, index: usize) -> u32 {
        let number = self.at(index);
        debug_assert!(number.is_some(), "sorting stays below the length");
        number.unwrap_or(0)
    }

    fn set(&mut self, index: usize, number: u32) {
        let (cell, field) = Self::place(index);
        let cell = self.cells.get_mut(cell);
        if let Some(number_there) = cell.and_then(|cell| cell.order.get_mut(field)) {
            *number_there = number;
        }
    }

    fn key(&self, number: u32) -> K::Key {
        K::key(self.cells, number)
    }
}

/// The cell of a number that counts cells.
pub(super) fn cell<'c, 'a>(cells: &'c [ImageCell<'a>], number: u32) -> Option<&'c ImageCell<'a>> {
    cells.get(usize::try_from(number).ok()?)
}

/// By the header's address.
pub(super) struct ByAddress;

impl<'a> CellKey<'a> for ByAddress {
    const WIDTH: usize = 1;
    type Key = (Option<u64>, u32);

    fn key(cells: &[ImageCell<'a>], number: u32) -> Self::Key {
        let vmaddr = cell(cells, number).and_then(|cell| cell.image.vmaddr);
        (vmaddr.map(macho_core::VmAddr::get), number)
    }
}

/// By the header's place in the file.
pub(super) struct ByOffset;

impl<'a> CellKey<'a> for ByOffset {
    const WIDTH: usize = 1;
    type Key = (Option<u64>, u32);

    fn key(cells: &[ImageCell<'a>], number: u32) -> Self::Key {
        let offset = cell(cells, number).and_then(|cell| cell.image.file_offset);
        (offset.map(macho_core::FileOffset::get), number)
    }
}

/// By id.
pub(super) struct ById;

impl<'a> CellKey<'a> for ById {
    const WIDTH: usize = 1;
    type Key = (Option<ImageText<'a>>, u32);

    fn key(cells: &[ImageCell<'a>], number: u32) -> Self::Key {
        (cell(cells, number).and_then(|cell| cell.image.id), number)
    }
}

/// References by what they refer to, then by where they lie.
pub(super) struct ByReference;

impl<'a> CellKey<'a> for ByReference {
    const WIDTH: usize = FIELDS;
    type Key = (u32, u32);

    fn key(cells: &[ImageCell<'a>], number: u32) -> Self::Key {
        pending(cells, number).map_or((u32::MAX, u32::MAX), |pending| (pending.id, pending.at))
    }
}

/// The reference of a number that counts the fields of all cells.
pub(super) fn pending<'c>(cells: &'c [ImageCell<'_>], number: u32) -> Option<&'c Pending> {
    let number = usize::try_from(number).ok()?;
    cells.get(number / FIELDS)?.pending.get(number % FIELDS)
}
