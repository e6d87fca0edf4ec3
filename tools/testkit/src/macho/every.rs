//! A file with one of each load command, all of them well formed.

use std::collections::BTreeMap;

use crate::bytes::{len32, len64, off32};
use crate::constants as c;
use crate::macho::symtab::{Nlist, Strings, function_starts, records};
use crate::macho::trie::{self, Export};
use crate::macho::{Command, Header, MachFile, Section, Segment, Thread, header_bytes};

/// Where the contents start; the header and commands fit before.
const TEXT: u64 = 0x1000;
/// Bytes of code.
const CODE: [u32; 4] = [0xd503_237f, 0xd280_0000, 0xd503_23ff, 0xd65f_03c0];

/// The commands that take `linkedit_data_command` and whose contents need not be anything.
const OPAQUE: [u32; 6] = [
    c::LC_CODE_SIGNATURE,
    c::LC_SEGMENT_SPLIT_INFO,
    c::LC_DATA_IN_CODE,
    c::LC_DYLIB_CODE_SIGN_DRS,
    c::LC_LINKER_OPTIMIZATION_HINT,
    c::LC_ATOM_INFO,
];

/// Commands of one dylib.
const DYLIBS: [u32; 6] = [
    c::LC_LOAD_DYLIB,
    c::LC_ID_DYLIB,
    c::LC_LOAD_WEAK_DYLIB,
    c::LC_REEXPORT_DYLIB,
    c::LC_LAZY_LOAD_DYLIB,
    c::LC_LOAD_UPWARD_DYLIB,
];

/// Commands of one string.
const TEXTS: [u32; 8] = [
    c::LC_LOAD_DYLINKER,
    c::LC_ID_DYLINKER,
    c::LC_DYLD_ENVIRONMENT,
    c::LC_RPATH,
    c::LC_SUB_FRAMEWORK,
    c::LC_SUB_UMBRELLA,
    c::LC_SUB_CLIENT,
    c::LC_SUB_LIBRARY,
];

/// The makes of file that share the commands: each takes what LLVM's reader allows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Make {
    /// MH_EXECUTE with LC_MAIN.
    Executable,
    /// MH_EXECUTE with LC_UNIXTHREAD, its exports in a trie alone.
    Kernel,
    /// MH_DYLIB.
    Library,
    /// All commands at once, which no strict reader of their meaning allows.
    Everything,
}

impl Make {
    fn takes(self, cmd: u32) -> bool {
        let obsolete = matches!(
            cmd,
            c::LC_PREBOUND_DYLIB | c::LC_IDENT | c::LC_PREBIND_CKSUM
        );
        let minima = [
            c::LC_VERSION_MIN_MACOSX,
            c::LC_VERSION_MIN_IPHONEOS,
            c::LC_VERSION_MIN_TVOS,
            c::LC_VERSION_MIN_WATCHOS,
        ];
        // One minimal version a file.
        let (minimum, refused): (u32, &[u32]) = match self {
            Self::Everything => return true,
            Self::Executable => (
                minima[0],
                &[c::LC_ID_DYLIB, c::LC_ID_DYLINKER, c::LC_UNIXTHREAD],
            ),
            Self::Kernel => (
                minima[1],
                &[
                    c::LC_ID_DYLIB,
                    c::LC_ID_DYLINKER,
                    c::LC_MAIN,
                    c::LC_DYLD_INFO_ONLY,
                ],
            ),
            Self::Library => (
                minima[2],
                &[
                    c::LC_ID_DYLINKER,
                    c::LC_MAIN,
                    c::LC_UNIXTHREAD,
                    c::LC_LOAD_DYLINKER,
                ],
            ),
        };
        !obsolete && !refused.contains(&cmd) && (cmd == minimum || !minima.contains(&cmd))
    }
}

/// The file's bytes, a little over 8 KiB.
pub fn build(make: Make) -> Vec<u8> {
    let code: Vec<u8> = CODE.iter().flat_map(|word| word.to_le_bytes()).collect();
    let base = 0x1_0000_0000;
    let mut linkedit = Vec::new();
    let at = |linkedit: &Vec<u8>| off32(2 * TEXT + len64(linkedit.len()));

    let mut strings = Strings::default();
    let symbols = [
        nlist("_local", c::N_SECT, 1, base + TEXT),
        nlist("_main", c::N_SECT | c::N_EXT, 1, base + TEXT + 4),
        nlist("_absolute", c::N_ABS | c::N_EXT, 0, 42),
        nlist("_missing", c::N_UNDF | c::N_EXT, 0, 0),
    ];
    let symoff = at(&linkedit);
    linkedit.extend(records(&symbols, &mut strings));
    let stroff = at(&linkedit);
    let strings = strings.into_bytes();
    let strsize = len32(strings.len());
    linkedit.extend(strings);

    let starts = function_starts(&[TEXT, TEXT + 8]);
    let starts_at = (at(&linkedit), len32(starts.len()));
    linkedit.extend(starts);

    let export = |vmoffset| Export::Regular { flags: 0, vmoffset };
    let mut exports = BTreeMap::new();
    exports.insert("_main".to_owned(), export(TEXT + 4));
    exports.insert("_mainframe".to_owned(), export(TEXT + 8));
    exports.insert(
        "_again".to_owned(),
        Export::Reexport {
            ordinal: 1,
            name: "_main".to_owned(),
        },
    );
    exports.insert(
        "_lazy".to_owned(),
        Export::Resolver {
            stub: TEXT,
            resolver: TEXT + 4,
        },
    );
    let trie = trie::build(&exports);
    let trie_at = (at(&linkedit), len32(trie.len()));
    linkedit.extend(trie);

    let opaque_at = at(&linkedit);
    linkedit.extend([0; 8 * OPAQUE.len()]);

    let data = |cmd, (dataoff, datasize)| Command::LinkeditData {
        cmd,
        dataoff,
        datasize,
    };
    let mut commands = segments(base, len64(linkedit.len()));
    commands.push(Command::Symtab {
        symoff,
        nsyms: len32(symbols.len()),
        stroff,
        strsize,
    });
    let mut dysymtab = [0; 18];
    dysymtab[..6].copy_from_slice(&[0, 1, 1, 2, 3, 1]);
    commands.push(Command::Dysymtab(dysymtab));
    commands.push(data(c::LC_FUNCTION_STARTS, starts_at));
    commands.push(data(c::LC_DYLD_EXPORTS_TRIE, trie_at));
    let places = (opaque_at..).step_by(8).map(|place| (place, 8));
    commands.extend(
        OPAQUE
            .iter()
            .zip(places)
            .map(|(cmd, place)| data(*cmd, place)),
    );
    commands.extend(DYLIBS.iter().map(|cmd| Command::Dylib {
        cmd: *cmd,
        name: "/usr/lib/libSystem.B.dylib".to_owned(),
        timestamp: 2,
        current: 0x0547_0000,
        compatibility: 0x0001_0000,
    }));
    commands.extend(TEXTS.iter().map(|cmd| Command::Text {
        cmd: *cmd,
        text: "text".to_owned(),
    }));
    commands.extend(rest(base));
    commands.retain(|command| make.takes(command.kind()));
    let filetype = if make == Make::Library {
        c::MH_DYLIB
    } else {
        c::MH_EXECUTE
    };
    let header = Header {
        filetype,
        flags: c::MH_PIE,
        ..Header::default()
    };
    assert!(
        len64(header_bytes(&header, &commands).len()) <= TEXT,
        "commands fit"
    );
    let contents = vec![(TEXT, code), (2 * TEXT, linkedit)];
    MachFile {
        header,
        commands,
        contents,
        min_len: 0,
    }
    .build()
}

fn nlist(name: &str, n_type: u8, n_sect: u8, n_value: u64) -> Nlist {
    Nlist {
        name: name.to_owned(),
        n_type,
        n_sect,
        n_desc: 0,
        n_value,
    }
}

fn segments(base: u64, linkedit: u64) -> Vec<Command> {
    let text = Section {
        name: "__text".to_owned(),
        segment: "__TEXT".to_owned(),
        addr: base + TEXT,
        size: 16,
        offset: off32(TEXT),
        align: 2,
        flags: c::S_ATTR_PURE_INSTRUCTIONS | c::S_ATTR_SOME_INSTRUCTIONS,
        ..Section::default()
    };
    let bss = Section {
        name: "__bss".to_owned(),
        segment: "__DATA".to_owned(),
        addr: base + 2 * TEXT,
        size: 0x100,
        flags: c::S_ZEROFILL,
        ..Section::default()
    };
    let segment = |name: &str, place: [u64; 4], protection, sections| {
        let [vmaddr, vmsize, fileoff, filesize] = place;
        Command::Segment(Segment {
            name: name.to_owned(),
            vmaddr,
            vmsize,
            fileoff,
            filesize,
            maxprot: protection,
            initprot: protection,
            flags: 0,
            sections,
        })
    };
    let (r, w, x) = (c::VM_PROT_READ, c::VM_PROT_WRITE, c::VM_PROT_EXECUTE);
    vec![
        segment("__PAGEZERO", [0, base, 0, 0], 0, Vec::new()),
        segment("__TEXT", [base, 2 * TEXT, 0, 2 * TEXT], r | x, vec![text]),
        segment(
            "__DATA",
            [base + 2 * TEXT, TEXT, 2 * TEXT, 0],
            r | w,
            vec![bss],
        ),
        segment(
            "__LINKEDIT",
            [base + 3 * TEXT, TEXT, 2 * TEXT, linkedit],
            r,
            Vec::new(),
        ),
    ]
}

/// The commands that come alone.
fn rest(base: u64) -> Vec<Command> {
    let state = Box::new(Thread {
        x: std::array::from_fn(|n| 0x1000 + len64(n)),
        sp: 0x2000,
        pc: base + TEXT,
        cpsr: 0x3c5,
        flags: 1,
    });
    let mut out = vec![
        Command::Thread {
            cmd: c::LC_UNIXTHREAD,
            state: state.clone(),
        },
        Command::Thread {
            cmd: c::LC_THREAD,
            state,
        },
        Command::Main {
            entryoff: TEXT + 4,
            stacksize: 0x4000,
        },
        Command::Uuid(*b"testkit every  1"),
        Command::BuildVersion {
            platform: c::PLATFORM_MACOS,
            minos: 0x000b_0000,
            sdk: 0x000f_0201,
            tools: vec![(3, 0x0467_0100), (1, 0x0001_0203)],
        },
        Command::SourceVersion(11417 << 40 | 101 << 30 | 15 << 20),
        Command::DyldInfo {
            cmd: c::LC_DYLD_INFO_ONLY,
            tables: [(0, 0); 5],
        },
        Command::PreboundDylib {
            name: "old".to_owned(),
            modules: vec![1],
            nmodules: 1,
        },
        Command::LinkerOption(vec!["-framework".to_owned(), "IOKit".to_owned()]),
        Command::EncryptionInfo {
            cryptoff: off32(TEXT),
            cryptsize: 16,
            cryptid: 0,
        },
        Command::Routines {
            init_address: base + TEXT,
            init_module: 0,
        },
        Command::TwolevelHints {
            offset: 0,
            nhints: 0,
        },
        Command::PrebindChecksum(0x1234_5678),
        Command::Note {
            owner: "testkit".to_owned(),
            offset: TEXT + 0x100,
            size: 16,
        },
        Command::Raw {
            cmd: c::LC_IDENT,
            body: vec![0; 8],
        },
        Command::Raw {
            cmd: 0x7f,
            body: vec![0xaa; 16],
        },
    ];
    out.extend(
        [
            c::LC_VERSION_MIN_MACOSX,
            c::LC_VERSION_MIN_IPHONEOS,
            c::LC_VERSION_MIN_TVOS,
            c::LC_VERSION_MIN_WATCHOS,
        ]
        .map(|cmd| Command::VersionMin {
            cmd,
            version: 0x000a_0f00,
            sdk: 0x000a_0f06,
        }),
    );
    out
}
