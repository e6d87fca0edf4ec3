//! One Mach-O image.
use crate::addr::FileOffset;
use crate::bytes::Bytes;
use crate::error::{Error, ErrorKind, Structure};
use crate::load_command::LoadCommands;
use crate::mode::Mode;
use crate::raw::header::{
    CpuSubtype, CpuType, FileType, HeaderFlags, MH_CIGAM, MH_CIGAM_64, MH_MAGIC, MH_MAGIC_64,
    MachHeader64,
};
use crate::segment::{Section, Segments};
use crate::skeleton;

/// The header, in native numbers.
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
#[derive(Clone, Copy, Debug)]
pub struct MachO<'a> {
    /// The bytes that `fileoff` fields count from.
    file: Bytes<'a>,
    /// The image's first byte, counted as `fileoff`.
    start: u64,
    header: Header,
    /// Exactly the bytes of the `ncmds` commands.
    commands: Bytes<'a>,
    mode: Mode,
}

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
        Self::parse_bytes(Bytes::new(file), offset.get(), mode)
    }

    pub(crate) fn parse_bytes(file: Bytes<'a>, start: u64, mode: Mode) -> Result<Self, Error> {
        const WHAT: Structure = Structure::MachHeader64;
        let raw: &MachHeader64 = file.raw(start, WHAT)?;
        match raw.magic.get() {
            MH_MAGIC_64 => {}
            MH_MAGIC => return Err(file.error(ErrorKind::Unsupported32Bit, WHAT, start)),
            MH_CIGAM | MH_CIGAM_64 => {
                return Err(file.error(ErrorKind::UnsupportedBigEndian, WHAT, start));
            }
            _ => return Err(file.error(ErrorKind::BadMagic, WHAT, start)),
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
        let Some(commands) = file
            .from(start)
            .and_then(|image| image.from(HEADER_SIZE))
            .and_then(|tail| tail.get(0, u64::from(header.sizeofcmds)))
        else {
            return Err(file.error(ErrorKind::CommandsPastEndOfFile, WHAT, start));
        };
        let end = skeleton::check(file, commands, header.ncmds, mode)?;
        Ok(Self {
            file,
            start,
            header,
            commands: commands.clamped(0, end),
            mode,
        })
    }

    /// The image at `offset` of the outermost file, whose file offsets count as this one's: an image of
    /// a fileset. In the mode of this one.
    ///
    /// # Errors
    /// See [`parse_with`](Self::parse_with); `PastEndOfFile` outside of this image's file.
    pub fn nested_at(&self, offset: FileOffset) -> Result<Self, Error> {
        let start = self.within(offset)?;
        Self::parse_bytes(self.file, start, self.mode)
    }

    /// The image at `offset` of the outermost file, whose file offsets count from its own header: a
    /// whole file inside of this image, as the kexts of a prelinked kernel are. In the mode of this one.
    ///
    /// # Errors
    /// See [`parse_with`](Self::parse_with); `PastEndOfFile` outside of this image's file.
    pub fn embedded_at(&self, offset: FileOffset) -> Result<Self, Error> {
        let start = self.within(offset)?;
        let file = self.file.clamped(start, u64::MAX);
        Self::parse_bytes(file, 0, self.mode)
    }

    /// `offset` counted from where this image's file starts.
    fn within(&self, offset: FileOffset) -> Result<u64, Error> {
        let start = offset.get().checked_sub(self.file.origin());
        start.filter(|start| *start < self.file.len()).ok_or({
            Error::new(
                ErrorKind::PastEndOfFile,
                Structure::MachHeader64,
                offset.get(),
            )
        })
    }

    /// The header.
    pub const fn header(&self) -> Header {
        self.header
    }

    /// The mode of the parse.
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// Where the header lies in the outermost file.
    pub const fn file_offset(&self) -> FileOffset {
        self.file.file_offset(self.start)
    }

    /// The bytes that `fileoff` fields of this image count from: the whole file of a plain image
    /// or of a collection, the slice of a fat file.
    pub const fn file(&self) -> &'a [u8] {
        self.file.data()
    }

    pub(crate) const fn source(&self) -> Bytes<'a> {
        self.file
    }

    /// The image's first byte, counted as `fileoff`.
    pub(crate) const fn start(&self) -> u64 {
        self.start
    }

    pub(crate) const fn command_bytes(&self) -> Bytes<'a> {
        self.commands
    }

    /// The load commands, in file order.
    #[inline]
    pub fn load_commands(&self) -> LoadCommands<'a> {
        LoadCommands::new(self.file, self.commands, self.header.ncmds, self.mode)
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
}

/// `sizeof(struct mach_header_64)`.
pub(crate) const HEADER_SIZE: u64 = 32;
