//! What a reader must find in a file that a builder made.

use crate::object::Auth;

pub mod location;
mod tsv;

/// Which shape of kernelcache the file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// MH_FILESET that holds the kernel.
    #[default]
    Primary,
    /// MH_FILESET of kexts that are paged in.
    Pageable,
    /// MH_FILESET of third-party kexts, its data before its header.
    Auxiliary,
    /// MH_EXECUTE with kexts in `__PRELINK_TEXT`.
    Prelinked,
    /// One image alone: a kernel, or a kext as a linker leaves it.
    Bare,
    /// MH_FILESET without entries, as m1n1 is wrapped.
    M1n1,
}

/// The whole truth about one built file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Truth {
    /// Shape of the file.
    pub shape: Shape,
    /// vmaddr of the outermost mach header; `None` where no segment maps it.
    pub base: Option<u64>,
    /// Whether file offset = vmaddr - base for every file-backed byte.
    pub linear: bool,
    /// Entry point.
    pub entry: Option<Entry>,
    /// Segments of the outermost image, in load-command order.
    pub segments: Vec<Segment>,
    /// Fileset entries in load-command order.
    pub entries: Vec<FilesetEntry>,
    /// Kexts that the property list names and that have no image.
    pub codeless: Vec<Codeless>,
    /// Sections of every image, in load-command order.
    pub sections: Vec<Section>,
    /// Symbols of every image.
    pub symbols: Vec<Symbol>,
    /// Functions of every image, in ascending order in each.
    pub functions: Vec<Function>,
    /// C strings of every image.
    pub strings: Vec<CString>,
    /// What refers to what, if the builder knows: relocations of code, pointers in data.
    pub references: Vec<Reference>,
    /// Fixup slots, in ascending vmaddr order.
    pub fixups: Vec<Fixup>,
    /// UUID of the outermost image.
    pub uuid: Option<[u8; 16]>,
}

/// The entry point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The thread state's pc.
    pub vmaddr: u64,
    /// Where its first instruction lies in the file.
    pub file_offset: u64,
    /// Name of the segment that holds it.
    pub segment: String,
}

/// A segment as its load command says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Segment {
    /// Name.
    pub name: String,
    /// Address of the first byte.
    pub vmaddr: u64,
    /// Bytes in memory.
    pub vmsize: u64,
    /// First byte in the outermost file.
    pub file_offset: u64,
    /// Bytes in the file.
    pub filesize: u64,
}

/// An image of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilesetEntry {
    /// Entry id.
    pub id: String,
    /// vmaddr of its mach header.
    pub vmaddr: u64,
    /// File offset of its mach header.
    pub file_offset: u64,
    /// Its UUID.
    pub uuid: [u8; 16],
    /// Its segments.
    pub segments: Vec<Segment>,
    /// Its `__LINKEDIT`, if it has one that other images do not share.
    pub linkedit: Option<Segment>,
    /// Version, as the property list or its `kmod_info` says.
    pub version: Option<String>,
    /// Bytes, as the property list says.
    pub size: Option<u64>,
}

/// A kext without code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codeless {
    /// Bundle id.
    pub id: String,
    /// Version.
    pub version: String,
    /// `_PrelinkExecutableLoadAddr` as the property list writes it; `None` if it has no such key.
    pub load_addr: Option<u64>,
}

/// A section as its header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Index into the entries; `None` for the outermost image.
    pub image: Option<usize>,
    /// Name of its segment.
    pub segment: String,
    /// Name.
    pub name: String,
    /// Address of the first byte.
    pub vmaddr: u64,
    /// Bytes in memory.
    pub size: u64,
    /// First byte in the outermost file; `None` if its header has no offset.
    pub file_offset: Option<u64>,
    /// `section_64.flags`.
    pub flags: u32,
}

/// A function, as LC_FUNCTION_STARTS and the sections say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// Index into the entries; `None` for the outermost image.
    pub image: Option<usize>,
    /// vmaddr of its first byte.
    pub vmaddr: u64,
    /// Bytes up to the next function or the end of the section.
    pub size: u64,
}

/// A C string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CString {
    /// Index into the entries; `None` for the outermost image.
    pub image: Option<usize>,
    /// vmaddr of its first byte.
    pub vmaddr: u64,
    /// The bytes before its zero.
    pub text: String,
}

/// How something refers to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReferenceKind {
    /// `bl`.
    Call,
    /// `b`.
    Branch,
    /// `b.cond`, `cbz` and kin.
    Conditional,
    /// `add` after `adrp`.
    Address,
    /// A load after `adrp`.
    Load,
    /// A store after `adrp`.
    Store,
    /// `ldr` with the distance in the word.
    Literal,
    /// A pointer in data.
    Pointer,
}

impl ReferenceKind {
    /// Its name in a table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Branch => "branch",
            Self::Conditional => "conditional",
            Self::Address => "address",
            Self::Load => "load",
            Self::Store => "store",
            Self::Literal => "literal",
            Self::Pointer => "pointer",
        }
    }
}

/// Something that refers to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// vmaddr of the instruction or of the pointer.
    pub from: u64,
    /// The vmaddr that it refers to.
    pub to: u64,
    /// How.
    pub kind: ReferenceKind,
}

/// A defined symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Index into the entries; `None` for the outermost image.
    pub image: Option<usize>,
    /// Name.
    pub name: String,
    /// vmaddr.
    pub vmaddr: u64,
    /// Whether it is external.
    pub external: bool,
    /// `SEGMENT,SECTION` that its record names; `None` for an absolute one.
    pub section: Option<String>,
}

/// One slot of a fixup chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fixup {
    /// The slot's vmaddr.
    pub vmaddr: u64,
    /// The slot's place in the file.
    pub file_offset: u64,
    /// What it points to: a vmaddr of the collection named by `cache_level`.
    pub target: u64,
    /// 0 primary, 1 pageable, 3 auxiliary.
    pub cache_level: u8,
    /// How it is signed, if it is.
    pub auth: Option<Auth>,
}

/// A built file and the truth about it.
#[derive(Debug, Clone, Default)]
pub struct Built {
    /// The file.
    pub bytes: Vec<u8>,
    /// What is in it.
    pub truth: Truth,
}

impl Truth {
    /// The file offset of a vmaddr by the slow, obvious rule: the first segment in load-command
    /// order whose file-backed part holds it. The oracle for translation tests.
    pub fn file_offset(&self, vmaddr: u64) -> Option<u64> {
        self.segments.iter().find_map(|segment| {
            let into = vmaddr.checked_sub(segment.vmaddr)?;
            (into < segment.filesize.min(segment.vmsize)).then(|| segment.file_offset + into)
        })
    }

    /// The id of an image; `None` for the outermost one.
    pub fn id(&self, image: Option<usize>) -> Option<&str> {
        image.map(|image| self.entries[image].id.as_str())
    }
}
