//! Segments and their sections.
use core::iter::FusedIterator;

use crate::addr::{FileOffset, VmAddr};
use crate::bytes::Bytes;
use crate::debug::debug_view;
use crate::error::{Error, Structure};
use crate::layout::Input;
use crate::load_command::{LoadCommand, LoadCommands};
use crate::name::Name;
use crate::raw::load_command::LoadCommandKind;
use crate::raw::segment::{
    Section64, SectionAttributes, SectionType, SegmentCommand64, SegmentFlags, VmProt,
};

/// `sizeof(struct segment_command_64)`.
pub(crate) const SEGMENT_SIZE: u64 = 72;
/// `sizeof(struct section_64)`.
pub(crate) const SECTION_SIZE: u64 = 80;

/// One `LC_SEGMENT_64`.
#[derive(Clone, Copy)]
pub struct Segment<'a> {
    name: &'a [u8; 16],
    vmaddr: u64,
    vmsize: u64,
    fileoff: u64,
    filesize: u64,
    maxprot: u32,
    initprot: u32,
    flags: u32,
    sections: &'a [Section64],
    command: LoadCommand<'a>,
}

debug_view!(Segment<'_>, |segment| {
    name: segment.name(),
    vmaddr: segment.vmaddr(),
    vmsize: segment.vmsize,
    fileoff: segment.fileoff,
    filesize: segment.filesize,
    initprot: segment.initprot(),
    nsects: segment.nsects(),
});

impl<'a> Segment<'a> {
    #[inline]
    pub(crate) fn new(command: LoadCommand<'a>) -> Option<Self> {
        if command.kind() != LoadCommandKind::LC_SEGMENT_64 {
            return None;
        }
        let raw: &SegmentCommand64 = command.data().get_raw(0)?;
        Some(Self {
            name: &raw.segname,
            vmaddr: raw.vmaddr.get(),
            vmsize: raw.vmsize.get(),
            fileoff: raw.fileoff.get(),
            filesize: raw.filesize.get(),
            maxprot: raw.maxprot.get(),
            initprot: raw.initprot.get(),
            flags: raw.flags.get(),
            sections: command
                .data()
                .get_array(SEGMENT_SIZE, u64::from(raw.nsects.get()))?,
            command,
        })
    }

    /// `segname`.
    pub fn name(&self) -> Name<'a> {
        Name::fixed(self.name)
    }

    /// The load command that describes the segment.
    pub const fn load_command(&self) -> LoadCommand<'a> {
        self.command
    }

    /// Unslid address of the first byte in memory.
    #[inline]
    pub const fn vmaddr(&self) -> VmAddr {
        VmAddr::new(self.vmaddr)
    }

    /// Bytes in memory.
    #[inline]
    pub const fn vmsize(&self) -> u64 {
        self.vmsize
    }

    /// Where the segment's bytes start, from the start of the outermost file or of the memory that
    /// the image is mapped in; 0 for a segment without memory of a mapped image.
    #[inline]
    pub const fn file_offset(&self) -> FileOffset {
        let (position, _) = self.extent();
        self.command.input().bytes.file_offset(position)
    }

    /// Bytes from [`file_offset`](Self::file_offset) on that stand for the segment: in the file as
    /// many as [`filesize`](Self::filesize) claims, in memory [`vmsize`](Self::vmsize).
    #[inline]
    pub const fn data_size(&self) -> u64 {
        let (_, size) = self.extent();
        size
    }

    /// Where in its input the segment lies, and how many bytes of it.
    #[inline]
    pub(crate) const fn extent(&self) -> (u64, u64) {
        let (file, memory) = ((self.fileoff, self.filesize), (self.vmaddr, self.vmsize));
        self.command.input().segment(file, memory)
    }

    /// The field `fileoff` as it stands: from the start of what the image calls its file.
    #[inline]
    pub const fn fileoff(&self) -> u64 {
        self.fileoff
    }

    /// Bytes in the file; the rest of [`vmsize`](Self::vmsize) is zero.
    #[inline]
    pub const fn filesize(&self) -> u64 {
        self.filesize
    }

    /// The most that the protection may become.
    pub const fn maxprot(&self) -> VmProt {
        VmProt::from_bits_retain(self.maxprot)
    }

    /// The protection at load.
    pub const fn initprot(&self) -> VmProt {
        VmProt::from_bits_retain(self.initprot)
    }

    /// Flags.
    pub const fn flags(&self) -> SegmentFlags {
        SegmentFlags::from_bits_retain(self.flags)
    }

    /// Number of sections.
    pub const fn nsects(&self) -> usize {
        self.sections.len()
    }

    /// The sections, in file order.
    #[inline]
    pub fn sections(&self) -> Sections<'a> {
        Sections {
            input: *self.command.input(),
            rest: self.sections.iter(),
            next: self.command.field(SEGMENT_SIZE),
        }
    }

    /// The segment's bytes: [`data_size`](Self::data_size) of them after a strict parse.
    /// After a tolerant parse they end where the file or the memory ends.
    pub fn data(&self) -> &'a [u8] {
        let (position, size) = self.extent();
        self.command.input().bytes.clamped(position, size).data()
    }

    /// Those of the bytes that have come from the file, but no more than the segment has memory
    /// for.
    pub(crate) fn backed(&self) -> Bytes<'a> {
        let (position, _) = self.extent();
        let size = self.filesize.min(self.vmsize);
        self.command.input().bytes.clamped(position, size)
    }
}

/// The segments of an image, in file order.
///
/// Costs one step for each load command.
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Segments<'a> {
    commands: LoadCommands<'a>,
}

debug_view!(Segments<'_>, |segments| {
    commands_left: segments.commands.len(),
});

impl<'a> Segments<'a> {
    #[inline]
    pub(crate) const fn new(commands: LoadCommands<'a>) -> Self {
        Self { commands }
    }
}

impl<'a> Segments<'a> {
    /// The next one, by a call: where speed does not matter, bytes of code do, and the fields of a
    /// segment take many to read on a target with strict alignment.
    #[inline(never)]
    fn next_by_call(&mut self) -> Option<Segment<'a>> {
        self.next()
    }

    /// The first of the rest that `wanted` takes.
    pub(crate) fn seek(&mut self, wanted: impl Fn(&Segment<'a>) -> bool) -> Option<Segment<'a>> {
        while let Some(segment) = self.next_by_call() {
            if wanted(&segment) {
                return Some(segment);
            }
        }
        None
    }

    /// The one behind so many of the rest.
    pub(crate) fn skip_to(&mut self, count: usize) -> Option<Segment<'a>> {
        for _ in 0..count {
            self.next_by_call()?;
        }
        self.next_by_call()
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    #[inline]
    fn next(&mut self) -> Option<Segment<'a>> {
        self.commands.by_ref().find_map(Segment::new)
    }
}

impl FusedIterator for Segments<'_> {}

/// One `section_64`.
#[derive(Clone, Copy)]
pub struct Section<'a> {
    raw: &'a Section64,
    input: Input<'a>,
    addr: u64,
    size: u64,
    offset: u32,
    flags: u32,
    /// Where the structure lies in the outermost file.
    position: FileOffset,
}

debug_view!(Section<'_>, |section| {
    segment_name: section.segment_name(),
    name: section.name(),
    vmaddr: section.vmaddr(),
    size: section.size,
    file_offset: section.file_offset(),
    kind: section.kind(),
});

impl<'a> Section<'a> {
    /// `sectname`.
    pub fn name(&self) -> Name<'a> {
        Name::fixed(&self.raw.sectname)
    }

    /// `segname`: the segment that the section belongs to, which in an object file is not the one
    /// that holds it.
    pub fn segment_name(&self) -> Name<'a> {
        Name::fixed(&self.raw.segname)
    }

    /// Where the structure lies in the outermost file.
    pub(crate) const fn position(&self) -> FileOffset {
        self.position
    }

    /// The structure in the file.
    pub const fn raw(&self) -> &'a Section64 {
        self.raw
    }

    /// Unslid address of the first byte in memory.
    #[inline]
    pub const fn vmaddr(&self) -> VmAddr {
        VmAddr::new(self.addr)
    }

    /// Bytes in memory; the same in the file but for zero-fill sections, which have none there.
    #[inline]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Where the bytes start, from the start of the outermost file, or of the memory that the image
    /// is mapped in; `None` in a file for zero-fill sections, and for those at offset 0, which a
    /// dSYM has.
    pub fn file_offset(&self) -> Option<FileOffset> {
        let position = self.input.position(u64::from(self.offset), self.addr);
        self.has_bytes()
            .then(|| self.input.bytes.file_offset(position))
    }

    const fn has_bytes(&self) -> bool {
        // At offset 0 lies the header: sections of a dSYM say so that they have no bytes.
        self.input.mapping.is_some() || (!self.kind().is_zero_fill() && self.offset != 0)
    }

    /// `align`: alignment as a power of two, as it stands in the file.
    pub fn align(&self) -> u32 {
        self.raw.align.get()
    }

    /// What the section holds.
    #[inline]
    pub const fn kind(&self) -> SectionType {
        let [low, ..] = self.flags.to_le_bytes();
        SectionType(low)
    }

    /// Attribute bits.
    pub const fn attributes(&self) -> SectionAttributes {
        SectionAttributes::from_bits_retain(self.flags & 0xffff_ff00)
    }

    /// The bytes; none if the section has no [`file_offset`](Self::file_offset).
    ///
    /// # Errors
    /// `Truncated` or `OffsetOverflow`, at the section's structure: a parse does not look at a
    /// section's bytes, because no loader does.
    pub fn data(&self) -> Result<&'a [u8], Error> {
        self.bytes().map(Bytes::data)
    }

    pub(crate) fn bytes(&self) -> Result<Bytes<'a>, Error> {
        if !self.has_bytes() {
            return Ok(Bytes::new(&[]));
        }
        let position = self.input.position(u64::from(self.offset), self.addr);
        let what = Structure::Section64;
        self.input
            .bytes
            .slice(position, self.size, what, self.position)
    }
}

/// The sections of a segment, in file order.
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Sections<'a> {
    input: Input<'a>,
    rest: core::slice::Iter<'a, Section64>,
    next: FileOffset,
}

debug_view!(Sections<'_>, |sections| {
    left: sections.rest.len(),
});

impl<'a> Iterator for Sections<'a> {
    type Item = Section<'a>;

    #[inline]
    fn next(&mut self) -> Option<Section<'a>> {
        let raw = self.rest.next()?;
        let position = self.next;
        self.next = position.checked_add(SECTION_SIZE)?;
        Some(Section {
            position,
            raw,
            input: self.input,
            addr: raw.addr.get(),
            size: raw.size.get(),
            offset: raw.offset.get(),
            flags: raw.flags.get(),
        })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rest.size_hint()
    }
}

impl ExactSizeIterator for Sections<'_> {}
impl FusedIterator for Sections<'_> {}
