//! Fat files: one slice for each architecture.
use core::iter::FusedIterator;

use crate::addr::FileOffset;
use crate::bytes::Bytes;
use crate::debug::debug_view;
use crate::error::{Error, ErrorKind, Structure};
use crate::layout::Input;
use crate::macho::MachO;
use crate::mode::Mode;
use crate::raw::fat as raw;
use crate::raw::header::{CpuSubtype, CpuType};

mod consistency;

/// The slices' table, as the magic says.
#[derive(Clone, Copy)]
enum Table<'a> {
    Narrow(&'a [raw::FatArch]),
    Wide(&'a [raw::FatArch64]),
}

/// A fat file. The parse has proved that the table and every slice lie inside the file.
///
/// Slices may share bytes, since nothing here reads two at once;
/// [`ensure_consistent`](Self::ensure_consistent) looks for it.
#[derive(Clone, Copy)]
pub struct FatFile<'a> {
    file: Bytes<'a>,
    table: Table<'a>,
    hidden: Option<&'a raw::FatArch>,
}

debug_view!(FatFile<'_>, |fat| {
    is_64: fat.is_64(),
    arches: fat.len(),
    has_hidden_arch: fat.hidden.is_some(),
    len: fat.file.len(),
});

/// `sizeof(struct fat_header)`.
const HEADER_SIZE: u64 = 8;
/// `sizeof(struct fat_arch)`.
const ARCH_SIZE: u64 = 20;
/// LLVM and cctools refuse larger alignments (2^15).
const MAX_ALIGN: u32 = 15;

impl<'a> FatFile<'a> {
    /// Parses the header and the table of slices at the start of `file`.
    ///
    /// # Errors
    /// `BadMagic`; `CountTooLarge` where the table does not fit; `Truncated`, `OffsetOverflow`
    /// or `BadAlignment` of a slice, at its entry of the table.
    pub fn parse(file: &'a [u8]) -> Result<Self, Error> {
        const WHAT: Structure = Structure::FatHeader;
        let file = Bytes::new(file);
        let header: &raw::FatHeader = file.raw(0, WHAT)?;
        let count = u64::from(header.nfat_arch.get());
        let too_many = || file.error(ErrorKind::CountTooLarge, WHAT, 4);
        let mut hidden = None;
        let table = match header.magic.get() {
            raw::FAT_MAGIC => {
                hidden = file.get_raw(count.saturating_mul(ARCH_SIZE).saturating_add(HEADER_SIZE));
                Table::Narrow(file.get_array(HEADER_SIZE, count).ok_or_else(too_many)?)
            }
            raw::FAT_MAGIC_64 => {
                Table::Wide(file.get_array(HEADER_SIZE, count).ok_or_else(too_many)?)
            }
            _ => return Err(file.error(ErrorKind::BadMagic, WHAT, 0)),
        };
        let mut fat = Self {
            file,
            table,
            hidden: None,
        };
        let mut first = u64::MAX;
        for arch in fat.arches() {
            arch.check()?;
            first = first.min(arch.offset);
        }
        // lipo's -hideARM64 leaves one entry behind the counted ones, for tools that know it.
        let table_end = count
            .saturating_add(1)
            .saturating_mul(ARCH_SIZE)
            .saturating_add(HEADER_SIZE);
        fat.hidden = hidden.filter(|raw: &&raw::FatArch| {
            raw.cputype.get() == CpuType::CPU_TYPE_ARM64.0
                && table_end <= first
                && u64::from(raw.offset.get()) >= table_end
                && FatArch::narrow(fat, raw, count).check().is_ok()
        });
        Ok(fat)
    }

    /// Whether `file` starts with the magic of a fat file. A Java class file may, too.
    pub fn is_fat(file: &[u8]) -> bool {
        let header = Bytes::new(file).get_raw::<raw::FatHeader>(0);
        header.is_some_and(|raw| matches!(raw.magic.get(), raw::FAT_MAGIC | raw::FAT_MAGIC_64))
    }

    /// Whether offsets and sizes have 64 bits.
    pub const fn is_64(&self) -> bool {
        matches!(self.table, Table::Wide(_))
    }

    /// The slices, in the order of the table.
    pub fn arches(&self) -> FatArches<'a> {
        FatArches {
            fat: *self,
            next: 0,
        }
    }

    /// The arm64 slice that `lipo -hideARM64` leaves behind the counted ones (cctools, `lipo.c`):
    /// present where an entry of that type follows the table, before the first slice.
    pub fn hidden_arch(&self) -> Option<FatArch<'a>> {
        let Table::Narrow(counted) = self.table else {
            return None;
        };
        let index = crate::bytes::widen(counted.len());
        self.hidden.map(|raw| FatArch::narrow(*self, raw, index))
    }

    /// The first slice, the hidden one included, of 64-bit ARM; of several the last subtype wins
    /// nothing: take your own from [`arches`](Self::arches) where arm64 and arm64e differ.
    pub fn arm64(&self) -> Option<FatArch<'a>> {
        self.arches()
            .chain(self.hidden_arch())
            .find(|arch| arch.cputype() == CpuType::CPU_TYPE_ARM64)
    }

    /// Number of slices in the table.
    const fn len(&self) -> usize {
        match self.table {
            Table::Narrow(table) => table.len(),
            Table::Wide(table) => table.len(),
        }
    }

    fn get(&self, index: usize) -> Option<FatArch<'a>> {
        let number = crate::bytes::widen(index);
        match self.table {
            Table::Narrow(table) => Some(FatArch::narrow(*self, table.get(index)?, number)),
            Table::Wide(table) => Some(FatArch::wide(*self, table.get(index)?, number)),
        }
    }
}

/// One slice of a fat file.
#[derive(Clone, Copy)]
pub struct FatArch<'a> {
    file: Bytes<'a>,
    /// Where the entry lies in the file.
    entry: u64,
    what: Structure,
    cputype: u32,
    cpusubtype: u32,
    offset: u64,
    size: u64,
    align: u32,
}

debug_view!(FatArch<'_>, |arch| {
    cputype: arch.cputype(),
    cpusubtype: arch.cpusubtype(),
    file_offset: arch.file_offset(),
    size: arch.size,
    align: arch.align,
});

impl<'a> FatArch<'a> {
    fn narrow(fat: FatFile<'a>, raw: &raw::FatArch, index: u64) -> Self {
        Self {
            file: fat.file,
            entry: index.saturating_mul(ARCH_SIZE).saturating_add(HEADER_SIZE),
            what: Structure::FatArch,
            cputype: raw.cputype.get(),
            cpusubtype: raw.cpusubtype.get(),
            offset: u64::from(raw.offset.get()),
            size: u64::from(raw.size.get()),
            align: raw.align.get(),
        }
    }

    fn wide(fat: FatFile<'a>, raw: &raw::FatArch64, index: u64) -> Self {
        Self {
            file: fat.file,
            entry: index.saturating_mul(32).saturating_add(HEADER_SIZE),
            what: Structure::FatArch64,
            cputype: raw.cputype.get(),
            cpusubtype: raw.cpusubtype.get(),
            offset: raw.offset.get(),
            size: raw.size.get(),
            align: raw.align.get(),
        }
    }

    fn check(&self) -> Result<(), Error> {
        let blame = FileOffset::new(self.entry);
        self.file.slice(self.offset, self.size, self.what, blame)?;
        let mask = 1_u64.checked_shl(self.align).unwrap_or(0).wrapping_sub(1);
        if self.align > MAX_ALIGN || self.offset & mask != 0 {
            return Err(self
                .file
                .error(ErrorKind::BadAlignment, self.what, self.entry));
        }
        Ok(())
    }

    /// The processor family.
    pub const fn cputype(&self) -> CpuType {
        CpuType(self.cputype)
    }

    /// The processor, without capability bits.
    pub const fn cpusubtype(&self) -> CpuSubtype {
        CpuSubtype(self.cpusubtype & !CpuSubtype::CPU_SUBTYPE_MASK)
    }

    /// Capability bits of the subtype, in place (bits 24 to 31).
    pub const fn capabilities(&self) -> u32 {
        self.cpusubtype & CpuSubtype::CPU_SUBTYPE_MASK
    }

    /// Where the slice starts.
    pub const fn file_offset(&self) -> FileOffset {
        FileOffset::new(self.offset)
    }

    /// Bytes of the slice.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Alignment of the slice as a power of two, 0 to 15.
    pub const fn align(&self) -> u32 {
        self.align
    }

    /// The slice's bytes.
    pub fn data(&self) -> &'a [u8] {
        self.file.clamped(self.offset, self.size).data()
    }

    /// The image in the slice. Its `fileoff` fields count from the slice; what is returned as a
    /// [`FileOffset`], errors too, counts from the start of the fat file.
    ///
    /// # Errors
    /// As [`MachO::parse_with`].
    pub fn parse(&self, mode: Mode) -> Result<MachO<'a>, Error> {
        let file = self.file.clamped(self.offset, self.size);
        MachO::parse_in(Input::file(file), 0, mode)
    }
}

/// The slices of a fat file.
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct FatArches<'a> {
    fat: FatFile<'a>,
    next: usize,
}

debug_view!(FatArches<'_>, |arches| {
    left: arches.fat.len().saturating_sub(arches.next),
});

impl<'a> Iterator for FatArches<'a> {
    type Item = FatArch<'a>;

    fn next(&mut self) -> Option<FatArch<'a>> {
        let arch = self.fat.get(self.next)?;
        self.next = self.next.saturating_add(1);
        Some(arch)
    }
}

impl FusedIterator for FatArches<'_> {}
