//! Images with threads of slots.

use crate::bytes::{Writer, len32, off32};
use crate::classic::draft::{BASE, Becomes, Classic, DATA, Draft, Import, Slot};
use crate::classic::opcodes;
use crate::constants as c;
use crate::fixups;
use crate::macho::{Command, Header};
use crate::object::Auth;
use crate::truth::Fixup;

/// The slots of a thread: place in `__DATA`, target, signature.
const THREADS: [&[(u64, u64, Option<Auth>)]; 2] = [
    &[
        (0x18, 0x1000, None),
        (0x20, 0x5008, AUTH),
        (0x1ff8, 0, None),
        (0x3fe8, 0x4018, None),
    ],
    &[(0x28, 0x2000, AUTH)],
];
/// How the signed ones are signed.
pub(super) const AUTH: Option<Auth> = Some(Auth {
    key: 2,
    diversity: 0xbeef,
    address_diversity: true,
});

/// Writes threads in arm64e slots of this stride; the slots in order and each thread's start.
fn write_threads(draft: &mut Draft, mechanism: &'static str, stride: u64) -> (Vec<Slot>, Vec<u32>) {
    let format = match stride {
        8 => c::DYLD_CHAINED_PTR_ARM64E,
        _ => c::DYLD_CHAINED_PTR_ARM64E_KERNEL,
    };
    let (mut slots, mut starts) = (Vec::new(), Vec::new());
    for thread in THREADS {
        starts.push(off32(DATA + thread[0].0));
        for (number, &(offset, target, auth)) in thread.iter().enumerate() {
            let next = thread
                .get(number + 1)
                .map_or(0, |next| (next.0 - offset) / stride);
            let (vmaddr, file_offset) = draft.place(offset);
            let fixup = Fixup {
                vmaddr,
                file_offset,
                target: draft.base + target,
                cache_level: 0,
                auth,
            };
            let raw = fixups::encode_thread(format, &fixup, next, draft.base);
            draft.write(offset, raw);
            slots.push(draft.slot(mechanism, offset, Becomes::Pointer(fixup.target, auth)));
        }
    }
    (slots, starts)
}

/// A static kernel with `__thread_starts` and slots that are 4 or 8 bytes apart at least.
pub fn threads(stride: u64) -> Classic {
    let header = Header {
        cpusubtype: 2,
        ..Header::default()
    };
    let mut draft = Draft::new(header, c::MACOS_BASE);
    let (slots, starts) = write_threads(&mut draft, "thread-starts", stride);
    let mut table = Writer::new();
    table.u32(u32::from(stride == 8));
    for start in starts {
        table.u32(start);
    }
    // The linker's reserve (dyld MachOAnalyzer.cpp, adjustStartsCount).
    table.u32(u32::MAX).u32(u32::MAX);
    draft.starts = Some(("__thread_starts", table.into_bytes()));
    draft.build(slots)
}

/// Firmware with `__chain_starts` of format 1.
pub fn firmware() -> Classic {
    let header = Header {
        cpusubtype: 2,
        ..Header::default()
    };
    let mut draft = Draft::new(header, BASE);
    let (slots, starts) = write_threads(&mut draft, "chain-starts", 8);
    let mut table = Writer::new();
    table
        .u32(c::DYLD_CHAINED_PTR_ARM64E.into())
        .u32(len32(starts.len()));
    for start in starts {
        table.u32(start);
    }
    draft.starts = Some(("__chain_starts", table.into_bytes()));
    draft.build(slots)
}

/// A library of the first arm64e kind: a table of imports and threads in the bind opcodes.
pub fn threaded_binds() -> Classic {
    let mut draft = Draft::library();
    draft.header.cpusubtype = 2;
    let (mut slots, starts) = write_threads(&mut draft, "threaded-bind", 8);
    let import = |name: &str, library, addend| Import {
        name: name.to_owned(),
        library,
        weak: false,
        addend,
    };
    let table = [import("_first", 1, 0), import("_second", 2, 8)];
    // The last thread's one slot binds the second import, signed; the slot before it the first.
    let ordinal = |ordinal: u64| 1 << 62 | ordinal;
    draft.write(0x28, 1 << 63 | ordinal(1));
    draft.write(0x3fe8, ordinal(0));
    for slot in &mut slots {
        match slot.file_offset - DATA {
            0x28 => slot.becomes = Becomes::Import(table[1].clone()),
            0x3fe8 => slot.becomes = Becomes::Import(table[0].clone()),
            _ => {}
        }
    }
    let places: Vec<u64> = starts
        .iter()
        .map(|start| u64::from(*start) - DATA)
        .collect();
    let stream = draft.table(&opcodes::threads(&table, 1, &places));
    draft.commands.push(Command::DyldInfo {
        cmd: c::LC_DYLD_INFO_ONLY,
        tables: [(0, 0), stream, (0, 0), (0, 0), (0, 0)],
    });
    draft.symtab(&[], None);
    draft.build(slots)
}
