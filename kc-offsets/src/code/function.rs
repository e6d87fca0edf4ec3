//! Which function holds an address.
use core::fmt;

use macho_core::{MachO, VmAddr};

use super::regions::{Region, code_regions};
use crate::error::{Error, Structure};
use crate::sort::sort_by_key;

/// The bounds of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use]
pub struct Function {
    /// Its first instruction.
    pub start: VmAddr,
    /// The first byte behind it: the start of the next one, or the end of its section. Padding counts as the function's.
    pub end: VmAddr,
}

/// The functions of some images, by address: `LC_FUNCTION_STARTS`, sorted in the caller's memory.
///
/// Each mark is the start of a function, or with bit 0 set the last byte of a region of code, behind which no function goes on.
#[derive(Clone, Copy)]
pub struct FunctionIndex<'s> {
    marks: &'s [FunctionCell],
}

/// 8 bytes of the memory that the caller gives to [`FunctionIndex::build`].
#[derive(Clone, Copy, Debug, Default)]
pub struct FunctionCell(u64);

impl FunctionCell {
    /// An empty cell.
    pub const EMPTY: Self = Self(0);
}

impl fmt::Debug for FunctionIndex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionIndex")
            .field("marks", &self.marks.len())
            .finish()
    }
}

impl<'s> FunctionIndex<'s> {
    /// Reads the function starts of `images` into `memory`, which needs a cell for each and for each region of code.
    ///
    /// Of a collection give the images inside: the outer one has no function starts. Costs one pass over the tables and a sort.
    ///
    /// # Errors
    /// `BufferTooSmall`, which says how many cells are needed: an empty slice asks. A damaged table is an error of the
    /// Mach-O layer.
    pub fn build<'a>(
        images: impl Iterator<Item = MachO<'a>>,
        memory: &'s mut [FunctionCell],
    ) -> Result<Self, Error> {
        let mut first = None;
        let index = Self::build_with(images, memory, |error| first = first.or(Some(error)));
        first.map_or(index, Err)
    }

    /// As [`build`](Self::build), but a damaged table costs no more than what lies behind the damage, and `damaged` gets its error.
    ///
    /// The last function before the damage reaches to the next one of another image, or to the end of its section.
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn build_with<'a>(
        images: impl Iterator<Item = MachO<'a>>,
        memory: &'s mut [FunctionCell],
        mut damaged: impl FnMut(Error),
    ) -> Result<Self, Error> {
        let mut needed = 0_usize;
        let mut put = |mark: u64| {
            if let Some(cell) = memory.get_mut(needed) {
                *cell = FunctionCell(mark);
            }
            needed = needed.saturating_add(1);
        };
        for image in images {
            match image.function_starts() {
                Ok(starts) => {
                    for start in starts {
                        match start {
                            // Instructions lie at multiples of 4; Thumb's bit 0 is of another architecture.
                            Ok(start) => put(start.get() & !3),
                            Err(error) => damaged(error.into()),
                        }
                    }
                }
                Err(error) => damaged(error.into()),
            }
            for region in code_regions(&image) {
                let last = u64::try_from(region.bytes.len())
                    .unwrap_or(u64::MAX)
                    .wrapping_sub(1);
                put(region.vmaddr.get().saturating_add(last) | 1);
            }
        }
        let Some(marks) = memory.get_mut(..needed) else {
            return Err(Error::too_small(Structure::FunctionIndex, needed));
        };
        sort_by_key(marks, |mark| mark.0);
        Ok(Self { marks })
    }

    /// The function that holds the address; `None` before the first one and behind the end of a region of code.
    ///
    /// A binary search.
    pub fn containing(&self, vmaddr: VmAddr) -> Option<Function> {
        let word = vmaddr.get() & !3;
        let after = self.marks.partition_point(|mark| mark.0 <= word);
        let (before, behind) = self.marks.split_at_checked(after)?;
        function(before.last()?.0, behind)
    }

    /// All functions, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = Function> + Clone + use<'s> {
        let mut rest = self.marks;
        core::iter::from_fn(move || {
            loop {
                let (mark, behind) = rest.split_first()?;
                rest = behind;
                // Two images may name one function.
                if behind.first().is_none_or(|next| next.0 != mark.0) {
                    if let Some(function) = function(mark.0, behind) {
                        return Some(function);
                    }
                }
            }
        })
    }
}

/// The function of a mark and of those behind it.
fn function(mark: u64, behind: &[FunctionCell]) -> Option<Function> {
    if mark & 1 == 1 {
        return None;
    }
    // Without a region of code around it, a function goes on to the end of memory.
    let next = behind.first().map_or(u64::MAX, |next| next.0);
    let end = if next & 1 == 1 {
        next.saturating_add(1)
    } else {
        next
    };
    Some(Function {
        start: VmAddr::new(mark),
        end: VmAddr::new(end),
    })
}

/// The most words that [`guess_function_start`] looks back.
const MOST_BACK: u64 = 1 << 14;

/// Where the function that holds `vmaddr` may start: a guess, for images without function starts.
///
/// Looks back at most 16,384 words for `paciasp`, `pacibsp`, `bti c` or `bti jc`, or for a frame that is set up
/// (`stp x29, x30, [sp, #-n]!`, `sub sp, sp, #n`) right behind a word that does not go on (`ret`, `b`, `br`, `brk`, `udf`) or at the
/// start of the region. Functions without a frame are missed, and then the one before is the answer.
pub fn guess_function_start(region: &Region<'_>, vmaddr: VmAddr) -> Option<VmAddr> {
    let mut at = VmAddr::new(vmaddr.get() & !3);
    let mut left = MOST_BACK;
    while let Some(word) = region.word(at).filter(|_| left > 0) {
        let before = at.checked_sub(4);
        let previous = before.and_then(|before| region.word(before));
        let frame = word & 0xffc0_7fff == 0xa980_7bfd || word & 0xffc0_03ff == 0xd100_03ff;
        if is_entry(word) {
            // `bti` and then `pac`.
            return before
                .filter(|_| previous.is_some_and(is_entry))
                .or(Some(at));
        }
        if frame && previous.is_none_or(ends_flow) {
            return Some(at);
        }
        at = before?;
        left = left.wrapping_sub(1);
    }
    None
}

/// `paciasp`, `pacibsp`, `bti c`, `bti jc`.
const fn is_entry(word: u32) -> bool {
    matches!(word, 0xd503_233f | 0xd503_237f | 0xd503_245f | 0xd503_24df)
}

/// Whether the next word is reached from elsewhere only: `b`, `br` and `ret` in all forms, `brk`, `udf`.
const fn ends_flow(word: u32) -> bool {
    let call = word & 0xfe3f_0000 == 0xd63f_0000;
    word & 0xfc00_0000 == 0x1400_0000
        || word & 0xfe00_0000 == 0xd600_0000 && !call
        || word & 0xffe0_001f == 0xd420_0000
        || word & 0xffff_0000 == 0
}
