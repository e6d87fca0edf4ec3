//! Threads: chains that a section of the image lists by their starts, and that no page bounds.
//!
//! `__TEXT,__thread_starts` is how static kernels of the first arm64e devices say where their
//! pointers are (XNU `osfmk/mach/dyld_kernel_fixups.h`, `rebase_threaded_starts` and
//! `rebase_chain`); `__TEXT,__chain_starts` is the same for firmware, with a pointer format of its
//! own (`dyld_chained_starts_offsets` of `mach-o/fixup-chains.h`).
//!
//! The starts of firmware count in the file or in memory (dyld `mach_o/Image.cpp`, `forEachFixup`),
//! and a thread advances in what its start counts in.
//!
//! Bounds: a thread goes upwards through the segments of the image, from one into the next if they
//! touch, and all threads together have no more slots than the file has room for.
use zerocopy::little_endian::U32;

use crate::bytes::{Bytes, widen};
use crate::error::{Error, ErrorKind, Structure};
use crate::fixup::pointer::PointerBits;
use crate::fixup::segment_finder::{SegmentBytes, SegmentFinder, SlotPosition, Space, TooMuchWork};
use crate::fixup::slot::{Mechanism, Slot};
use crate::macho::MachO;
use crate::raw::fixup::{
    DYLD_CHAINED_STARTS_USE_FILE_OFFSET, DYLD_CHAINED_STARTS_USE_VM_OFFSET, PointerFormat,
};
use crate::raw::header::FileType;
use crate::raw::segment::VmProt;
use crate::segment::{Section, Segment};

/// Bytes that a slot has at least.
const SMALLEST_SLOT: u64 = 4;

/// Ends the starts of a kernel.
const NO_MORE_STARTS: u32 = u32::MAX;

/// Where a walk goes next.
#[derive(Clone, Copy)]
enum Next<'a> {
    /// To the next start.
    Start,
    /// To a slot so many bytes into a segment, or past its end.
    At(SegmentBytes<'a>, u64),
    /// To a slot that would share bytes with the one before.
    Overlap,
}

/// The walk over the threads of one section.
#[derive(Clone)]
pub(super) struct Threads<'a> {
    what: Structure,
    bytes: Bytes<'a>,
    starts: &'a [U32],
    /// The start to go to after this thread.
    next_start: usize,
    bits: PointerBits,
    /// What the starts count from.
    base: u64,
    finder: SegmentFinder<'a>,
    next: Next<'a>,
    /// Where the slot before is in the outermost file; `None` at the start of a thread.
    before: Option<u64>,
    slots_left: u64,
}

/// How the slots of `__thread_starts` are written: its first word's lowest bit is the stride.
pub(super) fn kernel_format(bytes: Bytes<'_>) -> Result<PointerFormat, Error> {
    let header: &U32 = bytes.raw(0, Structure::ThreadStarts)?;
    Ok(if header.get() & 1 == 1 {
        PointerFormat::DYLD_CHAINED_PTR_ARM64E
    } else {
        PointerFormat::DYLD_CHAINED_PTR_ARM64E_FIRMWARE
    })
}

/// How the slots of `__chain_starts` are written, and how many chains there are.
pub(super) fn firmware_format(bytes: Bytes<'_>) -> Result<(PointerFormat, u32), Error> {
    let [format, count]: [U32; 2] = *bytes.raw(0, Structure::DyldChainedStartsOffsets)?;
    // Formats have 16 bits elsewhere; a larger one is as unknown as 0.
    let format = PointerFormat(u16::try_from(format.get()).unwrap_or(0));
    Ok((format, count.get()))
}

/// What the starts of firmware count in: `reserved1` of their section says, or else they are file
/// offsets, unless the last one lies past the end of the last segment.
fn space_of_firmware(image: &MachO<'_>, reserved1: u32, last: Option<&U32>) -> Space {
    match reserved1 {
        DYLD_CHAINED_STARTS_USE_FILE_OFFSET => return Space::File,
        DYLD_CHAINED_STARTS_USE_VM_OFFSET => return Space::Memory,
        _ => {}
    }
    let segment = image.segments().last();
    let end = segment.map(|segment| segment.fileoff().saturating_add(segment.vmsize()));
    match (last, end) {
        (Some(last), Some(end)) if end < u64::from(last.get()) => Space::Memory,
        _ => Space::File,
    }
}

/// Where file offsets count from: the first segment, or the second if the first cannot be read.
fn first_fileoff(image: &MachO<'_>) -> u64 {
    let readable = |segment: &Segment<'_>| {
        segment.initprot().contains(VmProt::VM_PROT_READ) && segment.name() != "__PAGEZERO"
    };
    let mut segments = image.segments();
    let Some(first) = segments.next() else {
        return 0;
    };
    let segment = if readable(&first) {
        first
    } else {
        segments.next().unwrap_or(first)
    };
    segment.fileoff()
}

impl<'a> Threads<'a> {
    /// The threads of `__thread_starts`: a word whose lowest bit is the stride, then the starts.
    pub(super) fn of_kernel(image: &MachO<'a>, section: &Section<'a>) -> Result<Self, Error> {
        let bytes = section.bytes()?;
        let format = kernel_format(bytes)?;
        let count = (bytes.len() / 4).saturating_sub(1);
        let mut threads = Self::new(image, bytes, Structure::ThreadStarts, format, (4, count))?;
        // XNU counts from the loaded header; firmware has such a section for dyld's tools only.
        if image.header().filetype == FileType::MH_PRELOAD {
            threads.count_in(image, section.raw().reserved1.get());
        }
        Ok(threads)
    }

    /// The chains of `dyld_chained_starts_offsets`: a pointer format, a count, then the starts.
    pub(super) fn of_firmware(image: &MachO<'a>, section: &Section<'a>) -> Result<Self, Error> {
        const WHAT: Structure = Structure::DyldChainedStartsOffsets;
        let bytes = section.bytes()?;
        let (format, count) = firmware_format(bytes)?;
        let mut threads = Self::new(image, bytes, WHAT, format, (8, count.into()))?;
        threads.count_in(image, section.raw().reserved1.get());
        Ok(threads)
    }

    fn new(
        image: &MachO<'a>,
        bytes: Bytes<'a>,
        what: Structure,
        format: PointerFormat,
        (from, count): (u64, u64),
    ) -> Result<Self, Error> {
        let Some(bits) = format.pointer_bits() else {
            return Err(bytes.error(ErrorKind::UnknownFormat, what, 0));
        };
        let Some(starts) = bytes.get_array(from, count) else {
            return Err(bytes.error(ErrorKind::CountTooLarge, what, 4));
        };
        // Linkers reserve more of `__thread_starts` than they use.
        let used = starts.iter().position(|start: &U32| {
            what == Structure::ThreadStarts && start.get() == NO_MORE_STARTS
        });
        let after = bytes.from(from);
        debug_assert!(after.is_some(), "the starts were read from there");
        Ok(Self {
            what,
            bytes: after.unwrap_or(bytes),
            starts: used.and_then(|used| starts.get(..used)).unwrap_or(starts),
            next_start: 0,
            bits,
            base: image.base().unwrap_or_default().get(),
            finder: SegmentFinder::new(image),
            next: Next::Start,
            before: None,
            slots_left: widen(image.file().len()) / SMALLEST_SLOT,
        })
    }

    /// Lets the starts count in what firmware counts in.
    fn count_in(&mut self, image: &MachO<'a>, reserved1: u32) {
        let space = space_of_firmware(image, reserved1, self.starts.last());
        if space == Space::File {
            self.base = first_fileoff(image);
            self.finder = SegmentFinder::in_space(image, space);
        }
    }

    pub(super) fn next(&mut self) -> Option<Result<Slot, Error>> {
        let (segment, offset) = match self.next {
            Next::At(segment, offset) => (segment, offset),
            Next::Overlap => {
                self.next = Next::Start;
                return Some(Err(self.error(ErrorKind::Overlap)));
            }
            Next::Start => match self.start()? {
                Ok(start) => start,
                Err(error) => return Some(Err(error)),
            },
        };
        self.next = Next::Start;
        let found = match self.slot(segment, offset) {
            Ok(found) => found,
            Err(kind) => return Some(Err(self.error(kind))),
        };
        let (segment, offset, position) = found;
        let Some(left) = self.slots_left.checked_sub(1) else {
            // More slots than the file has room for: threads share some.
            self.starts = &[];
            return Some(Err(self.error(ErrorKind::Overlap)));
        };
        self.slots_left = left;
        let (_, file_offset, raw) = position;
        match self.bits.next(raw) {
            0 => {}
            next if next < self.bits.size => self.next = Next::Overlap,
            next => self.next = Next::At(segment, offset.saturating_add(widen(next))),
        }
        self.before = Some(file_offset.get());
        let mechanism = match self.what {
            Structure::ThreadStarts => Mechanism::ThreadStarts,
            _ => Mechanism::ChainStarts,
        };
        Some(Ok(Slot::link(position, mechanism, self.bits.format, 0)))
    }

    /// The slot so many bytes into a segment, or of another one if that place is past the end.
    #[inline]
    fn slot(
        &mut self,
        segment: SegmentBytes<'a>,
        offset: u64,
    ) -> Result<(SegmentBytes<'a>, u64, SlotPosition), ErrorKind> {
        match segment.slot(offset, widen(self.bits.size)) {
            Some(found) => Ok((segment, offset, found)),
            None => match segment.place(offset) {
                Some(place) => self.slot_elsewhere(place),
                None => Err(ErrorKind::SlotOutsideSegment),
            },
        }
    }

    /// The slot at a place of another segment than the one before.
    #[cold]
    fn slot_elsewhere(
        &mut self,
        place: u64,
    ) -> Result<(SegmentBytes<'a>, u64, SlotPosition), ErrorKind> {
        let Ok(found) = self.finder.at(place) else {
            self.starts = &[];
            return Err(ErrorKind::TooMuchWork);
        };
        let found = found.and_then(|(segment, offset)| {
            let slot = segment.slot(offset, widen(self.bits.size))?;
            Some((segment, offset, slot))
        });
        found.ok_or(ErrorKind::SlotOutsideSegment)
    }

    /// Goes to the next start.
    fn start(&mut self) -> Option<Result<(SegmentBytes<'a>, u64), Error>> {
        let start = self.starts.get(self.next_start)?.get();
        self.next_start = self.next_start.saturating_add(1);
        self.before = None;
        match self.finder.at(self.base.wrapping_add(start.into())) {
            Ok(Some(at)) => Some(Ok(at)),
            Ok(None) => Some(Err(self.error(ErrorKind::SlotOutsideSegment))),
            Err(TooMuchWork) => {
                let error = self.error(ErrorKind::TooMuchWork);
                self.starts = &[];
                Some(Err(error))
            }
        }
    }

    /// An error at what led to the slot: the slot before, or the start.
    #[cold]
    fn error(&self, kind: ErrorKind) -> Error {
        if let Some(before) = self.before {
            return Error::new(kind, Structure::DyldChainedPtr, before);
        }
        let start = widen(self.next_start.saturating_sub(1)).saturating_mul(4);
        self.bytes.error(kind, self.what, start)
    }
}
