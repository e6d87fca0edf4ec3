//! From addresses to cells of a drawing.
//!
//! Memory is mostly holes: an executable leaves out the first 4 GiB, and a line of 80 characters
//! would show nothing else. So every stretch gets at least one cell if there are enough, and what
//! the file does not back gets few.

/// A stretch of addresses, in ascending order and without gaps.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) start: u64,
    /// At least 1.
    pub(super) len: u64,
    /// Whether bytes of the file lie here.
    pub(super) is_backed: bool,
}

/// A drawing of some cells.
pub(super) struct Scale {
    parts: Vec<Part>,
    /// The first cell of each part, and the number of cells.
    firsts: Vec<usize>,
    cells: usize,
}

impl Scale {
    /// `cells` is at least 1.
    pub(super) fn new(parts: Vec<Part>, cells: usize) -> Self {
        let count = parts.len();
        let backed = parts.iter().filter(|part| part.is_backed);
        let backed: u128 = backed.map(|part| u128::from(part.len)).sum();
        // Ten parts without bytes together are as wide as what has bytes, at most.
        let most = match backed {
            0 => u128::MAX,
            backed => (backed / 10).max(1),
        };
        let weight = |part: &Part| {
            let len = u128::from(part.len);
            if part.is_backed { len } else { len.min(most) }
        };
        let total: u128 = parts.iter().map(weight).sum::<u128>().max(1);
        // One for each, if there are enough, and the others by weight.
        let each = usize::from(count <= cells);
        let shared = (cells - each * count.min(cells)) as u128;
        let mut firsts = Vec::with_capacity(count + 1);
        let mut before = 0_u128;
        for (number, part) in parts.iter().enumerate() {
            let by_weight = usize::try_from(share(before, shared, total)).unwrap_or(cells);
            firsts.push((each * number + by_weight).min(cells));
            before += weight(part);
        }
        firsts.push(if count == 0 { 0 } else { cells });
        Self {
            parts,
            firsts,
            cells,
        }
    }

    /// The cells of a part: none if the drawing has fewer cells than parts.
    pub(super) fn cells_of(&self, part: usize) -> std::ops::Range<usize> {
        self.firsts[part]..self.firsts[part + 1]
    }

    /// The part that holds an address.
    pub(super) fn part_at(&self, address: u64) -> Option<usize> {
        let after = self.parts.partition_point(|part| part.start <= address);
        let number = after.checked_sub(1)?;
        let part = self.parts[number];
        (address - part.start < part.len).then_some(number)
    }

    /// The cell of an address.
    pub(super) fn cell_at(&self, address: u64) -> Option<usize> {
        let number = self.part_at(address)?;
        let part = self.parts[number];
        let cells = self.cells_of(number);
        let into = share(
            u128::from(address - part.start),
            cells.len() as u128,
            u128::from(part.len),
        );
        let cell = cells.start + usize::try_from(into).unwrap_or(0);
        Some(cell.min(self.cells.saturating_sub(1)))
    }

    /// The number of the first part that each cell shows; none beyond the last.
    pub(super) fn shown(&self) -> Vec<Option<usize>> {
        let mut shown = vec![None; self.cells];
        for number in 0..self.parts.len() {
            let cells = self.cells_of(number);
            for cell in &mut shown[cells] {
                cell.get_or_insert(number);
            }
        }
        shown
    }

    /// How many bytes of backed memory a cell stands for, at most.
    pub(super) fn bytes_of(&self, cell: usize) -> u64 {
        let after = self.firsts.partition_point(|first| *first <= cell);
        let Some(number) = after.checked_sub(1).filter(|n| *n < self.parts.len()) else {
            return 0;
        };
        let cells = self.cells_of(number).len().max(1) as u64;
        self.parts[number].len.div_ceil(cells)
    }
}

/// `part * of / total`, where `part` is at most `total`.
fn share(part: u128, of: u128, total: u128) -> u128 {
    // Sums of 4,096 lengths have 76 bits, and a drawing has fewer than 2^32 cells.
    part * of / total.max(1)
}

#[cfg(test)]
mod tests {
    use super::{Part, Scale};

    fn part(start: u64, len: u64, is_backed: bool) -> Part {
        Part {
            start,
            len,
            is_backed,
        }
    }

    #[test]
    fn every_part_has_a_cell_if_there_are_enough() {
        let parts = vec![
            part(0, 1 << 32, false),
            part(1 << 32, 0x4000, true),
            part((1 << 32) + 0x4000, 1, true),
            part((1 << 32) + 0x4001, u64::MAX - (1 << 32) - 0x4001, false),
        ];
        for cells in [4, 5, 71, 1000] {
            let scale = Scale::new(parts.clone(), cells);
            let mut next = 0;
            for number in 0..4 {
                let range = scale.cells_of(number);
                assert_eq!(range.start, next);
                assert!(!range.is_empty(), "{number} of {cells}");
                next = range.end;
            }
            assert_eq!(next, cells);
            assert!(scale.cells_of(0).len() <= cells / 8 + 1, "a hole is narrow");
            assert_eq!(scale.cell_at(0), Some(0));
            assert_eq!(scale.cell_at(u64::MAX - 1), Some(cells - 1));
            assert_eq!(scale.cell_at(u64::MAX), None);
            assert!(scale.shown().iter().all(Option::is_some));
        }
    }

    #[test]
    fn more_parts_than_cells() {
        let parts: Vec<_> = (0..100).map(|n| part(n * 16, 16, n % 2 == 0)).collect();
        let scale = Scale::new(parts, 7);
        let cells: Vec<_> = (0..1600).filter_map(|at| scale.cell_at(at)).collect();
        assert_eq!(cells.len(), 1600);
        assert!(cells.is_sorted() && cells.last() == Some(&6));
        assert!(
            Scale::new(Vec::new(), 7)
                .shown()
                .iter()
                .all(Option::is_none)
        );
        assert_eq!(Scale::new(Vec::new(), 7).cell_at(0), None);
    }
}
