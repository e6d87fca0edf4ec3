//! The walk over the slots of all chains, several pages at a time.
//!
//! Where the next slot of a chain is, only the slot before says: a walk along one chain waits for
//! memory at every step. The chains of different pages do not depend on each other, so this walk
//! takes one step in each of several pages in turn.
use core::ops::ControlFlow;

use crate::error::Error;
use crate::fixup::chained::ChainedFixups;
use crate::fixup::page::{Page, Pages};
use crate::fixup::slot::Slot;
use crate::macho::MachO;
use crate::raw::fixup::PointerFormat;

/// Pages walked in turn.
const LANES: usize = 6;

/// Stands for a format that is known when the walk runs.
const ANY: u16 = 0;
/// The format of kernel collections, whose decoding is worth a loop of its own.
const KERNEL_CACHE: u16 = PointerFormat::DYLD_CHAINED_PTR_64_KERNEL_CACHE.0;

impl<'a> ChainedFixups<'a> {
    /// Calls `each` for what [`slots`](Self::slots) yields, in another order, until it breaks.
    /// Segments come one after the other, and the slots of a page in ascending order; but several
    /// pages of a segment are walked in turn, which is some times faster. `image` must be the image
    /// that the fixups are of.
    pub fn try_for_each<B>(
        &self,
        image: &MachO<'a>,
        mut each: impl FnMut(Result<Slot, Error>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let mut segments = self.slots(image);
        while let Some(segment) = segments.next_segment() {
            match segment {
                Err(error) => each(Err(error))?,
                Ok(segment) if segment.pages.bits.format.0 == KERNEL_CACHE => {
                    interleave::<KERNEL_CACHE, B>(segment.pages, &mut each)?;
                }
                Ok(segment) => interleave::<ANY, B>(segment.pages, &mut each)?,
            }
        }
        ControlFlow::Continue(())
    }
}

/// One segment. Each round but the last takes at least one step, or starts a chain, or gives a page
/// up.
fn interleave<const FORMAT: u16, B>(
    mut pages: Pages<'_>,
    each: &mut impl FnMut(Result<Slot, Error>) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let bits = match const { PointerFormat(FORMAT).pointer_bits() } {
        Some(bits) => bits,
        None => pages.bits,
    };
    let mut lanes = [Page::NONE; LANES];
    loop {
        let mut idle = 0_usize;
        for page in &mut lanes {
            if let Some(found) = page.step(bits) {
                each(Ok(pages.slot(bits, found)))?;
                continue;
            }
            match pages.turn(page) {
                Some(Ok(())) => {}
                Some(Err(error)) => each(Err(error))?,
                None => idle = idle.saturating_add(1),
            }
        }
        if idle == LANES {
            return ControlFlow::Continue(());
        }
    }
}
