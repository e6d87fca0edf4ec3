//! The truth about every planted shape, against what others read in the files: LLVM's tools and the
//! `object` crate.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use object::LittleEndian;
use object::macho::{LC_FUNCTION_STARTS, LinkeditDataCommand, MachHeader64, SegmentCommand64};
use object::read::macho::{MachHeader, Section as _, Segment as _};
use testkit::bytes::{get_u32, get_u64, index};
use testkit::kernelcache::planted;
use testkit::truth::{Built, Reference, ReferenceKind, Truth};

fn run(tool: &str, args: &[&str], path: &Path) -> String {
    let output = Command::new(tool)
        .args(args)
        .arg(path)
        .output()
        .unwrap_or_else(|error| panic!("{tool} (Debian package llvm-22): {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && errors.is_empty(),
        "{tool} {}: {errors}",
        path.display()
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn on_disk(name: &str, bytes: &[u8]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("truth-{name}"));
    std::fs::write(&path, bytes).expect("written");
    path
}

/// Files that LLVM reads as one image each, and which image of the truth they are: the outermost
/// one, or a kext of a static kernel, whose offsets count from its own header.
fn alone(name: &str, built: &Built) -> Vec<(PathBuf, Option<usize>)> {
    let mut out = Vec::new();
    if !built.truth.segments.iter().any(|s| s.name == "PYLD") {
        out.push((on_disk(name, &built.bytes), None));
    }
    for (number, entry) in built.truth.entries.iter().enumerate() {
        if entry.linkedit.is_some() {
            let bytes = &built.bytes[index(entry.file_offset)..];
            let path = on_disk(&format!("{name}-{}", entry.id), bytes);
            out.push((path, Some(number)));
        }
    }
    out
}

/// Where the header of an image lies in the file.
fn header_of(truth: &Truth, image: Option<usize>) -> u64 {
    image.map_or(0, |image| truth.entries[image].file_offset)
}

fn images(truth: &Truth) -> impl Iterator<Item = Option<usize>> {
    std::iter::once(None).chain((0..truth.entries.len()).map(Some))
}

/// Segment, name, address, size and flags of each section, and vmaddrs of the function starts, as
/// `object` reads them.
type Read = (Vec<(String, String, u64, u64, u32)>, Vec<u64>);

fn read_with_object(built: &Built, image: Option<usize>) -> Read {
    let e = LittleEndian;
    let at = header_of(&built.truth, image);
    // A kext of a static kernel counts offsets from its own header.
    let own = image.is_some_and(|image| built.truth.entries[image].linkedit.is_some());
    let (data, at) = if own {
        (&built.bytes[index(at)..], 0)
    } else {
        (&built.bytes[..], at)
    };
    let header = MachHeader64::<LittleEndian>::parse(data, at).expect("a header");
    let mut commands = header.load_commands(e, data, at).expect("commands");
    let (mut sections, mut starts, mut base) = (Vec::new(), Vec::new(), None);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    while let Some(command) = commands.next().expect("a command") {
        if let Some((segment, rest)) = SegmentCommand64::from_command(command).expect("a segment") {
            if segment.name() == b"__TEXT" {
                base = Some(segment.vmaddr.get(e));
            }
            for section in segment.sections(e, rest).expect("sections") {
                sections.push((
                    text(section.segment_name()),
                    text(section.name()),
                    section.addr.get(e),
                    section.size.get(e),
                    section.flags.get(e).0,
                ));
            }
        }
        if command.cmd() == LC_FUNCTION_STARTS {
            let table: &LinkeditDataCommand<LittleEndian> = command.data().expect("a command");
            let base = base.expect("__TEXT comes first");
            let table = table.function_starts(e, data, base).expect("a table");
            starts = table.map(|start| start.expect("a start")).collect();
        }
    }
    (sections, starts)
}

/// Every image's sections and functions are what `object` reads; a function ends at the next one or
/// with its section.
#[test]
fn sections_and_functions() {
    for (name, built) in planted::shapes() {
        let truth = &built.truth;
        for image in images(truth) {
            let (sections, starts) = read_with_object(&built, image);
            let own: Vec<_> = truth
                .sections
                .iter()
                .filter(|section| section.image == image)
                .map(|s| (s.segment.clone(), s.name.clone(), s.vmaddr, s.size, s.flags))
                .collect();
            assert_eq!(own, sections, "{name} {image:?}");
            let functions: Vec<_> = truth
                .functions
                .iter()
                .filter(|f| f.image == image)
                .collect();
            let own: Vec<u64> = functions.iter().map(|function| function.vmaddr).collect();
            assert_eq!(own, starts, "{name} {image:?}");
            for (number, function) in functions.iter().enumerate() {
                let end = function.vmaddr + function.size;
                let next = starts.get(number + 1).copied();
                let section = sections
                    .iter()
                    .find(|(_, _, vmaddr, size, _)| function.vmaddr.wrapping_sub(*vmaddr) < *size);
                let (_, _, vmaddr, size, _) = section.expect("a section");
                let end_of_section = vmaddr + size;
                let expected = next.map_or(end_of_section, |next| next.min(end_of_section));
                assert_eq!(end, expected, "{name} {:#x}", function.vmaddr);
            }
        }
    }
}

/// `llvm-objdump` lists the same function starts.
#[test]
fn function_starts() {
    let mut files = 0;
    for (name, built) in planted::shapes() {
        for (path, image) in alone(name, &built) {
            let text = run(
                "llvm-objdump-22",
                &["--macho", "--function-starts=addrs"],
                &path,
            );
            let found: Vec<u64> = text
                .lines()
                .filter_map(|line| u64::from_str_radix(line.trim(), 16).ok())
                .collect();
            let own = built.truth.functions.iter().filter(|f| f.image == image);
            let own: Vec<u64> = own.map(|function| function.vmaddr).collect();
            assert_eq!(own, found, "{}", path.display());
            files += 1;
        }
    }
    assert!(files >= 16, "only {files} files");
}

/// `llvm-nm -m` says of each symbol its section, and walks the images of a collection.
#[test]
fn symbols() {
    for (name, built) in planted::shapes() {
        let truth = &built.truth;
        for (path, image) in alone(name, &built) {
            let text = run("llvm-nm-22", &["-m", "--defined-only"], &path);
            let mut found: Vec<(Option<usize>, String, u64, String, bool)> = Vec::new();
            let mut current = image;
            for line in text.lines().filter(|line| !line.is_empty()) {
                if let Some(id) = line.strip_prefix("Symbols for ") {
                    let id = id.trim_end_matches([':', ' ']);
                    current = truth.entries.iter().position(|entry| entry.id == id);
                    assert!(current.is_some(), "{name}: {line}");
                    continue;
                }
                let words: Vec<&str> = line.split_whitespace().collect();
                let [value, section, scope, symbol] = words.as_slice() else {
                    assert!(line.ends_with("no symbols"), "{name}: {line}");
                    continue;
                };
                found.push((
                    current,
                    (*symbol).to_owned(),
                    u64::from_str_radix(value, 16).expect("an address"),
                    section.trim_matches(['(', ')']).to_owned(),
                    *scope == "external",
                ));
            }
            found.sort();
            let mut own: Vec<_> = truth
                .symbols
                .iter()
                .filter(|s| s.image == image || truth.symbols.iter().all(|s| s.image.is_some()))
                .map(|s| {
                    let section = s.section.clone().unwrap_or_else(|| "absolute".to_owned());
                    (s.image, s.name.clone(), s.vmaddr, section, s.external)
                })
                .collect();
            own.sort();
            assert_eq!(own, found, "{}", path.display());
        }
    }
}

/// The strings lie in the file where the truth has them, and `llvm-otool` reads the same.
#[test]
fn strings() {
    let mut lines = 0;
    for (name, built) in planted::shapes() {
        let truth = &built.truth;
        for string in &truth.strings {
            let at = truth
                .file_offset(string.vmaddr)
                .expect("strings are in the file");
            let at = index(at);
            let end = at + string.text.len();
            assert_eq!(&built.bytes[at..end], string.text.as_bytes(), "{name}");
            assert_eq!(built.bytes[end], 0);
        }
        for (path, image) in alone(name, &built) {
            if truth.strings.iter().all(|string| string.image != image) {
                continue;
            }
            let text = run("llvm-otool-22", &["-v", "-s", "__TEXT", "__cstring"], &path);
            let found: Vec<(u64, &str)> = text
                .lines()
                .filter_map(|line| line.split_once("  "))
                .filter_map(|(at, text)| Some((u64::from_str_radix(at, 16).ok()?, text)))
                .collect();
            let own: Vec<(u64, &str)> = truth
                .strings
                .iter()
                .filter(|string| string.image == image)
                .map(|string| (string.vmaddr, string.text.as_str()))
                .collect();
            assert_eq!(own, found, "{}", path.display());
            lines += found.len();
        }
    }
    assert!(lines > 200, "only {lines} strings");
}

/// What `llvm-mc` makes of words, one line each.
fn disassemble(words: &[u32]) -> Vec<String> {
    let mut child = Command::new("llvm-mc-22")
        .args([
            "-disassemble",
            "-triple=arm64e-apple-macos",
            "--mattr=+v8.5a,+pauth",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("llvm-mc-22 runs (Debian package llvm-22)");
    let line = |word: &u32| {
        let [a, b, c, d] = word.to_le_bytes();
        format!("0x{a:02x} 0x{b:02x} 0x{c:02x} 0x{d:02x}\n")
    };
    let input: String = words.iter().map(line).collect();
    let mut stdin = child.stdin.take().expect("piped");
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("no panic").expect("written");
    assert!(output.status.success());
    String::from_utf8(output.stdout)
        .expect("UTF-8")
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('.'))
        .map(str::to_owned)
        .collect()
}

/// The number after `#` in an instruction.
fn immediate(text: &str) -> i64 {
    let Some((_, number)) = text.rsplit_once('#') else {
        return 0;
    };
    let number = number.trim_end_matches(']');
    match number.strip_prefix("0x") {
        Some(hex) => i64::from_str_radix(hex, 16).unwrap_or_else(|_| panic!("{text}")),
        None => number.parse().unwrap_or_else(|_| panic!("{text}")),
    }
}

/// Every reference of code is what LLVM's disassembler says; every pointer is in the file, or a
/// slot of its fixups.
#[test]
fn references() {
    let mut by_kind: BTreeMap<ReferenceKind, usize> = BTreeMap::new();
    for (name, built) in planted::shapes() {
        let truth = &built.truth;
        let word = |vmaddr: u64| {
            let at = truth.file_offset(vmaddr).expect("in the file");
            get_u32(&built.bytes, index(at)).expect("a word")
        };
        let (pointers, code): (Vec<Reference>, Vec<Reference>) = truth
            .references
            .iter()
            .partition(|reference| reference.kind == ReferenceKind::Pointer);
        let before = |r: &Reference, bytes| r.from.checked_sub(bytes).map_or(0, word);
        let words = code
            .iter()
            .flat_map(|r| [before(r, 8), before(r, 4), word(r.from)]);
        let lines = disassemble(&words.collect::<Vec<_>>());
        assert_eq!(lines.len(), 3 * code.len(), "{name}: LLVM knows every word");
        for (reference, lines) in code.iter().zip(lines.chunks(3)) {
            let (mnemonic, _) = lines[2].split_once('\t').expect("operands");
            // What `adrp` and a distance from its page make, the `adrp` so many words before.
            let from_page = |words: usize, adrp: &str, distance: &str| {
                let page = (reference.from - 4 * words as u64) & !0xfff;
                let page = page.wrapping_add_signed(immediate(adrp));
                page.wrapping_add_signed(immediate(distance))
            };
            let is_pair = lines[1].starts_with("adrp\t");
            let paired = || from_page(1, &lines[1], &lines[2]);
            let direct = || reference.from.wrapping_add_signed(immediate(&lines[2]));
            let (kind, to) = match (mnemonic, is_pair) {
                ("ldr", false) if lines[2].ends_with(']') => {
                    assert!(lines[0].starts_with("adrp\t") && lines[1].starts_with("add\t"));
                    (ReferenceKind::Load, from_page(2, &lines[0], &lines[1]))
                }
                ("bl", _) => (ReferenceKind::Call, direct()),
                ("b", _) => (ReferenceKind::Branch, direct()),
                ("cbz", _) => (ReferenceKind::Conditional, direct()),
                ("add", true) => (ReferenceKind::Address, paired()),
                ("ldr", true) => (ReferenceKind::Load, paired()),
                ("str", true) => (ReferenceKind::Store, paired()),
                ("ldr", false) => (ReferenceKind::Literal, direct()),
                _ => panic!("{name}: {lines:?}"),
            };
            assert_eq!(
                (kind, to),
                (reference.kind, reference.to),
                "{name} {lines:?}"
            );
            *by_kind.entry(kind).or_default() += 1;
        }
        for pointer in pointers {
            let slot = truth.fixups.iter().find(|slot| slot.vmaddr == pointer.from);
            let target = slot.map_or_else(
                || {
                    let at = truth.file_offset(pointer.from).expect("in the file");
                    get_u64(&built.bytes, index(at)).expect("8 bytes")
                },
                |slot| slot.target,
            );
            assert_eq!(target, pointer.to, "{name} {:#x}", pointer.from);
            *by_kind.entry(pointer.kind).or_default() += 1;
        }
    }
    assert_eq!(by_kind.len(), 8, "every kind: {by_kind:?}");
    assert!(by_kind.values().all(|count| *count > 40), "{by_kind:?}");
}

/// The kext's imports and slots, as LLVM reads them.
#[test]
fn imports() {
    let path = on_disk("imports", &planted::kext().bytes);
    let text = run("llvm-objdump-22", &["--macho", "--chained-fixups"], &path);
    assert!(text.contains("imports_count  = 2"), "{text}");
    for (number, name) in ["_kernel_function_4", "_kernel_function_10"]
        .into_iter()
        .enumerate()
    {
        let at = text.find(&format!("dyld chained import[{number}]"));
        let text = &text[at.expect("an import")..];
        assert!(text.contains(&format!("({name})")), "{text}");
    }
}

/// The cases that the naming rule tells apart occur: an end of an image's section where another
/// image goes on, a marker where a section without a symbol starts, symbols outside of sections,
/// functions without a symbol, and names that end in a segment.
#[test]
fn there_is_something_to_ask() {
    let truth = planted::fileset().truth;
    let of = |name: &str| {
        let symbol = truth.symbols.iter().find(|symbol| symbol.name == name);
        symbol.expect("planted").vmaddr
    };
    // Where one kext's pointers end the next image's begin, and its name is not the end's.
    let elsewhere = ["_gamma_got_end", "_delta_got_end"]
        .into_iter()
        .filter(|name| {
            let location = truth.location(of(name)).expect("mapped");
            !location.names.contains(name) && location.image.is_some()
        });
    assert!(elsewhere.count() > 0, "an end is another image's start");
    let names = |vmaddr: u64| truth.location(vmaddr).expect("mapped").names;
    let end = of("_gamma_strings_end");
    assert_eq!(names(end), ["_gamma_strings_end"]);
    assert_eq!(names(end + 1), [""; 0]);
    let header = of("__mh_execute_header");
    assert_eq!(names(header + 8), ["__mh_execute_header"]);
    let past = of("_delta_past");
    assert_eq!(names(past - 1), [""; 0]);
    assert_eq!(names(past + 7), ["_delta_past"]);
    assert_eq!(names(past + 8), ["_delta_absolute"]);
    assert_eq!(names(of("_delta_far") + 39), ["_delta_far"]);
    assert_eq!(names(of("_delta_inner") + 1), ["_delta_inner"]);
    let unnamed = truth.functions.iter().filter(|function| {
        let location = truth.location(function.vmaddr + 4).expect("mapped");
        location.names.is_empty()
    });
    assert!(unnamed.count() > 20);
    let odd = truth
        .functions
        .iter()
        .filter(|function| function.size % 4 == 1);
    assert_eq!(odd.count(), 1, "one function's section ends within a word");
    assert_eq!(truth.codeless.len(), 3);
}
