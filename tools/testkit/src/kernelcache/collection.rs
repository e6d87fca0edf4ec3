//! MH_FILESET collections, laid out as dyld's kernel collection builder does.
//!
//! Order of commands and segments, alignment and packing: DYLD
//! `kernel-collection-builder/AppCacheBuilder.cpp` (dyld-1378), lines 4408 to 5045.

mod command;
mod entry;
mod region;

use std::collections::BTreeMap;

use crate::bytes::{index, len64, off32};
use crate::constants::{
    CPU_SUBTYPE_ARM64E_KERNEL, CPU_TYPE_ARM64, CPU_TYPE_X86_64, DYLD_CHAINED_PTR_64_KERNEL_CACHE,
    DYLD_CHAINED_PTR_X86_64_KERNEL_CACHE, LC_DYLD_CHAINED_FIXUPS, LC_UNIXTHREAD, MACOS_BASE,
    MH_EXECUTE, MH_FILESET, PAGE, PLATFORM_MACOS,
};
use crate::fixups;
use crate::kernelcache::kind::Kind;
use crate::kernelcache::prelink_info;
use crate::link::{Foreign, Image, Linkedit, Placed, PlacedSegment, exports, facts, write_image};
use crate::macho::symtab::Strings;
use crate::macho::{Command, Header, Thread, header_bytes, place};
use crate::truth::{self, Built, Codeless, Shape, Truth};

pub(crate) use entry::fileset_entry;

use command::{top_segment, x86_thread};
use entry::{chains_of_kext, listed};
use region::{ORDER, Part, Region, got_slots, place_images, region_of};

/// What to build.
#[derive(Debug, Clone, Default)]
pub struct Collection {
    /// Kind of the collection.
    pub kind: Kind,
    /// The images, the kernel first.
    pub images: Vec<Image>,
    /// UUID of the collection.
    pub uuid: [u8; 16],
    /// Address of the lowest segment; `MACOS_BASE` when `None` (0 for an auxiliary one).
    pub base: Option<u64>,
    /// Symbols of other collections.
    pub foreign: Foreign,
    /// Bases of the other collections, by cache level.
    pub bases: fixups::Bases,
    /// Alignment of regions and of a kernel's segments in bytes, a power of two; 16 KiB when
    /// `None`. Smaller ones make files that no loader takes but that a fuzzer likes.
    pub page: Option<u64>,
    /// Kexts without code, which only the property list names.
    pub codeless: Vec<Codeless>,
    /// Whether the top image gets LC_SYMTAB and LC_DYSYMTAB, both empty.
    pub top_symbols: bool,
    /// Whether headers, chains and the thread state are those of `x86_64`; code stays as it is.
    pub x86_64: bool,
    /// Pointers of branch stubs, `__BRANCH_GOTS` (`x86_64`): cache level and target.
    pub branch_gots: Vec<(u8, u64)>,
}

/// How far the header of an `x86_64` collection lies above `__HIB`.
const HIBERNATE_GAP: u64 = 0x10_0000;

impl Collection {
    /// Cache level of the collection's own addresses.
    pub fn level(&self) -> u8 {
        match self.kind {
            Kind::Primary => 0,
            Kind::Pageable => 1,
            Kind::Auxiliary => 3,
        }
    }

    /// Whether each kext has chains of its own, so that it can be loaded anew (DYLD
    /// `AppCacheBuilder.cpp`, `fixupsArePerKext`).
    fn fixups_are_per_kext(&self) -> bool {
        self.kind == Kind::Pageable || (self.x86_64 && self.kind == Kind::Auxiliary)
    }

    /// How chains are written.
    fn format(&self) -> u16 {
        if self.x86_64 {
            DYLD_CHAINED_PTR_X86_64_KERNEL_CACHE
        } else {
            DYLD_CHAINED_PTR_64_KERNEL_CACHE
        }
    }

    /// The header with the collection's processor.
    fn with_cpu(&self, header: Header) -> Header {
        if self.x86_64 {
            return Header {
                cputype: CPU_TYPE_X86_64,
                cpusubtype: 3,
                ..header
            };
        }
        header
    }

    fn page(&self) -> u64 {
        self.page.unwrap_or(PAGE)
    }

    fn prelink_info(&self, placed: &[Placed<'_>]) -> String {
        prelink_info::collection(self.kind, &self.images, &self.codeless, placed)
    }

    /// Builds the file.
    pub fn build(&self) -> Built {
        let header_size = len64(self.top_header(&[], &self.dummy_truth(), None, None).len());
        let text_size = header_size.next_multiple_of(self.page());
        let mut regions = self.regions();
        let info_size = len64(self.prelink_info(&[]).len());
        let gots_size = 8 * len64(self.branch_gots.len());
        for region in &mut regions {
            match region.name.as_str() {
                "__PRELINK_INFO" => region.size = info_size,
                "__BRANCH_GOTS" => region.size = gots_size,
                _ => {}
            }
        }
        let base = self.base.unwrap_or(if self.kind == Kind::Auxiliary {
            0
        } else {
            MACOS_BASE
        });
        let (header_vmaddr, vm_end) = self.place_regions(&mut regions, base, text_size);
        let file_end = regions.last().map_or(text_size, |region| {
            region.fileoff + region.span(self.page())
        });
        let placed = place_images(&self.images, &regions);

        let mut symbols = self.foreign.clone();
        for (name, (_, vmaddr)) in exports(&placed) {
            symbols.insert(name, (self.level(), vmaddr));
        }
        let mut file = vec![0; index(file_end)];
        let mut slots: Vec<truth::Fixup> = Vec::new();
        for image in &placed {
            slots.extend(write_image(image, &symbols, self.level(), &mut file));
        }
        let gots = got_slots(&self.branch_gots, &regions);
        slots.extend(gots.iter().copied());
        slots.sort_unstable_by_key(|slot| slot.vmaddr);
        for slot in &mut slots {
            slot.auth = slot.auth.filter(|_| !self.x86_64);
        }

        let mut segments = vec![truth::Segment {
            name: "__TEXT".to_owned(),
            vmaddr: header_vmaddr,
            vmsize: text_size,
            file_offset: 0,
            filesize: text_size,
        }];
        segments.extend(regions.iter().map(|region| truth::Segment {
            name: region.name.clone(),
            vmaddr: region.vmaddr,
            vmsize: region.span(self.page()),
            file_offset: region.fileoff,
            filesize: region.span(self.page()),
        }));
        let mut bases = self.bases;
        bases[usize::from(self.level())] = base;
        let format = self.format();
        let per_kext = self.fixups_are_per_kext();
        let of_top = if per_kext { &gots } else { &slots };
        let starts = fixups::write_chains(&mut file, &segments, of_top, format, &bases);
        let mut of_kexts = Vec::new();
        for image in placed.iter().filter(|_| per_kext) {
            of_kexts.push(chains_of_kext(image, &mut file, &slots, format, &bases));
        }
        if let Some(info) = regions
            .iter()
            .find(|region| region.name == "__PRELINK_INFO")
        {
            let xml = self.prelink_info(&placed);
            assert_eq!(len64(xml.len()), info_size, "addresses are of fixed width");
            place(&mut file, info.fileoff, xml.as_bytes());
        }

        // Link-edit: the chains' table first (its size depends on the number of segments, which
        // includes __LINKEDIT), then each image's tables, then one string table for all.
        segments.push(truth::Segment {
            name: "__LINKEDIT".to_owned(),
            vmaddr: vm_end,
            vmsize: 0,
            file_offset: file_end,
            filesize: 0,
        });
        let chains = fixups::payload(&segments, &starts, format, header_vmaddr);
        let mut linkedit = chains.clone();
        let mut kext_chains = Vec::new();
        for chains in &of_kexts {
            let at = off32(file_end + len64(linkedit.len()));
            kext_chains.push((at, crate::bytes::len32(chains.len())));
            linkedit.extend(chains);
        }
        let mut strings = Strings::default();
        let mut tables: Vec<Linkedit> = placed
            .iter()
            .map(|image| image.write_tables(file_end, &mut linkedit, &mut strings))
            .collect();
        let stroff = off32(file_end + len64(linkedit.len()));
        let string_bytes = strings.into_bytes();
        let strsize = crate::bytes::len32(string_bytes.len());
        linkedit.extend(string_bytes);
        let linkedit_size = len64(linkedit.len()).next_multiple_of(self.page());
        linkedit.resize(index(linkedit_size), 0);
        file.extend(linkedit);
        if let Some(last) = segments.last_mut() {
            last.vmsize = linkedit_size;
            last.filesize = linkedit_size;
        }
        for table in &mut tables {
            table.stroff = stroff;
            table.strsize = strsize;
            let last = &segments[segments.len() - 1];
            table.segment = PlacedSegment {
                name: last.name.clone(),
                vmaddr: last.vmaddr,
                vmsize: last.vmsize,
                fileoff: last.file_offset,
                filesize: last.filesize,
                sections: Vec::new(),
            };
        }
        for (number, (image, table)) in placed.iter().zip(&tables).enumerate() {
            let mut commands = image.commands(table);
            if let Some(&(dataoff, datasize)) = kext_chains.get(number) {
                commands.push(Command::LinkeditData {
                    cmd: LC_DYLD_CHAINED_FIXUPS,
                    dataoff,
                    datasize,
                });
            }
            let header = header_bytes(&self.with_cpu(image.image.header()), &commands);
            place(&mut file, image.segments[0].fileoff, &header);
        }
        let mut truth = self.truth(header_vmaddr, segments, &placed);
        let chains = (off32(file_end), crate::bytes::len32(chains.len()));
        let top = self.top_header(&placed, &truth, Some(chains), tables.first());
        assert!(
            len64(top.len()) <= text_size,
            "the top header fits its segment"
        );
        place(&mut file, 0, &top);
        for segment in truth.segments.clone() {
            facts::add_sections(&mut truth, None, &top_segment(&segment).sections);
        }
        let numbered: Vec<_> = placed
            .iter()
            .enumerate()
            .map(|(n, p)| (Some(n), p))
            .collect();
        facts::add(&mut truth, &numbered, &symbols, self.level(), &slots);
        truth.fixups = slots;
        Built { bytes: file, truth }
    }

    /// Collects the parts of each region; offsets are within the region.
    fn regions(&self) -> Vec<Region> {
        let mut by_name: BTreeMap<String, Vec<Part>> = BTreeMap::new();
        let mut others: Vec<String> = Vec::new();
        for (number, image) in self.images.iter().enumerate() {
            for (segment, sections) in image.segments() {
                let region = region_of(&segment).to_owned();
                if !ORDER.contains(&region.as_str()) && !others.contains(&region) {
                    others.push(region.clone());
                }
                let part = Part {
                    image: number,
                    segment,
                    sections: sections.into_iter().map(|section| (section, 0)).collect(),
                    at: 0,
                    size: 0,
                };
                by_name.entry(region).or_default().push(part);
            }
        }
        let mut out = Vec::new();
        for name in ORDER
            .iter()
            .map(|name| (*name).to_owned())
            .chain(others.iter().cloned())
        {
            let mut parts = by_name.remove(&name).unwrap_or_default();
            let has_no_parts = match name.as_str() {
                "__PRELINK_INFO" => true,
                "__BRANCH_GOTS" => !self.branch_gots.is_empty(),
                _ => false,
            };
            if parts.is_empty() && !has_no_parts {
                continue;
            }
            let mut at = 0;
            for part in &mut parts {
                self.pack(part, &mut at);
            }
            let name = others
                .iter()
                .position(|other| *other == name)
                .map_or(name, |number| format!("__REGION{number}"));
            out.push(Region {
                name,
                parts,
                size: at,
                fileoff: 0,
                vmaddr: 0,
            });
        }
        out
    }

    /// Places one image's segment at the region's cursor: kernels by page, kexts by 16 bytes.
    fn pack(&self, part: &mut Part, at: &mut u64) {
        let image = &self.images[part.image];
        let grain = if image.filetype == MH_EXECUTE || self.fixups_are_per_kext() {
            PAGE
        } else {
            16
        };
        let widest = part
            .sections
            .iter()
            .map(|(s, _)| 1 << image.object.sections[*s].align)
            .max();
        if part.sections.is_empty() && part.segment != "__TEXT" {
            part.at = *at;
            return;
        }
        *at = at.next_multiple_of(widest.unwrap_or(1).max(grain));
        part.at = *at;
        if part.segment == "__TEXT" {
            *at += image.header_size(&[]);
            // One more command.
            *at += if self.fixups_are_per_kext() { 16 } else { 0 };
        }
        for (number, offset) in &mut part.sections {
            let section = &image.object.sections[*number];
            *at = at.next_multiple_of(1 << section.align);
            *offset = *at - part.at;
            *at += section.size;
        }
        *at = at.next_multiple_of(grain);
        part.size = *at - part.at;
    }

    /// Gives regions their places; returns the header's vmaddr and __LINKEDIT's.
    fn place_regions(&self, regions: &mut [Region], base: u64, text_size: u64) -> (u64, u64) {
        let mut fileoff = text_size;
        for region in regions.iter_mut() {
            region.fileoff = fileoff;
            fileoff += region.span(self.page());
        }
        let mut vmaddr = base;
        if self.kind == Kind::Auxiliary {
            // The data region comes first in memory, and last in the file.
            for region in regions.iter_mut().filter(|region| region.name == "__DATA") {
                region.vmaddr = vmaddr;
                vmaddr += region.span(self.page());
            }
        }
        for region in regions.iter_mut().filter(|region| region.name == "__HIB") {
            region.vmaddr = vmaddr;
            assert!(region.span(self.page()) <= HIBERNATE_GAP, "__HIB has room");
            vmaddr += HIBERNATE_GAP;
        }
        let header = vmaddr;
        vmaddr += text_size;
        let auxiliary = self.kind == Kind::Auxiliary;
        for region in regions
            .iter_mut()
            .filter(|r| !(auxiliary && r.name == "__DATA") && r.name != "__HIB")
        {
            region.vmaddr = vmaddr;
            vmaddr += region.span(self.page());
        }
        (header, vmaddr)
    }

    /// The top image's header: addresses from `truth`, which may be a dummy when only the size
    /// matters.
    fn top_header(
        &self,
        placed: &[Placed<'_>],
        truth: &Truth,
        chains: Option<(u32, u32)>,
        kernel: Option<&Linkedit>,
    ) -> Vec<u8> {
        let mut commands = vec![
            Command::Uuid(self.uuid),
            Command::BuildVersion {
                platform: PLATFORM_MACOS,
                minos: 0x000f_0000,
                sdk: 0x000f_0200,
                tools: Vec::new(),
            },
        ];
        if self.images.iter().any(|image| image.entry.is_some()) {
            let pc = truth.entry.as_ref().map_or(0, |entry| entry.vmaddr);
            commands.push(if self.x86_64 {
                x86_thread(pc)
            } else {
                Command::Thread {
                    cmd: LC_UNIXTHREAD,
                    state: Box::new(Thread::at(pc)),
                }
            });
        }
        if self.top_symbols {
            // dyld's builder gives the top image tables only for relocations: no symbols.
            let table = kernel.cloned().unwrap_or_default();
            commands.push(Command::Symtab {
                symoff: table.symoff,
                nsyms: 0,
                stroff: table.stroff,
                strsize: table.strsize,
            });
            commands.push(Command::Dysymtab([0; 18]));
        }
        let (dataoff, datasize) = chains.unwrap_or_default();
        commands.push(Command::LinkeditData {
            cmd: LC_DYLD_CHAINED_FIXUPS,
            dataoff,
            datasize,
        });
        for segment in &truth.segments {
            commands.push(Command::Segment(top_segment(segment)));
        }
        for (number, image) in self.images.iter().enumerate() {
            let header = placed.get(number).map(|placed| &placed.segments[0]);
            commands.push(Command::FilesetEntry {
                vmaddr: header.map_or(0, |header| header.vmaddr),
                fileoff: header.map_or(0, |header| header.fileoff),
                entry_id: image.id.clone(),
            });
        }
        let header = Header {
            cputype: CPU_TYPE_ARM64,
            cpusubtype: CPU_SUBTYPE_ARM64E_KERNEL,
            filetype: MH_FILESET,
            flags: 0,
        };
        header_bytes(&self.with_cpu(header), &commands)
    }

    /// A truth with the right number of segments, for sizing the header.
    fn dummy_truth(&self) -> Truth {
        let mut names = vec!["__TEXT".to_owned()];
        names.extend(self.regions().into_iter().map(|region| region.name));
        names.push("__LINKEDIT".to_owned());
        let segments = names.into_iter().map(|name| truth::Segment {
            name,
            vmaddr: 0,
            vmsize: 0,
            file_offset: 0,
            filesize: 0,
        });
        Truth {
            segments: segments.collect(),
            ..Truth::default()
        }
    }

    fn truth(
        &self,
        header_vmaddr: u64,
        segments: Vec<truth::Segment>,
        placed: &[Placed<'_>],
    ) -> Truth {
        let entry = placed
            .iter()
            .find_map(Placed::entry)
            .map(|(vmaddr, file_offset)| {
                let holder = segments.iter().find(|s| {
                    vmaddr
                        .checked_sub(s.vmaddr)
                        .is_some_and(|into| into < s.vmsize)
                });
                let segment = holder
                    .expect("the entry point lies in a segment")
                    .name
                    .clone();
                truth::Entry {
                    vmaddr,
                    file_offset,
                    segment,
                }
            });
        let shape = match self.kind {
            Kind::Primary => Shape::Primary,
            Kind::Pageable => Shape::Pageable,
            Kind::Auxiliary => Shape::Auxiliary,
        };
        Truth {
            shape,
            base: Some(header_vmaddr),
            linear: self.kind != Kind::Auxiliary
                && !segments.iter().any(|segment| segment.name == "__HIB"),
            entry,
            entries: placed.iter().map(listed).collect(),
            codeless: self.codeless.clone(),
            uuid: Some(self.uuid),
            segments,
            ..Truth::default()
        }
    }
}
