//! A table of pages, which shortens a search among sorted starts: for each page how many starts lie
//! at or before its first byte.

/// A cell of the caller's memory that the table lies in: 16 bytes, four numbers.
pub(crate) trait FourNumbers: Copy {
    /// The two halves.
    fn halves(&self) -> [u64; 2];
    /// Changes both.
    fn set_halves(&mut self, halves: [u64; 2]);
}

/// The smallest page: 4 KiB.
const SMALLEST_SHIFT: u32 = 12;
/// Numbers in a cell.
const PER_CELL: usize = 4;

/// The table; without memory for it, of no page.
#[derive(Clone, Copy)]
pub(crate) struct Pages<'s, C> {
    cells: &'s [C],
    /// Of the pages, one more than there are.
    count: usize,
    /// The first start.
    origin: u64,
    shift: u32,
}

impl<'s, C: FourNumbers> Pages<'s, C> {
    pub(crate) const NONE: Self = Self {
        cells: &[],
        count: 0,
        origin: 0,
        shift: 0,
    };

    /// Fills `cells`, with pages as small as they allow. The starts ascend.
    pub(crate) fn build(starts: impl Iterator<Item = u64> + Clone, cells: &'s mut [C]) -> Self {
        let Some(origin) = starts.clone().next() else {
            return Self::NONE;
        };
        let span = starts
            .clone()
            .last()
            .map_or(0, |last| last.wrapping_sub(origin));
        let room = cells.len().saturating_mul(PER_CELL);
        let mut shift = SMALLEST_SHIFT;
        let count = loop {
            // The page of the last start, and one more.
            let count = usize::try_from(span.wrapping_shr(shift))
                .ok()
                .and_then(|last| last.checked_add(2));
            match count {
                Some(count) if count <= room => break count,
                _ if shift >= 63 => return Self::NONE,
                _ => shift = shift.wrapping_add(1),
            }
        };
        let mut starts = starts.map(|start| start.wrapping_sub(origin)).peekable();
        let mut before = 0_u32;
        let mut number = |page: u64| {
            // The last page may start past 2^64: every start is before it.
            let first = page.checked_mul(1_u64.wrapping_shl(shift));
            while starts
                .next_if(|start| first.is_none_or(|first| *start <= first))
                .is_some()
            {
                before = before.saturating_add(1);
            }
            u64::from(before)
        };
        let used = count.div_ceil(PER_CELL);
        debug_assert!(used <= cells.len(), "the caller has counted the cells");
        let cells = cells.get_mut(..used).unwrap_or_default();
        let mut page = 0_u64;
        for cell in cells.iter_mut() {
            let mut half = || {
                let low = number(page);
                let high = number(page.wrapping_add(1));
                page = page.wrapping_add(2);
                low | high << 32
            };
            let halves = [half(), half()];
            cell.set_halves(halves);
        }
        Self {
            cells,
            count,
            origin,
            shift,
        }
    }

    /// Which of `len` starts a search for the last one at or before `addr` has to look at: all
    /// before the first number are, none from the second on is.
    #[inline]
    pub(crate) fn range(&self, addr: u64, len: usize) -> (usize, usize) {
        if self.count == 0 {
            return (0, len);
        }
        let Some(delta) = addr.checked_sub(self.origin) else {
            return (0, 0);
        };
        let page = usize::try_from(delta.wrapping_shr(self.shift)).unwrap_or(usize::MAX);
        if page >= self.count.wrapping_sub(1) {
            return (len, len);
        }
        (self.number(page), self.number(page.wrapping_add(1)))
    }

    #[inline]
    fn number(&self, page: usize) -> usize {
        let [low, high] = self
            .cells
            .get(page / PER_CELL)
            .map_or([0, 0], FourNumbers::halves);
        let half = if page & 2 == 0 { low } else { high };
        let number = if page & 1 == 0 {
            half & 0xffff_ffff
        } else {
            half >> 32
        };
        usize::try_from(number).unwrap_or(usize::MAX)
    }
}
