//! How the bytes of an image lie: as in its file, or as a loader has put them into memory.
//!
//! `Input` alone turns what a load command says into a position among the bytes.
use crate::addr::{FileOffset, Slide};
use crate::bytes::Bytes;
use crate::debug::debug_view;
use crate::error::{Error, ErrorKind, Structure};
use crate::name::Name;
use crate::raw::load_command::{LoadCommand, LoadCommandKind};
use crate::raw::segment::SegmentCommand64;

/// How the bytes of an image lie. The same questions have the same answers in both layouts.
///
/// A [`FileOffset`] counts from the start of what the caller gave, the outermost file or the memory, and leads to
/// the byte in it. What is called as a field of Apple's structures, `fileoff` or `filesize`, is what the load command says.
///
/// Closed: a loader has read the bytes into memory by their addresses, or nobody has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Layout {
    /// As in the file.
    #[default]
    File,
    /// As in memory: every byte as far from the header as its vmaddr says, zero fill done.
    Mapped(Pointers),
}

impl Layout {
    /// Whether the fixups are those of memory in which they have been applied, so that nothing is left of them but addresses.
    pub const fn has_fixups_applied(self) -> bool {
        matches!(self, Self::Mapped(Pointers::Applied { .. }))
    }
}

/// What has become of the pointers of an image in memory, which only its loader knows.
///
/// Closed: the fixups have been applied, or they have not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pointers {
    /// As in the file: nobody has applied the fixups, and the chains are whole.
    Unapplied,
    /// The fixups have been applied: slots hold run-time addresses, and the links of chains are gone.
    Applied {
        /// From the addresses of the load commands to those of the pointers. [`Slide::ZERO`] where the load commands
        /// have been slid too, which XNU does to a kernel's when it starts (`osfmk/arm/arm_init.c`).
        slide: Slide,
        /// Bits of an address below its pointer-authentication code: 64 less `T1SZ` of `TCR_EL1`, 47 for macOS kernels
        /// on Apple silicon. 64 where no pointer is signed.
        va_bits: u32,
    },
}

/// Of a mapped image, what turns vmaddrs and file offsets into positions in memory.
#[derive(Clone, Copy)]
pub(crate) struct Mapping<'a> {
    /// vmaddr of the memory's first byte, modulo 2^64: memory may start below the address space.
    pub(crate) first: u64,
    /// The segment that tables of `__LINKEDIT` lie in: file offsets lead to nothing else.
    pub(crate) linkedit: Option<&'a SegmentCommand64>,
    pub(crate) pointers: Pointers,
}

debug_view!(Mapping<'_>, |mapping| {
    first: mapping.first,
    has_linkedit: mapping.linkedit.is_some(),
    pointers: mapping.pointers,
});

/// The bytes that load commands lead into, and how they do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Input<'a> {
    pub(crate) bytes: Bytes<'a>,
    pub(crate) mapping: Option<Mapping<'a>>,
}

impl<'a> Input<'a> {
    #[inline]
    pub(crate) const fn file(bytes: Bytes<'a>) -> Self {
        Self {
            bytes,
            mapping: None,
        }
    }

    pub(crate) const fn layout(&self) -> Layout {
        match self.mapping {
            None => Layout::File,
            Some(mapping) => Layout::Mapped(mapping.pointers),
        }
    }

    /// Where in the bytes something is that has both a file offset and a vmaddr.
    #[inline]
    pub(crate) const fn position(&self, fileoff: u64, vmaddr: u64) -> u64 {
        match self.mapping {
            None => fileoff,
            Some(mapping) => vmaddr.wrapping_sub(mapping.first),
        }
    }

    /// Where in the bytes a segment lies, and how many of them stand for it. One without memory is nowhere
    /// in memory.
    #[inline]
    pub(crate) const fn segment(
        &self,
        (fileoff, filesize): (u64, u64),
        (vmaddr, vmsize): (u64, u64),
    ) -> (u64, u64) {
        match self.mapping {
            None => (fileoff, filesize),
            Some(_) if vmsize == 0 => (0, 0),
            Some(mapping) => (vmaddr.wrapping_sub(mapping.first), vmsize),
        }
    }

    /// Where in the bytes a table of `__LINKEDIT` lies that has only a file offset.
    ///
    /// # Errors
    /// `OffsetNotMapped` at `blame`, where `__LINKEDIT` has not `size` bytes there.
    pub(crate) fn linkedit(
        &self,
        offset: u64,
        size: u64,
        what: Structure,
        blame: FileOffset,
    ) -> Result<u64, Error> {
        let Some(mapping) = self.mapping else {
            return Ok(offset);
        };
        mapping.position_in_linkedit(offset, size).ok_or(Error::new(
            ErrorKind::OffsetNotMapped,
            what,
            blame.get(),
        ))
    }

    /// The bytes of a table of `__LINKEDIT`.
    ///
    /// # Errors
    /// As [`linkedit`](Self::linkedit); `OffsetOverflow` or `Truncated` at `blame`.
    pub(crate) fn table(
        &self,
        offset: u64,
        size: u64,
        what: Structure,
        blame: FileOffset,
    ) -> Result<Bytes<'a>, Error> {
        let position = self.linkedit(offset, size, what, blame)?;
        self.bytes.slice(position, size, what, blame)
    }
}

impl<'a> Mapping<'a> {
    /// vmaddr of the memory's first byte, if the header lies at `header` of it: by the segment that maps the file's first byte,
    /// which is the header of an image that no other holds. `None` where no segment does.
    pub(crate) fn first(commands: Bytes<'a>, ncmds: u32, header: u64) -> Option<u64> {
        let maps_header =
            |raw: &&SegmentCommand64| raw.fileoff.get() == 0 && raw.filesize.get() != 0;
        let segment = segments(commands, ncmds).find(maps_header)?;
        Some(segment.vmaddr.get().wrapping_sub(header))
    }

    /// The same memory for an image with these commands, which has a `__LINKEDIT` with bytes of its own or shares this one.
    #[must_use]
    pub(crate) fn with_linkedit_of(self, commands: Bytes<'a>, ncmds: u32) -> Self {
        let named =
            |raw: &&SegmentCommand64| Name::fixed(&raw.segname) == "__LINKEDIT" && backed(raw) != 0;
        let own = segments(commands, ncmds).find(named);
        Self {
            linkedit: own.or(self.linkedit),
            ..self
        }
    }

    fn position_in_linkedit(&self, offset: u64, size: u64) -> Option<u64> {
        // A table that is not there has an offset of 0.
        if size == 0 {
            return Some(0);
        }
        let linkedit = self.linkedit?;
        let into = offset.checked_sub(linkedit.fileoff.get())?;
        let start = linkedit.vmaddr.get().wrapping_sub(self.first);
        if into.checked_add(size)? > backed(linkedit) {
            return None;
        }
        Some(start.wrapping_add(into))
    }
}

/// Bytes of a segment that the file backs.
fn backed(raw: &SegmentCommand64) -> u64 {
    raw.filesize.get().min(raw.vmsize.get())
}

/// The segments of load commands that are not proved yet, as far as they are sound.
fn segments(commands: Bytes<'_>, ncmds: u32) -> impl Iterator<Item = &SegmentCommand64> {
    let mut rest = commands;
    let commands = (0..ncmds).map_while(move |_| {
        let raw: &LoadCommand = rest.get_raw(0)?;
        let size = raw.cmdsize.get();
        let (command, tail) = rest.split(size).filter(|_| size >= 8)?;
        rest = tail;
        Some((raw.cmd.get(), command))
    });
    commands.filter_map(|(kind, command)| {
        let is_segment = kind == LoadCommandKind::LC_SEGMENT_64.0;
        is_segment.then(|| command.get_raw(0)).flatten()
    })
}
