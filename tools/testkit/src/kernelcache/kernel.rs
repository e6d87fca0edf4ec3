//! A kernel alone: MH_EXECUTE with LC_UNIXTHREAD.

use crate::bytes::{index, len32, len64, off32};
use crate::constants::{
    IOS_BASE, LC_DYLD_CHAINED_FIXUPS, PAGE, S_NON_LAZY_SYMBOL_POINTERS, SECTION_TYPE,
};
use crate::fixups::{self, Pointers};
use crate::kernelcache::threads;
use crate::link::{Foreign, Image, Placed, PlacedSegment, facts, write_image};
use crate::macho::symtab::Strings;
use crate::macho::{Command, header_bytes, place};
use crate::truth::{self, Built, Shape, Truth};

/// How file and memory relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KernelShape {
    /// File offset = vmaddr - base up to the zero-fill tail of the last data segment.
    #[default]
    Linear,
    /// Memory order is the reverse of file order (but for `__TEXT`), with a hole of one page
    /// between segments: the distance to `__TEXT` says nothing about the file.
    Shuffled,
}

/// What to build.
#[derive(Debug, Clone)]
pub struct Kernel {
    /// The kernel; its undefined symbols are dropped with the pointers to them.
    pub image: Image,
    /// vmaddr of the header.
    pub base: u64,
    /// How file and memory relate.
    pub shape: KernelShape,
    /// How pointers are stored.
    pub pointers: Pointers,
}

impl Kernel {
    /// A linear kernel with absolute pointers at the iOS base.
    pub fn new(image: Image) -> Self {
        Self {
            image,
            base: IOS_BASE,
            shape: KernelShape::Linear,
            pointers: Pointers::Absolute,
        }
    }

    /// Builds the file.
    pub fn build(&self) -> Built {
        let mut image = without_undefined(&self.image);
        if let Pointers::Threads | Pointers::ThreadsAcross = self.pointers {
            image = threads::reserve(&image);
        }
        let chained = matches!(self.pointers, Pointers::Chained(_));
        let extra = if chained {
            vec![chains_command(0, 0)]
        } else {
            Vec::new()
        };
        let mut placed = Placed {
            image: &image,
            segments: file_layout(&image, &extra),
        };
        self.memory_layout(&mut placed);
        let file_end = placed
            .segments
            .iter()
            .map(|s| s.fileoff + s.filesize)
            .max()
            .unwrap_or(0);
        let vm_end = placed
            .segments
            .iter()
            .map(|s| s.vmaddr + s.vmsize)
            .max()
            .unwrap_or(0);
        let vm_end = vm_end.next_multiple_of(PAGE);
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
        let mut linkedit = write_pointers(self.pointers, &mut file, &placed, &segments, &slots);
        let chains = (off32(file_end), len32(linkedit.len()));
        let relocations = match self.pointers {
            Pointers::Relocations => (chains.0, chains.1 / 8),
            _ => (0, 0),
        };
        let mut strings = Strings::default();
        let mut table = placed.write_tables(file_end, &mut linkedit, &mut strings);
        table.relocations = relocations;
        table.stroff = off32(file_end + len64(linkedit.len()));
        let strings = strings.into_bytes();
        table.strsize = len32(strings.len());
        linkedit.extend(strings);
        let size = len64(linkedit.len()).next_multiple_of(PAGE);
        table.segment = PlacedSegment {
            name: "__LINKEDIT".to_owned(),
            vmaddr: vm_end,
            vmsize: size,
            fileoff: file_end,
            filesize: len64(linkedit.len()),
            sections: Vec::new(),
        };
        if let Some(last) = segments.last_mut() {
            *last = as_truth(&table.segment);
        }
        file.extend(linkedit);
        let mut commands = placed.commands(&table);
        if chained {
            let (dataoff, datasize) = chains;
            commands.push(chains_command(dataoff, datasize));
        }
        place(&mut file, 0, &header_bytes(&image.header(), &commands));
        let entry = placed.entry().map(|(vmaddr, file_offset)| truth::Entry {
            vmaddr,
            file_offset,
            segment: holder(&segments, vmaddr),
        });
        let mut truth = Truth {
            shape: Shape::Bare,
            base: Some(self.base),
            linear: false,
            entry,
            segments,
            uuid: Some(image.uuid),
            ..Truth::default()
        };
        facts::add(&mut truth, &[(None, &placed)], &Foreign::new(), 0, &slots);
        if self.pointers == Pointers::Relocations {
            slots.retain(|slot| !is_non_lazy(&placed, slot.vmaddr));
        }
        truth.fixups = fixups_of(self.pointers, slots);
        Built { bytes: file, truth }
    }

    /// Assigns vmaddrs to segments that have file offsets and sizes.
    fn memory_layout(&self, placed: &mut Placed<'_>) {
        match self.shape {
            KernelShape::Linear => {
                for segment in &mut placed.segments {
                    segment.vmaddr = self.base + segment.fileoff;
                }
            }
            KernelShape::Shuffled => {
                let mut at = self.base;
                let count = placed.segments.len();
                for number in std::iter::once(0).chain((1..count).rev()) {
                    let segment = &mut placed.segments[number];
                    segment.vmaddr = at;
                    at += segment.vmsize.next_multiple_of(PAGE) + PAGE;
                }
            }
        }
    }
}

/// Stores the pointers of a kernel and of what is in it; returns the chained fixups' payload, empty
/// for others.
pub(super) fn write_pointers(
    pointers: Pointers,
    file: &mut [u8],
    kernel: &Placed<'_>,
    segments: &[truth::Segment],
    slots: &[truth::Fixup],
) -> Vec<u8> {
    let base = kernel.segments[0].vmaddr;
    let mut absolute = || {
        for slot in slots {
            let bytes = slot.target.to_le_bytes();
            crate::bytes::put(file, index(slot.file_offset), &bytes);
        }
    };
    match pointers {
        Pointers::Absolute => {
            absolute();
            Vec::new()
        }
        Pointers::Relocations => {
            absolute();
            let listed = slots.iter().map(|slot| slot.vmaddr);
            listed
                .filter(|vmaddr| !is_non_lazy(kernel, *vmaddr))
                .flat_map(|vmaddr| local_relocation(vmaddr - base))
                .collect()
        }
        Pointers::Chained(format) => {
            let starts = fixups::write_chains(file, segments, slots, format, &[base; 4]);
            fixups::payload(segments, &starts, format, base)
        }
        Pointers::Threads | Pointers::ThreadsAcross => {
            let across = pointers == Pointers::ThreadsAcross;
            threads::write(file, kernel, segments, slots, base, across);
            Vec::new()
        }
    }
}

/// `relocation_info` of a pointer of 8 bytes: `r_address`, then `r_symbolnum`, `r_length` 3.
fn local_relocation(address: u64) -> [u8; 8] {
    let mut entry = [0; 8];
    crate::bytes::put(&mut entry, 0, &off32(address).to_le_bytes());
    crate::bytes::put(&mut entry, 4, &(1_u32 | 3 << 25).to_le_bytes());
    entry
}

/// Whether a section of non-lazy symbol pointers holds this vmaddr.
fn is_non_lazy(kernel: &Placed<'_>, vmaddr: u64) -> bool {
    let sections = kernel.image.object.sections.iter().enumerate();
    sections
        .filter(|(_, section)| section.flags & SECTION_TYPE == S_NON_LAZY_SYMBOL_POINTERS)
        .any(|(number, section)| vmaddr.wrapping_sub(kernel.section_place(number).0) < section.size)
}

/// The slots that a loader rewrites.
pub(super) fn fixups_of(pointers: Pointers, slots: Vec<truth::Fixup>) -> Vec<truth::Fixup> {
    match pointers {
        Pointers::Absolute => Vec::new(),
        Pointers::Chained(_) | Pointers::Threads | Pointers::ThreadsAcross => slots,
        Pointers::Relocations => {
            let unsigned = |slot| truth::Fixup { auth: None, ..slot };
            slots.into_iter().map(unsigned).collect()
        }
    }
}

pub(super) fn chains_command(dataoff: u32, datasize: u32) -> Command {
    Command::LinkeditData {
        cmd: LC_DYLD_CHAINED_FIXUPS,
        dataoff,
        datasize,
    }
}

/// File offsets and sizes: zero-fill sections go to the end of their segment, without bytes.
/// `extra` are load commands besides the image's own.
pub(crate) fn file_layout(image: &Image, extra: &[Command]) -> Vec<PlacedSegment> {
    let mut fileoff = 0u64;
    let mut out = Vec::new();
    for (name, mut sections) in image.segments() {
        let object = &image.object;
        sections.sort_by_key(|section| object.sections[*section].is_zerofill());
        let mut at = if out.is_empty() {
            image.header_size(extra)
        } else {
            0
        };
        let mut filesize = at;
        let mut placed = Vec::new();
        for number in sections {
            let section = &object.sections[number];
            at = at.next_multiple_of(1 << section.align);
            placed.push((number, at));
            at += section.size;
            if !section.is_zerofill() {
                filesize = at;
            }
        }
        let vmsize = at.next_multiple_of(PAGE);
        // Only a segment with a zero-fill tail has fewer bytes in the file than in memory.
        let filesize = if filesize == at { vmsize } else { filesize };
        out.push(PlacedSegment {
            name,
            vmaddr: 0,
            vmsize,
            fileoff,
            filesize,
            sections: placed,
        });
        fileoff = (fileoff + filesize).next_multiple_of(PAGE);
    }
    out
}

/// A copy of the image without undefined symbols, and without the pointers to them.
fn without_undefined(image: &Image) -> Image {
    let mut image = image.clone();
    let mut kept = Vec::new();
    let mut next = 0;
    for symbol in &image.object.symbols {
        kept.push(symbol.section.map(|_| {
            next += 1;
            next - 1
        }));
    }
    for section in &mut image.object.sections {
        section.relocs.retain(|reloc| kept[reloc.symbol].is_some());
        for reloc in &mut section.relocs {
            reloc.symbol = kept[reloc.symbol].unwrap_or(0);
        }
    }
    image
        .object
        .symbols
        .retain(|symbol| symbol.section.is_some());
    image
}

/// A placed segment as the truth states it.
pub(crate) fn as_truth(segment: &PlacedSegment) -> truth::Segment {
    truth::Segment {
        name: segment.name.clone(),
        vmaddr: segment.vmaddr,
        vmsize: segment.vmsize,
        file_offset: segment.fileoff,
        filesize: segment.filesize,
    }
}

/// Name of the segment that holds a vmaddr.
pub(crate) fn holder(segments: &[truth::Segment], vmaddr: u64) -> String {
    let inside = |s: &&truth::Segment| vmaddr.wrapping_sub(s.vmaddr) < s.vmsize;
    segments
        .iter()
        .find(inside)
        .expect("the entry point lies in a segment")
        .name
        .clone()
}
