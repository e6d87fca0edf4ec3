//! The slots of the relocation entries of `LC_DYSYMTAB`, local and external.
//!
//! What `r_address` counts from depends on the image (dyld `common/MachOAnalyzer.cpp`,
//! `localRelocBaseAddress` and `externalRelocBaseAddress`; XNU `libkern/c++/OSKext.cpp` slides kexts
//! by the same rule).
use crate::addr::VmAddr;
use crate::error::{Error, ErrorKind, Structure};
use crate::fixup::import::Import;
use crate::fixup::segment_finder::{SegmentFinder, TooMuchWork};
use crate::fixup::slot::{BindWords, Mechanism, SHORT, Slot};
use crate::load_command::View as _;
use crate::macho::MachO;
use crate::raw::header::{CpuType, FileType, HeaderFlags};
use crate::raw::linkedit::RelocationInfo;
use crate::raw::load_command::LoadCommandKind as Kind;
use crate::raw::segment::VmProt;
use crate::raw::symbol::SymbolDesc;
use crate::symbol::Symbol;
use crate::view::Dysymtab;

const WHAT: Structure = Structure::RelocationInfo;
/// `ARM64_RELOC_UNSIGNED` and `X86_64_RELOC_UNSIGNED`: a pointer.
const UNSIGNED: u32 = 0;

/// Which table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    Local,
    External,
}

/// The walk over one table: at most one item for each entry.
#[derive(Clone)]
pub(super) struct Relocations<'a> {
    table: Table,
    entries: core::slice::Iter<'a, RelocationInfo>,
    /// Where the next entry is in the outermost file.
    next: u64,
    base: u64,
    /// Whether `r_address` has a sign.
    is_signed: bool,
    finder: SegmentFinder<'a>,
}

impl<'a> Relocations<'a> {
    /// `None` without entries.
    pub(super) fn new(image: &MachO<'a>, table: Table) -> Result<Option<Self>, Error> {
        let Some(command) = image.find_command(Kind::LC_DYSYMTAB) else {
            return Ok(None);
        };
        let dysymtab = Dysymtab::view(&command)?;
        let (offset, count, field) = match table {
            Table::Local => (dysymtab.locreloff, dysymtab.nlocrel, 72),
            Table::External => (dysymtab.extreloff, dysymtab.nextrel, 64),
        };
        if count == 0 {
            return Ok(None);
        }
        let (input, field) = (command.input(), command.field(field));
        let size = u64::from(count).saturating_mul(8);
        let position = input.linkedit(offset.into(), size, WHAT, field)?;
        let entries = input.bytes.array(position, count.into(), WHAT, field)?;
        let base = match table {
            Table::Local => local_base(image),
            Table::External => external_base(image),
        };
        Ok(Some(Self {
            table,
            entries: entries.iter(),
            next: input.bytes.file_offset(position).get(),
            base: base.unwrap_or_default().get(),
            is_signed: table == Table::External || is_static(image),
            finder: SegmentFinder::new(image),
        }))
    }

    pub(super) fn next(&mut self) -> Option<Result<Slot, Error>> {
        loop {
            let entry = self.entries.next()?;
            let position = self.next;
            self.next = position.saturating_add(8);
            if let Some(item) = self.entry(*entry) {
                return Some(item.map_err(|kind| {
                    if kind == ErrorKind::TooMuchWork {
                        self.entries = [].iter();
                    }
                    Error::new(kind, WHAT, position)
                }));
            }
        }
    }

    /// The slot of an entry; `None` for one that a slide leaves as it is.
    fn entry(&mut self, entry: RelocationInfo) -> Option<Result<Slot, ErrorKind>> {
        let (address, info) = (entry.r_address.get(), entry.r_info.get());
        let symbol = info & 0x00ff_ffff;
        let is_relative = info & 1 << 24 != 0;
        let size = 1_u64.wrapping_shl(info >> 25 & 3);
        let is_external = info & 1 << 27 != 0;
        // XNU passes over local entries that count from the place itself.
        if is_relative && self.table == Table::Local && !is_external {
            return None;
        }
        // Collections for x86_64 have local pointers of 4 bytes.
        let has_size = size == 8 || (size == 4 && self.table == Table::Local);
        let is_pointer = info >> 28 == UNSIGNED && !is_relative && has_size;
        if !is_pointer || is_external != (self.table == Table::External) {
            return Some(Err(ErrorKind::UnknownFormat));
        }
        let offset = if self.is_signed {
            u64::from_le_bytes(i64::from(i32::from_le_bytes(address.to_le_bytes())).to_le_bytes())
        } else {
            address.into()
        };
        let found = match self.finder.at(self.base.wrapping_add(offset)) {
            Ok(found) => found.and_then(|(segment, offset)| segment.slot(offset, size)),
            Err(TooMuchWork) => return Some(Err(ErrorKind::TooMuchWork)),
        };
        let (mechanism, word) = match self.table {
            Table::Local if size == 4 => (Mechanism::LocalRelocations, SHORT),
            Table::Local => (Mechanism::LocalRelocations, 0),
            Table::External => (Mechanism::ExternalRelocations, symbol),
        };
        let slot = found.map(|found| Slot::plain(found, mechanism, word, BindWords::NONE));
        Some(slot.ok_or(ErrorKind::SlotOutsideSegment))
    }
}

/// Whether nothing links the image at run time: a kernel or a collection of kexts.
fn is_static(image: &MachO<'_>) -> bool {
    match image.header().filetype {
        FileType::MH_FILESET => true,
        FileType::MH_EXECUTE => image.find_command(Kind::LC_LOAD_DYLINKER).is_none(),
        _ => false,
    }
}

/// The first segment that can be written to, which x86_64 counts from, but in kexts.
fn first_writable(image: &MachO<'_>) -> Option<VmAddr> {
    let header = image.header();
    if header.cputype != CpuType::CPU_TYPE_X86_64 || header.filetype == FileType::MH_KEXT_BUNDLE {
        return None;
    }
    let mut segments = image.segments();
    let writable = segments.seek(|segment| segment.initprot().contains(VmProt::VM_PROT_WRITE));
    writable.map(|segment| segment.vmaddr())
}

/// The first segment, behind one of zeros.
fn local_base(image: &MachO<'_>) -> Option<VmAddr> {
    let is_main = image.header().filetype == FileType::MH_EXECUTE;
    let mut segments = image.segments();
    let first = segments.seek(|segment| !(is_main && segment.initprot().is_empty()));
    first_writable(image).or_else(|| first.map(|segment| segment.vmaddr()))
}

/// 0 but for kexts and images in a cache.
fn external_base(image: &MachO<'_>) -> Option<VmAddr> {
    let header = image.header();
    let is_in_cache = header.flags.contains(HeaderFlags::MH_DYLIB_IN_CACHE);
    if is_in_cache || header.filetype == FileType::MH_KEXT_BUNDLE {
        return image.base();
    }
    first_writable(image)
}

/// The import that a symbol is, for an image with or without a two-level namespace, with at most so
/// many bytes of the name.
pub(super) fn import<'a>(
    image: &MachO<'a>,
    symbol: &Symbol<'a>,
    most: usize,
) -> Result<Import<'a>, Error> {
    let is_two_level = image.header().flags.contains(HeaderFlags::MH_TWOLEVEL);
    // DYNAMIC_LOOKUP_ORDINAL and EXECUTABLE_ORDINAL (mach-o/nlist.h).
    let lib_ordinal = match symbol.library_ordinal() {
        _ if !is_two_level => -2,
        254 => -2,
        255 => -1,
        ordinal => ordinal.into(),
    };
    Ok(Import {
        lib_ordinal,
        weak: symbol.desc().contains(SymbolDesc::N_WEAK_REF),
        addend: 0,
        name: symbol.name_prefix(most)?,
    })
}
