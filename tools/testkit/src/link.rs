//! A small linker: gives sections addresses, fills relocations, collects the pointer slots.

use std::collections::HashMap;

use crate::bytes::{index, len64};
use crate::constants::{
    CPU_SUBTYPE_ARM64E_KERNEL, CPU_TYPE_ARM64, LC_FUNCTION_STARTS, LC_UNIXTHREAD, N_ABS, N_EXT,
    N_SECT, N_UNDF, PLATFORM_MACOS, S_ATTR_PURE_INSTRUCTIONS, VM_PROT_EXECUTE, VM_PROT_READ,
    VM_PROT_WRITE,
};
use crate::macho::symtab::{Nlist, Strings, function_starts, records};
use crate::macho::{Command, Header, Section, Segment, Thread, place};
use crate::object::{LabelAt, Object, ObjectSymbol, RelocKind, relocate};
use crate::truth::Fixup;

pub(crate) mod facts;

/// One image to link.
#[derive(Debug, Clone, Default)]
pub struct Image {
    /// Fileset entry id, such as `com.apple.kernel`.
    pub id: String,
    /// Code and data.
    pub object: Object,
    /// `MH_EXECUTE` or `MH_KEXT_BUNDLE`.
    pub filetype: u32,
    /// Header flags.
    pub flags: u32,
    /// UUID.
    pub uuid: [u8; 16],
    /// Source version, packed A.B.C.D.E as 24.10.10.10.10 bits.
    pub source_version: u64,
    /// Symbol of the entry point; gives the image an LC_UNIXTHREAD.
    pub entry: Option<String>,
    /// Names of segments without sections, given size 0 where the layout reaches them.
    pub empty_segments: Vec<String>,
}

/// A segment of one image with its place.
#[derive(Debug, Clone, Default)]
pub struct PlacedSegment {
    /// Name.
    pub name: String,
    /// vmaddr.
    pub vmaddr: u64,
    /// Bytes in memory.
    pub vmsize: u64,
    /// Offset in the outermost file.
    pub fileoff: u64,
    /// Bytes in the file.
    pub filesize: u64,
    /// Sections: index in the object and bytes from the segment's start.
    pub sections: Vec<(usize, u64)>,
}

/// An image with every segment placed.
#[derive(Debug, Clone)]
pub struct Placed<'a> {
    /// The image.
    pub image: &'a Image,
    /// Its segments; the first holds the header.
    pub segments: Vec<PlacedSegment>,
}

/// Where an image's link-edit tables are.
#[derive(Debug, Clone, Default)]
pub struct Linkedit {
    /// The __LINKEDIT segment as this image's load command gives it.
    pub segment: PlacedSegment,
    /// Offset of the nlist records.
    pub symoff: u32,
    /// Local, external and undefined symbols.
    pub counts: [u32; 3],
    /// Offset of the strings.
    pub stroff: u32,
    /// Size of the strings.
    pub strsize: u32,
    /// Offset and size of the function starts.
    pub function_starts: (u32, u32),
    /// Offset and number of local relocations.
    pub relocations: (u32, u32),
}

/// Symbols of other collections: name to cache level and vmaddr there.
pub type Foreign = HashMap<String, (u8, u64)>;

/// Usual protection of a segment by name.
pub fn protection(name: &str) -> u32 {
    match name {
        "__TEXT_EXEC" | "__TEXT_BOOT_EXEC" | "__BRANCH_STUBS" | "__KLD" => {
            VM_PROT_READ | VM_PROT_EXECUTE
        }
        "__DATA" | "__DATA_CONST" | "__LATE_CONST" | "__PRELINK_INFO" | "__LAST"
        | "__DATA_SPTM" | "__BOOTDATA" => VM_PROT_READ | VM_PROT_WRITE,
        _ => VM_PROT_READ,
    }
}

impl Image {
    /// Segment names in order of first use, `__TEXT` first, with their sections' indices.
    pub fn segments(&self) -> Vec<(String, Vec<usize>)> {
        let mut out = vec![("__TEXT".to_owned(), Vec::new())];
        for (number, section) in self.object.sections.iter().enumerate() {
            match out.iter_mut().find(|(name, _)| *name == section.segment) {
                Some((_, sections)) => sections.push(number),
                None => out.push((section.segment.clone(), vec![number])),
            }
        }
        for name in &self.empty_segments {
            out.push((name.clone(), Vec::new()));
        }
        out
    }

    /// The Mach-O header.
    pub fn header(&self) -> Header {
        Header {
            cputype: CPU_TYPE_ARM64,
            cpusubtype: CPU_SUBTYPE_ARM64E_KERNEL,
            filetype: self.filetype,
            flags: self.flags,
        }
    }

    /// Bytes of header and load commands, whatever the addresses; `extra` are further commands.
    pub fn header_size(&self, extra: &[Command]) -> u64 {
        let segments = self
            .segments()
            .into_iter()
            .map(|(name, sections)| PlacedSegment {
                name,
                sections: sections.into_iter().map(|section| (section, 0)).collect(),
                ..PlacedSegment::default()
            })
            .collect();
        let placed = Placed {
            image: self,
            segments,
        };
        let mut commands = placed.commands(&Linkedit::default());
        commands.extend_from_slice(extra);
        len64(crate::macho::header_bytes(&self.header(), &commands).len())
    }
}

impl Placed<'_> {
    /// vmaddr of a symbol defined here.
    pub fn address(&self, symbol: &ObjectSymbol) -> Option<u64> {
        let (addr, _) = self.section_place(symbol.section?);
        Some(addr + symbol.value)
    }

    /// vmaddr and file offset of a section.
    pub fn section_place(&self, section: usize) -> (u64, u64) {
        self.segments
            .iter()
            .find_map(|segment| {
                let (_, at) = segment
                    .sections
                    .iter()
                    .find(|(number, _)| *number == section)?;
                Some((segment.vmaddr + at, segment.fileoff + at))
            })
            .expect("every section is placed")
    }

    /// vmaddr and file offset of the entry point.
    pub fn entry(&self) -> Option<(u64, u64)> {
        let number = self.image.object.symbol(self.image.entry.as_ref()?)?;
        let symbol = &self.image.object.symbols[number];
        let (addr, offset) = self.section_place(symbol.section?);
        Some((addr + symbol.value, offset + symbol.value))
    }

    /// The image's own load commands.
    pub fn commands(&self, linkedit: &Linkedit) -> Vec<Command> {
        let mut out: Vec<Command> = self.segment_commands().collect();
        out.push(Command::Segment(Segment {
            name: "__LINKEDIT".to_owned(),
            vmaddr: linkedit.segment.vmaddr,
            vmsize: linkedit.segment.vmsize,
            fileoff: linkedit.segment.fileoff,
            filesize: linkedit.segment.filesize,
            maxprot: VM_PROT_READ,
            initprot: VM_PROT_READ,
            ..Segment::default()
        }));
        let [locals, externals, undefined] = linkedit.counts;
        out.push(Command::Symtab {
            symoff: linkedit.symoff,
            nsyms: locals + externals + undefined,
            stroff: linkedit.stroff,
            strsize: linkedit.strsize,
        });
        let mut dysymtab = [0; 18];
        dysymtab[..6].copy_from_slice(&[
            0,
            locals,
            locals,
            externals,
            locals + externals,
            undefined,
        ]);
        dysymtab[16..].copy_from_slice(&[linkedit.relocations.0, linkedit.relocations.1]);
        out.push(Command::Dysymtab(dysymtab));
        out.push(Command::Uuid(self.image.uuid));
        out.push(Command::BuildVersion {
            platform: PLATFORM_MACOS,
            minos: 0x000f_0000,
            sdk: 0x000f_0200,
            tools: vec![(3, 0x0467_0100)],
        });
        out.push(Command::SourceVersion(self.image.source_version));
        if self.image.entry.is_some() {
            let pc = self.entry().map_or(0, |(vmaddr, _)| vmaddr);
            let state = Box::new(Thread::at(pc));
            out.push(Command::Thread {
                cmd: LC_UNIXTHREAD,
                state,
            });
        }
        let (dataoff, datasize) = linkedit.function_starts;
        out.push(Command::LinkeditData {
            cmd: LC_FUNCTION_STARTS,
            dataoff,
            datasize,
        });
        out
    }

    /// The load commands of its segments, `__LINKEDIT` left out.
    pub fn segment_commands(&self) -> impl Iterator<Item = Command> {
        let segments = self.segments.iter();
        segments.map(|segment| self.segment_command(segment))
    }

    fn segment_command(&self, segment: &PlacedSegment) -> Command {
        let sections = segment.sections.iter().map(|(number, at)| {
            let section = &self.image.object.sections[*number];
            // A zero-fill section has no bytes of its own in the file.
            let offset = if section.is_zerofill() {
                0
            } else {
                crate::bytes::off32(segment.fileoff + at)
            };
            Section {
                name: section.name.clone(),
                segment: section.segment.clone(),
                addr: segment.vmaddr + at,
                size: section.size,
                offset,
                align: section.align,
                flags: section.flags,
                ..Section::default()
            }
        });
        let protection = protection(&segment.name);
        Command::Segment(Segment {
            name: segment.name.clone(),
            vmaddr: segment.vmaddr,
            vmsize: segment.vmsize,
            fileoff: segment.fileoff,
            filesize: segment.filesize,
            maxprot: protection,
            initprot: protection,
            flags: 0,
            sections: sections.collect(),
        })
    }

    /// The nlist records: locals, externals, undefined; and how many of each.
    pub fn nlists(&self) -> (Vec<Nlist>, [u32; 3]) {
        let mut groups: [Vec<Nlist>; 3] = Default::default();
        for symbol in &self.image.object.symbols {
            let (group, n_type) = match (symbol.section, symbol.external) {
                (None, _) => (2, N_UNDF | N_EXT),
                (Some(_), true) => (1, N_SECT | N_EXT),
                (Some(_), false) => (0, N_SECT),
            };
            groups[group].push(Nlist {
                name: symbol.name.clone(),
                n_type,
                n_sect: symbol.section.map_or(0, |section| self.ordinal(section)),
                n_desc: 0,
                n_value: self.address(symbol).unwrap_or(0),
            });
        }
        for label in &self.image.object.labels {
            let n_type = if label.section.is_some() {
                N_SECT
            } else {
                N_ABS
            };
            let external = if label.external { N_EXT } else { 0 };
            groups[usize::from(label.external)].push(Nlist {
                name: label.name.clone(),
                n_type: n_type | external,
                n_sect: label.section.map_or(0, |section| self.ordinal(section)),
                n_desc: 0,
                n_value: self.label_address(label.at),
            });
        }
        let counts = [0, 1, 2].map(|group: usize| crate::bytes::len32(groups[group].len()));
        (groups.concat(), counts)
    }

    /// vmaddr of a label.
    fn label_address(&self, at: LabelAt) -> u64 {
        match at {
            LabelAt::Header(into) => self.segments[0].vmaddr + into,
            LabelAt::Section(section, into) => self.section_place(section).0 + into,
        }
    }

    /// 1-based number of a section in load-command order.
    fn ordinal(&self, section: usize) -> u8 {
        let order = self.segments.iter().flat_map(|segment| &segment.sections);
        let position = order
            .map(|(number, _)| *number)
            .position(|number| number == section);
        u8::try_from(position.expect("placed") + 1).expect("at most 255 sections")
    }

    /// vmoffsets of the functions, ascending: symbols in sections of pure instructions, and those
    /// without a symbol.
    pub fn functions(&self) -> Vec<u64> {
        let header = self.segments[0].vmaddr;
        let object = &self.image.object;
        let mut out: Vec<u64> = object
            .symbols
            .iter()
            .filter(|symbol| {
                symbol.section.is_some_and(|section| {
                    object.sections[section].flags & S_ATTR_PURE_INSTRUCTIONS != 0
                })
            })
            .filter_map(|symbol| self.address(symbol)?.checked_sub(header))
            .collect();
        let unnamed = object.unnamed.iter();
        out.extend(unnamed.map(|(section, into)| self.section_place(*section).0 + into - header));
        out.sort_unstable();
        out
    }

    /// Appends symbol records and function starts to the link-edit bytes that start at `start`.
    pub fn write_tables(&self, start: u64, out: &mut Vec<u8>, strings: &mut Strings) -> Linkedit {
        let here = |out: &Vec<u8>| crate::bytes::off32(start + len64(out.len()));
        let (nlists, counts) = self.nlists();
        let symoff = here(out);
        out.extend(records(&nlists, strings));
        let starts = function_starts(&self.functions());
        let function_starts = (here(out), crate::bytes::len32(starts.len()));
        out.extend(starts);
        Linkedit {
            symoff,
            counts,
            function_starts,
            ..Linkedit::default()
        }
    }
}

/// Addresses of all external symbols of all images.
pub fn exports(placed: &[Placed<'_>]) -> Foreign {
    let mut out = Foreign::new();
    for image in placed {
        for symbol in image
            .image
            .object
            .symbols
            .iter()
            .filter(|symbol| symbol.external)
        {
            if let Some(vmaddr) = image.address(symbol) {
                out.insert(symbol.name.clone(), (0, vmaddr));
            }
        }
    }
    out
}

/// Writes contents and code relocations of one image into the file; returns its pointer slots.
///
/// `level` is the collection's own cache level; names not defined in the image are looked up in
/// `symbols`.
pub fn write_image(
    placed: &Placed<'_>,
    symbols: &Foreign,
    level: u8,
    file: &mut Vec<u8>,
) -> Vec<Fixup> {
    let object = &placed.image.object;
    let addresses: Vec<Option<(u8, u64)>> = object
        .symbols
        .iter()
        .map(|symbol| match placed.address(symbol) {
            Some(vmaddr) => Some((level, vmaddr)),
            None => symbols.get(&symbol.name).copied(),
        })
        .collect();
    let mut slots = Vec::new();
    for (number, section) in object.sections.iter().enumerate() {
        let (addr, offset) = placed.section_place(number);
        if !section.data.is_empty() {
            place(file, offset, &section.data);
        }
        for reloc in &section.relocs {
            let name = &object.symbols[reloc.symbol].name;
            let (cache_level, symbol) =
                addresses[reloc.symbol].unwrap_or_else(|| panic!("undefined symbol {name}"));
            let target = symbol.wrapping_add_signed(reloc.addend);
            let vmaddr = addr + reloc.offset;
            let file_offset = offset + reloc.offset;
            match reloc.kind {
                RelocKind::Pointer => {
                    slots.push(Fixup {
                        vmaddr,
                        file_offset,
                        target,
                        cache_level,
                        auth: None,
                    });
                }
                RelocKind::Auth(auth) => {
                    let auth = Some(auth);
                    slots.push(Fixup {
                        vmaddr,
                        file_offset,
                        target,
                        cache_level,
                        auth,
                    });
                }
                kind => {
                    assert_eq!(
                        cache_level, level,
                        "code reaches {name} in another collection"
                    );
                    relocate(kind, file, index(file_offset), vmaddr, target);
                }
            }
        }
    }
    slots
}
