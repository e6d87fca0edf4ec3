//! Pointers of a static kernel in threads: `__TEXT,__thread_starts`.
//!
//! XNU `osfmk/mach/dyld_kernel_fixups.h`, `rebase_threaded_starts`: a word whose lowest bit is the
//! stride, then the starts, as distances from the header; 2^32 - 1 ends them.

use crate::bytes::{index, off32, put};
use crate::constants::DYLD_CHAINED_PTR_ARM64E_KERNEL;
use crate::fixups::encode_thread;
use crate::link::{Image, Placed};
use crate::object::ObjectSection;
use crate::truth::{Fixup, Segment};

/// Words of the section: one, and room for threads.
const WORDS: usize = 256;
/// The farthest that a slot's 11 bits of `next` reach, in bytes.
const REACH: u64 = 0x7ff * 4;

/// The kernel with room for the section.
pub(super) fn reserve(kernel: &Image) -> Image {
    let mut image = kernel.clone();
    // Stride 4, then no starts.
    let mut data = vec![0xff; 4 * WORDS];
    put(&mut data, 0, &0_u32.to_le_bytes());
    image.object.sections.push(ObjectSection {
        segment: "__TEXT".to_owned(),
        name: "__thread_starts".to_owned(),
        align: 2,
        size: crate::bytes::len64(data.len()),
        data,
        ..ObjectSection::default()
    });
    image
}

/// Writes the slots, in ascending order, and where threads start. A thread stays in its segment
/// unless it may go `across`.
pub(super) fn write(
    file: &mut [u8],
    kernel: &Placed<'_>,
    segments: &[Segment],
    slots: &[Fixup],
    base: u64,
    across: bool,
) {
    let (_, section) = kernel.section_place(kernel.image.object.sections.len() - 1);
    let segment_of = |slot: &Fixup| {
        segments
            .iter()
            .position(|segment| slot.vmaddr.wrapping_sub(segment.vmaddr) < segment.vmsize)
    };
    let (mut starts, mut starts_here) = (0, true);
    for (number, slot) in slots.iter().enumerate() {
        if starts_here {
            starts += 1;
            assert!(starts < WORDS, "threads have room");
            let start = off32(slot.vmaddr - base).to_le_bytes();
            put(file, index(section) + 4 * starts, &start);
        }
        let next = slots.get(number + 1).filter(|next| {
            let reaches = next.vmaddr - slot.vmaddr <= REACH;
            reaches && (across || segment_of(next) == segment_of(slot))
        });
        starts_here = next.is_none();
        let next = next.map_or(0, |next| (next.vmaddr - slot.vmaddr) / 4);
        let word = encode_thread(DYLD_CHAINED_PTR_ARM64E_KERNEL, slot, next, base);
        put(file, index(slot.file_offset), &word.to_le_bytes());
    }
}
