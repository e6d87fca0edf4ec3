//! One Mach-O image.
use crate::addr::FileOffset;
use crate::bytes::Bytes;
use crate::debug::debug_view;
use crate::error::{Error, ErrorKind, Structure};
use crate::layout::{Input, Layout, Mapping, Pointers};
use crate::load_command::LoadCommands;
use crate::mode::Mode;
use crate::raw::header::{
    CpuSubtype, CpuType, FileType, HeaderFlags, MH_CIGAM, MH_CIGAM_64, MH_MAGIC, MH_MAGIC_64,
    MachHeader64,
};
use crate::segment::{Section, Segment, Segments};
use crate::skeleton;

/// The header, in native numbers.
///
/// Closed: its fields are those of `mach_header_64`, with the subtype's two parts separate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The processor family.
    pub cputype: CpuType,
    /// The processor, without capability bits.
    pub cpusubtype: CpuSubtype,
    /// Capability bits of the subtype, in place (bits 24 to 31): pointer-authentication ABI.
    pub capabilities: u32,
    /// What kind of image this is.
    pub filetype: FileType,
    /// Number of load commands.
    pub ncmds: u32,
    /// Bytes of all load commands together.
    pub sizeofcmds: u32,
    /// Flags.
    pub flags: HeaderFlags,
}

/// One Mach-O image inside the caller's buffer.
///
/// A successful parse has proved the skeleton: the header, every `cmdsize`, and for each segment
/// that its sections lie inside its command and (in strict mode) its bytes inside the file. From
/// then on [`load_commands`](Self::load_commands), [`segments`](Self::segments) and
/// [`sections`](Self::sections) yield items, not results.
#[derive(Clone, Copy)]
pub struct MachO<'a> {
    /// The bytes that the load commands lead into.
    input: Input<'a>,
    /// Where in them the image's first byte lies.
    start: u64,
    header: Header,
    /// Exactly the bytes of the `ncmds` commands.
    commands: Bytes<'a>,
    mode: Mode,
}

debug_view!(MachO<'_>, |image| {
    file_offset: image.file_offset(),
    filetype: image.header.filetype,
    ncmds: image.header.ncmds,
    layout: image.layout(),
    mode: image.mode,
    file_len: image.input.bytes.len(),
});

impl<'a> MachO<'a> {
    /// Parses the image at the start of `file`, strictly.
    ///
    /// # Errors
    /// See [`parse_with`](Self::parse_with).
    pub fn parse(file: &'a [u8]) -> Result<Self, Error> {
        Self::parse_with(file, FileOffset::new(0), Mode::Strict)
    }

    /// Parses the image at `offset` of `file`, strictly. File offsets in the image count from the
    /// start of `file`, as in a fileset.
    ///
    /// # Errors
    /// See [`parse_with`](Self::parse_with).
    pub fn parse_at(file: &'a [u8], offset: FileOffset) -> Result<Self, Error> {
        Self::parse_with(file, offset, Mode::Strict)
    }

    /// Parses the image at `offset` of `file` in `mode`. File offsets in the image count from the
    /// start of `file`, as in a fileset.
    ///
    /// # Errors
    /// What is wrong in the header, in the size of a load command, or in a segment, at its offset
    /// in `file`.
    pub fn parse_with(file: &'a [u8], offset: FileOffset, mode: Mode) -> Result<Self, Error> {
        Self::parse_in(Input::file(Bytes::new(file)), offset.get(), mode)
    }

    /// Parses the image whose header lies at `header` of `memory`, as a loader has put it there:
    /// every byte as far from the header as its vmaddr says. A memory dump, or what
    /// `kc_offsets::LoadPlan::load_into` fills. Only who loaded it knows what has become of its
    /// `pointers`.
    ///
    /// [`FileOffset`]s of this image, in errors too, count from the start of `memory`. Tables of
    /// `__LINKEDIT`, such as symbols, are found if that segment is in memory and nobody has reused
    /// it, as a running kernel does.
    ///
    /// The bytes of a segment must be in `memory`; in tolerant mode those at its end may be
    /// missing.
    ///
    /// # Errors
    /// As [`parse_with`](Self::parse_with); `HeaderNotMapped` where no segment has the header.
    pub fn parse_mapped(
        memory: &'a [u8],
        header: FileOffset,
        pointers: Pointers,
        mode: Mode,
    ) -> Result<Self, Error> {
        let (bytes, start) = (Bytes::new(memory), header.get());
        let (header, commands) = read_header(bytes, start)?;
        let Some(first) = Mapping::first(commands, header.ncmds, start) else {
            let what = Structure::MachHeader64;
            return Err(bytes.error(ErrorKind::HeaderNotMapped, what, start));
        };
        let mapping = Some(Mapping {
            first,
            linkedit: None,
            pointers,
        });
        Self::parse_in(Input { bytes, mapping }, start, mode)
    }

    pub(crate) fn parse_in(mut input: Input<'a>, start: u64, mode: Mode) -> Result<Self, Error> {
        let (header, commands) = read_header(input.bytes, start)?;
        if let Some(mapping) = &mut input.mapping {
            *mapping = mapping.with_linkedit_of(commands, header.ncmds);
        }
        commands.touch();
        let end = skeleton::check(&input, commands, header.ncmds, mode)?;
        Ok(Self {
            input,
            start,
            header,
            commands: commands.clamped(0, end),
            mode,
        })
    }

    /// The image at `offset` of the outermost file, whose file offsets count as this one's: an
    /// image of a fileset. In the mode of this one.
    ///
    /// # Errors
    /// See [`parse_with`](Self::parse_with); `Truncated` outside of this image's file.
    pub fn nested_at(&self, offset: FileOffset) -> Result<Self, Error> {
        let start = self.within(offset)?;
        Self::parse_in(self.input, start, self.mode)
    }

    /// The image at `offset` of the outermost file, whose file offsets count from its own header: a
    /// whole file inside of this image, as the kexts of a prelinked kernel are. In the mode of this
    /// one.
    ///
    /// # Errors
    /// See [`parse_with`](Self::parse_with); `Truncated` outside of this image's file.
    pub fn embedded_at(&self, offset: FileOffset) -> Result<Self, Error> {
        let start = self.within(offset)?;
        if let Some(mapping) = self.input.mapping {
            // Its addresses are those of all memory; its file offsets are its own.
            let linkedit = None;
            let mapping = Some(Mapping {
                linkedit,
                ..mapping
            });
            let input = Input {
                mapping,
                ..self.input
            };
            return Self::parse_in(input, start, self.mode);
        }
        let file = self.input.bytes.clamped(start, u64::MAX);
        Self::parse_in(Input::file(file), 0, self.mode)
    }

    /// `offset` counted from where this image's file starts.
    fn within(&self, offset: FileOffset) -> Result<u64, Error> {
        let bytes = self.input.bytes;
        let start = offset.get().checked_sub(bytes.origin());
        start.filter(|start| *start < bytes.len()).ok_or(Error::new(
            ErrorKind::Truncated,
            Structure::MachHeader64,
            offset.get(),
        ))
    }

    /// The header.
    pub const fn header(&self) -> Header {
        self.header
    }

    /// The mode of the parse.
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// How the image's bytes lie.
    pub const fn layout(&self) -> Layout {
        self.input.layout()
    }

    /// Where the header lies in the outermost file, or in the memory that the image is mapped in.
    pub const fn file_offset(&self) -> FileOffset {
        self.input.bytes.file_offset(self.start)
    }

    /// The bytes that `fileoff` fields of this image count from: the whole file of a plain image
    /// or of a collection, the slice of a fat file. Of a mapped image, all of the memory.
    pub const fn file(&self) -> &'a [u8] {
        self.input.bytes.data()
    }

    /// Where [`file`](Self::file) starts in the outermost file: 0 but for the slice of a fat file,
    /// and for an image that is a file of its own inside of another.
    pub const fn file_start(&self) -> FileOffset {
        self.input.bytes.file_offset(0)
    }

    /// `size` bytes at `offset` of the outermost file, or of the memory that the image is mapped
    /// in; `None` where not all of them are there.
    pub fn slice(&self, offset: FileOffset, size: u64) -> Option<&'a [u8]> {
        let bytes = self.input.bytes;
        let start = offset.get().checked_sub(bytes.origin())?;
        bytes.get(start, size).map(Bytes::data)
    }

    pub(crate) const fn input(&self) -> &Input<'a> {
        &self.input
    }

    /// Where the image's first byte lies in its input.
    pub(crate) const fn start(&self) -> u64 {
        self.start
    }

    pub(crate) const fn command_bytes(&self) -> Bytes<'a> {
        self.commands
    }

    /// The load commands, in file order.
    #[inline]
    pub fn load_commands(&self) -> LoadCommands<'a> {
        LoadCommands::new(self.input, self.commands, self.header.ncmds, self.mode)
    }

    /// The `LC_SEGMENT_64` segments, in file order.
    #[inline]
    pub fn segments(&self) -> Segments<'a> {
        Segments::new(self.load_commands())
    }

    /// The sections of all segments, in file order.
    #[inline]
    pub fn sections(&self) -> impl Iterator<Item = Section<'a>> + Clone + use<'a> {
        self.segments().flat_map(|segment| segment.sections())
    }

    /// The first segment with that name, as `__TEXT_EXEC`. Costs a pass over the load commands.
    pub fn segment(&self, name: &str) -> Option<Segment<'a>> {
        self.segments().find(|segment| segment.name() == name)
    }

    /// The first section with these names, as `__TEXT` and `__text`; the first is the one that the
    /// section gives, which in an object file is not the name of the segment around it.
    pub fn section(&self, segment: &str, section: &str) -> Option<Section<'a>> {
        let mut sections = self.sections();
        sections.find(|one| one.name() == section && one.segment_name() == segment)
    }
}

/// Reads the header at `start`, and finds the bytes of its commands.
fn read_header(bytes: Bytes<'_>, start: u64) -> Result<(Header, Bytes<'_>), Error> {
    const WHAT: Structure = Structure::MachHeader64;
    let raw: &MachHeader64 = bytes.raw(start, WHAT)?;
    match raw.magic.get() {
        MH_MAGIC_64 => {}
        MH_MAGIC => return Err(bytes.error(ErrorKind::Unsupported32Bit, WHAT, start)),
        MH_CIGAM | MH_CIGAM_64 => {
            return Err(bytes.error(ErrorKind::UnsupportedBigEndian, WHAT, start));
        }
        _ => return Err(bytes.error(ErrorKind::BadMagic, WHAT, start)),
    }
    let subtype = raw.cpusubtype.get();
    let header = Header {
        cputype: CpuType(raw.cputype.get()),
        cpusubtype: CpuSubtype(subtype & !CpuSubtype::CPU_SUBTYPE_MASK),
        capabilities: subtype & CpuSubtype::CPU_SUBTYPE_MASK,
        filetype: FileType(raw.filetype.get()),
        ncmds: raw.ncmds.get(),
        sizeofcmds: raw.sizeofcmds.get(),
        flags: HeaderFlags::from_bits_retain(raw.flags.get()),
    };
    let Some(commands) = bytes
        .from(start)
        .and_then(|image| image.from(HEADER_SIZE))
        .and_then(|tail| tail.get(0, u64::from(header.sizeofcmds)))
    else {
        return Err(bytes.error(ErrorKind::SizeofcmdsTooLarge, WHAT, start));
    };
    Ok((header, commands))
}

/// `sizeof(struct mach_header_64)`.
pub(crate) const HEADER_SIZE: u64 = 32;
