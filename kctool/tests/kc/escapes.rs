//! What is printed of names, ids, options and files holds nothing that a terminal obeys or hides.
use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt as _;

use testkit::kernelcache::sample;

use crate::common::Files;

/// Bytes that a terminal obeys or hides, that are not UTF-8, or that start an escape; as long as
/// each other, and of bytes that may be in any name.
const ATTACKS: [&[u8]; 10] = [
    b"\x1b[2J",
    b"a\x07\x08b",
    b"ab\x7fc",
    b"\xc2\x9b1m",
    b"\xe2\x80\xaec",
    b"\xe2\x80\xa8c",
    b"\xe2\x81\xa6c",
    b"\xef\xbb\xbfc",
    b"a\xff\xfeb",
    b"a\\\\n",
];

/// Places of a sample that names are in: what they are, and their first bytes.
const PLACES: [(&str, &[u8]); 9] = [
    ("segment", b"__DATA_CONST"),
    ("segment of a row", b"__TEXT_EXEC"),
    ("section", b"__const"),
    ("section of strings", b"__cstring"),
    ("symbol", b"_alpha_start"),
    ("another symbol", b"_uart_puts"),
    ("id", b"org.example.alpha"),
    ("version", b"1.0.0"),
    ("string", b"testkit"),
];

const COMMANDS: &[&str] = &[
    "info FILE",
    "headers FILE",
    "headers --image com.apple.kernel FILE",
    "entry FILE",
    "entries FILE",
    "symbols -a FILE",
    "strings FILE",
    "strings --all-sections FILE",
    "exports FILE",
    "signature FILE",
    "functions FILE",
    "fixups FILE",
    "map FILE",
    "cfg FILE 0xfffffe000701c000",
    "fixups --list FILE",
    "owner FILE 0xfffffe000701c000 0xfffffe0007014000 0xfffffe0007018010 0xfffffe0007008598",
    "translate FILE 0xfffffe0007014000 0xfffffe0007018000",
    "xrefs FILE --contains e",
    "find FILE --words d65f03c0",
    "disasm FILE",
    "disasm FILE --at 0xfffffe000701c000",
    "diff --symbols FILE SAMPLE",
    "diff --symbols SAMPLE FILE",
    "load FILE --phys-base 0x800000000",
    "rebase FILE --slide 0x4000 -o OUT",
    "patch FILE GOOD -o OUT",
];

/// Options and operands that end in an error with their text, or in a row.
const OPTIONS: &[&[&str]] = &[
    &["headers", "FILE", "--image", "TEXT"],
    &["disasm", "FILE", "--section", "TEXT"],
    &["disasm", "FILE", "--section", "TEXT,TEXT"],
    &["find", "FILE", "--words", "TEXT"],
    &["find", "FILE", "--text", "TEXT"],
    &["find", "FILE", "--bytes", "TEXT"],
    &["xrefs", "FILE", "TEXT"],
    &["cfg", "FILE", "TEXT"],
    &["xrefs", "FILE", "--string", "TEXT"],
    &["strings", "FILE", "--contains", "TEXT"],
    &["info", "FILE", "--arch", "TEXT"],
    &["info", "FILE", "--mapped=TEXT"],
    &["translate", "FILE", "TEXT"],
    &["carve", "FILE", "--at", "TEXT", "--len", "1", "-o", "OUT"],
    &["disasm", "FILE", "--syntax", "TEXT"],
    &["TEXT"],
    &["info", "FILE", "--TEXT"],
    &["info", "TEXT"],
    &["diff", "FILE", "TEXT"],
    &["patch", "FILE", "TEXT", "-o", "OUT"],
    &["extract", "FILE", "-o", "TEXT/TEXT"],
    &["extract", "FILE", "--image", "TEXT", "-o", "OUT"],
    &["extract", "FILE", "--all-images", "TEXT/TEXT"],
];

fn run(args: &[OsString]) -> (u8, Vec<u8>, Vec<u8>) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let all = std::iter::once(OsString::from("kc")).chain(args.iter().cloned());
    let status = kctool::run(all, &mut io::empty(), &mut stdout, &mut stderr);
    (status, stdout, stderr)
}

/// That the bytes are lines of text without anything that is not shown as itself.
fn check(what: &str, bytes: &[u8], is_json: bool) {
    let text = std::str::from_utf8(bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
    for character in text.chars() {
        let is_shown = match character {
            '\n' | ' '..='~' => true,
            // What the parser of the command line has for bytes that are not UTF-8.
            _ => !is_json && character == char::REPLACEMENT_CHARACTER,
        };
        assert!(
            is_shown,
            "{what}: {character:?} in {:?}",
            &text[..text.len().min(400)]
        );
    }
    if is_json && !bytes.is_empty() {
        let document = serde_json::from_str::<serde_json::Value>(text);
        assert!(document.is_ok(), "{what}: {document:?}");
    }
}

#[test]
fn every_place_is_in_a_sample() {
    for (what, place) in PLACES {
        let inputs = [sample::fileset().bytes, sample::prelinked().bytes];
        let found = inputs
            .iter()
            .any(|input| replaced(input, place, b"x").is_some());
        assert!(found, "{what}");
    }
}

fn replaced(file: &[u8], place: &[u8], attack: &[u8]) -> Option<Vec<u8>> {
    let mut out = file.to_vec();
    let mut at = 0;
    let mut found = false;
    while let Some(next) = out[at..]
        .windows(place.len())
        .position(|bytes| bytes == place)
    {
        at += next;
        out[at..at + attack.len()].copy_from_slice(attack);
        found = true;
    }
    found.then_some(out)
}

#[test]
fn names_of_the_input_drive_no_terminal() {
    let files = Files::new("escapes");
    let inputs = [sample::fileset().bytes, sample::prelinked().bytes];
    let out = files.path("out");
    let mut hits = 0;
    for attack in ATTACKS {
        for input in &inputs {
            {
                // In all places at once: a run for each place would take minutes.
                let input = PLACES.iter().fold(input.clone(), |input, (_, place)| {
                    replaced(&input, place, attack).unwrap_or(input)
                });
                files.put("attacked", &input);
                for command in COMMANDS {
                    for form in ["", "--json", "--json-lines"] {
                        let words = command.split(' ').chain((!form.is_empty()).then_some(form));
                        let words: Vec<OsString> = words
                            .map(|word| match word {
                                "FILE" => files.path("attacked").into(),
                                "SAMPLE" => files.path("fileset").into(),
                                "GOOD" => files.path("good.patch").into(),
                                "OUT" => out.clone().into(),
                                word => word.into(),
                            })
                            .collect();
                        let (status, stdout, stderr) = run(&words);
                        let what = format!("{}, {command} {form}", attack.escape_ascii());
                        assert!([0, 1, 3].contains(&status), "{what}: {status}");
                        check(&what, &stdout, form == "--json");
                        check(&what, &stderr, false);
                        let escape = String::from_utf8_lossy(&stdout);
                        hits += usize::from(escape.contains('\\'));
                    }
                }
            }
        }
    }
    assert!(hits > 400, "only {hits} answers show what was put in");
}

#[test]
fn what_the_user_typed_drives_no_terminal() {
    let files = Files::new("escapes-options");
    let mut hits = 0;
    for attack in ATTACKS {
        for words in OPTIONS {
            for json in [false, true] {
                let mut words: Vec<OsString> = words
                    .iter()
                    .map(|word| {
                        let mut bytes = Vec::new();
                        for (number, piece) in word.split("TEXT").enumerate() {
                            if number > 0 {
                                bytes.extend(attack);
                            }
                            bytes.extend(piece.as_bytes());
                        }
                        match *word {
                            "FILE" => files.path("fileset").into(),
                            "OUT" => files.path("out").into(),
                            _ => OsString::from_vec(bytes),
                        }
                    })
                    .collect();
                if json && !matches!(words[0].to_str(), Some("carve" | "extract")) {
                    words.push("--json".into());
                }
                let (_, stdout, stderr) = run(&words);
                let what = format!("{words:?}");
                check(&what, &stdout, json);
                check(&what, &stderr, false);
                hits += usize::from(stderr.contains(&b'\\'));
            }
        }
    }
    assert!(hits > 100, "only {hits} errors show what was typed");
}

/// The bytes of a file of patches, and its name, are escaped in errors.
#[test]
fn files_of_patches_drive_no_terminal() {
    let files = Files::new("escapes-patches");
    for attack in ATTACKS {
        let text = String::from_utf8_lossy(attack).into_owned();
        for line in [
            format!("at {text}: d503201f -> d65f03c0"),
            format!("{text} 0x1000: d503201f -> d65f03c0"),
            format!("at 0x1000: {text} -> d65f03c0"),
            format!("at 0x1000: d503201f -> {text}"),
            format!("at 0x1000: bytes {text} -> 00"),
            format!("find asm {text} -> d65f03c0"),
            format!("find {text}x d503201f -> d65f03c0"),
            format!("find in {text} d503201f -> d65f03c0"),
            format!("at _start: d503201f -> +{text} d65f03c0"),
        ] {
            files.put("attack.patch", line.as_bytes());
            let args = ["patch", "FILE", "PATCHES", "-o", "OUT"].map(|word| match word {
                "FILE" => files.path("fileset").into(),
                "PATCHES" => files.path("attack.patch").into(),
                "OUT" => files.path("out").into(),
                word => OsString::from(word),
            });
            let (status, stdout, stderr) = run(&args);
            assert_eq!(status, 1, "{line:?}");
            check(&line, &stdout, false);
            check(&line, &stderr, false);
        }
    }
}
