//! One image of a collection as a file of its own.
//!
//! A builder of collections leaves an image's header and commands, with addresses and offsets of
//! the collection, one `__LINKEDIT` for all, and no fixups (dyld
//! `kernel-collection-builder/KernelAdjustDylibSegments.cpp`, `KernelOptimizerLinkedit.cpp`). What
//! comes out of here has the offsets of a file, a `__LINKEDIT` with the image's own tables, and the
//! addresses and sizes in memory that it had: neighbours of a collection share pages.
use macho_core::{
    CommandView, Fixup, HeaderFlags, IndirectSymbol, IndirectSymbols, LoadCommand,
    LoadCommandKind as Kind, MachO, Segment, Slot, Symbol, SymbolTable,
};

use crate::apply;
use crate::error::{Error, Fault, Structure};
use crate::kernelcache::KernelCache;

/// Segments start at a page of the file, as linkers place them.
const PAGE: u64 = 0x4000;

/// `sizeof(struct mach_header_64)`, `sizeof(struct nlist_64)`.
const HEADER_SIZE: u64 = 32;
const NLIST_SIZE: u64 = 16;

/// Where fields lie in their structures (`mach-o/loader.h`), in bytes.
const HEADER_NCMDS: u64 = 16;
const HEADER_FLAGS: u64 = 24;
const SEGMENT_VMADDR: u64 = 24;
const SEGMENT_FILEOFF: u64 = 40;
const SEGMENT_SECTIONS: u64 = 72;
const SECTION_SIZE: u64 = 80;
const SECTION_OFFSET: u64 = 48;
const SECTION_RELOFF: u64 = 56;
const SYMTAB_SYMOFF: u64 = 8;
const DYSYMTAB_TOCOFF: u64 = 32;
const DYSYMTAB_INDIRECTSYMOFF: u64 = 56;
const DYSYMTAB_EXTRELOFF: u64 = 64;
const LINKEDIT_DATAOFF: u64 = 8;

/// More than any image has.
const MOST_SEGMENTS: usize = 256;

/// Writes into `copy`, a copy of the outermost file of `cache`, the address of each pointer that
/// fixups describe, in place of its link or its opcodes' number: unslid and without a signature.
/// What has no address in this file, a bind or a pointer into another collection, becomes 0. `seen`
/// gets every slot, with its address if it has one. Returns how many slots there are.
///
/// Work is linear in the file's size.
///
/// # Errors
/// Damage of the fixups; `BufferTooSmall` if `copy` is shorter than the file.
pub fn resolve_pointers(
    cache: &KernelCache<'_>,
    copy: &mut [u8],
    mut seen: impl FnMut(&Slot, Option<u64>),
) -> Result<u64, Error> {
    let needed = file_size(&cache.image());
    let mut count = 0_u64;
    for of in cache.fixups() {
        let of = of?;
        for slot in of.fixups.slots() {
            let slot = slot?;
            let pointer = match slot.fixup() {
                Fixup::Value(value) => Some(u64::from(value)),
                _ => of.targets.of_slot(&slot).map(macho_core::VmAddr::get),
            };
            seen(&slot, pointer);
            let at = usize::try_from(slot.file_offset.get()).ok();
            let place = at.and_then(|at| copy.get_mut(at..)).unwrap_or_default();
            apply::write(place, slot.size(), pointer.unwrap_or(0))
                .ok_or_else(|| Error::too_small(Structure::FileCopy, needed))?;
            count = count.wrapping_add(1);
        }
    }
    Ok(count)
}

/// Writes `image` to `out` as a file of its own; returns its size. The bytes of its segments are
/// those of `file`, the outermost file or a copy of it ([`resolve_pointers`]); an empty `out` asks
/// for the size.
///
/// Kept are the segments with their addresses and sizes in memory, the symbols, the indirect
/// symbols, function starts, data in code and exports; strings are those that the symbols name.
/// Fixups, code signatures and what else leads into the collection's `__LINKEDIT` are dropped, and
/// so is `MH_DYLIB_IN_CACHE`.
///
/// # Errors
/// Damage of a table; `HeaderNotMapped` if no segment starts with the header; `CountTooLarge` for
/// more than 256 segments; `TooMuchWork` if segments or names share so many bytes that the result
/// would be larger than the file; `SpanTooLarge` beyond 4 GiB; `BufferTooSmall` says how many bytes
/// `out` needs, or `file`.
pub fn extract_image(image: &MachO<'_>, file: &[u8], out: &mut [u8]) -> Result<usize, Error> {
    let plan = Plan::new(image)?;
    let size = usize::try_from(plan.end).unwrap_or(usize::MAX);
    let Some(bytes) = out.get_mut(..size) else {
        return Err(Error::too_small(Structure::FileCopy, size));
    };
    bytes.fill(0);
    let mut writer = Writer { bytes };
    plan.segments(file, &mut writer)?;
    plan.commands(&mut writer)?;
    plan.symbols(&mut writer);
    Ok(size)
}

/// Where everything goes.
struct Plan<'a> {
    image: MachO<'a>,
    table: SymbolTable<'a>,
    indirect: IndirectSymbols<'a>,
    /// Bytes of the segment that starts with the header.
    first: u64,
    /// Offsets in the new file: of `__LINKEDIT`, whose start has the blobs, and of the tables.
    linkedit: u64,
    symbols: u64,
    indirects: u64,
    strings: u64,
    end: u64,
    /// Where `__LINKEDIT` lies in memory.
    vmaddr: u64,
}

impl<'a> Plan<'a> {
    fn new(image: &MachO<'a>) -> Result<Self, Error> {
        let mut plan = Self {
            image: *image,
            table: image.symbol_table()?,
            indirect: image.indirect_symbols()?,
            first: first_size(image)?,
            linkedit: 0,
            symbols: 0,
            indirects: 0,
            strings: 0,
            end: 0,
            vmaddr: 0,
        };
        plan.place_segments()?;
        let mut at = plan.linkedit;
        for command in image.load_commands() {
            if let Some(data) = blob(&command)? {
                at = aligned(at, 8).saturating_add(length(data));
            }
        }
        plan.symbols = aligned(at, NLIST_SIZE);
        let symbols = length_of(plan.table.len(), NLIST_SIZE);
        plan.indirects = plan.symbols.saturating_add(symbols);
        let indirects = length_of(plan.indirect.len(), 4);
        plan.strings = aligned(plan.indirects.saturating_add(indirects), 8);
        plan.end = aligned(plan.strings.saturating_add(plan.names()?), 8);
        if plan.end > u64::from(u32::MAX) {
            return Err(Error::span_too_large(Structure::FileCopy));
        }
        Ok(plan)
    }

    /// Where `__LINKEDIT` goes: after the others, in the file and in memory.
    fn place_segments(&mut self) -> Result<(), Error> {
        let header = self.image.file_offset();
        if self.image.segments().nth(MOST_SEGMENTS).is_some() {
            return Err(Error::at(Fault::CountTooLarge, header));
        }
        let (mut at, mut bytes, mut end) = (aligned(self.first, PAGE), self.first, 0);
        for segment in self.image.segments().filter(|one| !is_linkedit(one)) {
            let last = segment.vmaddr().get().saturating_add(segment.vmsize());
            end = last.max(end);
            if !self.is_first(&segment) {
                let size = size_in_file(&segment);
                bytes = size.saturating_add(bytes);
                at = aligned(at.saturating_add(size), PAGE);
            }
        }
        if bytes > length(self.image.file()) {
            return Err(Error::at(Fault::TooMuchWork, header));
        }
        self.linkedit = at;
        self.vmaddr = aligned(end, PAGE);
        Ok(())
    }

    fn is_first(&self, segment: &Segment<'_>) -> bool {
        segment.file_offset() == self.image.file_offset() && size_in_file(segment) != 0
    }

    /// Bytes of the names of all symbols, with the empty one before them.
    fn names(&self) -> Result<u64, Error> {
        let most = length(self.image.file());
        let mut bytes = 1_u64;
        for symbol in &self.table {
            let name = length(name(&symbol));
            bytes = bytes.saturating_add(name).saturating_add(1);
            if bytes > most.saturating_add(1) {
                return Err(Error::at(Fault::TooMuchWork, self.image.file_offset()));
            }
        }
        Ok(bytes)
    }

    /// The segments' bytes, each with its new offset.
    fn segments(&self, file: &[u8], writer: &mut Writer<'_>) -> Result<(), Error> {
        let needed = file_size(&self.image);
        let mut next = aligned(self.first, PAGE);
        for segment in self.image.segments().filter(|one| !is_linkedit(one)) {
            let size = size_in_file(&segment);
            let at = self.offset_of(&segment, &mut next);
            let start = usize::try_from(segment.file_offset().get()).unwrap_or(usize::MAX);
            let size = usize::try_from(size).unwrap_or(usize::MAX);
            let bytes = file.get(start..).and_then(|rest| rest.get(..size));
            let bytes = bytes.ok_or_else(|| Error::too_small(Structure::FileCopy, needed))?;
            writer.put(at, bytes);
        }
        Ok(())
    }

    /// Where the next segment in order goes.
    fn offset_of(&self, segment: &Segment<'_>, next: &mut u64) -> u64 {
        let size = size_in_file(segment);
        if size == 0 || self.is_first(segment) {
            return 0;
        }
        let at = *next;
        *next = aligned(at.saturating_add(size), PAGE);
        at
    }

    /// The header, and the commands that are kept.
    fn commands(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        let old = HEADER_SIZE.saturating_add(self.image.header().sizeofcmds.into());
        writer.clear(HEADER_SIZE, old);
        let (mut at, mut count) = (HEADER_SIZE, 0_u32);
        let mut next = aligned(self.first, PAGE);
        let mut blobs = self.linkedit;
        let mut segments = self.image.segments();
        let (mut has_symtab, mut has_dysymtab) = (false, false);
        for command in self.image.load_commands() {
            let kind = command.kind();
            let again = match kind {
                Kind::LC_SYMTAB => core::mem::replace(&mut has_symtab, true),
                Kind::LC_DYSYMTAB => core::mem::replace(&mut has_dysymtab, true),
                _ => false,
            };
            if again || !is_kept(&command)? {
                continue;
            }
            writer.put(at, command.bytes());
            match kind {
                Kind::LC_SEGMENT_64 => {
                    if let Some(segment) = segments.next() {
                        self.segment(at, &segment, &mut next, writer);
                    }
                }
                Kind::LC_SYMTAB => {
                    let symbols = u32_of(length_of(self.table.len(), 1));
                    let size = self.end.saturating_sub(self.strings);
                    writer.words(
                        field(at, SYMTAB_SYMOFF),
                        &[
                            u32_of(self.symbols),
                            symbols,
                            u32_of(self.strings),
                            u32_of(size),
                        ],
                    );
                }
                Kind::LC_DYSYMTAB => {
                    writer.words(field(at, DYSYMTAB_TOCOFF), &[0; 6]);
                    let count = u32_of(length_of(self.indirect.len(), 1));
                    let offset = if count == 0 {
                        0
                    } else {
                        u32_of(self.indirects)
                    };
                    writer.words(field(at, DYSYMTAB_INDIRECTSYMOFF), &[offset, count]);
                    writer.words(field(at, DYSYMTAB_EXTRELOFF), &[0; 4]);
                }
                _ => {}
            }
            if let Some(data) = blob(&command)? {
                blobs = aligned(blobs, 8);
                writer.put(blobs, data);
                let size = u32_of(length(data));
                writer.words(field(at, LINKEDIT_DATAOFF), &[u32_of(blobs), size]);
                blobs = blobs.saturating_add(size.into());
            }
            at = at.saturating_add(length(command.bytes()));
            count = count.wrapping_add(1);
        }
        let size = u32_of(at.saturating_sub(HEADER_SIZE));
        writer.words(HEADER_NCMDS, &[count, size]);
        let flags = self.image.header().flags & !HeaderFlags::MH_DYLIB_IN_CACHE;
        writer.words(HEADER_FLAGS, &[flags.bits()]);
        Ok(())
    }

    /// The offsets of a segment and of its sections.
    fn segment(&self, at: u64, segment: &Segment<'_>, next: &mut u64, writer: &mut Writer<'_>) {
        if is_linkedit(segment) {
            let size = self.end.saturating_sub(self.linkedit);
            writer.long(field(at, SEGMENT_VMADDR), self.vmaddr);
            writer.long(field(at, SEGMENT_VMADDR + 8), aligned(size, PAGE));
            writer.long(field(at, SEGMENT_FILEOFF), self.linkedit);
            writer.long(field(at, SEGMENT_FILEOFF + 8), size);
            return;
        }
        let offset = self.offset_of(segment, next);
        writer.long(field(at, SEGMENT_FILEOFF), offset);
        writer.long(field(at, SEGMENT_FILEOFF + 8), size_in_file(segment));
        let mut place = field(at, SEGMENT_SECTIONS);
        for section in segment.sections() {
            let into = section.vmaddr().checked_distance_from(segment.vmaddr());
            let into = into.filter(|_| section.size() != 0 && section.file_offset().is_some());
            let own = into.map_or(0, |into| u32_of(offset.saturating_add(into)));
            writer.words(field(place, SECTION_OFFSET), &[own]);
            // Relocation entries were those of the collection, if there were any.
            writer.words(field(place, SECTION_RELOFF), &[0, 0]);
            place = field(place, SECTION_SIZE);
        }
    }

    /// The symbols with the places of their names in the new table, the names, and the indirect
    /// symbols.
    fn symbols(&self, writer: &mut Writer<'_>) {
        let (mut at, mut string) = (self.symbols, 1_u64);
        for symbol in &self.table {
            let name = name(&symbol);
            let place = if name.is_empty() { 0 } else { string };
            writer.words(at, &[u32_of(place)]);
            writer.put(field(at, 4), &[symbol.n_type(), symbol.n_sect()]);
            writer.put(field(at, 6), &symbol.n_desc().to_le_bytes());
            writer.long(field(at, 8), symbol.value());
            at = field(at, NLIST_SIZE);
            writer.put(self.strings.saturating_add(string), name);
            string = string.saturating_add(length(name)).saturating_add(1);
        }
        let mut at = self.indirects;
        let mut index = 0;
        while let Some(symbol) = self.indirect.get(index) {
            let word = match symbol {
                IndirectSymbol::Index(index) => index,
                IndirectSymbol::Local => 0x8000_0000,
                IndirectSymbol::Absolute => 0x4000_0000,
                IndirectSymbol::LocalAbsolute => 0xc000_0000,
            };
            writer.words(at, &[word]);
            at = field(at, 4);
            index = index.wrapping_add(1);
        }
    }
}

/// The file that is written. Its size was computed before, so that everything has room.
struct Writer<'o> {
    bytes: &'o mut [u8],
}

impl Writer<'_> {
    fn put(&mut self, at: u64, bytes: &[u8]) {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        let place = self.bytes.get_mut(at..);
        let place = place.and_then(|place| place.get_mut(..bytes.len()));
        debug_assert!(
            place.is_some(),
            "the plan has room for {} bytes",
            bytes.len()
        );
        if let Some(place) = place {
            place.copy_from_slice(bytes);
        }
    }

    fn clear(&mut self, from: u64, to: u64) {
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        let to = usize::try_from(to).unwrap_or(usize::MAX);
        if let Some(place) = self.bytes.get_mut(from..to) {
            place.fill(0);
        }
    }

    fn words(&mut self, at: u64, words: &[u32]) {
        let mut at = at;
        for word in words {
            self.put(at, &word.to_le_bytes());
            at = field(at, 4);
        }
    }

    fn long(&mut self, at: u64, value: u64) {
        self.put(at, &value.to_le_bytes());
    }
}

/// Bytes of the segment that starts with the header, which is large enough for the commands.
fn first_size(image: &MachO<'_>) -> Result<u64, Error> {
    let commands = HEADER_SIZE.saturating_add(image.header().sizeofcmds.into());
    let mut segments = image.segments();
    let first = segments.find(|segment| {
        segment.file_offset() == image.file_offset()
            && size_in_file(segment) >= commands
            && !is_linkedit(segment)
    });
    let first = first.ok_or_else(|| Error::at(Fault::HeaderNotMapped, image.file_offset()))?;
    Ok(size_in_file(&first))
}

fn is_linkedit(segment: &Segment<'_>) -> bool {
    segment.name() == "__LINKEDIT"
}

/// Bytes of memory that the file backs.
fn size_in_file(segment: &Segment<'_>) -> u64 {
    length(segment.data()).min(segment.vmsize())
}

/// The name of a symbol; of a damaged one none.
fn name<'a>(symbol: &Symbol<'a>) -> &'a [u8] {
    symbol.name().map_or(&[], macho_core::Name::as_bytes)
}

/// What a command has in `__LINKEDIT` that is kept.
fn blob<'a>(command: &LoadCommand<'a>) -> Result<Option<&'a [u8]>, Error> {
    match command.kind() {
        Kind::LC_FUNCTION_STARTS | Kind::LC_DATA_IN_CODE | Kind::LC_DYLD_EXPORTS_TRIE => {}
        _ => return Ok(None),
    }
    match command.view()? {
        CommandView::LinkeditData(data) => Ok(Some(data.data()?)),
        _ => Ok(None),
    }
}

/// Whether the command means the same in a file of its own.
fn is_kept(command: &LoadCommand<'_>) -> Result<bool, Error> {
    Ok(match command.kind() {
        Kind::LC_NOTE
        | Kind::LC_FILESET_ENTRY
        | Kind::LC_DYLD_INFO
        | Kind::LC_DYLD_INFO_ONLY
        | Kind::LC_ENCRYPTION_INFO
        | Kind::LC_ENCRYPTION_INFO_64
        | Kind::LC_TWOLEVEL_HINTS
        | Kind::LC_SYMSEG => false,
        _ => {
            let is_linkedit = matches!(command.view()?, CommandView::LinkeditData(_));
            !is_linkedit || blob(command)?.is_some()
        }
    })
}

fn file_size(image: &MachO<'_>) -> usize {
    let start = usize::try_from(image.file_start().get()).unwrap_or(usize::MAX);
    start.saturating_add(image.file().len())
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn length_of(count: usize, each: u64) -> u64 {
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    count.saturating_mul(each)
}

/// `to` is a power of two.
const fn aligned(at: u64, to: u64) -> u64 {
    let mask = to.wrapping_sub(1);
    at.saturating_add(mask) & !mask
}

const fn field(at: u64, bytes: u64) -> u64 {
    at.saturating_add(bytes)
}

/// A number that the plan keeps below 2^32.
fn u32_of(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
