//! What a reader must find in linked images: sections, symbols, functions, strings, references.

use crate::bytes::{get_u32, index};
use crate::constants::{S_CSTRING_LITERALS, SECTION_TYPE};
use crate::link::{Foreign, Placed};
use crate::macho::{Command, Section};
use crate::object::RelocKind;
use crate::truth::{self, CString, Fixup, Function, Reference, ReferenceKind, Symbol, Truth};

/// An image and its number in the truth's entries; `None` for the outermost one.
pub(crate) type Numbered<'p, 'a> = (Option<usize>, &'p Placed<'a>);

/// Adds all facts of `images` to the truth. `foreign` and `level` are what `write_image` got,
/// `slots` what it returned.
pub(crate) fn add(
    truth: &mut Truth,
    images: &[Numbered<'_, '_>],
    foreign: &Foreign,
    level: u8,
    slots: &[Fixup],
) {
    for &(number, placed) in images {
        for command in placed.segment_commands() {
            if let Command::Segment(segment) = command {
                add_sections(truth, number, &segment.sections);
            }
        }
        truth.symbols.extend(symbols(number, placed));
        truth.functions.extend(functions(number, placed));
        truth.strings.extend(strings(number, placed));
        truth.references.extend(references(placed, foreign, level));
    }
    truth.references.extend(pointers(level, slots));
}

/// Adds sections as their headers say.
pub(crate) fn add_sections(truth: &mut Truth, image: Option<usize>, sections: &[Section]) {
    let sections = sections.iter().map(|section| truth::Section {
        image,
        segment: section.segment.clone(),
        name: section.name.clone(),
        vmaddr: section.addr,
        size: section.size,
        file_offset: Some(section.offset.into()).filter(|offset| *offset != 0),
        flags: section.flags,
    });
    truth.sections.extend(sections);
}

/// Slots that point into the collection itself.
fn pointers(level: u8, slots: &[Fixup]) -> impl Iterator<Item = Reference> {
    let own = slots.iter().filter(move |slot| slot.cache_level == level);
    own.map(|slot| Reference {
        from: slot.vmaddr,
        to: slot.target,
        kind: ReferenceKind::Pointer,
    })
}

/// Defined symbols, in record order.
fn symbols(image: Option<usize>, placed: &Placed<'_>) -> Vec<Symbol> {
    let (nlists, [locals, externals, _]) = placed.nlists();
    let locals = index(locals.into());
    let defined = locals + index(externals.into());
    let sections: Vec<String> = placed
        .segments
        .iter()
        .flat_map(|segment| &segment.sections)
        .map(|(number, _)| &placed.image.object.sections[*number])
        .map(|section| format!("{},{}", section.segment, section.name))
        .collect();
    let records = nlists.into_iter().take(defined).enumerate();
    records
        .map(|(order, nlist)| Symbol {
            image,
            name: nlist.name,
            vmaddr: nlist.n_value,
            external: order >= locals,
            section: usize::from(nlist.n_sect)
                .checked_sub(1)
                .map(|number| sections[number].clone()),
        })
        .collect()
}

/// Functions reach to the next one of the image, or to the end of their section.
fn functions(image: Option<usize>, placed: &Placed<'_>) -> Vec<Function> {
    let header = placed.segments[0].vmaddr;
    let mut starts: Vec<u64> = placed.functions();
    starts.dedup();
    let starts: Vec<u64> = starts.into_iter().map(|start| header + start).collect();
    let sections = &placed.image.object.sections;
    let ends: Vec<(u64, u64)> = (0..sections.len())
        .map(|number| {
            let (vmaddr, _) = placed.section_place(number);
            (vmaddr, vmaddr + sections[number].size)
        })
        .collect();
    starts
        .iter()
        .enumerate()
        .map(|(number, start)| {
            let section = ends
                .iter()
                .find(|(first, end)| first <= start && start < end);
            let (_, end) = section.expect("functions lie in sections");
            let next = starts.get(number + 1).unwrap_or(end);
            Function {
                image,
                vmaddr: *start,
                size: next.min(end) - start,
            }
        })
        .collect()
}

fn strings(image: Option<usize>, placed: &Placed<'_>) -> Vec<CString> {
    let mut out = Vec::new();
    let order = placed.segments.iter().flat_map(|segment| &segment.sections);
    for (number, _) in order {
        let section = &placed.image.object.sections[*number];
        if section.flags & SECTION_TYPE != S_CSTRING_LITERALS {
            continue;
        }
        let (mut vmaddr, _) = placed.section_place(*number);
        for text in section.data.split(|byte| *byte == 0) {
            if !text.is_empty() {
                out.push(CString {
                    image,
                    vmaddr,
                    text: String::from_utf8(text.to_vec()).expect("builders write UTF-8"),
                });
            }
            vmaddr += crate::bytes::len64(text.len() + 1);
        }
    }
    out
}

/// What the code refers to by relocation; a page alone is no reference.
fn references(placed: &Placed<'_>, foreign: &Foreign, level: u8) -> Vec<Reference> {
    let object = &placed.image.object;
    let mut out = Vec::new();
    for (number, section) in object.sections.iter().enumerate() {
        let (start, _) = placed.section_place(number);
        for reloc in &section.relocs {
            let symbol = &object.symbols[reloc.symbol];
            let own = placed.address(symbol).map(|vmaddr| (level, vmaddr));
            let target = own.or_else(|| foreign.get(&symbol.name).copied());
            let word = get_u32(&section.data, index(reloc.offset));
            let kind = word.and_then(|word| kind_of(reloc.kind, word));
            let Some(((_, vmaddr), kind)) = target.zip(kind) else {
                continue;
            };
            let reference = Reference {
                from: start + reloc.offset,
                to: vmaddr.wrapping_add_signed(reloc.addend),
                kind,
            };
            out.push(reference);
            // A stub takes the address of its slot, then loads from there.
            let next = get_u32(&section.data, index(reloc.offset) + 4);
            if kind == ReferenceKind::Address && next.is_some_and(|next| loads_from(word, next)) {
                out.push(Reference {
                    from: reference.from + 4,
                    kind: ReferenceKind::Load,
                    ..reference
                });
            }
        }
    }
    out
}

/// Whether `next` is `ldr xT, [xN]` with the xN that `add` writes.
fn loads_from(add: Option<u32>, next: u32) -> bool {
    add.is_some_and(|add| next & 0xffff_ffe0 == 0xf940_0000 | (add & 31) << 5)
}

/// How a relocated instruction refers to its target: Arm ARM C4.1.
fn kind_of(kind: RelocKind, word: u32) -> Option<ReferenceKind> {
    Some(match kind {
        RelocKind::Branch26 if word >> 31 == 1 => ReferenceKind::Call,
        RelocKind::Branch26 => ReferenceKind::Branch,
        // Load register (literal) has 011 in bits 29 to 27, branches have 101 or 010.
        RelocKind::Distance19 if word >> 27 & 7 == 3 => ReferenceKind::Literal,
        RelocKind::Distance19 => ReferenceKind::Conditional,
        // Add immediate, then loads and stores by their opc field.
        RelocKind::PageOff12 if word & 0x3b00_0000 != 0x3900_0000 => ReferenceKind::Address,
        RelocKind::PageOff12 => match word >> 22 & 3 {
            0 => ReferenceKind::Store,
            _ => ReferenceKind::Load,
        },
        RelocKind::Page21 | RelocKind::Pointer | RelocKind::Auth(_) => return None,
    })
}
