//! Cases about functions and code.

use serde_json::json;
use testkit::bytes::index;
use testkit::constants as c;
use testkit::macho::Header;
use testkit::macho::symtab::function_starts;

use crate::build::{
    CODE, Disk, Linkedit, NOP, PAGE, RET, kernel_header, matches, parsed, segment, symbol, words,
};

/// A function that starts outside of every segment is damage, and no function.
pub(crate) fn function_outside() -> Result<(), String> {
    const BASE: u64 = c::MACOS_BASE;
    let segments = vec![
        segment("__TEXT", (BASE, PAGE), (0, PAGE), &[]),
        segment(
            "__TEXT_EXEC",
            (BASE + PAGE, PAGE),
            (PAGE, PAGE),
            &[("__text", 0, 16, CODE)],
        ),
        segment(
            "__TEXT_BOOT_EXEC",
            (BASE + 0x100_0000, PAGE),
            (2 * PAGE, PAGE),
            &[("__bootcode", 0, 16, CODE)],
        ),
    ];
    let mut linkedit = Linkedit::at(3 * PAGE);
    let starts = function_starts(&[PAGE, PAGE + 0x2000_0000]);
    linkedit.data(c::LC_FUNCTION_STARTS, &starts);
    let contents = vec![
        (PAGE, words(&[NOP, NOP, NOP, RET])),
        (2 * PAGE, words(&[NOP, NOP, NOP, RET])),
    ];
    let vmaddr = BASE + 0x100_0000 + PAGE;
    let bytes = linkedit.file(kernel_header(), segments, vmaddr, contents);
    let file = Disk::new("fs-out", &bytes);
    let (status, stdout, stderr) = file.run("functions @");
    let mut rows = parsed("functions @", &stdout)?;
    // A row that says what is damaged is no function.
    rows.as_array_mut()
        .unwrap()
        .retain(|row| row["damage"].is_null());
    matches(
        "functions @",
        &rows,
        &json!([{ "vmaddr": format!("{:#x}", BASE + PAGE), "size": 16, "guessed": false }]),
    )?;
    if status == 0 || stderr.is_empty() {
        return Err(format!(
            "the damage was not said: status {status}, {stderr:?}"
        ));
    }
    let outside = format!("functions @ --containing {:#x}", BASE + PAGE + 0x2000_0000);
    let (_, stdout, _) = file.run(&outside);
    match parsed(&outside, &stdout)?
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["damage"].is_null())
    {
        Some(row) => Err(row.to_string()),
        None => Ok(()),
    }
}

/// The sections of a dSYM have addresses and no bytes: there is no code and no string.
pub(crate) fn no_bytes() -> Result<(), String> {
    const BASE: u64 = 0x1_0000_0000;
    let segments = vec![
        segment(
            "__TEXT",
            (BASE, PAGE),
            (0, 0),
            &[
                ("__text", 0x3d8, 0x34, CODE),
                ("__cstring", 0x40c, 0xd, c::S_CSTRING_LITERALS),
            ],
        ),
        segment(
            "__DATA",
            (BASE + PAGE, PAGE),
            (0, 0),
            &[("__data", 0, 4, 0)],
        ),
    ];
    let mut linkedit = Linkedit::at(0x1000);
    linkedit.symbols(&[
        symbol("_start", c::N_SECT | c::N_EXT, 1, BASE + 0x3f8),
        symbol("_foo", c::N_SECT | c::N_EXT, 1, BASE + 0x3d8),
        symbol("_g", c::N_SECT | c::N_EXT, 3, BASE + PAGE),
    ]);
    linkedit.data(c::LC_FUNCTION_STARTS, &function_starts(&[0x3d8, 0x3f8]));
    let header = Header {
        filetype: 0xa,
        ..Header::default()
    };
    let bytes = linkedit.file(header, segments, BASE + 2 * PAGE, Vec::new());
    let file = Disk::new("c.dsymbin", &bytes);
    let (status, stdout, stderr) = file.run("disasm @ --section __TEXT,__text");
    if status != 1 || !stdout.is_empty() || !stderr.contains("no bytes in the file") {
        let stdout = String::from_utf8_lossy(&stdout);
        return Err(format!("disasm: status {status}, {stderr:?}, {stdout}"));
    }
    file.expect("strings @", &json!([]))?;
    file.expect("functions @", &json!([]))?;
    // cffaedfe is the file's own header, where offset 0 is.
    file.expect("find @ --words feedfacf", &json!([]))?;
    file.expect(
        &format!("owner @ {:#x}", BASE + 0x3dc),
        &json!([{
            "section": "__text", "symbol": "_foo", "symbol_offset": 4, "file_offset": null,
        }]),
    )
}

/// One function in `__text`, of a size that is no multiple of 4.
fn one_function(header: Header, into: u64, size: u64, start: u64) -> Vec<u8> {
    const BASE: u64 = 0x1_0000_0000;
    let text = [("__text", into, size, CODE)];
    let segments = vec![segment("__TEXT", (BASE, PAGE), (0, PAGE), &text)];
    let mut linkedit = Linkedit::at(PAGE);
    linkedit.symbols(&[symbol("_main", c::N_SECT | c::N_EXT, 1, BASE + into)]);
    linkedit.data(c::LC_FUNCTION_STARTS, &function_starts(&[start]));
    let code = (into, vec![0x90; index(size)]);
    linkedit.file(header, segments, BASE + PAGE, vec![code])
}

/// A function ends where its section ends, be it within a word.
pub(crate) fn odd_size() -> Result<(), String> {
    let bytes = one_function(Header::default(), 0x3f68, 0x31, 0x3f68);
    let file = Disk::new("odd-size", &bytes);
    let whole = json!([{
        "vmaddr": "0x100003f68", "end": "0x100003f99", "size": 0x31, "file_offset": "0x3f68",
        "symbol": "_main", "guessed": false,
    }]);
    file.expect("functions @", &whole)?;
    file.expect("functions @ --containing 0x100003f98", &whole)?;
    not_in_a_function(&file, "functions @ --containing 0x100003f99")
}

/// On x86_64 a function may start anywhere.
pub(crate) fn odd_start() -> Result<(), String> {
    let header = Header {
        cputype: c::CPU_TYPE_X86_64,
        cpusubtype: 3,
        ..Header::default()
    };
    let bytes = one_function(header, 0xf40, 0x2a, 0xf43);
    let file = Disk::new("odd-start", &bytes);
    // The symbol before it names nothing past the start of a function.
    let whole = json!([{
        "vmaddr": "0x100000f43", "end": "0x100000f6a", "size": 0x27, "file_offset": "0xf43",
        "symbol": "fn_100000f43", "guessed": false,
    }]);
    file.expect("functions @", &whole)?;
    file.expect("functions @ --containing 0x100000f43", &whole)?;
    file.expect("functions @ --containing 0x100000f69", &whole)?;
    not_in_a_function(&file, "functions @ --containing 0x100000f42")?;
    file.expect(
        "owner @ 0x100000f42 0x100000f43",
        &json!([{ "symbol": "_main", "symbol_offset": 2 }, { "symbol": "fn_100000f43" }]),
    )
}

/// That no function is named; a guess is none.
fn not_in_a_function(file: &Disk, line: &str) -> Result<(), String> {
    let (status, stdout, _) = file.run(line);
    if status != 0 {
        return Ok(());
    }
    let rows = parsed(line, &stdout)?;
    let mut rows = rows.as_array().unwrap().iter();
    match rows.find(|row| row["guessed"] != true) {
        None => Ok(()),
        Some(row) => Err(format!("kc {line}: {row}")),
    }
}
