//! Rebase runs: section `__TEXT,__rebase_info` of firmware.
//!
//! Records of a 32-bit vmaddr and bytes that in turn say how many words in a row are pointers, and
//! how many words to skip, less one; two zeros end a record, and the next one starts at a multiple
//! of 4 bytes (dyld `mach_o/UnsafeHeader.cpp`, `forEachFirmwareRebaseRuns`). A word of a run has 4
//! bytes, and a pointer of a 64-bit image 8: there a run of several pointers is an `Overlap`.
//!
//! Bounds: each byte of the section is read once, and all runs together have no more slots than the
//! file has room for.
use crate::bytes::{Bytes, widen};
use crate::error::{Error, ErrorKind, Structure};
use crate::fixup::segment_finder::SegmentFinder;
use crate::fixup::slot::{BindWords, Mechanism, Slot};
use crate::macho::MachO;

const WHAT: Structure = Structure::RebaseInfo;
/// Bytes of a word of a run.
const WORD: u64 = 4;
/// Bytes of a pointer.
const POINTER: u64 = 8;

/// The walk over the records of the section.
#[derive(Clone)]
pub(super) struct RebaseRuns<'a> {
    bytes: Bytes<'a>,
    /// Where the next byte of a run is, or the next record.
    at: u64,
    /// Where the runs of the record start; `None` between records.
    runs: Option<u64>,
    /// Where the next word of the run is in memory.
    place: u64,
    /// Words of the run that are still to come.
    left: u8,
    /// Where the last pointer ends in memory.
    end: u64,
    finder: SegmentFinder<'a>,
    slots_left: u64,
}

impl<'a> RebaseRuns<'a> {
    pub(super) fn new(image: &MachO<'a>, bytes: Bytes<'a>) -> Self {
        Self {
            bytes,
            at: 0,
            runs: None,
            place: 0,
            left: 0,
            end: 0,
            finder: SegmentFinder::new(image),
            slots_left: widen(image.file().len()) / WORD,
        }
    }

    pub(super) fn next(&mut self) -> Option<Result<Slot, Error>> {
        loop {
            if let Some(left) = self.left.checked_sub(1) {
                self.left = left;
                return Some(self.slot());
            }
            if let Err(error) = self.run()? {
                return Some(Err(error));
            }
        }
    }

    /// Goes to the next run that is not empty; `None` at the end of the section.
    fn run(&mut self) -> Option<Result<(), Error>> {
        loop {
            let Some(runs) = self.runs else {
                if self.at >= self.bytes.len() {
                    return None;
                }
                match self.bytes.raw::<[u8; 4]>(self.at, WHAT) {
                    Ok(start) => self.place = u32::from_le_bytes(*start).into(),
                    Err(error) => return Some(Err(self.give_up(error))),
                }
                (self.end, self.at) = (0, self.at.saturating_add(4));
                self.runs = Some(self.at);
                continue;
            };
            let (here, index) = (self.at, self.at.saturating_sub(runs));
            let count: u8 = match self.bytes.raw::<[u8; 1]>(here, WHAT) {
                Ok([count]) => *count,
                Err(error) => return Some(Err(self.give_up(error))),
            };
            self.at = here.saturating_add(1);
            if count == 0 {
                match self.bytes.raw::<[u8; 1]>(self.at, WHAT) {
                    Ok([0]) => {
                        // Two bytes of zero, then up to a multiple of 4.
                        let used = index.saturating_add(5) & !3;
                        self.at = runs.saturating_add(used);
                        self.runs = None;
                    }
                    Ok(_) => {}
                    Err(error) => return Some(Err(self.give_up(error))),
                }
            } else if index & 1 == 1 {
                let skip = u64::from(count).saturating_sub(1).saturating_mul(WORD);
                self.place = self.place.saturating_add(skip);
            } else {
                self.left = count;
                return Some(Ok(()));
            }
        }
    }

    /// The next slot of the run.
    fn slot(&mut self) -> Result<Slot, Error> {
        let place = self.place;
        self.place = place.saturating_add(WORD);
        let Some(left) = self.slots_left.checked_sub(1) else {
            // More slots than the file has room for: runs share some.
            let error = self.error(ErrorKind::Overlap);
            return Err(self.give_up(error));
        };
        self.slots_left = left;
        if place < self.end {
            return Err(self.error(ErrorKind::Overlap));
        }
        let Ok(found) = self.finder.at(place) else {
            let error = self.error(ErrorKind::TooMuchWork);
            return Err(self.give_up(error));
        };
        let found = found.and_then(|(segment, offset)| segment.slot(offset, POINTER));
        let found = found.ok_or(self.error(ErrorKind::SlotOutsideSegment))?;
        self.end = place.saturating_add(POINTER);
        let mechanism = Mechanism::RebaseRuns;
        Ok(Slot::plain(found, mechanism, 0, BindWords::NONE))
    }

    /// An error at the byte that the run comes from.
    #[cold]
    fn error(&self, kind: ErrorKind) -> Error {
        self.bytes.error(kind, WHAT, self.at.saturating_sub(1))
    }

    /// Ends the walk after this error.
    #[cold]
    fn give_up(&mut self, error: Error) -> Error {
        (self.at, self.runs, self.left) = (self.bytes.len(), None, 0);
        error
    }
}
