//! One variant per load command of `loader.h` that a 64-bit arm64 file can carry, and `Raw`.

use crate::bytes::{Writer, len32};
use crate::constants::{
    ARM_THREAD_STATE64, ARM_THREAD_STATE64_COUNT, LC_BUILD_VERSION, LC_DYSYMTAB,
    LC_ENCRYPTION_INFO_64, LC_FILESET_ENTRY, LC_LINKER_OPTION, LC_MAIN, LC_NOTE, LC_PREBIND_CKSUM,
    LC_PREBOUND_DYLIB, LC_ROUTINES_64, LC_SEGMENT_64, LC_SOURCE_VERSION, LC_SYMTAB,
    LC_TWOLEVEL_HINTS, LC_UUID,
};

/// `section_64`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    /// `sectname`, at most 16 bytes.
    pub name: String,
    /// `segname`, at most 16 bytes.
    pub segment: String,
    /// `addr`.
    pub addr: u64,
    /// `size` in bytes.
    pub size: u64,
    /// `offset` in the outermost file.
    pub offset: u32,
    /// `align`, a power of two's exponent.
    pub align: u32,
    /// `reloff`.
    pub reloff: u32,
    /// `nreloc`.
    pub nreloc: u32,
    /// `flags`.
    pub flags: u32,
    /// `reserved1` to `reserved3`.
    pub reserved: [u32; 3],
}

/// `segment_command_64` with its sections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Segment {
    /// `segname`, at most 16 bytes.
    pub name: String,
    /// `vmaddr`.
    pub vmaddr: u64,
    /// `vmsize` in bytes.
    pub vmsize: u64,
    /// `fileoff` in the outermost file.
    pub fileoff: u64,
    /// `filesize` in bytes.
    pub filesize: u64,
    /// `maxprot`.
    pub maxprot: u32,
    /// `initprot`.
    pub initprot: u32,
    /// `flags`.
    pub flags: u32,
    /// The section headers.
    pub sections: Vec<Section>,
}

/// `arm_thread_state64_t`: x0 to x28, fp, lr, sp, pc, cpsr, flags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// x0 to x28, fp (x29), lr (x30).
    pub x: [u64; 31],
    /// Stack pointer.
    pub sp: u64,
    /// Program counter: the entry point.
    pub pc: u64,
    /// Current program status register.
    pub cpsr: u32,
    /// `__opaque_flags` / pad.
    pub flags: u32,
}

impl Thread {
    /// All registers zero but pc.
    pub fn at(pc: u64) -> Self {
        Self {
            x: [0; 31],
            sp: 0,
            pc,
            cpsr: 0,
            flags: 0,
        }
    }
}

/// A load command.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "field names are those of loader.h")]
pub enum Command {
    Segment(Segment),
    Symtab {
        symoff: u32,
        nsyms: u32,
        stroff: u32,
        strsize: u32,
    },
    /// The eighteen fields of `dysymtab_command` in order.
    Dysymtab([u32; 18]),
    /// `LC_THREAD` or `LC_UNIXTHREAD` with one ARM_THREAD_STATE64.
    Thread {
        cmd: u32,
        state: Box<Thread>,
    },
    Main {
        entryoff: u64,
        stacksize: u64,
    },
    Uuid([u8; 16]),
    /// `tools` are pairs of tool and version.
    BuildVersion {
        platform: u32,
        minos: u32,
        sdk: u32,
        tools: Vec<(u32, u32)>,
    },
    SourceVersion(u64),
    /// `LC_VERSION_MIN_*`.
    VersionMin {
        cmd: u32,
        version: u32,
        sdk: u32,
    },
    /// Any `linkedit_data_command`.
    LinkeditData {
        cmd: u32,
        dataoff: u32,
        datasize: u32,
    },
    /// `LC_DYLD_INFO(_ONLY)`: rebase, bind, weak, lazy, export as offset and size.
    DyldInfo {
        cmd: u32,
        tables: [(u32, u32); 5],
    },
    /// Any `dylib_command`.
    Dylib {
        cmd: u32,
        name: String,
        timestamp: u32,
        current: u32,
        compatibility: u32,
    },
    /// A command that holds one string: dylinker, rpath, sub-framework and kin.
    Text {
        cmd: u32,
        text: String,
    },
    PreboundDylib {
        name: String,
        modules: Vec<u8>,
        nmodules: u32,
    },
    LinkerOption(Vec<String>),
    EncryptionInfo {
        cryptoff: u32,
        cryptsize: u32,
        cryptid: u32,
    },
    Routines {
        init_address: u64,
        init_module: u64,
    },
    TwolevelHints {
        offset: u32,
        nhints: u32,
    },
    PrebindChecksum(u32),
    Note {
        owner: String,
        offset: u64,
        size: u64,
    },
    FilesetEntry {
        vmaddr: u64,
        fileoff: u64,
        entry_id: String,
    },
    /// `cmd`, then a body written as it is; cmdsize is 8 + its length.
    Raw {
        cmd: u32,
        body: Vec<u8>,
    },
}

impl Command {
    /// `cmd`.
    pub fn kind(&self) -> u32 {
        self.encode_body(&mut Writer::new())
    }

    /// Appends the command. Everything but `Raw` is padded to 8 bytes.
    pub fn encode(&self, out: &mut Writer) {
        let mut body = Writer::new();
        let cmd = self.encode_body(&mut body);
        if !matches!(self, Self::Raw { .. }) {
            body.align(8);
        }
        out.u32(cmd)
            .u32(len32(body.len() + 8))
            .bytes(body.as_bytes());
    }

    /// Writes what follows cmd and cmdsize, and returns cmd.
    fn encode_body(&self, b: &mut Writer) -> u32 {
        match self {
            Self::Segment(segment) => {
                segment.encode_body(b);
                LC_SEGMENT_64
            }
            Self::Symtab {
                symoff,
                nsyms,
                stroff,
                strsize,
            } => {
                b.u32(*symoff).u32(*nsyms).u32(*stroff).u32(*strsize);
                LC_SYMTAB
            }
            Self::Dysymtab(fields) => {
                for field in fields {
                    b.u32(*field);
                }
                LC_DYSYMTAB
            }
            Self::Thread { cmd, state } => {
                b.u32(ARM_THREAD_STATE64).u32(ARM_THREAD_STATE64_COUNT);
                for x in state.x {
                    b.u64(x);
                }
                b.u64(state.sp)
                    .u64(state.pc)
                    .u32(state.cpsr)
                    .u32(state.flags);
                *cmd
            }
            Self::Main {
                entryoff,
                stacksize,
            } => {
                b.u64(*entryoff).u64(*stacksize);
                LC_MAIN
            }
            Self::Uuid(uuid) => {
                b.bytes(uuid);
                LC_UUID
            }
            Self::BuildVersion {
                platform,
                minos,
                sdk,
                tools,
            } => {
                b.u32(*platform)
                    .u32(*minos)
                    .u32(*sdk)
                    .u32(len32(tools.len()));
                for (tool, version) in tools {
                    b.u32(*tool).u32(*version);
                }
                LC_BUILD_VERSION
            }
            Self::SourceVersion(version) => {
                b.u64(*version);
                LC_SOURCE_VERSION
            }
            Self::VersionMin { cmd, version, sdk } => {
                b.u32(*version).u32(*sdk);
                *cmd
            }
            Self::LinkeditData {
                cmd,
                dataoff,
                datasize,
            } => {
                b.u32(*dataoff).u32(*datasize);
                *cmd
            }
            Self::DyldInfo { cmd, tables } => {
                for (offset, size) in tables {
                    b.u32(*offset).u32(*size);
                }
                *cmd
            }
            Self::Dylib {
                cmd,
                name,
                timestamp,
                current,
                compatibility,
            } => {
                b.u32(24)
                    .u32(*timestamp)
                    .u32(*current)
                    .u32(*compatibility)
                    .cstr(name);
                *cmd
            }
            Self::Text { cmd, text } => {
                b.u32(12).cstr(text);
                *cmd
            }
            Self::PreboundDylib {
                name,
                modules,
                nmodules,
            } => {
                b.u32(20)
                    .u32(*nmodules)
                    .u32(20 + len32(name.len() + 1))
                    .cstr(name)
                    .bytes(modules);
                LC_PREBOUND_DYLIB
            }
            Self::LinkerOption(options) => {
                b.u32(len32(options.len()));
                for option in options {
                    b.cstr(option);
                }
                LC_LINKER_OPTION
            }
            Self::EncryptionInfo {
                cryptoff,
                cryptsize,
                cryptid,
            } => {
                b.u32(*cryptoff).u32(*cryptsize).u32(*cryptid).u32(0);
                LC_ENCRYPTION_INFO_64
            }
            Self::Routines {
                init_address,
                init_module,
            } => {
                b.u64(*init_address).u64(*init_module).zeros(48);
                LC_ROUTINES_64
            }
            Self::TwolevelHints { offset, nhints } => {
                b.u32(*offset).u32(*nhints);
                LC_TWOLEVEL_HINTS
            }
            Self::PrebindChecksum(sum) => {
                b.u32(*sum);
                LC_PREBIND_CKSUM
            }
            Self::Note {
                owner,
                offset,
                size,
            } => {
                b.name16(owner).u64(*offset).u64(*size);
                LC_NOTE
            }
            Self::FilesetEntry {
                vmaddr,
                fileoff,
                entry_id,
            } => {
                b.u64(*vmaddr).u64(*fileoff).u32(32).u32(0).cstr(entry_id);
                LC_FILESET_ENTRY
            }
            Self::Raw { cmd, body } => {
                b.bytes(body);
                *cmd
            }
        }
    }
}

impl Segment {
    fn encode_body(&self, b: &mut Writer) {
        b.name16(&self.name)
            .u64(self.vmaddr)
            .u64(self.vmsize)
            .u64(self.fileoff)
            .u64(self.filesize)
            .u32(self.maxprot)
            .u32(self.initprot)
            .u32(len32(self.sections.len()))
            .u32(self.flags);
        for section in &self.sections {
            b.name16(&section.name)
                .name16(&section.segment)
                .u64(section.addr)
                .u64(section.size)
                .u32(section.offset)
                .u32(section.align)
                .u32(section.reloff)
                .u32(section.nreloc)
                .u32(section.flags);
            for reserved in section.reserved {
                b.u32(reserved);
            }
        }
    }
}
