//! Small images with fixups of one mechanism each: opcodes, relocation entries, threads, chains of
//! every format.
//!
//! Encodings: XNU `EXTERNAL_HEADERS/mach-o/loader.h` and `reloc.h`, `osfmk/mach/dyld_kernel_fixups.h`.

use crate::bytes::{Writer, index, len32, len64, off32, put};
use crate::constants as c;
use crate::macho::symtab::{Nlist, Strings, records};
use crate::macho::{Command, Header, MachFile, Section, Segment};
use crate::object::Auth;

pub mod chained;
pub mod opcodes;
mod relocation;
mod thread;

pub use relocation::{Counts, relocations};
pub use thread::{firmware, threaded_binds, threads};

use opcodes::Bind;

/// `__DATA` in the file, its bytes there, and its zero-filled tail.
pub const DATA: u64 = 0x4000;
/// Bytes of `__DATA` in the file.
pub const DATA_SIZE: u64 = 0x4000;
const TAIL: u64 = 0x1000;
/// `__LINKEDIT` in the file.
pub const LINKEDIT: u64 = DATA + DATA_SIZE;
/// `__thread_starts` or `__chain_starts` in the file.
pub const STARTS: u64 = 0x1000;

/// `__text` in the file.
const CODE: u64 = 0x800;

/// What a slot becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Becomes {
    /// A pointer to this vmaddr.
    Pointer(u64, Option<Auth>),
    /// A pointer to an import.
    Import(Import),
}

/// An import, and what a slot adds to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Name of the symbol.
    pub name: String,
    /// Ordinal of the library, or one of the negative ones.
    pub library: i32,
    /// Whether it may be missing.
    pub weak: bool,
    /// Bytes added.
    pub addend: i64,
}

/// One slot, as a reader must find it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// What in the image says so, in the words of `kc`.
    pub mechanism: &'static str,
    /// The slot's vmaddr.
    pub vmaddr: u64,
    /// The slot's place in the file.
    pub file_offset: u64,
    /// What it becomes.
    pub becomes: Becomes,
}

/// A built file and its slots, in the order of the tables that say so.
#[derive(Debug, Clone)]
pub struct Classic {
    /// The file.
    pub bytes: Vec<u8>,
    /// What is in it.
    pub slots: Vec<Slot>,
}

/// Preferred base of a library, and of the images here that are none of the kernel's.
pub const BASE: u64 = 0x1_0000_0000;

/// The image that all builders start from: three segments and two libraries.
struct Draft {
    header: Header,
    base: u64,
    starts: Option<(&'static str, Vec<u8>)>,
    data: Vec<u8>,
    linkedit: Writer,
    commands: Vec<Command>,
}

impl Draft {
    fn new(header: Header, base: u64) -> Self {
        Self {
            header,
            base,
            starts: None,
            data: vec![0; index(DATA_SIZE)],
            linkedit: Writer::new(),
            commands: Vec::new(),
        }
    }

    fn library() -> Self {
        let flags = c::MH_NOUNDEFS | c::MH_DYLDLINK | c::MH_TWOLEVEL;
        let filetype = c::MH_BUNDLE;
        let mut draft = Self::new(
            Header {
                filetype,
                flags,
                ..Header::default()
            },
            BASE,
        );
        for name in ["/usr/lib/libSystem.B.dylib", "/usr/lib/libc++.1.dylib"] {
            draft.commands.push(Command::Dylib {
                cmd: c::LC_LOAD_DYLIB,
                name: name.to_owned(),
                timestamp: 2,
                current: 0x1_0000,
                compatibility: 0x1_0000,
            });
        }
        draft
    }

    /// vmaddr and file offset of a place in `__DATA`.
    fn place(&self, offset: u64) -> (u64, u64) {
        (self.base + DATA + offset, DATA + offset)
    }

    fn slot(&self, mechanism: &'static str, offset: u64, becomes: Becomes) -> Slot {
        let (vmaddr, file_offset) = self.place(offset);
        Slot {
            mechanism,
            vmaddr,
            file_offset,
            becomes,
        }
    }

    fn write(&mut self, offset: u64, raw: u64) {
        put(&mut self.data, index(offset), &raw.to_le_bytes());
    }

    fn write_short(&mut self, offset: u64, raw: u64) {
        let raw = u32::try_from(raw).expect("a slot of 4 bytes");
        put(&mut self.data, index(offset), &raw.to_le_bytes());
    }

    /// Adds a table to `__LINKEDIT`: its offset and size.
    fn table(&mut self, bytes: &[u8]) -> (u32, u32) {
        self.linkedit.align(8);
        let at = off32(LINKEDIT) + len32(self.linkedit.len());
        self.linkedit.bytes(bytes);
        (at, len32(bytes.len()))
    }

    fn symtab(&mut self, symbols: &[Nlist], relocations: Option<[(u32, u32); 2]>) {
        let mut strings = Strings::default();
        let records = records(symbols, &mut strings);
        let (symoff, _) = self.table(&records);
        let (stroff, strsize) = self.table(&strings.into_bytes());
        let count = len32(symbols.len());
        self.commands.push(Command::Symtab {
            symoff,
            nsyms: count,
            stroff,
            strsize,
        });
        let mut dysymtab = [0; 18];
        dysymtab[5] = count;
        if let Some([(locreloff, local), (extreloff, external)]) = relocations {
            dysymtab[14..].copy_from_slice(&[extreloff, external / 8, locreloff, local / 8]);
        }
        self.commands.push(Command::Dysymtab(dysymtab));
    }

    fn build(mut self, slots: Vec<Slot>) -> Classic {
        self.linkedit.align(8);
        let linkedit = self.linkedit.into_bytes();
        let segment =
            |name: &str, offset: u64, size: u64, filesize: u64, protection: u32| Segment {
                name: name.to_owned(),
                vmaddr: self.base + offset,
                vmsize: size,
                fileoff: offset.min(LINKEDIT),
                filesize,
                maxprot: protection,
                initprot: protection,
                ..Segment::default()
            };
        let mut text = segment(
            "__TEXT",
            0,
            DATA,
            DATA,
            c::VM_PROT_READ | c::VM_PROT_EXECUTE,
        );
        let mut contents = vec![(DATA, self.data), (LINKEDIT, linkedit.clone())];
        // Readers that count segments by their sections need one.
        text.sections.push(Section {
            name: "__text".to_owned(),
            segment: "__TEXT".to_owned(),
            addr: self.base + CODE,
            size: 0x10,
            offset: off32(CODE),
            align: 2,
            flags: c::S_ATTR_PURE_INSTRUCTIONS,
            ..Section::default()
        });
        if let Some((name, bytes)) = self.starts {
            text.sections.push(Section {
                name: name.to_owned(),
                segment: "__TEXT".to_owned(),
                addr: self.base + STARTS,
                size: len64(bytes.len()),
                offset: off32(STARTS),
                align: 2,
                ..Section::default()
            });
            contents.push((STARTS, bytes));
        }
        let mut data = segment("__DATA", DATA, DATA_SIZE + TAIL, DATA_SIZE, 3);
        data.sections.push(Section {
            name: "__data".to_owned(),
            segment: "__DATA".to_owned(),
            addr: self.base + DATA,
            size: DATA_SIZE,
            offset: off32(DATA),
            align: 3,
            ..Section::default()
        });
        let mut last = segment(
            "__LINKEDIT",
            LINKEDIT + DATA_SIZE,
            0x4000,
            0,
            c::VM_PROT_READ,
        );
        last.filesize = len64(linkedit.len());
        let mut commands: Vec<Command> = [text, data, last].map(Command::Segment).into();
        commands.extend(self.commands);
        let bytes = MachFile {
            header: self.header,
            commands,
            contents,
            min_len: 0,
        }
        .build();
        Classic { bytes, slots }
    }
}

/// A library with the four opcode streams: runs, gaps, gaps backwards, all kinds of import.
pub fn opcodes() -> Classic {
    let mut draft = Draft::library();
    let mut slots = Vec::new();
    // A run of 20, a run with gaps, single slots at even and odd distances, and one backwards.
    let mut places: Vec<u64> = (0..20).map(|n| 8 * n).collect();
    places.extend((0..5).map(|n| 0x200 + 24 * n));
    places.extend([0x400, 0x440, 0x444 + 8, 0x1000, 0x3ff8, 0x300, 0x308, 0x310]);
    for &offset in &places {
        let target = BASE + DATA + offset / 2;
        draft.write(offset, target);
        slots.push(draft.slot("rebase-opcodes", offset, Becomes::Pointer(target, None)));
    }
    let import = |name: &str, library, weak, addend| Import {
        name: name.to_owned(),
        library,
        weak,
        addend,
    };
    let binds = |from: u64, gap: u64, count: u64, import: &Import| -> Vec<Bind> {
        let places = (0..count).map(|n| from + (8 + gap) * n);
        let bind = |offset| Bind {
            segment: 1,
            offset,
            import: import.clone(),
        };
        places.map(bind).collect()
    };
    let eager = [
        binds(0x2000, 0, 1, &import("_one", 1, false, 0)),
        binds(0x2010, 8, 4, &import("_two", 2, true, -8)),
        binds(0x2100, 0x80, 2, &import("_self", 0, false, 0x12_3456)),
        binds(0x1800, 0, 3, &import("_main", -1, false, 0)),
        binds(0x2800, 4, 2, &import("_flat", -2, false, 0)),
    ]
    .concat();
    let weak = binds(0x2c00, 0, 2, &import("__Znwm", -3, false, 0));
    let lazy = [
        binds(0x3000, 0, 1, &import("_lazy", 1, false, 0)),
        binds(0x3008, 0, 1, &import("_lazy_weak", 2, true, 0)),
    ]
    .concat();
    for (mechanism, binds) in [
        ("bind-opcodes", &eager),
        ("weak-bind-opcodes", &weak),
        ("lazy-bind-opcodes", &lazy),
    ] {
        for bind in binds {
            let becomes = Becomes::Import(bind.import.clone());
            slots.push(draft.slot(mechanism, bind.offset, becomes));
        }
    }
    let streams = [
        opcodes::rebases(1, &places),
        opcodes::binds(&eager),
        opcodes::weak_binds(&weak),
        opcodes::lazy_binds(&lazy),
    ];
    let [rebase, bind, weak, lazy] = streams.map(|stream| draft.table(&stream));
    draft.commands.push(Command::DyldInfo {
        cmd: c::LC_DYLD_INFO_ONLY,
        tables: [rebase, bind, weak, lazy, (0, 0)],
    });
    draft.symtab(&[], None);
    draft.build(slots)
}
