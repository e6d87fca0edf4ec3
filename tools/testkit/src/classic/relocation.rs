//! Images with the relocation entries of `LC_DYSYMTAB`.

use crate::bytes::{index, put};
use crate::classic::draft::{BASE, Becomes, Classic, DATA, Draft, Import, Slot};
use crate::constants as c;
use crate::macho::Header;
use crate::macho::symtab::Nlist;

/// `relocation_info`: address, symbol or section, external, length as a power of two.
fn relocation(address: u64, symbol: u32, external: bool, length: u32) -> [u8; 8] {
    let info = symbol | length << 25 | u32::from(external) << 27;
    let mut entry = [0; 8];
    let address = u32::try_from(address & 0xffff_ffff).expect("32 bits");
    put(&mut entry, 0, &address.to_le_bytes());
    put(&mut entry, 4, &info.to_le_bytes());
    entry
}

/// What `r_address` counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// A kext: both tables from its base.
    Kext,
    /// A static x86_64 kernel: from its first writable segment, and backwards.
    Kernel,
}

/// An image with local and external relocation entries.
pub fn relocations(counts: Counts) -> Classic {
    let (header, base, from) = match counts {
        Counts::Kext => (
            Header {
                filetype: c::MH_KEXT_BUNDLE,
                ..Header::default()
            },
            0,
            0,
        ),
        Counts::Kernel => (
            Header {
                cputype: c::CPU_TYPE_X86_64,
                cpusubtype: 3,
                filetype: c::MH_EXECUTE,
                ..Header::default()
            },
            BASE,
            DATA,
        ),
    };
    let mut draft = Draft::new(header, base);
    let (mut local, mut external, mut slots) = (Vec::new(), Vec::new(), Vec::new());
    for offset in [8, 0, 0x14, 0x3ff8] {
        let target = base + DATA + 0x100 + offset;
        draft.write(offset, target);
        local.extend(relocation(DATA + offset - from, 1, false, 3));
        slots.push(draft.slot("local-relocations", offset, Becomes::Pointer(target, None)));
    }
    if counts == Counts::Kernel {
        // A short pointer, and one below what the entries count from.
        put(&mut draft.data, 0x40, &0x1234_5678_u32.to_le_bytes());
        local.extend(relocation(0x40, 1, false, 2));
        slots.push(draft.slot(
            "local-relocations",
            0x40,
            Becomes::Pointer(0x1234_5678, None),
        ));
        let offset = 0x2000;
        local.extend(relocation(0_u64.wrapping_sub(offset), 1, false, 3));
        slots.push(Slot {
            mechanism: "local-relocations",
            vmaddr: base + DATA - offset,
            file_offset: DATA - offset,
            becomes: Becomes::Pointer(0, None),
        });
    }
    let symbol = |name: &str, n_desc| Nlist {
        name: name.to_owned(),
        n_type: c::N_UNDF | c::N_EXT,
        n_sect: 0,
        n_desc,
        n_value: 0,
    };
    let symbols = [symbol("_IOLog", 0), symbol("_maybe", 0x40)];
    for (offset, number, addend) in [(0x1000, 0, 0_i64), (0x1008, 1, 16), (0x1014, 0, -4)] {
        draft.write(offset, u64::from_le_bytes(addend.to_le_bytes()));
        external.extend(relocation(DATA + offset - from, number, true, 3));
        let becomes = Becomes::Import(Import {
            name: symbols[index(number.into())].name.clone(),
            library: -2,
            weak: number == 1,
            addend,
        });
        slots.push(draft.slot("external-relocations", offset, becomes));
    }
    let tables = [draft.table(&local), draft.table(&external)];
    draft.symtab(&symbols, Some(tables));
    draft.build(slots)
}
