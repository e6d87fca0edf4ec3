//! The checked-in tables are what LLVM's assembler makes of the assembly beside them.
//!
//! `TESTKIT_BLESS=1 cargo test -p testkit --test assembly` writes the tables anew.

use std::path::{Path, PathBuf};
use std::process::Command;

use object::LittleEndian;
use object::macho;
use object::read::macho::{MachHeader, MachOFile64, Nlist, Section, Segment};
use testkit::object::{Auth, Object, ObjectSection, ObjectSymbol, Reloc, RelocKind};

fn source_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/src")
}

fn assemble(name: &str) -> Vec<u8> {
    let source = source_dir().join(format!("{name}.s"));
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.o"));
    let status = Command::new("llvm-mc-22")
        .args([
            "-triple=arm64e-apple-macos",
            "--mattr=+v8.5a,+lse,+crc,+pauth",
        ])
        .args(["-filetype=obj", "-o"])
        .arg(&out)
        .arg(&source)
        .status()
        .expect("llvm-mc-22 runs (Debian package llvm-22; `cargo xtask test` installs it)");
    assert!(status.success(), "llvm-mc-22 refused {name}.s");
    std::fs::read(out).expect("the object was written")
}

fn read_object(bytes: &[u8]) -> Object {
    let file: MachOFile64<'_, LittleEndian> = MachOFile64::parse(bytes).expect("object parses it");
    let endian = LittleEndian;
    let header = file.macho_header();
    let mut commands = header.load_commands(endian, bytes, 0).expect("commands");
    let mut raw = Vec::new();
    let mut nlists = Vec::new();
    while let Some(command) = commands.next().expect("command") {
        if let Some((segment, data)) =
            macho::SegmentCommand64::from_command(command).expect("segment")
        {
            raw.extend(
                segment
                    .sections(endian, data)
                    .expect("sections")
                    .iter()
                    .copied(),
            );
        }
        if let Some(symtab) = command.symtab().expect("symtab") {
            let table = symtab
                .symbols::<macho::MachHeader64<LittleEndian>, _>(endian, bytes)
                .expect("symbols");
            for nlist in table.iter() {
                let name = nlist.name(endian, table.strings()).expect("name");
                nlists.push((String::from_utf8(name.to_vec()).expect("UTF-8"), *nlist));
            }
        }
    }
    // The assembler always opens an empty __TEXT,__text of its own; leave it out.
    let keep: Vec<usize> = (0..raw.len())
        .filter(|i| raw[*i].size.get(endian) != 0)
        .collect();
    let mut object = Object::default();
    let mut kept_symbol = Vec::new();
    for (name, nlist) in &nlists {
        // LLVM names the start of each section for itself.
        if name.starts_with("ltmp") {
            kept_symbol.push(None);
            continue;
        }
        kept_symbol.push(Some(object.symbols.len()));
        let section = usize::from(nlist.n_sect).checked_sub(1);
        let value = section.map_or(0, |s| nlist.n_value.get(endian) - raw[s].addr.get(endian));
        object.symbols.push(ObjectSymbol {
            name: name.clone(),
            section: section.map(|s| {
                keep.iter()
                    .position(|k| *k == s)
                    .expect("symbol in a kept section")
            }),
            value,
            external: (nlist.n_type & macho::N_EXT).0 != 0,
        });
    }
    for i in keep {
        let section = &raw[i];
        let data = section
            .data(endian, bytes, section.offset.get(endian).into())
            .expect("data")
            .to_vec();
        object.sections.push(ObjectSection {
            segment: name_of(section.segment_name()),
            name: name_of(section.name()),
            align: section.align.get(endian),
            flags: section.flags.get(endian).0,
            size: section.size.get(endian),
            relocs: relocations(section, bytes, &data, &kept_symbol),
            data,
        });
    }
    for section in &mut object.sections {
        clear_slots(section);
    }
    object
}

fn name_of(name: &[u8]) -> String {
    String::from_utf8(name.to_vec()).expect("UTF-8")
}

fn relocations(
    section: &macho::Section64<LittleEndian>,
    bytes: &[u8],
    data: &[u8],
    kept_symbol: &[Option<usize>],
) -> Vec<Reloc> {
    let mut out = Vec::new();
    let mut addend = 0;
    for reloc in section
        .relocations(LittleEndian, bytes)
        .expect("relocations")
    {
        let info = reloc.info(LittleEndian);
        if info.r_type == macho::ARM64_RELOC_ADDEND {
            addend = i64::from(info.r_symbolnum);
            continue;
        }
        assert!(info.r_extern, "relocations go by symbol");
        let at = usize::try_from(info.r_address).expect("small");
        let slot = || u64::from_le_bytes(data[at..at + 8].try_into().expect("8 bytes"));
        let kind = match info.r_type {
            macho::ARM64_RELOC_BRANCH26 => RelocKind::Branch26,
            macho::ARM64_RELOC_PAGE21 => RelocKind::Page21,
            macho::ARM64_RELOC_PAGEOFF12 => RelocKind::PageOff12,
            macho::ARM64_RELOC_UNSIGNED => {
                addend = testkit::bytes::signed(slot());
                RelocKind::Pointer
            }
            // addend:32 diversity:16 addrDiv:1 key:2 ... auth:1, as in fixup-chains.h.
            macho::ARM64_RELOC_AUTHENTICATED_POINTER => {
                let value = slot();
                assert_eq!(value >> 63, 1, "the assembler marks signed pointers");
                addend = testkit::bytes::signed(value << 32) >> 32;
                RelocKind::Auth(Auth {
                    key: ((value >> 49) & 3) as u8,
                    diversity: ((value >> 32) & 0xffff) as u16,
                    address_diversity: (value >> 48) & 1 != 0,
                })
            }
            other => panic!("relocation type {other}"),
        };
        let number = usize::try_from(info.r_symbolnum).expect("small");
        let symbol = kept_symbol[number].expect("no relocation by a section's start");
        let offset = u64::from(info.r_address);
        out.push(Reloc {
            offset,
            kind,
            symbol,
            addend,
        });
        addend = 0;
    }
    out.sort_by_key(|reloc| reloc.offset);
    out
}

/// The table holds zeros where the linker writes a pointer.
fn clear_slots(section: &mut ObjectSection) {
    for reloc in &section.relocs {
        if matches!(reloc.kind, RelocKind::Pointer | RelocKind::Auth(_)) {
            let at = usize::try_from(reloc.offset).expect("small");
            section.data[at..at + 8].fill(0);
        }
    }
}

fn check(name: &str) {
    let table = read_object(&assemble(name)).to_table();
    let path = source_dir().join(format!("{name}.words"));
    if std::env::var_os("TESTKIT_BLESS").is_some() {
        std::fs::write(&path, &table).expect("table written");
    }
    let kept = std::fs::read_to_string(&path).expect("the table is checked in");
    assert_eq!(kept, table, "{} is stale: bless it", path.display());
    let parsed = Object::from_table(&kept).expect("the table reads back");
    assert_eq!(parsed.to_table(), kept);
}

#[test]
fn kernel() {
    check("kernel");
}

#[test]
fn alpha() {
    check("alpha");
}

#[test]
fn beta() {
    check("beta");
}

#[test]
fn boot_kernel() {
    check("boot_kernel");
}

#[test]
fn boot_alpha() {
    check("boot_alpha");
}

#[test]
fn boot_beta() {
    check("boot_beta");
}

#[test]
fn boot_stage() {
    check("boot_stage");
}
