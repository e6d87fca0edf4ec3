//! Every kind of error is made by a damage that some test pins, and the few that the tests of the
//! other files have no place for are made here.
use std::fs;
use std::path::Path;

use kc_offsets::{
    Bases, Error, ErrorKind, ImageCell, Images, KernelCache, Linker, LoadPlan, Lookup, LookupCell,
    LookupOptions, MOST_SEGMENTS, PlistErrorKind, Structure, apply_fixups, rebase,
};
use macho_core::{Fixup, Import, MachO, Mode, PhysAddr, SlidVmAddr, Slide, Slot, VmAddr};
use testkit::classic;
use testkit::constants as c;
use testkit::hostile::binds_of_one_name;
use testkit::macho::symtab::function_starts;
use testkit::macho::{Command, MachFile, Section, Segment, Thread};

/// The source text of the enum, from which a new variant cannot be left out.
const KINDS: &str = include_str!("../src/error.rs");

/// Names of the variants of an enum that begins like this: they stand four spaces from the margin,
/// what they hold stands further in.
fn variants(text: &'static str, head: &str) -> Vec<&'static str> {
    let (_, body) = text.split_once(head).unwrap();
    let (body, _) = body.split_once("\n}").unwrap();
    body.lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()))
        .map(|line| &line[..line.find(|c: char| !c.is_ascii_alphanumeric()).unwrap()])
        .collect()
}

/// The code of all files of tests, without their comments. What `ErrorKind` is by itself is written
/// as `kc_offsets::ErrorKind` or `macho_core::ErrorKind`, as the file's `use` says.
fn tests() -> String {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut code = String::new();
    for file in fs::read_dir(tests).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = fs::read_to_string(path).unwrap();
        let uses: Vec<_> = text.split("use macho_core::").skip(1).collect();
        let is_theirs = uses.iter().any(|rest| {
            let (names, _) = rest.split_once(';').unwrap();
            names
                .split(|c: char| !c.is_ascii_alphanumeric())
                .any(|name| name == "ErrorKind")
        });
        for line in text.lines() {
            let line = line.split_once("//").map_or(line, |(before, _)| before);
            let mut parts = line.split("ErrorKind::");
            code += parts.next().unwrap();
            for part in parts {
                let is_plain = !code.ends_with(|c: char| c.is_ascii_alphanumeric() || c == ':');
                if is_plain && !is_theirs {
                    code += "kc_offsets::";
                }
                code += "ErrorKind::";
                code += part;
            }
            code.push('\n');
        }
    }
    code
}

/// Whether `code` has `kc_offsets::ErrorKind::` and this name, and not only the start of a longer
/// one.
fn names(code: &str, kind: &str) -> bool {
    let ends = |rest: &str| !rest.starts_with(|next: char| next.is_ascii_alphanumeric());
    let mut all = code.split("kc_offsets::ErrorKind::").skip(1);
    all.any(|rest| rest.strip_prefix(kind).is_some_and(ends))
}

/// All tests name a kind of error to demand it, so that a kind which none names is one that no
/// damage makes.
#[test]
fn every_kind_is_made() {
    let (kinds, code) = (variants(KINDS, "pub enum ErrorKind {\n"), tests());
    assert_eq!(kinds.first(), Some(&"MachO"));
    assert!(kinds.contains(&"BufferTooSmall") && kinds.contains(&"CommandLineUnfit"));
    let missing: Vec<_> = kinds.iter().filter(|kind| !names(&code, kind)).collect();
    assert!(missing.is_empty(), "no test makes {missing:?}");
    // Kinds of the Mach-O layer and of patches, which other files demand.
    assert!(!names(&code, "OffsetNotMapped") && !names(&code, "NotMapped"));
}

/// The kinds of a property list, which the tests of kexts have as text.
#[test]
fn every_kind_of_a_property_list_is_made() {
    let text = include_str!("../src/error/plist.rs");
    let kinds = variants(text, "pub enum PlistErrorKind {\n");
    assert!(kinds.contains(&"Truncated") && kinds.contains(&"UnknownReference"));
    let code = tests();
    let is_made = |kind: &str| {
        code.contains(&format!("\"{kind}\",")) || code.contains(&format!("PlistErrorKind::{kind})"))
    };
    let missing: Vec<_> = kinds.iter().filter(|kind| !is_made(kind)).collect();
    assert!(missing.is_empty(), "no test makes {missing:?}");
}

/// An id of 1,024 bytes is one, and of 1,025 is not.
#[test]
fn an_id_that_is_too_long() {
    let key = "<dict><key>CFBundleIdentifier</key>";
    let list = "<dict><key>_PrelinkInfoDictionary</key><array>";
    let ask = |len: usize| {
        let id = "x".repeat(len);
        let xml = format!("{list}{key}<string>{id}</string></dict></array></dict>\0");
        let info = Command::Segment(Segment {
            name: "__PRELINK_INFO".to_owned(),
            vmaddr: 0x5000,
            vmsize: 0x1000,
            fileoff: 0x1000,
            filesize: 0x1000,
            sections: vec![Section {
                name: "__info".to_owned(),
                segment: "__PRELINK_INFO".to_owned(),
                addr: 0x5000,
                size: xml.len() as u64,
                offset: 0x1000,
                ..Section::default()
            }],
            ..Segment::default()
        });
        let thread = Command::Thread {
            cmd: c::LC_UNIXTHREAD,
            state: Box::new(Thread::at(0x4000)),
        };
        let mut file = file(vec![text(0x4000), info, thread]);
        file.extend(xml.as_bytes());
        file.resize(0x2000, 0);
        let cache = KernelCache::parse(&file).unwrap();
        let mut cells = [ImageCell::EMPTY; 4];
        let images = Images::build(&cache, &mut cells).unwrap();
        let kext = images.get(1).unwrap();
        (
            kext.id.map(|id| id.to_string().len()),
            kext.damage.map(what),
        )
    };
    assert_eq!(ask(1024), (Some(1024), None));
    let kind = ErrorKind::Plist(PlistErrorKind::TextTooLarge);
    let place = 0x1000 + (list.len() + key.len()) as u64;
    assert_eq!(
        ask(1025),
        (None, Some((kind, Structure::PrelinkInfo, Some(place))))
    );
}

fn what(error: Error) -> (ErrorKind, Structure, Option<u64>) {
    let offset = error.offset().map(macho_core::FileOffset::get);
    (error.kind(), error.structure(), offset)
}

/// `__TEXT` of 0x1000 bytes, all of the file, at this address.
fn text(vmaddr: u64) -> Command {
    Command::Segment(Segment {
        name: "__TEXT".to_owned(),
        vmaddr,
        vmsize: 0x1000,
        filesize: 0x1000,
        ..Segment::default()
    })
}

fn file(commands: Vec<Command>) -> Vec<u8> {
    MachFile {
        commands,
        min_len: 0x1000,
        ..MachFile::default()
    }
    .build()
}

fn plan(file: &[u8]) -> Result<LoadPlan<'_>, Error> {
    let image = KernelCache::parse(file)?.image();
    LoadPlan::of_image(&image, PhysAddr::new(0), Slide::ZERO)
}

/// Where the load command is that follows [`text`].
const SECOND: u64 = 32 + 72;

#[test]
fn an_entry_past_the_last_address() {
    let ask = |entryoff| {
        let main = Command::Main {
            entryoff,
            stacksize: 0,
        };
        let file = file(vec![text(0x4000), main]);
        let entry = KernelCache::parse(&file).unwrap().entry_point();
        entry.map(|entry| entry.unwrap().vmaddr.get()).map_err(what)
    };
    let structure = Structure::MachO(macho_core::Structure::EntryPointCommand);
    assert_eq!(ask(u64::MAX - 0x4000), Ok(u64::MAX));
    assert_eq!(
        ask(u64::MAX - 0x3fff),
        Err((ErrorKind::EntryOverflow, structure, Some(SECOND)))
    );
}

#[test]
fn an_entry_that_is_not_loaded() {
    let ask = |pc| {
        let thread = Command::Thread {
            cmd: c::LC_UNIXTHREAD,
            state: Box::new(Thread::at(pc)),
        };
        let file = file(vec![text(0x4000), thread]);
        let entry = plan(&file).unwrap().entry_point();
        entry.map(|entry| entry.unwrap().get()).map_err(what)
    };
    assert_eq!(ask(0x4ffc), Ok(0xffc));
    for pc in [0x3ffc, 0x5000] {
        let vmaddr = VmAddr::new(pc);
        let kind = ErrorKind::EntryNotMapped { vmaddr };
        assert_eq!(ask(pc), Err((kind, Structure::EntryPoint, None)));
    }
}

#[test]
fn no_memory_at_all() {
    let header = Structure::MachO(macho_core::Structure::MachHeader64);
    let nothing = Err((ErrorKind::NothingToLoad, header, Some(0)));
    let empty = Command::Segment(Segment::default());
    for commands in [vec![], vec![empty]] {
        let file = file(commands);
        assert_eq!(plan(&file).map(|plan| plan.size()).map_err(what), nothing);
    }
    let file = file(vec![text(0)]);
    assert_eq!(
        plan(&file).map(|plan| plan.size()).map_err(what),
        Ok(0x1000)
    );
}

#[test]
fn more_segments_than_a_plan_takes() {
    let ask = |count: u64| {
        let segments = (0..count).map(|index| {
            Command::Segment(Segment {
                vmaddr: 0x1000 * index,
                vmsize: 0x1000,
                ..Segment::default()
            })
        });
        let file = file(segments.collect());
        plan(&file).map(|plan| plan.size()).map_err(what)
    };
    let most = MOST_SEGMENTS as u64;
    assert_eq!(ask(most), Ok(0x1000 * most));
    let structure = Structure::MachO(macho_core::Structure::SegmentCommand64);
    let first_beyond = Some(32 + 72 * most);
    assert_eq!(
        ask(most + 1),
        Err((ErrorKind::CountTooLarge, structure, first_beyond))
    );
}

#[test]
fn a_function_outside_its_image() {
    let ask = |last: u64| {
        let starts = function_starts(&[0x10, last, last + 4]);
        let table = Command::LinkeditData {
            cmd: c::LC_FUNCTION_STARTS,
            dataoff: 0x800,
            datasize: u32::try_from(starts.len()).unwrap(),
        };
        let mut file = file(vec![text(0x4000), table]);
        file[0x800..][..starts.len()].copy_from_slice(&starts);
        let cache = KernelCache::parse(&file).unwrap();
        let mut cells = [ImageCell::EMPTY; 4];
        let images = Images::build(&cache, &mut cells).unwrap();
        let mut damage = Vec::new();
        let mut cells = [LookupCell::EMPTY; 100];
        let options = LookupOptions::default();
        let lookup = Lookup::build(images, options, &mut cells, |image, error| {
            damage.push((image, what(error)));
        });
        (lookup.unwrap().functions().count(), damage)
    };
    assert_eq!(ask(0xff8), (3, vec![]));
    // Said once for each image.
    let vmaddr = VmAddr::new(0x5000);
    let kind = ErrorKind::FunctionNotMapped { vmaddr };
    let structure = Structure::MachO(macho_core::Structure::FunctionStarts);
    assert_eq!(ask(0x1000), (1, vec![(0, (kind, structure, None))]));
}

/// `DYLD_CHAINED_PTR_64` has 36 bits for an address.
#[test]
fn a_moved_pointer_that_does_not_fit() {
    let built = classic::chained::chained(2);
    let cache = KernelCache::parse(&built.bytes).unwrap();
    let first = built
        .slots
        .iter()
        .find(|slot| matches!(slot.becomes, classic::Becomes::Pointer(..)));
    let ask = |slide| {
        let done = rebase(&cache, &mut built.bytes.clone(), Slide::new(slide));
        done.map(|_| ()).map_err(what)
    };
    let refused = (
        ErrorKind::TargetOverflow,
        Structure::Fixup,
        Some(first.unwrap().file_offset),
    );
    assert_eq!(ask(1 << 35), Ok(()));
    assert_eq!(ask(1 << 36), Err(refused));
}

/// A linker that knows the bases of collections, but no import.
#[test]
fn an_import_that_nobody_knows() {
    let built = classic::chained::chained(2);
    let cache = KernelCache::parse_with(&built.bytes, Mode::Strict).unwrap();
    let image = cache.image();
    let plan = LoadPlan::of_image(&image, PhysAddr::new(0), Slide::ZERO).unwrap();
    let mut memory = vec![0; usize::try_from(plan.size()).unwrap()];
    plan.load_into(&mut memory).unwrap();
    let mut slots = image.fixups().slots().map(Result::unwrap);
    let first = slots.find(|slot| matches!(slot.fixup(), Fixup::Bind { .. }));
    let place = first.unwrap().file_offset.get();
    let error = plan.apply_fixups(&mut memory, &Bases::PRIMARY).unwrap_err();
    let refused = (ErrorKind::UnknownImport, Structure::Fixup, Some(place));
    assert_eq!(what(error), refused);
}

/// A linker that knows every import, and that asks for none of their names' bytes.
struct Everything;

impl Linker for Everything {
    fn symbol(&self, _: &Import<'_>) -> Option<SlidVmAddr> {
        Some(SlidVmAddr::new(8))
    }
}

/// Names that slots share are read again for each slot, up to a limit that no real file comes near.
#[test]
fn binds_to_a_long_name_are_bounded() {
    let apply = |slots: usize, name: usize| {
        let file = binds_of_one_name(slots, name);
        let image = MachO::parse(&file).unwrap();
        let mut copy = file.clone();
        let place = |slot: &Slot| Some(slot.file_offset.get());
        apply_fixups(&image, Slide::ZERO, &mut copy, place, &Everything)
    };
    assert_eq!(apply(3000, 3000), Ok(3000));
    let error = apply(450, 1 << 20).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooMuchWork);
}
