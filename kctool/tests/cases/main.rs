//! Small files of the kind that `kc` got wrong once, and the right answers.
//!
//! A case that `kc` still gets wrong is in [`AWAITS`]; when it is right, the test fails until its
//! line is removed.

mod build;
mod containers;
mod contradictions;
mod fixups;
mod functions;
mod symbols;
mod tickets;

use serde_json::{Value, json};
use testkit::bytes::{Writer, index};
use testkit::constants as c;
use testkit::kernelcache::planted::NO_ADDRESS;
use testkit::kernelcache::sample;
use testkit::macho::{Command, Header, Thread};
use testkit::truth::Codeless;

use build::{CODE, Disk, Linkedit, NOP, PAGE, RET, matches, segment, symbol, words};

/// Cases that `kc` gets wrong.
const AWAITS: &[&str] = &[];

/// A case: its name, and what says whether `kc` is right.
type Case = (&'static str, fn() -> Result<(), String>);

const CASES: &[Case] = &[
    ("mh-sect1", header_symbol),
    ("kext7", imports),
    ("fs-codeless", codeless),
    ("far.o", far_object),
    ("fs-out", functions::function_outside),
    ("c.dsymbin", functions::no_bytes),
    ("arm64-text-size-4k+1", functions::odd_size),
    ("x86-function-start", functions::odd_start),
    ("fw-chain_fixups", fixups::table_in_section),
    ("fw-cross-chain", fixups::across_segments),
    ("fw-starts-file", fixups::starts_in_file),
    ("fw-rebase-info", fixups::runs),
    ("pkc-arm", fixups::per_kext),
    ("x86-nohib", fixups::x86_primary),
    ("cf-off0size0", fixups::no_bytes),
    ("cf-imp2", fixups::addends),
    ("unknown-format", fixups::unknown_format),
    ("raw-complzss", containers::bare_streams),
    ("neither", containers::neither),
    ("im4p-wrongsize", containers::wrong_declarations),
    ("im4p-lzss-kpp", containers::trailer),
    ("x1", containers::architectures),
    ("thr-x86", containers::threads),
    ("shsh2", tickets::answers),
    ("plist-no-ticket", tickets::refusals),
    ("contradictions", contradictions::said_once),
    ("indirect", symbols::indirect),
];

#[test]
fn right_answers() {
    let mut surprises = Vec::new();
    for (name, case) in CASES {
        match (case(), AWAITS.contains(name)) {
            (Ok(()), false) | (Err(_), true) => {}
            (Err(error), false) => surprises.push(format!("{name}: {error}")),
            (Ok(()), true) => surprises.push(format!("{name}: right now; remove it from AWAITS")),
        }
    }
    for awaited in AWAITS {
        assert!(CASES.iter().any(|(name, _)| name == awaited), "{awaited}");
    }
    assert!(surprises.is_empty(), "\n{}", surprises.join("\n"));
}

/// Linkers give `__mh_execute_header` section 1, though the header lies before every section.
fn header_symbol() -> Result<(), String> {
    const BASE: u64 = c::MACOS_BASE;
    let segments = vec![
        segment(
            "__TEXT",
            (BASE, PAGE),
            (0, PAGE),
            &[("__const", 0x1000, 0x100, 0)],
        ),
        segment(
            "__TEXT_EXEC",
            (BASE + PAGE, PAGE),
            (PAGE, PAGE),
            &[("__text", 0, 0x10, CODE)],
        ),
    ];
    let mut linkedit = Linkedit::at(2 * PAGE);
    linkedit.symbols(&[
        symbol("__mh_execute_header", c::N_SECT | c::N_EXT, 1, BASE),
        symbol("_start", c::N_SECT | c::N_EXT, 2, BASE + PAGE),
    ]);
    linkedit.commands.push(Command::Thread {
        cmd: c::LC_UNIXTHREAD,
        state: Box::new(Thread::at(BASE + PAGE)),
    });
    // adrp x0, -4 pages; add x0, x0, #0
    let code = words(&[0x90ff_ffe0, 0x9100_0000, RET, NOP]);
    let bytes = linkedit.file(
        build::kernel_header(),
        segments,
        BASE + 2 * PAGE,
        vec![(PAGE, code)],
    );
    let file = Disk::new("mh-sect1", &bytes);
    let name = json!("__mh_execute_header");
    file.expect(
        &format!("owner @ {BASE:#x} {:#x} {:#x}", BASE + 0x20, BASE + 0x1000),
        &json!([
            { "symbol": name, "symbol_offset": 0, "section": null },
            { "symbol": name, "symbol_offset": 0x20, "section": null },
            { "symbol": null, "section": "__const" },
        ]),
    )?;
    let refers = json!([{
        "vmaddr": format!("{:#x}", BASE + PAGE + 4),
        "kind": "address",
        "target": format!("{BASE:#x}"),
        "symbol": "_start+0x4",
    }]);
    file.expect("xrefs @ __mh_execute_header", &refers)?;
    file.expect(&format!("xrefs @ {BASE:#x}"), &refers)
}

/// Chains of format 7 with one slot at the start of segment 2, which import 0 fills.
fn one_bind(name: &str) -> Vec<u8> {
    let mut out = Writer::new();
    // Header, then starts of three segments, then those of the third.
    for word in [0, 32, 72, 76, 1, 1, 0, 0] {
        out.u32(word);
    }
    out.u32(3).u32(0).u32(0).u32(16);
    out.u32(24)
        .u16(0x4000)
        .u16(c::DYLD_CHAINED_PTR_ARM64E_KERNEL);
    out.u64(2 * PAGE).u32(0).u16(1).u16(0);
    // An import of any image: flat lookup, its name at 1.
    out.u32(0xfe | 1 << 9).u8(0).cstr(name);
    out.into_bytes()
}

/// A kext before it is linked: `bl` to a stub, whose slot an import fills.
fn imports() -> Result<(), String> {
    const STUBS: u32 = CODE | 8;
    const SLOTS: u32 = 6;
    let mut text = segment(
        "__TEXT_EXEC",
        (PAGE, PAGE),
        (PAGE, PAGE),
        &[("__text", 0, 8, CODE), ("__auth_stubs", 0x100, 16, STUBS)],
    );
    text.sections[1].reserved = [0, 16, 0];
    let mut slots = segment(
        "__DATA_CONST",
        (2 * PAGE, PAGE),
        (2 * PAGE, PAGE),
        &[("__auth_got", 0, 8, SLOTS)],
    );
    slots.sections[0].reserved = [1, 0, 0];
    let segments = vec![segment("__TEXT", (0, PAGE), (0, PAGE), &[]), text, slots];
    let mut linkedit = Linkedit::at(3 * PAGE);
    linkedit.symbols(&[
        symbol("_my", c::N_SECT | c::N_EXT, 1, PAGE),
        symbol("_panic", c::N_UNDF | c::N_EXT, 0, 0),
    ]);
    // Indirect symbols: the stub's and the slot's are symbol 1.
    let (indirect, _) = linkedit.put(&words(&[1, 1]));
    let mut fields = [0; 18];
    fields[..6].copy_from_slice(&[0, 0, 0, 1, 1, 1]);
    fields[12] = indirect;
    fields[13] = 2;
    linkedit.commands.push(Command::Dysymtab(fields));
    linkedit.data(c::LC_DYLD_CHAINED_FIXUPS, &one_bind("_panic"));
    let header = Header {
        cpusubtype: c::CPU_SUBTYPE_ARM64E_KERNEL,
        filetype: c::MH_KEXT_BUNDLE,
        ..Header::default()
    };
    // bl 0x4100; ret. adrp x17, 4 pages; add x17, x17, #0; ldr x16, [x17]; braa x16, x17.
    let code = words(&[0x9400_0040, RET]);
    let stub = words(&[0x9000_0031, 0x9100_0231, 0xf940_0230, 0xd71f_0a11]);
    // Import 0, signed with IA and the address: bits 63, 62 and 48.
    let slot = (1_u64 << 63 | 1 << 62 | 1 << 48).to_le_bytes().to_vec();
    let contents = vec![(PAGE, code), (PAGE + 0x100, stub), (2 * PAGE, slot)];
    let bytes = linkedit.file(header, segments, 3 * PAGE, contents);
    let file = Disk::new("kext7", &bytes);
    let call = json!([{ "vmaddr": "0x4000", "kind": "call", "target": "0x4100" }]);
    file.expect("xrefs @ _panic --calls", &call)?;
    let rows = file.ask("disasm @ --section __TEXT_EXEC,__text")?;
    let comment = rows[0]["comment"].as_str().unwrap_or_default();
    if !comment.contains("_panic") {
        return Err(format!("the call's comment is {comment:?}"));
    }
    let rows = file.ask("owner @ 0x4100 0x8000")?;
    for row in rows.as_array().unwrap() {
        if !row.to_string().contains("_panic") {
            return Err(format!("no name of the import: {row}"));
        }
    }
    file.expect(
        "xrefs @ 0x8000",
        &json!([
            { "vmaddr": "0x4104", "kind": "address", "target": "0x8000" },
            { "vmaddr": "0x4108", "kind": "load", "target": "0x8000" },
        ]),
    )
}

/// A collection lists kexts without code: their address is none, not 2^63 - 1.
fn codeless() -> Result<(), String> {
    let mut collection = sample::collection();
    let ids: Vec<String> = (0..12).map(|n| format!("com.example.kpi.{n}")).collect();
    collection.codeless = ids
        .iter()
        .enumerate()
        .map(|(number, id)| Codeless {
            id: id.clone(),
            version: format!("24.0.{number}"),
            load_addr: (number % 2 == 0).then_some(NO_ADDRESS),
        })
        .collect();
    let file = Disk::new("fs-codeless", &collection.build().bytes);
    let mut rows = file.ask("entries @")?;
    let rows = rows.as_array_mut().unwrap();
    if rows.len() != 15 {
        return Err(format!("{} entries", rows.len()));
    }
    rows.retain(|row| row["vmaddr"].is_null());
    let none = |number: usize, id: &String| {
        json!({
            "id": id, "vmaddr": null, "file_offset": null, "uuid": null,
            "version": format!("24.0.{number}"),
        })
    };
    let expected = ids.iter().enumerate().map(|(number, id)| none(number, id));
    let expected = Value::Array(expected.collect());
    matches("entries @", &Value::Array(rows.clone()), &expected)?;
    // They are new in this file.
    let before = Disk::new("fs-codeless-before", &sample::fileset().bytes);
    let line = format!("diff {} @", before.0.display());
    let diff = file.ask(&line)?;
    // The changes are in the order of the names.
    let mut ids = ids;
    ids.sort();
    let added = ids
        .iter()
        .map(|id| json!({ "change": "added", "name": id }));
    let mut entries = diff;
    let entries_array = entries.as_array_mut().unwrap();
    entries_array.retain(|entry| entry["part"] == "entries" && entry["change"] == "added");
    matches(&line, &entries, &Value::Array(added.collect()))
}

/// In an object a symbol names its whole section, however far; beyond it nothing has a name.
fn far_object() -> Result<(), String> {
    const SIZE: u64 = 0x10_010c;
    const FAR: u64 = 0x10_0104;
    const AT: u64 = 0x200;
    let mut whole = segment(
        "__TEXT",
        (0, SIZE),
        (AT, SIZE),
        &[("__text", 0, SIZE, CODE)],
    );
    whole.name = String::new();
    let mut linkedit = Linkedit::at((AT + SIZE).next_multiple_of(8));
    linkedit.symbols(&[symbol("_a", c::N_SECT | c::N_EXT, 1, 0)]);
    let header = Header {
        filetype: c::MH_OBJECT,
        ..Header::default()
    };
    let mut code = words(&vec![NOP; index(SIZE / 4)]);
    code[index(FAR)..index(FAR) + 4].copy_from_slice(&RET.to_le_bytes());
    let bytes = linkedit.file(header, vec![whole], 0, vec![(AT, code)]);
    let file = Disk::new("far.o", &bytes);
    file.expect(
        "owner @ 0x100104 0x10010b 0x10010c 0x200000",
        &json!([
            { "symbol": "_a", "symbol_offset": FAR },
            { "symbol": "_a", "symbol_offset": SIZE - 1 },
            { "symbol": null },
            { "symbol": null },
        ]),
    )?;
    file.expect(
        "find @ --text ret",
        &json!([{ "vmaddr": "0x100104", "symbol": "_a+0x100104" }]),
    )
}
