//! Firmware whose fixups are in sections of `__TEXT`: chains with starts in the file or in memory,
//! a whole table of chains, and runs.
//!
//! Layouts: dyld `mach_o/Image.cpp`, `forEachFixup`, and `mach_o/UnsafeHeader.cpp`,
//! `forEachFirmwareRebaseRuns`; `include/mach-o/fixup-chains.h`.

use crate::bytes::{Writer, index, len32, len64, off32, put};
use crate::classic::draft::{Becomes, Classic, Slot};
use crate::constants as c;
use crate::fixups;
use crate::macho::{Command, Header, MachFile, Section, Segment, Thread};
use crate::object::Auth;
use crate::truth;

/// How the image says where its slots are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Starts {
    /// `__chain_starts` with this `reserved1`; what its starts and links count in.
    Chains(u32, Space),
    /// `__thread_starts`, counted in memory or in the file.
    Threads(Space),
    /// `__chain_fixups`.
    Table,
    /// `__rebase_info`.
    Runs,
}

/// What starts and links count in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// Bytes of the file.
    File,
    /// Bytes in memory.
    Memory,
}

/// An image to build; `__TEXT` is added in front.
#[derive(Debug, Clone)]
pub struct Firmware {
    /// `MH_PRELOAD` or `MH_EXECUTE`.
    pub filetype: u32,
    /// Address of the header.
    pub base: u64,
    /// Names, bytes in memory and in the file of the segments after `__TEXT`, one after the other
    /// in both.
    pub segments: Vec<(&'static str, u64, u64)>,
    /// Slots in ascending order: segment, offset in it, target from the base, signature.
    pub slots: Vec<(usize, u64, u64, Option<Auth>)>,
    /// How they are found.
    pub starts: Starts,
    /// Whether a segment that cannot be read lies in front of `__TEXT`.
    pub page_zero: bool,
    /// Further commands.
    pub commands: Vec<Command>,
}

/// Bytes of `__TEXT`.
pub const TEXT: u64 = 0x8000;
/// The section in the file.
pub const TABLE: u64 = 0x6000;
/// The farthest that a link reaches.
const REACH: u64 = 0x7ff * 4;
/// `DYLD_CHAINED_PTR_ARM64E_FIRMWARE`.
const FORMAT: u16 = 10;

impl Firmware {
    /// An image with two segments of data and no slots.
    pub fn new(starts: Starts) -> Self {
        Self {
            filetype: c::MH_PRELOAD,
            base: 0x8_7000_0000,
            segments: vec![("__DATA_CONST", 0x4000, 0x4000), ("__DATA", 0x4000, 0x4000)],
            slots: Vec::new(),
            starts,
            page_zero: false,
            commands: Vec::new(),
        }
    }

    /// vmaddr and file offset of each segment after `__TEXT`.
    fn places(&self) -> Vec<(u64, u64)> {
        let (mut vmaddr, mut fileoff) = (self.base + TEXT, TEXT);
        let mut places = Vec::new();
        for (_, vmsize, filesize) in &self.segments {
            places.push((vmaddr, fileoff));
            vmaddr += vmsize;
            fileoff += filesize;
        }
        places
    }

    /// Builds the file.
    pub fn build(&self) -> Classic {
        let places = self.places();
        let (mechanism, name) = match self.starts {
            Starts::Chains(..) => ("chain-starts", "__chain_starts"),
            Starts::Threads(_) => ("thread-starts", "__thread_starts"),
            Starts::Table => ("chained", "__chain_fixups"),
            Starts::Runs => ("rebase-runs", "__rebase_info"),
        };
        let slots: Vec<truth::Fixup> = self
            .slots
            .iter()
            .map(|&(segment, offset, target, auth)| truth::Fixup {
                vmaddr: places[segment].0 + offset,
                file_offset: places[segment].1 + offset,
                target: self.base + target,
                cache_level: 0,
                auth,
            })
            .collect();
        let mut file = vec![0; index(self.file_size())];
        let table = self.write(&mut file, &slots);
        put(&mut file, index(TABLE), &table);
        let header = Header {
            cpusubtype: 2,
            filetype: self.filetype,
            ..Header::default()
        };
        let mut commands = self.segment_commands(name, len64(table.len()));
        commands.push(Command::Thread {
            cmd: c::LC_UNIXTHREAD,
            state: Box::new(Thread::at(self.base + 0x4000)),
        });
        commands.extend(self.commands.clone());
        let bytes = MachFile {
            header,
            commands,
            contents: vec![(0, file)],
            min_len: 0,
        }
        .build();
        let slots = slots.iter().map(|slot| Slot {
            mechanism,
            vmaddr: slot.vmaddr,
            file_offset: slot.file_offset,
            becomes: Becomes::Pointer(slot.target, slot.auth),
        });
        Classic {
            bytes,
            slots: slots.collect(),
        }
    }

    fn file_size(&self) -> u64 {
        TEXT + self.segments.iter().map(|segment| segment.2).sum::<u64>()
    }

    /// Writes the slots; returns the section's bytes.
    fn write(&self, file: &mut [u8], slots: &[truth::Fixup]) -> Vec<u8> {
        match self.starts {
            Starts::Chains(_, space) => {
                let starts = self.link(file, slots, space);
                let mut table = Writer::new();
                table.u32(FORMAT.into()).u32(len32(starts.len()));
                for start in starts {
                    table.u32(start);
                }
                table.into_bytes()
            }
            Starts::Threads(space) => {
                let mut table = Writer::new();
                table.u32(0);
                for start in self.link(file, slots, space) {
                    table.u32(start);
                }
                table.u32(u32::MAX).u32(u32::MAX);
                table.into_bytes()
            }
            Starts::Table => self.table(file, slots),
            Starts::Runs => runs(file, slots),
        }
    }

    /// Links slots that are near enough; returns where chains start.
    fn link(&self, file: &mut [u8], slots: &[truth::Fixup], space: Space) -> Vec<u32> {
        let place = |slot: &truth::Fixup| match space {
            Space::File => slot.file_offset,
            Space::Memory => slot.vmaddr - self.base,
        };
        let (mut starts, mut starts_here) = (Vec::new(), true);
        for (number, slot) in slots.iter().enumerate() {
            if starts_here {
                starts.push(off32(place(slot)));
            }
            let next = slots.get(number + 1).map(|next| place(next) - place(slot));
            let next = next.filter(|next| *next <= REACH).unwrap_or(0);
            starts_here = next == 0;
            self.write_slot(file, slot, next);
        }
        starts
    }

    fn write_slot(&self, file: &mut [u8], slot: &truth::Fixup, next: u64) {
        let format = c::DYLD_CHAINED_PTR_ARM64E_KERNEL;
        let word = fixups::encode_thread(format, slot, next / 4, self.base);
        put(file, index(slot.file_offset), &word.to_le_bytes());
    }

    /// A `dyld_chained_fixups_header` with pages of 16 KiB.
    fn table(&self, file: &mut [u8], slots: &[truth::Fixup]) -> Vec<u8> {
        let places = self.places();
        let page_of = |slot: &truth::Fixup| {
            let segment = places
                .iter()
                .rposition(|(vmaddr, _)| *vmaddr <= slot.vmaddr)
                .expect("a segment");
            (segment, (slot.vmaddr - places[segment].0) / c::PAGE)
        };
        let mut starts = std::collections::BTreeMap::new();
        for (number, slot) in slots.iter().enumerate() {
            let page = page_of(slot);
            let within = (slot.vmaddr - places[page.0].0) % c::PAGE;
            let first_segments = 1 + usize::from(self.page_zero);
            let key = (page.0 + first_segments, page.1);
            starts
                .entry(key)
                .or_insert(u16::try_from(within).expect("a page"));
            let next = slots.get(number + 1).filter(|next| page_of(next) == page);
            self.write_slot(file, slot, next.map_or(0, |next| next.vmaddr - slot.vmaddr));
        }
        let mut segments = vec![truth::Segment::default(); 1 + usize::from(self.page_zero)];
        segments.extend(places.iter().map(|(vmaddr, _)| truth::Segment {
            vmaddr: *vmaddr,
            ..truth::Segment::default()
        }));
        fixups::payload(&segments, &starts, FORMAT, self.base)
    }

    fn segment_commands(&self, table: &str, size: u64) -> Vec<Command> {
        let section = |segment: &str, name: &str, addr: u64, offset: u64, size: u64| Section {
            name: name.to_owned(),
            segment: segment.to_owned(),
            addr,
            size,
            offset: off32(offset),
            align: 2,
            ..Section::default()
        };
        let mut commands = Vec::new();
        if self.page_zero {
            commands.push(Command::Segment(Segment {
                name: "__PAGEZERO".to_owned(),
                vmsize: 0x1000,
                ..Segment::default()
            }));
        }
        let protection = c::VM_PROT_READ | c::VM_PROT_EXECUTE;
        let mut table = section("__TEXT", table, self.base + TABLE, TABLE, size);
        if let Starts::Chains(flags, _) = self.starts {
            table.reserved[0] = flags;
        }
        commands.push(Command::Segment(Segment {
            name: "__TEXT".to_owned(),
            vmaddr: self.base,
            vmsize: TEXT,
            filesize: TEXT,
            maxprot: protection,
            initprot: protection,
            sections: vec![
                section("__TEXT", "__text", self.base + 0x4000, 0x4000, 16),
                table,
            ],
            ..Segment::default()
        }));
        for ((name, vmsize, filesize), (vmaddr, fileoff)) in self.segments.iter().zip(self.places())
        {
            let protection = c::VM_PROT_READ | c::VM_PROT_WRITE;
            // A segment of zeros has no place in the file.
            let fileoff = if *filesize == 0 { 0 } else { fileoff };
            commands.push(Command::Segment(Segment {
                name: (*name).to_owned(),
                vmaddr,
                vmsize: *vmsize,
                fileoff,
                filesize: *filesize,
                maxprot: protection,
                initprot: protection,
                ..Segment::default()
            }));
        }
        commands
    }
}

/// Records of runs, one pointer a run: a pointer has two words of a run.
fn runs(file: &mut [u8], slots: &[truth::Fixup]) -> Vec<u8> {
    let mut out = Writer::new();
    let mut at = None;
    for slot in slots {
        put(file, index(slot.file_offset), &slot.target.to_le_bytes());
        let words = at.map(|at: u64| (slot.vmaddr - at) / 4 + 1);
        if let Some(words) = words.and_then(|words| u8::try_from(words).ok()) {
            out.u8(words);
        } else {
            if at.is_some() {
                out.u8(0).u8(0).align(4);
            }
            out.u32(u32::try_from(slot.vmaddr).expect("runs have 32 bits"));
        }
        out.u8(1);
        at = Some(slot.vmaddr + 4);
    }
    out.u8(0).u8(0).align(4);
    out.into_bytes()
}
