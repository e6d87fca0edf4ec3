//! What the opcode streams of `LC_DYLD_INFO` have in common: a position in the stream and one in a
//! segment, and runs of slots.
//!
//! Bounds: an opcode takes a byte of the stream, and all runs of a stream together have no more slots
//! than the file has room for; a stream that asks for more names one twice. A count of 2^64 ends
//! where the segment's bytes do, with one error, and the stream goes on behind it.
use crate::bytes::{Bytes, widen};
use crate::error::{Error, ErrorKind, Structure};
use crate::fixup::segment_finder::{SegmentBytes, SegmentFinder, SlotPosition};
use crate::macho::MachO;
use crate::raw::dyld_info::IMMEDIATE_MASK;
use crate::uleb;

/// Bytes of a pointer.
const POINTER: u64 = 8;

/// A stream that is being read.
#[derive(Clone)]
pub(super) struct Opcodes<'a> {
    bytes: Bytes<'a>,
    what: Structure,
    /// The next byte.
    at: u64,
    /// Where the opcode that is being read lies in the stream.
    opcode: u64,
    finder: SegmentFinder<'a>,
    segment: Option<SegmentBytes<'a>>,
    /// Bytes from the start of the segment, modulo 2^64: streams go backwards by huge numbers.
    offset: u64,
    /// Slots of the current run that are left, and bytes from one to the next.
    left: u64,
    stride: u64,
    /// Slots that the file has room for, besides those that were read.
    slots_left: u64,
}

impl<'a> Opcodes<'a> {
    pub(super) fn new(image: &MachO<'a>, bytes: Bytes<'a>, what: Structure) -> Self {
        Self {
            bytes,
            what,
            at: 0,
            opcode: 0,
            finder: SegmentFinder::new(image),
            segment: None,
            offset: 0,
            left: 0,
            stride: POINTER,
            slots_left: widen(image.file().len()) / POINTER,
        }
    }

    /// The next opcode and its immediate; `None` at the end of the stream.
    pub(super) fn opcode(&mut self) -> Option<(u8, u8)> {
        let byte = *self.bytes.data().get(usize::try_from(self.at).ok()?)?;
        self.opcode = self.at;
        self.at = self.at.saturating_add(1);
        Some((byte & !IMMEDIATE_MASK, byte & IMMEDIATE_MASK))
    }

    /// Where in the stream the next byte is.
    pub(super) const fn position(&self) -> u64 {
        self.at
    }

    /// Reads a number. An error ends the stream.
    pub(super) fn uleb(&mut self) -> Result<u64, Error> {
        let read = uleb::read(self.bytes, self.at, self.what);
        self.number(read)
    }

    /// Reads a number with a sign. An error ends the stream.
    pub(super) fn sleb(&mut self) -> Result<i64, Error> {
        let read = uleb::read_signed(self.bytes, self.at, self.what);
        self.number(read)
    }

    fn number<T>(&mut self, read: Result<(T, u64), Error>) -> Result<T, Error> {
        match read {
            Ok((value, next)) => {
                self.at = next;
                Ok(value)
            }
            Err(error) => {
                self.end();
                Err(error)
            }
        }
    }

    /// Skips a C string. An error ends the stream.
    pub(super) fn string(&mut self) -> Result<(), Error> {
        let blame = self.bytes.file_offset(self.opcode);
        let text = self.bytes.c_string(self.at, self.what, blame);
        let read = text.map(|text| {
            let behind = self.at.saturating_add(widen(text.len()));
            ((), behind.saturating_add(1))
        });
        self.number(read)
    }

    /// Takes a segment and an offset in it.
    pub(super) fn set_position(&mut self, index: u8) -> Result<(), Error> {
        self.offset = self.uleb()?;
        let Ok(segment) = self.finder.at_index(index) else {
            self.end();
            return Err(self.error(ErrorKind::TooMuchWork));
        };
        self.segment = segment;
        if segment.is_none() {
            return Err(self.error(ErrorKind::IndexOutOfBounds));
        }
        Ok(())
    }

    /// Goes on in the segment, modulo 2^64.
    pub(super) const fn advance(&mut self, bytes: u64) {
        self.offset = self.offset.wrapping_add(bytes);
    }

    /// Goes on by a number of pointers.
    pub(super) fn advance_pointers(&mut self, count: u8) {
        self.advance(u64::from(count).wrapping_mul(POINTER));
    }

    /// Bytes from one slot of the current run to the next; the last one read may say so.
    pub(super) const fn set_stride(&mut self, bytes: u64) {
        self.offset = self.offset.wrapping_sub(self.stride).wrapping_add(bytes);
        self.stride = bytes;
    }

    /// Ends the run behind the last slot read.
    pub(super) const fn end_run(&mut self) {
        self.left = 0;
    }

    /// Starts a run of slots with so many bytes between two.
    pub(super) const fn run(&mut self, count: u64, skip: u64) {
        self.left = count;
        self.stride = POINTER.wrapping_add(skip);
    }

    /// Passes over a run without reading it.
    pub(super) const fn pass(&mut self, count: u64, skip: u64) {
        self.advance(count.wrapping_mul(POINTER.wrapping_add(skip)));
    }

    /// The next slot of the run; `None` at its end.
    #[inline]
    pub(super) fn slot(&mut self) -> Option<Result<SlotPosition, Error>> {
        let left = self.left.checked_sub(1)?;
        let Some(slots_left) = self.slots_left.checked_sub(1) else {
            self.end();
            return Some(Err(self.error(ErrorKind::Overlap)));
        };
        let found = self
            .segment
            .map(|segment| segment.slot(self.offset, POINTER));
        match found {
            Some(Some(found)) => {
                self.left = left;
                self.slots_left = slots_left;
                self.advance(self.stride);
                Some(Ok(found))
            }
            Some(None) => Some(Err(self.leave(ErrorKind::SlotOutsideSegment))),
            None => Some(Err(self.leave(ErrorKind::IndexOutOfBounds))),
        }
    }

    /// Gives the rest of the run up.
    #[cold]
    fn leave(&mut self, kind: ErrorKind) -> Error {
        self.advance(self.left.wrapping_mul(self.stride));
        self.left = 0;
        self.error(kind)
    }

    /// Reads nothing more.
    pub(super) fn end(&mut self) {
        self.at = self.bytes.len();
        self.left = 0;
    }

    /// An error about the current opcode.
    #[cold]
    pub(super) const fn error(&self, kind: ErrorKind) -> Error {
        self.bytes.error(kind, self.what, self.opcode)
    }

    /// An opcode that is not known: how long it is neither, so the stream ends.
    #[cold]
    pub(super) fn unknown(&mut self) -> Error {
        self.end();
        self.error(ErrorKind::UnknownFormat)
    }
}
