//! Command lines of `kc` on any file: the status is one that is documented, standard error says why
//! there is no answer, JSON is JSON, nothing printed drives a terminal, and neither memory nor
//! output is beyond SECURITY.md's bounds.
#![no_main]

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use macho_core::{FileOffset, FileType, MachO, Mode};
use serde_json::Value;
use testkit::seeds::KC_HEAD;

#[allow(dead_code, reason = "the test counts what is written, too")]
#[path = "../../kctool/tests/cost/counting.rs"]
mod counting;

/// The command lines: `A` and `B` are numbers of the input, `N` a small one, `TEXT` its text,
/// `PATCHES` a file with that text, `SAMPLE` a collection.
const COMMANDS: [&str; 43] = [
    "info -",
    "headers -",
    "headers --image TEXT -",
    "entry -",
    "entries -",
    "translate - A B",
    "translate --from-offset - A B",
    "owner - A B",
    "symbols -",
    "symbols -a --image TEXT -",
    "functions -",
    "functions --containing A -",
    "strings -",
    "strings --contains TEXT -",
    "strings --all-sections --min N -",
    "exports -",
    "signature -",
    "fixups -",
    "fixups --list -",
    "fixups --list --image TEXT -",
    "xrefs - A",
    "xrefs --len N - A",
    "xrefs --string TEXT -",
    "find --bytes TEXT -",
    "find --text TEXT -",
    "disasm -",
    "disasm --at A --count N -",
    "diff - SAMPLE",
    "diff --symbols SAMPLE -",
    "load --phys-base A --slide B -",
    "map -",
    "cfg - A",
    "cfg --dot - A",
    "symbols --format ghidra -",
    "map --svg - -",
    "disasm - TEXT",
    "disasm --function A -",
    // Those after this one write bytes.
    "load --phys-base A --slide B --apply-fixups -o - -",
    "extract --damaged -o - -",
    "extract --image TEXT -o - -",
    "carve --at A --len N -o - -",
    "rebase --slide B -o - -",
    "patch - PATCHES -o -",
];
const BYTES: usize = 37;

/// Options that all take: each is a bit.
const OPTIONS: [&str; 8] = [
    "--json",
    "--json-lines",
    "--strict",
    "--mapped",
    "--error-if-none",
    "--remarks",
    "--color=always",
    "--limit=1",
];

const IS_MAPPED: u8 = 1 << 3;

/// Most bytes that a payload or a loaded image may have.
const MOST_BYTES: usize = 256 << 10;

/// The files of all runs.
struct Files {
    patches: PathBuf,
    sample: PathBuf,
}

fn files() -> &'static Files {
    static FILES: OnceLock<Files> = OnceLock::new();
    FILES.get_or_init(|| {
        let folder = std::env::temp_dir();
        let path = |name: &str| folder.join(format!("kc-fuzz-{}-{name}", std::process::id()));
        let sample = path("sample");
        fs::write(&sample, testkit::kernelcache::sample::tiny().bytes).expect("a folder for it");
        Files {
            patches: path("patches"),
            sample,
        }
    })
}

/// Whether text could drive a terminal, or hide itself on one.
fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\0'..='\x09'
            | '\x0b'..='\x1f'
            | '\x7f'..='\u{9f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
    )
}

/// The text without the colours that `kc` puts in itself.
fn without_colors(text: &str) -> String {
    let codes = ["0", "1", "31", "32", "33", "36", "1;31", "1;33"];
    let codes = codes.map(|code| format!("\x1b[{code}m"));
    codes
        .iter()
        .fold(text.to_owned(), |text, code| text.replace(code, ""))
}

fn check_text(what: &str, bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).expect(what);
    let text = without_colors(text);
    assert!(!text.contains(is_hidden), "{what}: {text:?}");
}

/// Every image of a fileset is a row, and the status tells of those that are damaged.
fn check_entries(answer: &Value, file: &[u8], status: u8) {
    let Ok(image) = MachO::parse_with(file, FileOffset::new(0), Mode::Tolerant) else {
        return;
    };
    if image.header().filetype != FileType::MH_FILESET {
        return;
    }
    let (mut entries, mut is_damaged) = (0, false);
    for entry in image.fileset_entries() {
        entries += 1;
        is_damaged |= entry.map_or(true, |entry| entry.parse().is_err());
    }
    let rows = answer["rows"].as_array().expect("a list").len();
    assert!(rows >= entries, "{rows} rows of {entries}");
    assert!(status == 3 || !is_damaged, "status {status}");
}

/// A document, or lines of them, that answer; the last one.
fn check_json(bytes: &[u8], are_lines: bool, status: u8) -> Value {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    assert!(text.is_ascii(), "{text:?}");
    let parse = |text: &str| -> Value { serde_json::from_str(text).expect("JSON") };
    let last = if are_lines {
        text.lines().map(parse).next_back()
    } else {
        Some(parse(text))
    };
    let last = last.expect("an answer");
    assert_eq!(last["complete"], Value::Bool(status != 3), "{last}");
    let damage = last["damage"].as_array().expect("a list");
    assert!(!damage.is_empty() || status != 3, "status {status}: {last}");
    last
}

fuzz_target!(|data: &[u8]| {
    let Some((head, rest)) = data.split_first_chunk::<KC_HEAD>() else {
        return;
    };
    let [command, options, number @ .., len] = head;
    let number = |at: usize| u64::from_le_bytes(number[at..at + 8].try_into().expect("8 bytes"));
    let Some((text, file)) = rest.split_at_checked(usize::from(*len)) else {
        return;
    };
    // No argument has a NUL.
    let text = String::from_utf8_lossy(text).replace('\0', "");
    let command = usize::from(*command) % COMMANDS.len();
    let mut args: Vec<OsString> = vec!["kc".into()];
    for word in COMMANDS[command].split(' ') {
        args.push(match word {
            "A" => format!("{:#x}", number(0)).into(),
            // Distances are often multiples of a page.
            "B" => format!("{:#x}", number(8)).into(),
            "N" => (number(8) % 0x1_0000).to_string().into(),
            "TEXT" => text.as_str().into(),
            "PATCHES" => {
                fs::write(&files().patches, &text).expect("a folder for it");
                files().patches.as_os_str().to_owned()
            }
            "SAMPLE" => files().sample.as_os_str().to_owned(),
            word => word.into(),
        });
    }
    for (bit, option) in OPTIONS.iter().enumerate() {
        if options >> bit & 1 != 0 {
            args.push(option.into());
        }
    }
    args.push("--max-size".into());
    args.push(MOST_BYTES.to_string().into());

    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let mut status = 0;
    let (memory, _) = counting::memory(|| {
        status = kctool::run(&args, &mut &*file, &mut stdout, &mut stderr);
    });

    check_text("standard error", &stderr);
    assert!(status <= 4, "{args:?}: status {status}");
    assert!(
        !stderr.is_empty() || !matches!(status, 1 | 2),
        "{args:?}: status {status} and no reason"
    );
    // A payload may be larger than its container.
    let is_bare = file.len() >= 4 && [0xcf, 0xce, 0xca, 0xfe].contains(&file[0]);
    let size = if is_bare { file.len() } else { MOST_BYTES };
    let most = 64 * size + (2 << 20) + 2 * (stdout.capacity() + stderr.capacity());
    let loaded = if COMMANDS[command].starts_with("load") {
        MOST_BYTES
    } else {
        0
    };
    assert!(
        memory <= most + loaded,
        "{args:?}: {memory} bytes for {size}"
    );
    assert!(
        stdout.len() <= 520 * size + (64 << 10),
        "{args:?}: {} bytes written for {size}",
        stdout.len()
    );
    if command >= BYTES || !matches!(status, 0 | 3 | 4) {
        return;
    }
    check_text("standard output", &stdout);
    match options & 3 {
        0 => {}
        1 => {
            let answer = check_json(&stdout, false, status);
            if COMMANDS[command] == "entries -" && options & IS_MAPPED == 0 {
                check_entries(&answer, file, status);
            }
        }
        _ => drop(check_json(&stdout, true, status)),
    }
});
