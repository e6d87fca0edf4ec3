//! `LC_DYLD_CHAINED_FIXUPS` and section `__TEXT,__chain_fixups`: the header, and where the chains
//! of each segment start.
use core::iter::FusedIterator;

use zerocopy::little_endian::{U16, U32};

use crate::addr::FileOffset;
use crate::bytes::{Bytes, widen};
use crate::debug::debug_view;
use crate::error::{Error, ErrorKind, Structure};
use crate::raw::fixup as raw;
use crate::raw::fixup::{ImportsFormat, PointerFormat};

/// `sizeof(struct dyld_chained_starts_in_segment)` without its starts.
const SEGMENT_STARTS_SIZE: u64 = 22;

/// The header of the chained fixups, in native numbers, and the table of segments.
#[derive(Clone, Copy)]
pub struct ChainedFixups<'a> {
    /// Number of imports.
    pub imports_count: u32,
    /// How imports are written.
    pub imports_format: ImportsFormat,
    /// 0 for plain names, 1 for names compressed by zlib.
    pub symbols_format: u32,
    pub(super) imports_offset: u32,
    pub(super) symbols_offset: u32,
    /// All bytes of the fixups; offsets count from here.
    pub(super) bytes: Bytes<'a>,
    /// `dyld_chained_starts_in_image` and all that follows it.
    starts: Bytes<'a>,
    segments: &'a [U32],
}

debug_view!(ChainedFixups<'_>, |fixups| {
    imports_count: fixups.imports_count,
    imports_format: fixups.imports_format,
    symbols_format: fixups.symbols_format,
    segments: fixups.segments.len(),
    file_offset: fixups.bytes.file_offset(0),
    len: fixups.bytes.len(),
});

impl<'a> ChainedFixups<'a> {
    pub(super) fn new(bytes: Bytes<'a>) -> Result<Self, Error> {
        const WHAT: Structure = Structure::DyldChainedFixupsHeader;
        const STARTS: Structure = Structure::DyldChainedStartsInImage;
        let header: &raw::DyldChainedFixupsHeader = bytes.raw(0, WHAT)?;
        if header.fixups_version.get() != 0 {
            return Err(bytes.error(ErrorKind::UnknownFormat, WHAT, 0));
        }
        let offset = u64::from(header.starts_offset.get());
        let Some(starts) = bytes.from(offset).filter(|starts| starts.len() >= 4) else {
            return Err(bytes.error(ErrorKind::IndexOutOfBounds, WHAT, 4));
        };
        let image: &raw::DyldChainedStartsInImage = starts.raw(0, STARTS)?;
        let Some(segments) = starts.get_array(4, u64::from(image.seg_count.get())) else {
            return Err(starts.error(ErrorKind::CountTooLarge, STARTS, 0));
        };
        Ok(Self {
            imports_count: header.imports_count.get(),
            imports_format: ImportsFormat(header.imports_format.get()),
            symbols_format: header.symbols_format.get(),
            imports_offset: header.imports_offset.get(),
            symbols_offset: header.symbols_offset.get(),
            bytes,
            starts,
            segments,
        })
    }

    /// Number of segments that the table has; may be smaller than the image's.
    pub const fn segment_count(&self) -> usize {
        self.segments.len()
    }

    /// Where the chains of each segment start, in the order of the load commands; segments without
    /// fixups are left out.
    pub fn segments(&self) -> SegmentStartsIter<'a> {
        SegmentStartsIter {
            fixups: *self,
            next: 0,
        }
    }

    /// Reads the starts of the segment with this index.
    fn segment(&self, index: usize, offset: u64) -> Result<SegmentStarts<'a>, Error> {
        const WHAT: Structure = Structure::DyldChainedStartsInSegment;
        let field = widen(index).saturating_mul(4).saturating_add(4);
        let Some(raw) = self
            .starts
            .get_raw::<raw::DyldChainedStartsInSegment>(offset)
        else {
            let what = Structure::DyldChainedStartsInImage;
            return Err(self.starts.error(ErrorKind::IndexOutOfBounds, what, field));
        };
        let size = u64::from(raw.size.get());
        let Some(bytes) = self
            .starts
            .get(offset, size)
            .filter(|_| size >= SEGMENT_STARTS_SIZE)
        else {
            return Err(self.starts.error(ErrorKind::Truncated, WHAT, offset));
        };
        let pages = u64::from(raw.page_count.get());
        let all = bytes.len().saturating_sub(SEGMENT_STARTS_SIZE) / 2;
        let Some(words) = bytes
            .get_array(SEGMENT_STARTS_SIZE, all)
            .filter(|_| pages <= all)
        else {
            return Err(self.starts.error(ErrorKind::CountTooLarge, WHAT, offset));
        };
        Ok(SegmentStarts {
            segment_index: index,
            page_size: raw.page_size.get(),
            pointer_format: PointerFormat(raw.pointer_format.get()),
            segment_offset: raw.segment_offset.get(),
            max_valid_pointer: raw.max_valid_pointer.get(),
            page_count: raw.page_count.get(),
            words,
            bytes,
            entry: self.starts.file_offset(field),
        })
    }
}

/// Where the chains of one segment start.
#[derive(Clone, Copy)]
pub struct SegmentStarts<'a> {
    /// Which segment, counted from 0 in the order of the load commands.
    pub segment_index: usize,
    /// Bytes of a page.
    pub page_size: u16,
    /// How slots are written.
    pub pointer_format: PointerFormat,
    /// Offset of the segment in memory from the header, modulo 2^64.
    pub segment_offset: u64,
    /// For 32-bit formats: larger values are no pointers.
    pub max_valid_pointer: u32,
    /// Number of pages.
    pub page_count: u16,
    /// The pages' starts, then the lists of pages that have several.
    words: &'a [U16],
    /// `dyld_chained_starts_in_segment` and its words.
    bytes: Bytes<'a>,
    /// The offset that leads here from `dyld_chained_starts_in_image`.
    entry: FileOffset,
}

debug_view!(SegmentStarts<'_>, |starts| {
    segment_index: starts.segment_index,
    page_size: starts.page_size,
    pointer_format: starts.pointer_format,
    segment_offset: starts.segment_offset,
    max_valid_pointer: starts.max_valid_pointer,
    page_count: starts.page_count,
    file_offset: starts.file_offset(),
});

impl SegmentStarts<'_> {
    /// Where the structure lies, from the start of the outermost file.
    pub const fn file_offset(&self) -> FileOffset {
        self.bytes.file_offset(0)
    }

    /// `page_start` of a page, as it stands: an offset in the page,
    /// [`DYLD_CHAINED_PTR_START_NONE`](raw::DYLD_CHAINED_PTR_START_NONE), or with
    /// [`DYLD_CHAINED_PTR_START_MULTI`](raw::DYLD_CHAINED_PTR_START_MULTI) an index for
    /// [`word`](Self::word). `None` past the last page.
    pub fn page_start(&self, page: u16) -> Option<u16> {
        if page >= self.page_count {
            return None;
        }
        self.word(page)
    }

    /// A word of the array that starts with the pages' starts and goes on with the lists of pages
    /// that have several. `None` past its end.
    pub fn word(&self, index: u16) -> Option<u16> {
        self.words.get(usize::from(index)).map(|word| word.get())
    }

    /// Where a word lies, from the start of the outermost file.
    pub(super) const fn word_offset(&self, index: u16) -> u64 {
        let [low, high] = index.to_le_bytes();
        let bytes = u64::from_le_bytes([low, high, 0, 0, 0, 0, 0, 0]).saturating_mul(2);
        let offset = SEGMENT_STARTS_SIZE.saturating_add(bytes);
        self.bytes.file_offset(offset).get()
    }

    /// An error about the field at this offset of the structure.
    pub(super) const fn error(&self, kind: ErrorKind, field: u64) -> Error {
        let what = Structure::DyldChainedStartsInSegment;
        self.bytes.error(kind, what, field)
    }

    /// The image has fewer segments than the table says.
    pub(super) const fn no_segment(&self) -> Error {
        let what = Structure::DyldChainedStartsInImage;
        Error::new(ErrorKind::IndexOutOfBounds, what, self.entry.get())
    }
}

/// The segments of a [`ChainedFixups`] that have fixups. Costs one step for each of the table.
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct SegmentStartsIter<'a> {
    fixups: ChainedFixups<'a>,
    next: usize,
}

debug_view!(SegmentStartsIter<'_>, |segments| {
    next: segments.next,
    segments: segments.fixups.segments.len(),
});

impl<'a> Iterator for SegmentStartsIter<'a> {
    type Item = Result<SegmentStarts<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let index = self.next;
            let offset = u64::from(self.fixups.segments.get(index)?.get());
            self.next = index.saturating_add(1);
            if offset != 0 {
                return Some(self.fixups.segment(index, offset));
            }
        }
    }
}

impl FusedIterator for SegmentStartsIter<'_> {}
