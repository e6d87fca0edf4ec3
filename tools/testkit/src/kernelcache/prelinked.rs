//! A static kernelcache: MH_EXECUTE, its kexts whole Mach-O files inside `__PRELINK_TEXT`.
//!
//! Memory order puts `__LINKEDIT` before the kexts, as released kernels of this kind do; a kext's
//! own file offsets count from its own header.

use crate::bytes::{Writer, index, len32, len64, off32};
use crate::constants::{IOS_BASE, PAGE, VM_PROT_EXECUTE, VM_PROT_READ, VM_PROT_WRITE};
use crate::fixups::Pointers;
use crate::kernelcache::collection::fileset_entry;
use crate::kernelcache::kernel::{
    as_truth, chains_command, file_layout, fixups_of, holder, write_pointers,
};
use crate::kernelcache::{prelink_info, threads};
use crate::link::{Image, Linkedit, Placed, PlacedSegment, exports, facts, write_image};
use crate::macho::symtab::Strings;
use crate::macho::{Command, Section, Segment, header_bytes, place};
use crate::truth::{self, Built, Codeless, Shape, Truth};

/// `version` of a kext's `kmod_info`: XNU `osfmk/mach/kmod.h`, packed to 4 bytes.
fn kmod_version(kext: &Placed<'_>) -> Option<String> {
    const VERSION: usize = 80;
    let object = &kext.image.object;
    let symbol = &object.symbols[object.symbol("_kmod_info")?];
    let data = &object.sections[symbol.section?].data;
    let text = data[index(symbol.value) + VERSION..].split(|byte| *byte == 0);
    let text = text.take(1).flatten().copied().collect();
    Some(String::from_utf8(text).expect("builders write UTF-8"))
}

/// Room for the table of chains, in bytes.
const MOST_CHAINS: usize = 0x400;

/// What to build.
#[derive(Debug, Clone)]
pub struct Prelinked {
    /// The kernel.
    pub kernel: Image,
    /// Its kexts.
    pub kexts: Vec<Image>,
    /// vmaddr of the kernel's header.
    pub base: u64,
    /// How pointers are stored, those of kexts and of the arrays included.
    pub pointers: Pointers,
    /// Whether there is a property list besides the arrays.
    pub with_list: bool,
    /// Kexts without code, which only the property list names.
    pub codeless: Vec<Codeless>,
}

/// A kext with its link-edit bytes, which follow its last segment.
struct Kext<'a> {
    placed: Placed<'a>,
    /// Offset of its header in the outer file.
    start: u64,
    linkedit: Vec<u8>,
    table: Linkedit,
}

impl Prelinked {
    /// At the iOS base, with plain pointers and a property list.
    pub fn new(kernel: Image, kexts: Vec<Image>) -> Self {
        Self {
            kernel,
            kexts,
            base: IOS_BASE,
            pointers: Pointers::Absolute,
            with_list: true,
            codeless: Vec::new(),
        }
    }

    /// Builds the file.
    pub fn build(&self) -> Built {
        let image = match self.pointers {
            Pointers::Threads | Pointers::ThreadsAcross => threads::reserve(&self.kernel),
            _ => self.kernel.clone(),
        };
        // What the kernel's own header has besides its image's.
        let mut extra = prelink_commands([0; 3], [0; 3], 0);
        if matches!(self.pointers, Pointers::Chained(_)) {
            extra.push(chains_command(0, 0));
        }
        let mut kernel = Placed {
            image: &image,
            segments: file_layout(&image, &extra),
        };
        for segment in &mut kernel.segments {
            segment.vmaddr = self.base + segment.fileoff;
        }
        let mut end = file_end(&kernel);
        let mut vm_end = vm_end(&kernel);
        let (mut table, mut linkedit) = link_edit(&kernel, end, 0);
        let linkedit_at = end;
        // The chains are known when everything has its place: room for them.
        let chains_at = linkedit.len().next_multiple_of(8);
        if matches!(self.pointers, Pointers::Chained(_)) {
            linkedit.resize(chains_at + MOST_CHAINS, 0);
        }
        let size = len64(linkedit.len());
        table.segment = PlacedSegment {
            name: "__LINKEDIT".to_owned(),
            vmaddr: vm_end,
            vmsize: size.next_multiple_of(PAGE),
            fileoff: end,
            filesize: size,
            sections: Vec::new(),
        };
        vm_end += table.segment.vmsize;
        end = (end + size).next_multiple_of(PAGE);

        let text = (vm_end, end);
        let mut kexts = Vec::new();
        for image in &self.kexts {
            let kext = place_kext(image, vm_end, end);
            let size = kext.size().next_multiple_of(PAGE);
            vm_end += size;
            end += size;
            kexts.push(kext);
        }
        let info = (vm_end, end);
        let mut placed: Vec<Placed<'_>> = vec![kernel];
        placed.extend(kexts.iter().map(|kext| kext.placed.clone()));
        let symbols = exports(&placed);
        let mut file = vec![0; index(end)];
        let mut slots: Vec<truth::Fixup> = Vec::new();
        for image in &placed {
            slots.extend(write_image(image, &symbols, 0, &mut file));
        }
        for kext in &kexts {
            kext.finish(&mut file);
        }
        let (info_bytes, xml) = self.info_segment(&placed, info, &mut slots);
        place(&mut file, info.1, &info_bytes);
        slots.sort_unstable_by_key(|slot| slot.vmaddr);

        let text_size = info.0 - text.0;
        let mut commands = prelink_commands(
            [text.0, text.1, text_size],
            [info.0, info.1, len64(info_bytes.len())],
            xml,
        );
        let mut segments: Vec<truth::Segment> = placed[0].segments.iter().map(as_truth).collect();
        segments.push(as_truth(&table.segment));
        for command in &commands {
            if let Command::Segment(segment) = command {
                segments.push(truth::Segment {
                    name: segment.name.clone(),
                    vmaddr: segment.vmaddr,
                    vmsize: segment.vmsize,
                    file_offset: segment.fileoff,
                    filesize: segment.filesize,
                });
            }
        }
        let chains = write_pointers(self.pointers, &mut file, &placed[0], &segments, &slots);
        if !chains.is_empty() {
            assert!(chains.len() <= MOST_CHAINS, "chains have room");
            crate::bytes::put(&mut linkedit, chains_at, &chains);
            let dataoff = off32(linkedit_at + len64(chains_at));
            commands.push(chains_command(dataoff, len32(chains.len())));
        }
        place(&mut file, linkedit_at, &linkedit);
        let mut all = placed[0].commands(&table);
        all.extend(commands);
        place(&mut file, 0, &header_bytes(&image.header(), &all));
        let mut truth = self.truth(&placed, segments);
        for (entry, kext) in truth.entries.iter_mut().zip(&kexts) {
            entry.linkedit = Some(as_truth(&kext.table.segment));
        }
        // Image 0 is the kernel, the outermost image; entries are the kexts.
        let numbered: Vec<_> = placed
            .iter()
            .enumerate()
            .map(|(number, placed)| (number.checked_sub(1), placed))
            .collect();
        facts::add(&mut truth, &numbered[..1], &symbols, 0, &slots);
        for command in &all {
            if let Command::Segment(segment) = command {
                if segment.name.starts_with("__PRELINK") {
                    facts::add_sections(&mut truth, None, &segment.sections);
                }
            }
        }
        facts::add(&mut truth, &numbered[1..], &symbols, 0, &[]);
        truth.fixups = fixups_of(self.pointers, slots);
        Built { bytes: file, truth }
    }

    /// A kext, with what the property list or its `kmod_info` says of it.
    fn listed(&self, kext: &Placed<'_>) -> truth::FilesetEntry {
        let (version, size) = if self.with_list {
            let size = kext.segments.iter().map(|segment| segment.vmsize).sum();
            (Some(prelink_info::VERSION.to_owned()), Some(size))
        } else {
            (kmod_version(kext), None)
        };
        truth::FilesetEntry {
            version,
            size,
            ..fileset_entry(kext)
        }
    }

    fn truth(&self, placed: &[Placed<'_>], segments: Vec<truth::Segment>) -> Truth {
        let entry = placed[0].entry().map(|(vmaddr, file_offset)| truth::Entry {
            vmaddr,
            file_offset,
            segment: holder(&segments, vmaddr),
        });
        Truth {
            shape: Shape::Prelinked,
            base: Some(self.base),
            linear: false,
            entry,
            segments,
            entries: placed[1..].iter().map(|kext| self.listed(kext)).collect(),
            codeless: if self.with_list {
                self.codeless.clone()
            } else {
                Vec::new()
            },
            uuid: Some(self.kernel.uuid),
            ..Truth::default()
        }
    }

    /// `__PRELINK_INFO`: XML, then the arrays of kmod_info and of kext headers, whose pointers
    /// become slots; and the XML's size. `place` is its vmaddr and file offset.
    fn info_segment(
        &self,
        placed: &[Placed<'_>],
        place: (u64, u64),
        slots: &mut Vec<truth::Fixup>,
    ) -> (Vec<u8>, u64) {
        let mut out = Writer::new();
        if self.with_list {
            out.bytes(prelink_info::prelinked(&placed[1..], &self.codeless).as_bytes());
        }
        let xml = len64(out.len());
        out.align(8);
        let kmod = |kext: &Placed<'_>| {
            let symbol = kext.image.object.symbol("_kmod_info")?;
            kext.address(&kext.image.object.symbols[symbol])
        };
        let infos = placed[1..].iter().map(kmod);
        let starts = placed[1..].iter().map(|kext| Some(kext.segments[0].vmaddr));
        for pointer in infos.chain(starts) {
            let at = len64(out.len());
            slots.extend(pointer.map(|target| truth::Fixup {
                vmaddr: place.0 + at,
                file_offset: place.1 + at,
                target,
                cache_level: 0,
                auth: None,
            }));
            out.u64(0);
        }
        (out.into_bytes(), xml)
    }
}

impl Kext<'_> {
    fn size(&self) -> u64 {
        self.table.segment.fileoff + len64(self.linkedit.len()) - self.start
    }

    /// Writes link-edit and header; in the header, file offsets count from the kext's own start.
    fn finish(&self, file: &mut Vec<u8>) {
        place(file, self.table.segment.fileoff, &self.linkedit);
        let mut own = self.placed.clone();
        for segment in &mut own.segments {
            segment.fileoff -= self.start;
        }
        let mut table = self.table.clone();
        table.segment.fileoff -= self.start;
        let header = header_bytes(&self.placed.image.header(), &own.commands(&table));
        place(file, self.start, &header);
    }
}

fn file_end(placed: &Placed<'_>) -> u64 {
    let ends = placed.segments.iter().map(|s| s.fileoff + s.filesize);
    ends.max().unwrap_or(0).next_multiple_of(PAGE)
}

fn vm_end(placed: &Placed<'_>) -> u64 {
    let ends = placed.segments.iter().map(|s| s.vmaddr + s.vmsize);
    ends.max().unwrap_or(0).next_multiple_of(PAGE)
}

/// The image's tables at file offset `at`; offsets in them count from `start`.
fn link_edit(placed: &Placed<'_>, at: u64, start: u64) -> (Linkedit, Vec<u8>) {
    let mut bytes = Vec::new();
    let mut strings = Strings::default();
    let mut table = placed.write_tables(at - start, &mut bytes, &mut strings);
    table.stroff = off32(at - start + len64(bytes.len()));
    let strings = strings.into_bytes();
    table.strsize = len32(strings.len());
    bytes.extend(strings);
    (table, bytes)
}

fn place_kext(image: &Image, vmaddr: u64, start: u64) -> Kext<'_> {
    let mut placed = Placed {
        image,
        segments: file_layout(image, &[]),
    };
    // A kext's memory is its file: zero-fill has bytes here.
    let mut at = 0;
    for segment in &mut placed.segments {
        segment.fileoff = start + at;
        segment.vmaddr = vmaddr + at;
        segment.filesize = segment.vmsize;
        at += segment.vmsize;
    }
    let (mut table, linkedit) = link_edit(&placed, start + at, start);
    table.segment = PlacedSegment {
        name: "__LINKEDIT".to_owned(),
        vmaddr: vmaddr + at,
        vmsize: len64(linkedit.len()).next_multiple_of(PAGE),
        fileoff: start + at,
        filesize: len64(linkedit.len()),
        sections: Vec::new(),
    };
    Kext {
        placed,
        start,
        linkedit,
        table,
    }
}

/// Load commands of `__PRELINK_TEXT` and `__PRELINK_INFO`: vmaddr, file offset and size of each;
/// `xml` is the size of the XML at the start of the latter.
fn prelink_commands(text: [u64; 3], info: [u64; 3], xml: u64) -> Vec<Command> {
    let arrays = xml.next_multiple_of(8);
    let array = (info[2].saturating_sub(arrays)) / 2;
    let section = |segment: &str, name: &str, addr: u64, offset: u64, size: u64| Section {
        name: name.to_owned(),
        segment: segment.to_owned(),
        addr,
        size,
        offset: off32(offset),
        ..Section::default()
    };
    let segment = |name: &str, [vmaddr, fileoff, size]: [u64; 3], protection, sections| {
        Command::Segment(Segment {
            name: name.to_owned(),
            vmaddr,
            vmsize: size.next_multiple_of(PAGE),
            fileoff,
            filesize: size,
            maxprot: protection,
            initprot: protection,
            flags: 0,
            sections,
        })
    };
    let part = |name: &str, at: u64, size: u64| {
        section("__PRELINK_INFO", name, info[0] + at, info[1] + at, size)
    };
    vec![
        segment(
            "__PRELINK_TEXT",
            text,
            VM_PROT_READ | VM_PROT_WRITE | VM_PROT_EXECUTE,
            vec![section(
                "__PRELINK_TEXT",
                "__text",
                text[0],
                text[1],
                text[2],
            )],
        ),
        segment(
            "__PRELINK_INFO",
            info,
            VM_PROT_READ | VM_PROT_WRITE,
            vec![
                part("__info", 0, xml),
                part("__kmod_info", arrays, array),
                part("__kmod_start", arrays + array, array),
            ],
        ),
    ]
}
