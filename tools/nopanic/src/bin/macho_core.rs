//! No panic is reachable from `macho-core`.
#![no_std]
#![no_main]

use core::ops::ControlFlow;

use macho_core::{
    AuthKey, ChainedFixups, CodeSignature, CommandView, ExportFrame, Exports, FatFile, FileOffset,
    FilesetEntry, LoadCommand, MachO, Mode, Name, PointerFormat, Pointers, Section, Segment,
    SlidVmAddr, Slide, SourceVersion, Symbol, SymbolTable, ThreadFlavor, Version, VmAddr, VmOffset,
};
use nopanic::{black_box, debug, display, entry};

entry!(probe);

fn probe(bytes: &[u8], number: u64) {
    addresses(number, number.rotate_left(17));
    names(bytes);
    fat(bytes);
    let offset = FileOffset::new(number);
    let images = [
        MachO::parse(bytes),
        MachO::parse_at(bytes, offset),
        MachO::parse_with(bytes, offset, Mode::Strict),
        MachO::parse_with(bytes, offset, Mode::Tolerant),
        MachO::parse_mapped(bytes, offset, Pointers::Unapplied, Mode::Strict),
        MachO::parse_mapped(bytes, offset, applied(number), Mode::Tolerant),
    ];
    for parsed in images {
        match parsed {
            Ok(image) => probe_image(&image, bytes, number),
            Err(error) => {
                black_box((error.kind(), error.structure(), error.offset()));
                black_box((error.kind().reason(), error.structure().name()));
                display(error.rebased(offset));
            }
        }
    }
}

fn applied(number: u64) -> Pointers {
    black_box(Pointers::Applied {
        slide: Slide::new(number.rotate_left(7)),
        va_bits: number as u32,
    })
}

fn addresses(a: u64, b: u64) {
    let (vmaddr, slide) = (VmAddr::new(a), Slide::new(b));
    black_box((
        vmaddr.get(),
        vmaddr.checked_add(b),
        vmaddr.checked_sub(b),
        vmaddr.checked_distance_from(VmAddr::new(b)),
        vmaddr.checked_offset_from(VmAddr::new(b)),
        vmaddr.checked_add_offset(VmOffset::new(b)),
        slide.apply(vmaddr),
        slide.remove(SlidVmAddr::new(a)),
        slide.inverse(),
        Slide::between(vmaddr, SlidVmAddr::new(b)),
    ));
    display(vmaddr);
    display(slide);
    debug(vmaddr);
    debug(slide);
}

fn names(bytes: &[u8]) {
    let name = Name::new(bytes);
    black_box((name.as_bytes(), name.as_str(), name.is_empty()));
    black_box(name == "__TEXT");
    display(name);
    debug(name);
}

#[inline(never)]
fn fat(bytes: &[u8]) {
    black_box(FatFile::is_fat(bytes));
    let Ok(fat) = FatFile::parse(bytes) else {
        return;
    };
    black_box((fat.is_64(), fat.hidden_arch(), fat.arm64()));
    let _ = black_box(fat.ensure_consistent());
    for arch in fat.arches() {
        black_box((arch.cputype(), arch.cpusubtype(), arch.capabilities()));
        black_box((arch.file_offset(), arch.size(), arch.align(), arch.data()));
        let _ = black_box(arch.parse(Mode::Strict));
    }
}

#[inline(never)]
fn probe_image(image: &MachO<'_>, bytes: &[u8], number: u64) {
    black_box((
        image.header(),
        image.mode(),
        image.file_offset(),
        image.layout().has_fixups_applied(),
        image.file(),
        image.file_start(),
        image.slice(FileOffset::new(number), number.rotate_left(9)),
        image.base(),
    ));
    black_box(
        image.find_command(
            image
                .load_commands()
                .next()
                .map_or_else(|| unreachable_kind(number), |command| command.kind()),
        ),
    );
    image.load_commands().for_each(|c| probe_command(&c));
    image.segments().for_each(|segment| probe_segment(&segment));
    image.sections().for_each(|section| probe_section(&section));
    let nested = FileOffset::new(number);
    let _ = black_box((image.nested_at(nested), image.embedded_at(nested)));
    for entry in image.fileset_entries().flatten() {
        probe_entry(&entry);
    }
    for tolerated in image.tolerated() {
        black_box(&tolerated);
    }
    let _ = black_box(image.ensure_consistent());
    let _ = black_box(image.thread_state());
    let _ = black_box(image.main_command());
    if let Ok(Some(uuid)) = image.uuid() {
        display(uuid);
        debug(uuid);
    }
    if let Ok(Some(version)) = image.source_version() {
        black_box(version.parts());
        display(version);
    }
    if let Ok(Some(build)) = image.build_version() {
        build.tools().for_each(|tool| {
            black_box(&tool);
        });
        black_box(&build);
    }
    linkedit(image, bytes, number);
}

/// Some kind of load command, of which nothing is known.
fn unreachable_kind(number: u64) -> macho_core::LoadCommandKind {
    macho_core::LoadCommandKind(black_box(number as u32))
}

#[inline(never)]
fn linkedit(image: &MachO<'_>, bytes: &[u8], number: u64) {
    if let Ok(table) = image.symbol_table() {
        probe_symbols(&table, number as u32);
    }
    if let Ok(symbols) = image.symbols() {
        symbols.for_each(|symbol| probe_symbol(&symbol));
    }
    if let Ok(indirect) = image.indirect_symbols() {
        black_box((indirect.len(), indirect.is_empty()));
        black_box(indirect.get(number as u32));
    }
    if let Ok(starts) = image.function_starts() {
        starts.for_each(|start| {
            let _ = black_box(start);
        });
    }
    if let Ok(entries) = image.data_in_code() {
        entries.for_each(|entry| {
            black_box(&entry);
        });
    }
    if let Ok(exports) = image.exports() {
        probe_exports(&exports, bytes);
    }
    if let Ok(Some(fixups)) = image.chained_fixups() {
        probe_chained(&fixups, image, number);
    }
    let _ = black_box((
        image.start_address(),
        ThreadFlavor(number as u32).x86_name(),
    ));
    probe_fixups(image);
    if let Ok(Some(signature)) = image.code_signature() {
        probe_signature(&signature, number as u32);
    }
}

#[inline(never)]
fn probe_fixups(image: &MachO<'_>) {
    let fixups = image.fixups();
    let _ = black_box((fixups.thread_format(), fixups.firmware_format()));
    fixups.only_chains().slots().for_each(|slot| {
        let _ = black_box(slot);
    });
    for slot in fixups.slots().flatten() {
        black_box((slot.vmaddr, slot.size(), slot.pointer_format()));
        let _ = black_box((slot.fixup(), slot.mechanism().name()));
        let _ = black_box((fixups.import(&slot), fixups.import_prefix(&slot, 9)));
    }
    let imports = fixups.thread_imports(9);
    black_box(imports.opcodes());
    imports.for_each(|import| {
        let _ = black_box(import);
    });
    let _ = black_box(fixups.try_for_each(|slot| match slot {
        Ok(slot) if slot.raw == 0 => ControlFlow::Break(slot.vmaddr),
        _ => ControlFlow::Continue(()),
    }));
}

#[inline(never)]
fn probe_chained(fixups: &ChainedFixups<'_>, image: &MachO<'_>, number: u64) {
    black_box(fixups.segment_count());
    let _ = black_box(fixups.import(number as u32));
    let _ = black_box(fixups.import_prefix(number as u32, number as usize));
    fixups.imports().for_each(|import| {
        let _ = black_box(import);
    });
    let _ = black_box(fixups.try_for_each(image, |slot| match slot {
        Err(error) => ControlFlow::Break(error),
        Ok(_) => ControlFlow::Continue(()),
    }));
    let mut slots = fixups.slots(image);
    while let Some(slot) = slots.next() {
        let _ = black_box(slot);
        black_box(slot.map(|slot| slot.fixup()).ok());
        if let Some(starts) = slots.starts() {
            black_box(starts.file_offset());
        }
    }
    for starts in fixups.segments().flatten() {
        black_box((starts.page_start(number as u16), starts.word(number as u16)));
        if let Ok(slots) = starts.slots(image) {
            black_box(slots.starts().segment_index);
            slots.for_each(|slot| {
                let _ = black_box(slot);
            });
        }
    }
    let format = PointerFormat(number as u16);
    black_box((format.stride(), format.slot_size(), format.decode(number)));
    black_box(format.decode_thread(number));
    black_box((AuthKey::IA.name(), format.name()));
    debug(format);
}

#[inline(never)]
fn probe_symbols(table: &SymbolTable<'_>, index: u32) {
    black_box((table.len(), table.is_empty(), table.file_offset(index)));
    black_box(table.strings().bytes());
    let _ = black_box(table.strings().get(index));
    if let Some(symbol) = table.get(index) {
        probe_symbol(&symbol);
    }
    table.iter().for_each(|symbol| probe_symbol(&symbol));
}

#[inline(never)]
fn probe_symbol(symbol: &Symbol<'_>) {
    let _ = black_box((symbol.name(), symbol.name_prefix(black_box(16))));
    black_box((
        symbol.n_strx(),
        symbol.n_type(),
        symbol.n_desc(),
        symbol.n_sect(),
    ));
    black_box((
        symbol.vmaddr(),
        symbol.value(),
        symbol.stab(),
        symbol.kind(),
    ));
    black_box((symbol.is_external(), symbol.is_private_external()));
    black_box((
        symbol.is_undefined(),
        symbol.is_common(),
        symbol.common_align(),
    ));
    black_box((symbol.section(), symbol.desc(), symbol.reference_type()));
    black_box(symbol.library_ordinal());
}

#[inline(never)]
fn probe_exports(exports: &Exports<'_>, name: &[u8]) {
    black_box(exports.bytes());
    let _ = black_box(exports.find(name));
    let mut stack = [ExportFrame::default(); 16];
    let mut buffer = [0_u8; 256];
    let mut walk = exports.walk(&mut stack, &mut buffer);
    while let Some(export) = walk.next() {
        let _ = black_box(export);
    }
}

#[inline(never)]
fn probe_signature(signature: &CodeSignature<'_>, page: u32) {
    black_box((signature.bytes(), signature.file_offset()));
    for blob in signature.blobs().flatten() {
        black_box((blob.bytes(), blob.file_offset()));
    }
    if let Ok(Some(directory)) = signature.code_directory() {
        black_box(directory.bytes());
        let _ = black_box(directory.identifier());
        let _ = black_box(directory.team());
        let _ = black_box(directory.page_hash(page));
    }
}

#[inline(never)]
fn probe_command(command: &LoadCommand<'_>) {
    black_box((
        command.kind(),
        command.bytes(),
        command.file_offset(),
        command.mode(),
    ));
    black_box((command.kind().name(), command.kind().is_known()));
    display(command.kind());
    match command.view() {
        Ok(CommandView::Thread(threads)) => {
            for thread in threads.flatten() {
                black_box((thread.flavor(), thread.bytes(), thread.file_offset()));
                let _ = black_box(thread.arm64());
            }
        }
        Ok(CommandView::LinkeditData(linkedit)) => {
            black_box(linkedit.file_offset());
            let _ = black_box(linkedit.data());
        }
        Ok(CommandView::LinkerOption(options)) => options.for_each(|option| {
            let _ = black_box(option);
        }),
        other => {
            let _ = black_box(other);
        }
    }
    let version = Version(black_box(0));
    black_box((version.major(), version.minor(), version.patch()));
    display(version);
    display(SourceVersion(black_box(0)));
}

fn probe_segment(segment: &Segment<'_>) {
    black_box((
        segment.name(),
        segment.load_command(),
        segment.data(),
        segment.nsects(),
    ));
    black_box((
        segment.vmaddr(),
        segment.vmsize(),
        segment.file_offset(),
        segment.fileoff(),
    ));
    black_box((
        segment.filesize(),
        segment.data_size(),
        segment.maxprot(),
        segment.initprot(),
        segment.flags(),
    ));
    display(segment.name());
    segment
        .sections()
        .for_each(|section| probe_section(&section));
}

#[inline(never)]
fn probe_section(section: &Section<'_>) {
    black_box((section.name(), section.segment_name(), section.raw()));
    black_box((
        section.vmaddr(),
        section.size(),
        section.file_offset(),
        section.align(),
    ));
    black_box((
        section.kind(),
        section.attributes(),
        section.kind().is_zero_fill(),
    ));
    let _ = black_box(section.data());
    display(section.kind());
}

fn probe_entry(entry: &FilesetEntry<'_>) {
    black_box((entry.vmaddr(), entry.file_offset(), entry.load_command()));
    black_box(entry.fileoff());
    let _ = black_box(entry.id());
    let _ = black_box(entry.parse());
}
