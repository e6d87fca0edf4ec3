//! The plan carried out on a slice.
use macho_core::{PhysAddr, Segment, VmAddr};

use super::plan::LoadPlan;
use super::steps::Step;
use crate::error::{Error, Structure};

impl LoadPlan<'_> {
    /// Loads the image: `memory` starts at the plan's physical base, and every one of its first
    /// [`size`](Self::size) bytes is written, zeros between segments too. Bytes after them stay as
    /// they are, and pointers are as in the file.
    ///
    /// # Errors
    /// `BufferTooSmall`; nothing is written then.
    pub fn load_into(&self, memory: &mut [u8]) -> Result<(), Error> {
        self.load_with(memory, |_| false, |_, word| word)
    }

    /// As [`load_into`](Self::load_into), and rewrites words on the way, as a hypervisor does to
    /// instructions that it has to catch: each aligned 32-bit word that the file has for a segment
    /// that `select` chooses goes through `rewrite`, with its unslid address. Choose segments by
    /// name: one that may be executed may hold data too, and data may look like an instruction.
    ///
    /// # Errors
    /// As [`load_into`](Self::load_into).
    pub fn load_with(
        &self,
        memory: &mut [u8],
        mut select: impl FnMut(&Segment<'_>) -> bool,
        mut rewrite: impl FnMut(VmAddr, u32) -> u32,
    ) -> Result<(), Error> {
        let needed = usize::try_from(self.size()).unwrap_or(usize::MAX);
        let too_small = || Error::too_small(Structure::LoadedImage, needed);
        let memory = memory.get_mut(..needed).ok_or_else(too_small)?;
        for step in self.steps() {
            match step {
                Step::Copy {
                    segment,
                    vmaddr,
                    phys,
                    bytes,
                } => {
                    let Some(part) = self.part(memory, phys, bytes.len()) else {
                        return Err(too_small());
                    };
                    // A slice copy panics where the lengths differ, which only the line above rules
                    // out.
                    debug_assert_eq!(part.len(), bytes.len(), "the part has that length");
                    if part.len() != bytes.len() {
                        return Err(too_small());
                    }
                    part.copy_from_slice(bytes);
                    if select(&segment) {
                        rewrite_words(part, vmaddr, &mut rewrite);
                    }
                }
                Step::Zero { phys, len, .. } => {
                    let len = usize::try_from(len).unwrap_or(usize::MAX);
                    let Some(part) = self.part(memory, phys, len) else {
                        return Err(too_small());
                    };
                    part.fill(0);
                }
                Step::Clamp { .. } | Step::Protect { .. } => {}
            }
        }
        Ok(())
    }

    /// `len` bytes of the memory at `phys`.
    fn part<'m>(&self, memory: &'m mut [u8], phys: PhysAddr, len: usize) -> Option<&'m mut [u8]> {
        let offset = phys.checked_distance_from(self.window().phys_base)?;
        let tail = memory.get_mut(usize::try_from(offset).ok()?..)?;
        tail.get_mut(..len)
    }
}

/// Passes each aligned word of `place`, whose first byte has the address `vmaddr`, through
/// `rewrite`.
fn rewrite_words(place: &mut [u8], vmaddr: VmAddr, rewrite: &mut impl FnMut(VmAddr, u32) -> u32) {
    let head = vmaddr.get().wrapping_neg() & 3;
    let words = usize::try_from(head)
        .ok()
        .and_then(|head| place.get_mut(head..));
    let mut at = vmaddr.get().wrapping_add(head);
    for word in words.unwrap_or_default().chunks_exact_mut(4) {
        if let Ok(bytes) = <&mut [u8; 4]>::try_from(word) {
            *bytes = rewrite(VmAddr::new(at), u32::from_le_bytes(*bytes)).to_le_bytes();
        }
        at = at.wrapping_add(4);
    }
}
