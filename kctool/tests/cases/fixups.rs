//! Cases about fixups: every producer of them, as `kc` lists, searches, moves and applies them.

use serde_json::{Value, json};
use testkit::bytes::put;
use testkit::classic::firmware::{Firmware, Space, Starts};
use testkit::classic::{Becomes, Classic};
use testkit::constants as c;
use testkit::kernelcache::{Kind, sample};
use testkit::macho::Command;
use testkit::object::Auth;
use testkit::truth::{Built, Shape};

use crate::build::{Disk, parsed};

const AUTH: Option<Auth> = Some(Auth {
    key: 0,
    diversity: 0x11,
    address_diversity: true,
});

/// What `kc fixups --list`, `xrefs` and `rebase` say of slots that point into their own file.
fn agrees(name: &str, bytes: &[u8], slots: &Value) -> Result<(), String> {
    let file = Disk::new(name, bytes);
    file.expect("fixups @ --list", slots)?;
    let slots = slots.as_array().unwrap();
    if slots.is_empty() {
        return Err(format!("{name}: no slots"));
    }
    for slot in slots {
        let Some(target) = slot["target"].as_str() else {
            continue;
        };
        let line = format!("xrefs @ {target}");
        let found = file.ask(&line)?;
        let is_found = found
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["kind"] == "pointer" && row["vmaddr"] == slot["vmaddr"]);
        if !is_found {
            return Err(format!("kc {line}: {found}, without {slot}"));
        }
    }
    let summary = file.ask("fixups @")?;
    let counts = summary.as_array().unwrap().iter();
    let counted: u64 = counts.map(|row| row["slots"].as_u64().unwrap()).sum();
    if counted != slots.len() as u64 {
        return Err(format!("{name}: {counted} slots are counted: {summary}"));
    }
    let moved = Disk::new(&format!("{name}-moved"), &[]);
    let to = moved.0.to_str().unwrap().to_owned();
    let done = file.ask(&format!("rebase @ --slide 0x4000 -o {to}"))?;
    let again = moved.ask("fixups @ --list")?;
    if again.as_array().unwrap().len() != slots.len() {
        return Err(format!("{name}: {again} after {done}"));
    }
    Ok(())
}

/// The rows of a builder's slots.
fn rows(built: &Classic) -> Value {
    let row = |slot: &testkit::classic::Slot| {
        let Becomes::Pointer(target, auth) = &slot.becomes else {
            panic!("{slot:?}");
        };
        json!({
            "vmaddr": format!("{:#x}", slot.vmaddr),
            "file_offset": format!("{:#x}", slot.file_offset),
            "mechanism": slot.mechanism,
            "kind": "rebase",
            "target": format!("{target:#x}"),
            "key": auth.map(|auth| ["IA", "IB", "DA", "DB"][usize::from(auth.key)]),
            "image": null,
        })
    };
    built.slots.iter().map(row).collect()
}

fn firmware(name: &str, firmware: &Firmware) -> Result<(), String> {
    let built = firmware.build();
    agrees(name, &built.bytes, &rows(&built))
}

/// A whole table of chains in a section, with and without an empty load command.
pub(crate) fn table_in_section() -> Result<(), String> {
    let mut image = Firmware::new(Starts::Table);
    image.slots = vec![
        (1, 0, 0x4000, AUTH),
        (1, 8, 0x4008, None),
        (1, 16, 0x8000, None),
    ];
    firmware("fw-chain_fixups", &image)?;
    image.filetype = c::MH_EXECUTE;
    image.commands = vec![Command::LinkeditData {
        cmd: c::LC_DYLD_CHAINED_FIXUPS,
        dataoff: 0,
        datasize: 0,
    }];
    firmware("fw-chain_fixups-static", &image)
}

/// A chain that goes through three segments.
pub(crate) fn across_segments() -> Result<(), String> {
    for (starts, filetype) in [
        (Starts::Chains(0, Space::File), c::MH_PRELOAD),
        (Starts::Chains(2, Space::Memory), c::MH_PRELOAD),
        (Starts::Threads(Space::Memory), c::MH_EXECUTE),
    ] {
        let mut image = Firmware::new(starts);
        image.filetype = filetype;
        image.segments.push(("__LAST", 0x4000, 0x4000));
        image.slots = vec![
            (0, 0x3ff8, 0x4000, None),
            (1, 0, 0x4008, None),
            (1, 0x1ff8, 0x4008, None),
            (1, 0x3ff0, 0x8000, AUTH),
            (2, 4, 0xc000, None),
        ];
        firmware("fw-cross-chain", &image)?;
    }
    Ok(())
}

/// Starts that count in the file or in memory, where zeros are only in memory.
pub(crate) fn starts_in_file() -> Result<(), String> {
    for (reserved1, space) in [(0, Space::File), (1, Space::File), (2, Space::Memory)] {
        let mut image = Firmware::new(Starts::Chains(reserved1, space));
        image.segments = vec![("__BSS", 0x8000, 0), ("__DATA", 0x4000, 0x4000)];
        image.slots = vec![
            (1, 0, 0x4000, AUTH),
            (1, 8, 0x4008, None),
            (1, 16, 0x1_0000, None),
        ];
        firmware("fw-starts-file", &image)?;
    }
    // Not said, but past the last segment's place in the file and its size.
    let mut image = Firmware::new(Starts::Chains(0, Space::Memory));
    image.segments = vec![("__BSS", 0x2_0000, 0), ("__DATA", 0x4000, 0x4000)];
    image.slots = vec![(1, 0, 0x4000, None), (1, 8, 0x4008, None)];
    firmware("fw-starts-memory", &image)
}

/// Runs of pointers.
pub(crate) fn runs() -> Result<(), String> {
    let mut image = Firmware::new(Starts::Runs);
    image.base = 0x10_0000;
    image.slots = vec![
        (0, 0, 0x4000, None),
        (0, 8, 0x4008, None),
        (1, 0x100, 0x8000, None),
    ];
    firmware("fw-rebase-info", &image)
}

/// The rows of a collection's slots, outer image first, in the order of the kexts.
fn collection_rows(built: &Built) -> Value {
    let own = match built.truth.shape {
        Shape::Pageable => 1,
        Shape::Auxiliary => 3,
        _ => 0,
    };
    let image_of = |vmaddr: u64| {
        let mut entries = built.truth.entries.iter();
        entries.find(|entry| {
            let mut segments = entry.segments.iter();
            segments.any(|segment| vmaddr.wrapping_sub(segment.vmaddr) < segment.vmsize)
        })
    };
    let per_kext = own != 0 && built.bytes[4] == 7 || own == 1;
    let mut slots: Vec<_> = built
        .truth
        .fixups
        .iter()
        .map(|slot| (image_of(slot.vmaddr), slot))
        .collect();
    slots.sort_by_key(|(entry, slot)| {
        let place = entry.filter(|_| per_kext).map(|entry| entry.file_offset);
        (place, slot.file_offset)
    });
    slots
        .iter()
        .map(|(entry, slot)| {
            let is_own = slot.cache_level == own;
            json!({
                "vmaddr": format!("{:#x}", slot.vmaddr),
                "file_offset": format!("{:#x}", slot.file_offset),
                "mechanism": "chained",
                "cache_level": slot.cache_level,
                "target": is_own.then(|| format!("{:#x}", slot.target)),
                "image": entry.filter(|_| per_kext).map(|entry| entry.id.clone()),
            })
        })
        .collect()
}

/// Kexts with chains of their own: all of them, and one.
pub(crate) fn per_kext() -> Result<(), String> {
    for (name, built) in [
        ("pkc-arm", sample::pageable()),
        ("pkc-x86", sample::secondary_x86(Kind::Pageable, false)),
        ("pkc-x86-stubs", sample::secondary_x86(Kind::Pageable, true)),
        ("akc-x86", sample::secondary_x86(Kind::Auxiliary, false)),
        (
            "akc-x86-stubs",
            sample::secondary_x86(Kind::Auxiliary, true),
        ),
        ("akc-arm", sample::auxiliary()),
    ] {
        let rows = collection_rows(&built);
        agrees(name, &built.bytes, &rows)?;
        let file = Disk::new(name, &built.bytes);
        for entry in &built.truth.entries {
            let mut own = rows.clone();
            let own_rows = own.as_array_mut().unwrap();
            own_rows.retain(|row| row["image"] == entry.id.as_str());
            for row in own_rows {
                row["image"] = Value::Null;
            }
            let line = format!("fixups @ --list --image {}", entry.id);
            file.expect(&line, &own)?;
        }
    }
    Ok(())
}

/// A primary collection for x86_64, whose `__HIB` lies below the header, is empty, or is not there.
pub(crate) fn x86_primary() -> Result<(), String> {
    for with_hib in [true, false] {
        let built = sample::primary_x86(with_hib);
        agrees("x86-primary", &built.bytes, &collection_rows(&built))?;
    }
    // A segment without memory is nowhere.
    let built = sample::primary_x86(true);
    let mut bytes = built.bytes.clone();
    let name = bytes.windows(8).position(|name| name == b"__HIB\0\0\0");
    let at = name.unwrap();
    put(&mut bytes, at + 16, &[0; 32]);
    let file = Disk::new("x86-nohib", &bytes);
    let base = built.truth.base.unwrap();
    let lowest = built.truth.segments.iter().map(|segment| segment.vmaddr);
    let moved = base - lowest.min().unwrap();
    let expected: Value = built
        .truth
        .fixups
        .iter()
        .map(|slot| json!({ "target": format!("{:#x}", slot.target + moved) }))
        .collect();
    file.expect("fixups @ --list", &expected)
}

/// A command for no bytes is no chained fixups, wherever it points.
pub(crate) fn no_bytes() -> Result<(), String> {
    for dataoff in [0, 0x4000, u32::MAX] {
        let mut image = Firmware::new(Starts::Chains(1, Space::File));
        image.filetype = c::MH_KEXT_BUNDLE;
        image.slots = vec![(1, 0, 0x4000, None)];
        image.commands = vec![Command::LinkeditData {
            cmd: c::LC_DYLD_CHAINED_FIXUPS,
            dataoff,
            datasize: 0,
        }];
        firmware("cf-off0size0", &image)?;
    }
    Ok(())
}

/// The addend of an import is in the text, with the slot's own.
pub(crate) fn addends() -> Result<(), String> {
    let mut out = testkit::bytes::Writer::new();
    // Header, starts of three segments, imports with addends, names.
    for word in [0, 32, 72, 88, 2, 2, 0, 0] {
        out.u32(word);
    }
    out.u32(3).u32(0).u32(0).u32(16);
    out.u32(24)
        .u16(0x4000)
        .u16(c::DYLD_CHAINED_PTR_ARM64E_KERNEL);
    out.u64(2 * c::PAGE).u32(0).u16(1).u16(0);
    out.u32(0xfe | 1 << 9).u32(16);
    out.u32(0xfe | 8 << 9).u32(0xffff_fff8);
    out.u8(0).cstr("_kfree").cstr("_panic");
    let mut linkedit = crate::build::Linkedit::at(3 * c::PAGE);
    linkedit.data(c::LC_DYLD_CHAINED_FIXUPS, &out.into_bytes());
    let segment = |name: &str, number: u64| {
        let place = (number * c::PAGE, c::PAGE);
        crate::build::segment(name, place, place, &[])
    };
    let segments = vec![
        segment("__TEXT", 0),
        segment("__TEXT_EXEC", 1),
        segment("__DATA", 2),
    ];
    let header = testkit::macho::Header {
        filetype: c::MH_KEXT_BUNDLE,
        ..crate::build::kernel_header()
    };
    // Two binds, the second with an addend of its own as well.
    let slots = [1_u64 << 62 | 2 << 51, 1 << 62 | 5 << 32 | 1];
    let slots = slots.iter().flat_map(|slot| slot.to_le_bytes()).collect();
    let bytes = linkedit.file(header, segments, 3 * c::PAGE, vec![(2 * c::PAGE, slots)]);
    let file = Disk::new("cf-imp2", &bytes);
    file.expect(
        "fixups @ --list",
        &json!([
            { "target": "_kfree", "addend": 16 },
            { "target": "_panic", "addend": -3 },
        ]),
    )?;
    let (status, stdout, stderr) = file.text("fixups @ --list");
    let lines: Vec<&str> = stdout.lines().collect();
    let good = lines.len() == 2
        && lines[0].trim_end().ends_with("_kfree +16")
        && lines[1].trim_end().ends_with("_panic -3");
    if status != 0 || !good {
        return Err(format!("status {status}: {stdout}{stderr}"));
    }
    Ok(())
}

/// Chains that cannot be read are named, by every subcommand that needs them.
pub(crate) fn unknown_format() -> Result<(), String> {
    let mut image = Firmware::new(Starts::Chains(1, Space::File));
    image.slots = vec![(1, 0, 0x4000, None)];
    let mut bytes = image.build().bytes;
    let at = usize::try_from(testkit::classic::firmware::TABLE).unwrap();
    put(&mut bytes, at, &99_u32.to_le_bytes());
    let file = Disk::new("unknown-format", &bytes);
    let to = Disk::new("unknown-format-out", &[]);
    let to = to.0.to_str().unwrap().to_owned();
    for line in [
        "fixups @".to_owned(),
        "fixups @ --list".to_owned(),
        format!("rebase @ --slide 0x4000 -o {to}"),
        "xrefs @ 0x870004000".to_owned(),
    ] {
        let (_, stdout, stderr) = file.run(&line);
        if !stderr.contains("dyld_chained_starts_offsets: unknown format") {
            let rows = parsed(&line, &stdout);
            return Err(format!("kc {line}: {stderr:?}, {rows:?}"));
        }
    }
    Ok(())
}
