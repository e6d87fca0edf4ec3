//! Every kind of error is made by a damage that some test pins, and the few that the tables of the
//! other files have no place for are made here.
#[path = "support/image.rs"]
mod support;

use std::fs;
use std::path::Path;

use macho_core::{
    Error, ErrorKind as K, ExportFrame, FileOffset, MachO, Mode, Pointers, Structure as S,
};
use support::{command, find, image, longs, place, put, segment, whole, words};

/// The source text of the enum, from which a new variant cannot be left out.
const KINDS: &str = include_str!("../src/error.rs");

/// Names of the variants of `pub enum ErrorKind`.
fn variants() -> Vec<&'static str> {
    let (_, body) = KINDS.split_once("pub enum ErrorKind {\n").unwrap();
    let (body, _) = body.split_once("\n}").unwrap();
    let lines = body.lines().map(str::trim);
    lines
        .filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()))
        .map(|line| line.trim_end_matches(|last: char| !last.is_ascii_alphanumeric()))
        .collect()
}

/// The code of all files of tests, without their comments.
fn tests() -> String {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut code = String::new();
    for file in fs::read_dir(tests).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(path).unwrap();
            for line in text.lines() {
                code += line.split_once("//").map_or(line, |(before, _)| before);
                code.push('\n');
            }
        }
    }
    code
}

/// Whether `code` has `K::` and this name, and not only the start of a longer one.
fn names(code: &str, kind: &str) -> bool {
    let ends = |rest: &str| !rest.starts_with(|next: char| next.is_ascii_alphanumeric());
    code.split("K::")
        .skip(1)
        .any(|rest| rest.strip_prefix(kind).is_some_and(ends))
}

/// All tests name a kind of error to demand it, so that a kind which none names is one that no
/// damage makes.
#[test]
fn every_kind_is_made() {
    let (kinds, code) = (variants(), tests());
    assert_eq!(kinds.first(), Some(&"BadMagic"));
    assert!(kinds.contains(&"FixupsApplied"));
    let missing: Vec<_> = kinds.iter().filter(|kind| !names(&code, kind)).collect();
    assert!(missing.is_empty(), "no test makes {missing:?}");
    // What it looks for it would miss.
    assert!(!names(&code, concat!("No", "Such")));
    assert!(!names("K::CommandTooLarge", "Command"));
}

fn what(error: Error) -> (K, S, u64) {
    (error.kind(), error.structure(), error.offset().get())
}

/// A number of 10 bytes whose last has more than the one bit that 64 leave for it.
#[test]
fn numbers_of_more_than_64_bits() {
    let walk = |last: u8| {
        let mut file = whole();
        // The size of what the root exports.
        put(&mut file, place::TRIE, &[0x80; 9]);
        put(&mut file, place::TRIE + 9, &[last]);
        let image = MachO::parse(&file).unwrap();
        let (mut stack, mut name) = ([ExportFrame::default(); 8], [0; 64]);
        let exports = image.exports().unwrap();
        let mut exports = exports.walk(&mut stack, &mut name);
        what(exports.next().unwrap().unwrap_err())
    };
    let trie = place::TRIE as u64;
    assert_eq!(walk(2), (K::UlebOverflow, S::ExportsTrie, trie));
    // 2^63 bytes, which the trie has not.
    assert_eq!(walk(1), (K::IndexOutOfBounds, S::ExportsTrie, trie));
}

/// An image in memory of which segments have all but the header.
#[test]
fn a_header_that_no_segment_maps() {
    let parse = |fileoff| {
        let range = [0x1_0000_0000, 0x1000, fileoff, 0x1000];
        let mut memory = image(2, &[segment("__TEXT", range, &[])]);
        memory.resize(0x2000, 0);
        let header = FileOffset::new(0);
        MachO::parse_mapped(&memory, header, Pointers::Unapplied, Mode::Strict)
            .map(|image| image.base().unwrap().get())
            .map_err(what)
    };
    assert_eq!(parse(0), Ok(0x1_0000_0000));
    assert_eq!(parse(0x1000), Err((K::HeaderNotMapped, S::MachHeader64, 0)));
}

/// An image in memory whose symbols `__LINKEDIT` has not.
#[test]
fn a_table_that_linkedit_has_not() {
    let base = 0x1_0000_0000;
    let read = |symbols: u32| {
        let mut memory = image(
            2,
            &[
                segment("__TEXT", [base, 0x1000, 0, 0x1000], &[]),
                segment("__LINKEDIT", [base + 0x1000, 0x1000, 0x5000, 0x1000], &[]),
                command(2, &words(&[symbols, 1, 0x5800, 8])),
            ],
        );
        memory.resize(0x2000, 0);
        let header = FileOffset::new(0);
        let command = find(&memory, 2) as u64;
        let image = MachO::parse_mapped(&memory, header, Pointers::Unapplied, Mode::Strict);
        let symbols = image.and_then(|image| Ok(image.symbols()?.len()));
        symbols.map_err(|error| {
            (
                error.kind(),
                error.structure(),
                error.offset().get() - command,
            )
        })
    };
    assert_eq!(read(0x5000), Ok(1));
    // One byte before the segment, and the last symbol one byte past it.
    let refused = Err((K::OffsetNotMapped, S::Nlist64, 8));
    assert_eq!((read(0x4fff), read(0x5ff1)), (refused, refused));
    assert_eq!(read(0x5ff0), Ok(1));
}

/// `LC_NOTE` has one size, which strict mode demands to the byte.
#[test]
fn a_note_has_one_size() {
    let name = [b'x'; 16];
    let note = |words: usize| {
        let body = [&name[..], &longs(&[0, 0, 7, 9][..words])].concat();
        image(4, &[command(0x31, &body)])
    };
    let read = |file: &[u8], mode| {
        let image = MachO::parse_with(file, FileOffset::new(0), mode).map_err(what)?;
        let mut notes = 0;
        for command in image.load_commands() {
            command.view().map_err(what)?;
            notes += 1;
        }
        Ok((notes, image.tolerated().count()))
    };
    assert_eq!(read(&note(2), Mode::Strict), Ok((1, 0)));
    assert_eq!(read(&note(2), Mode::Tolerant), Ok((1, 0)));
    let small = Err((K::CommandTooSmall, S::NoteCommand, 32));
    let large = Err((K::BadCommandSize, S::NoteCommand, 32));
    assert_eq!(read(&note(1), Mode::Strict), small);
    assert_eq!(read(&note(3), Mode::Strict), large);
    assert_eq!(read(&note(4), Mode::Strict), large);
    assert_eq!(read(&note(1), Mode::Tolerant), small);
    assert_eq!(read(&note(3), Mode::Tolerant), Ok((1, 1)));
}
