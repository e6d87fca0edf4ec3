//! A kext alone, as a linker leaves it: MH_KEXT_BUNDLE at address 0, its pointers in chains of
//! format 7, imports among them.
//!
//! Layouts: XNU `EXTERNAL_HEADERS/mach-o/fixup-chains.h`.

use std::collections::BTreeMap;

use crate::bytes::{Writer, get_u64, index, len32, len64, off32, put};
use crate::constants::{DYLD_CHAINED_PTR_ARM64E_KERNEL, PAGE};
use crate::fixups;
use crate::kernelcache::kernel::{as_truth, chains_command, file_layout};
use crate::link::{Foreign, Image, Placed, PlacedSegment, facts, write_image};
use crate::macho::symtab::Strings;
use crate::macho::{header_bytes, place};
use crate::object::RelocKind;
use crate::truth::{self, Built, Fixup, Shape, Truth};

/// `lib_ordinal` of an import that any image may define.
const FLAT_LOOKUP: u32 = 0xfe;

/// A slot that an import fills: where it lies, and the import's number.
type Bind = (Fixup, usize);

/// Builds the file. The truth's fixups are the slots without an import.
pub fn build(image: &Image) -> Built {
    let format = DYLD_CHAINED_PTR_ARM64E_KERNEL;
    let own = without_imports(image);
    let mut placed = Placed {
        image: &own,
        segments: file_layout(&own, &[chains_command(0, 0)]),
    };
    for segment in &mut placed.segments {
        segment.vmaddr = segment.fileoff;
    }
    let ends = placed.segments.iter().map(|s| s.fileoff + s.filesize);
    let file_end = ends.max().unwrap_or(0).next_multiple_of(PAGE);
    let ends = placed.segments.iter().map(|s| s.vmaddr + s.vmsize);
    let vm_end = ends.max().unwrap_or(0).next_multiple_of(PAGE);
    let mut file = vec![0; index(file_end)];
    let mut slots = write_image(&placed, &Foreign::new(), 0, &mut file);
    slots.sort_unstable_by_key(|slot| slot.vmaddr);

    let mut segments: Vec<truth::Segment> = placed.segments.iter().map(as_truth).collect();
    segments.push(truth::Segment {
        name: "__LINKEDIT".to_owned(),
        vmaddr: vm_end,
        vmsize: 0,
        file_offset: file_end,
        filesize: 0,
    });
    let (names, binds) = imports(image, &placed);
    let mut all = slots.clone();
    all.extend(binds.iter().map(|(slot, _)| *slot));
    all.sort_unstable_by_key(|slot| slot.vmaddr);
    let starts = fixups::write_chains(&mut file, &segments, &all, format, &[0; 4]);
    for bind in &binds {
        write_bind(&mut file, bind);
    }
    let mut linkedit = payload(&segments, &starts, &names);
    let chains = (off32(file_end), len32(linkedit.len()));
    let mut strings = Strings::default();
    let mut table = placed.write_tables(file_end, &mut linkedit, &mut strings);
    table.stroff = off32(file_end + len64(linkedit.len()));
    let strings = strings.into_bytes();
    table.strsize = len32(strings.len());
    linkedit.extend(strings);
    table.segment = PlacedSegment {
        name: "__LINKEDIT".to_owned(),
        vmaddr: vm_end,
        vmsize: len64(linkedit.len()).next_multiple_of(PAGE),
        fileoff: file_end,
        filesize: len64(linkedit.len()),
        sections: Vec::new(),
    };
    if let Some(last) = segments.last_mut() {
        *last = as_truth(&table.segment);
    }
    file.extend(linkedit);
    let mut commands = placed.commands(&table);
    commands.push(chains_command(chains.0, chains.1));
    place(&mut file, 0, &header_bytes(&own.header(), &commands));
    let mut truth = Truth {
        shape: Shape::Bare,
        base: Some(0),
        linear: false,
        segments,
        uuid: Some(own.uuid),
        ..Truth::default()
    };
    facts::add(&mut truth, &[(None, &placed)], &Foreign::new(), 0, &slots);
    truth.fixups = slots;
    Built { bytes: file, truth }
}

/// A copy without the pointers to imports, which a linker does not write as pointers.
fn without_imports(image: &Image) -> Image {
    let mut image = image.clone();
    let symbols = &image.object.symbols;
    for section in &mut image.object.sections {
        section
            .relocs
            .retain(|reloc| symbols[reloc.symbol].section.is_some());
    }
    image
}

/// The names of the imports, and the slots that they fill.
fn imports(image: &Image, placed: &Placed<'_>) -> (Vec<String>, Vec<Bind>) {
    let (mut names, mut binds) = (Vec::new(), Vec::new());
    for (number, section) in image.object.sections.iter().enumerate() {
        let (vmaddr, file_offset) = placed.section_place(number);
        for reloc in &section.relocs {
            let symbol = &image.object.symbols[reloc.symbol];
            if symbol.section.is_some() {
                continue;
            }
            let auth = match reloc.kind {
                RelocKind::Auth(auth) => Some(auth),
                RelocKind::Pointer => None,
                kind => panic!("code reaches {} by {kind:?}", symbol.name),
            };
            let import = names.iter().position(|name| *name == symbol.name);
            let import = import.unwrap_or_else(|| {
                names.push(symbol.name.clone());
                names.len() - 1
            });
            let slot = Fixup {
                vmaddr: vmaddr + reloc.offset,
                file_offset: file_offset + reloc.offset,
                target: 0,
                cache_level: 0,
                auth,
            };
            binds.push((slot, import));
        }
    }
    (names, binds)
}

/// Makes a slot of the chain a bind: bit 62, and the import's number where a target was.
fn write_bind(file: &mut [u8], (slot, import): &Bind) {
    let at = index(slot.file_offset);
    let word = get_u64(file, at).expect("the slot was written");
    let target = (1 << 32) - 1;
    let bind = word & !target | 1 << 62 | len64(*import);
    put(file, at, &bind.to_le_bytes());
}

/// `LC_DYLD_CHAINED_FIXUPS` with imports of format 1.
fn payload(
    segments: &[truth::Segment],
    starts: &BTreeMap<(usize, u64), u16>,
    names: &[String],
) -> Vec<u8> {
    const IMPORTS_OFFSET: usize = 8;
    let mut out = fixups::payload(segments, starts, DYLD_CHAINED_PTR_ARM64E_KERNEL, 0);
    let (mut table, mut texts) = (Writer::new(), Writer::new());
    texts.u8(0);
    for name in names {
        table.u32(FLAT_LOOKUP | len32(texts.len()) << 9);
        texts.cstr(name);
    }
    let at = len32(out.len());
    let fields = [at, at + len32(table.len()), len32(names.len())];
    for (number, field) in fields.into_iter().enumerate() {
        put(&mut out, IMPORTS_OFFSET + 4 * number, &field.to_le_bytes());
    }
    out.extend(table.into_bytes());
    out.extend(texts.align(8).as_bytes());
    out.resize(out.len().next_multiple_of(8), 0);
    out
}
