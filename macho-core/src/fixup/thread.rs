//! Threads: chains that a section of the image lists by their starts, and that no page bounds.
//!
//! `__TEXT,__thread_starts` is how static kernels of the first arm64e devices say where their pointers
//! are (XNU `osfmk/mach/dyld_kernel_fixups.h`, `rebase_threaded_starts` and `rebase_chain`);
//! `__TEXT,__chain_starts` is the same for firmware, with a pointer format of its own
//! (`dyld_chained_starts_offsets` of `mach-o/fixup-chains.h`).
//!
//! Bounds: a thread goes upwards inside one segment, and all threads together have no more slots than
//! the file has room for.
use zerocopy::little_endian::U32;

use crate::bytes::{Bytes, widen};
use crate::error::{Error, ErrorKind, Structure};
use crate::fixup::pointer::PointerBits;
use crate::fixup::segment_finder::{SegmentBytes, SegmentFinder, TooMuchWork};
use crate::fixup::slot::{Mechanism, Slot};
use crate::macho::MachO;
use crate::raw::fixup::PointerFormat;

/// Bytes that a slot has at least.
const SMALLEST_SLOT: u64 = 4;

/// An offset that stands for a slot which would share bytes with the one before.
const OVERLAP: u64 = u64::MAX;
/// Ends the starts.
const NO_MORE_STARTS: u32 = u32::MAX;

/// The walk over the threads of one section.
#[derive(Clone)]
pub(super) struct Threads<'a> {
    what: Structure,
    bytes: Bytes<'a>,
    starts: &'a [U32],
    /// The start to go to next.
    next: usize,
    bits: PointerBits,
    /// What the starts count from.
    base: u64,
    finder: SegmentFinder<'a>,
    /// The segment and the offset in it of the next slot.
    at: Option<(SegmentBytes<'a>, u64)>,
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

impl<'a> Threads<'a> {
    /// The threads of `__thread_starts`: a word whose lowest bit is the stride, then the starts.
    pub(super) fn of_kernel(image: &MachO<'a>, bytes: Bytes<'a>) -> Result<Self, Error> {
        let format = kernel_format(bytes)?;
        let starts = (4, (bytes.len() / 4).saturating_sub(1));
        Self::new(image, bytes, Structure::ThreadStarts, format, starts)
    }

    /// The chains of `dyld_chained_starts_offsets`: a pointer format, a count, then the starts.
    pub(super) fn of_firmware(image: &MachO<'a>, bytes: Bytes<'a>) -> Result<Self, Error> {
        const WHAT: Structure = Structure::DyldChainedStartsOffsets;
        let [format, count]: [U32; 2] = *bytes.raw(0, WHAT)?;
        // Formats have 16 bits elsewhere; a larger one is as unknown as 0.
        let format = PointerFormat(u16::try_from(format.get()).unwrap_or(0));
        Self::new(image, bytes, WHAT, format, (8, count.get().into()))
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
        Ok(Self {
            what,
            bytes: bytes.from(from).unwrap_or(bytes),
            starts,
            next: 0,
            bits,
            base: image.base().unwrap_or_default().get(),
            finder: SegmentFinder::new(image),
            at: None,
            before: None,
            slots_left: widen(image.file().len()) / SMALLEST_SLOT,
        })
    }

    pub(super) fn next(&mut self) -> Option<Result<Slot, Error>> {
        if self.at.is_none() {
            if let Err(error) = self.start()? {
                return Some(Err(error));
            }
        }
        let (segment, offset) = self.at.take()?;
        if offset == OVERLAP {
            return Some(Err(self.error(ErrorKind::Overlap)));
        }
        let Some(found) = segment.slot(offset, widen(self.bits.size)) else {
            return Some(Err(self.error(ErrorKind::SlotOutsideSegment)));
        };
        let Some(left) = self.slots_left.checked_sub(1) else {
            // More slots than the file has room for: threads share some.
            self.starts = &[];
            return Some(Err(self.error(ErrorKind::Overlap)));
        };
        self.slots_left = left;
        let (_, file_offset, raw) = found;
        match self.bits.next(raw) {
            0 => {}
            next if next < self.bits.size => self.at = Some((segment, OVERLAP)),
            next => self.at = Some((segment, offset.saturating_add(widen(next)))),
        }
        self.before = Some(file_offset.get());
        let mechanism = match self.what {
            Structure::ThreadStarts => Mechanism::ThreadStarts,
            _ => Mechanism::ChainStarts,
        };
        Some(Ok(Slot::link(found, mechanism, self.bits.format, 0)))
    }

    /// Goes to the next start.
    fn start(&mut self) -> Option<Result<(), Error>> {
        let start = self.starts.get(self.next)?.get();
        if start == NO_MORE_STARTS {
            self.starts = &[];
            return None;
        }
        self.next = self.next.saturating_add(1);
        self.before = None;
        match self.finder.at(self.base.wrapping_add(start.into())) {
            Ok(Some(at)) => {
                self.at = Some(at);
                Some(Ok(()))
            }
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
        let start = widen(self.next.saturating_sub(1)).saturating_mul(4);
        self.bytes.error(kind, self.what, start)
    }
}
