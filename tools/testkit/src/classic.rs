//! Small images with fixups of one mechanism each: opcodes, relocation entries, threads, chains of
//! every format.
//!
//! Encodings: XNU `EXTERNAL_HEADERS/mach-o/loader.h` and `reloc.h`,
//! `osfmk/mach/dyld_kernel_fixups.h`.

pub mod chained;
mod draft;
pub mod firmware;
pub mod opcodes;
mod relocation;
mod thread;

pub use draft::{BASE, Becomes, Classic, DATA, DATA_SIZE, Import, LINKEDIT, STARTS, Slot};
pub use relocation::{Counts, relocations};
pub use thread::{firmware, threaded_binds, threads};

use crate::constants as c;
use crate::macho::Command;

use draft::Draft;
use opcodes::Bind;

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
