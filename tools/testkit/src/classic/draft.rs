//! What all images with fixups of one mechanism start from, and what a reader must find in them.

use crate::bytes::{Writer, index, len32, len64, off32, put};
use crate::constants as c;
use crate::macho::symtab::{Nlist, Strings, records};
use crate::macho::{Command, Header, MachFile, Section, Segment};
use crate::object::Auth;

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
pub(super) struct Draft {
    pub(super) header: Header,
    pub(super) base: u64,
    pub(super) starts: Option<(&'static str, Vec<u8>)>,
    pub(super) data: Vec<u8>,
    pub(super) linkedit: Writer,
    pub(super) commands: Vec<Command>,
}

impl Draft {
    pub(super) fn new(header: Header, base: u64) -> Self {
        Self {
            header,
            base,
            starts: None,
            data: vec![0; index(DATA_SIZE)],
            linkedit: Writer::new(),
            commands: Vec::new(),
        }
    }

    pub(super) fn library() -> Self {
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
    pub(super) fn place(&self, offset: u64) -> (u64, u64) {
        (self.base + DATA + offset, DATA + offset)
    }

    pub(super) fn slot(&self, mechanism: &'static str, offset: u64, becomes: Becomes) -> Slot {
        let (vmaddr, file_offset) = self.place(offset);
        Slot {
            mechanism,
            vmaddr,
            file_offset,
            becomes,
        }
    }

    pub(super) fn write(&mut self, offset: u64, raw: u64) {
        put(&mut self.data, index(offset), &raw.to_le_bytes());
    }

    pub(super) fn write_short(&mut self, offset: u64, raw: u64) {
        let raw = u32::try_from(raw).expect("a slot of 4 bytes");
        put(&mut self.data, index(offset), &raw.to_le_bytes());
    }

    /// Adds a table to `__LINKEDIT`: its offset and size.
    pub(super) fn table(&mut self, bytes: &[u8]) -> (u32, u32) {
        self.linkedit.align(8);
        let at = off32(LINKEDIT) + len32(self.linkedit.len());
        self.linkedit.bytes(bytes);
        (at, len32(bytes.len()))
    }

    pub(super) fn symtab(&mut self, symbols: &[Nlist], relocations: Option<[(u32, u32); 2]>) {
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

    pub(super) fn build(mut self, slots: Vec<Slot>) -> Classic {
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
