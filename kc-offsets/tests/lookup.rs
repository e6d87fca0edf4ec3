//! What owns and what names an address, against rules that try everything in turn.
#[path = "support/slow.rs"]
mod slow;

use kc_offsets::{
    ErrorKind, ImageCell, Images, KernelCache, Lookup, LookupCell, LookupOptions, NamedAddress,
    Structure,
};
use macho_core::{Mode, VmAddr};
use proptest::prelude::*;
use slow::{Named, Slow};
use testkit::constants::{MH_EXECUTE, MH_FILESET};
use testkit::kernelcache::{large, sample};
use testkit::macho::symtab::{Nlist, Strings, function_starts, records};
use testkit::macho::{Command, Header, Section, Segment, header_bytes, place};

/// Everything that the rules and the index say of some addresses, with the same words.
fn compare(file: &[u8], mode: Mode, more: &[u64]) {
    let cache = KernelCache::parse_with(file, mode).unwrap();
    let mut cells = vec![ImageCell::EMPTY; 1000];
    let images = Images::build(&cache, &mut cells).unwrap();
    let slow = Slow {
        images: images.machos().collect(),
    };
    let functions = slow.functions();
    let names = slow.names();
    let mut asked = slow.edges();
    asked.extend(more);
    for (_, name) in &names {
        asked.extend([name.vmaddr, name.vmaddr.wrapping_add(3)]);
    }
    for (start, _) in &functions {
        asked.extend([start.wrapping_sub(1), *start]);
    }
    let options = LookupOptions::default();
    let needed = needed(images, options);
    asked.sort_unstable();
    asked.dedup();
    // The rules take their time.
    let step = asked.len() / 300 + 1;
    let asked: Vec<u64> = asked.into_iter().step_by(step).collect();
    for spare in [0, 1, 700] {
        let mut cells = vec![LookupCell::EMPTY; needed + spare];
        let mut damage = Vec::new();
        let lookup = Lookup::build(images, options, &mut cells, |image, error| {
            damage.push((image, error));
        })
        .unwrap();
        let listed: Vec<_> = lookup
            .functions()
            .map(|function| (function.start.get(), function.image))
            .collect();
        assert_eq!(listed, functions);
        assert_eq!(lookup.names().count(), names.len());
        for &vmaddr in &asked {
            let at = VmAddr::new(vmaddr);
            let owner = lookup.owner(at);
            let owner = owner.map(|owner| (owner.image, owner.segment, owner.section));
            assert_eq!(owner, slow.owner(vmaddr), "{vmaddr:#x}");
            let function = lookup.function_at(at);
            let function = function.map(|found| (found.start.get(), found.end.get(), found.image));
            let expected = slow.function_at(&functions, vmaddr);
            assert_eq!(function, expected, "{vmaddr:#x}");
            let name = lookup.name_at(at);
            if let Some((name, offset)) = &name {
                assert_eq!(name.vmaddr.get() + offset, vmaddr);
            }
            let name = name.map(|(name, _)| of(&name));
            let expected = slow.name_at(&names, &functions, vmaddr);
            assert_eq!(name, expected, "{vmaddr:#x}");
            // The pass over the images says the same.
            let one = images.locate(at, options);
            let all = lookup.location(at);
            assert_eq!(format!("{one:?}"), format!("{all:?}"), "{vmaddr:#x}");
            if let Some(location) = all {
                assert_eq!(location.function, lookup.function_at(at));
                let name = location.name.map(|name| of(&name));
                assert_eq!(name, expected);
            }
        }
    }
}

fn of(found: &NamedAddress<'_>) -> Named {
    let symbol = match found.name {
        kc_offsets::AddressName::Symbol(index, _) => Some(index),
        _ => None,
    };
    Named {
        vmaddr: found.vmaddr.get(),
        image: found.image,
        symbol,
        name: found.name.name().map(|name| name.as_bytes().to_vec()),
    }
}

/// How many cells an empty slice is told.
fn needed(images: Images<'_, '_>, options: LookupOptions) -> usize {
    let Err(error) = Lookup::build(images, options, &mut [], |_, _| {}) else {
        return 0;
    };
    assert_eq!(error.structure(), Structure::Lookup);
    match error.kind() {
        ErrorKind::BufferTooSmall { needed } => needed,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_shape() {
    for built in [
        sample::fileset(),
        sample::tiny(),
        sample::pageable(),
        sample::auxiliary(),
        sample::prelinked(),
        sample::bare(),
        sample::shuffled(),
        sample::m1n1(),
    ] {
        compare(&built.bytes, Mode::Tolerant, &[]);
    }
}

#[test]
fn a_collection_of_many_images() {
    let size = large::Size {
        symbols: 300,
        images: 7,
        bytes: 1 << 16,
        fixups: 100,
    };
    let built = large::collection(size, 5).build();
    compare(&built.bytes, Mode::Strict, &[]);
}

/// A kernel and a kext share __LINKEDIT; the kext's empty __DATA lies at the kernel's.
#[test]
fn shared_and_empty_segments_belong_to_no_nested_image() {
    let built = sample::fileset();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    let mut cells = [ImageCell::EMPTY; 16];
    let images = Images::build(&cache, &mut cells).unwrap();
    let mut cells = vec![LookupCell::EMPTY; 10_000];
    let lookup = Lookup::build(images, LookupOptions::default(), &mut cells, |_, _| {}).unwrap();
    let outer = cache.image();
    let top = outer
        .segments()
        .position(|segment| segment.name() == "__LINKEDIT");
    let linkedit = outer.segments().nth(top.unwrap()).unwrap();
    let owner = lookup.owner(linkedit.vmaddr()).unwrap();
    assert_eq!((owner.image, owner.section), (0, None));
    assert_eq!(owner.segment as usize, top.unwrap());
    let beta = images.get(3).unwrap().macho.unwrap();
    let empty = beta.segments().find(|s| s.vmsize() == 0).unwrap();
    assert_ne!(
        lookup.owner(empty.vmaddr()).map(|owner| owner.image),
        Some(3)
    );
    // Memory of nobody.
    assert_eq!(lookup.owner(VmAddr::new(0)), None);
}

#[test]
fn a_location_is_named_down_to_the_symbol() {
    let built = sample::fileset();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    let mut cells = [ImageCell::EMPTY; 16];
    let images = Images::build(&cache, &mut cells).unwrap();
    let mut cells = vec![LookupCell::EMPTY; 10_000];
    let lookup = Lookup::build(images, LookupOptions::default(), &mut cells, |_, _| {}).unwrap();
    let truth = |name: &str| {
        let symbol = built.truth.symbols.iter().find(|s| s.name == name).unwrap();
        symbol.vmaddr
    };
    for (name, number, segment, section) in [
        ("_kernel_main", 1, "__TEXT_EXEC", "__text"),
        ("_alpha_start", 2, "__TEXT_EXEC", "__text"),
        ("_beta_jump", 3, "__TEXT_EXEC", "__text"),
        ("_alpha_state", 2, "__DATA", "__data"),
    ] {
        let location = lookup.location(VmAddr::new(truth(name) + 2)).unwrap();
        assert_eq!(location.image, number, "{name}");
        assert_eq!(location.segment.name(), segment, "{name}");
        assert_eq!(location.section.unwrap().name(), section, "{name}");
        assert_eq!(location.name.unwrap().name.name().unwrap(), name);
        assert_eq!(location.offset, 2);
        let named: Vec<_> = lookup.named(name.as_bytes()).collect();
        assert_eq!(named.len(), 1, "{name}");
        assert_eq!(named[0].vmaddr.get(), truth(name));
    }
    assert!(lookup.location(VmAddr::new(1)).is_none());
}

#[test]
fn a_reach_ends_names() {
    let built = sample::fileset();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    let mut cells = [ImageCell::EMPTY; 16];
    let images = Images::build(&cache, &mut cells).unwrap();
    let options = LookupOptions {
        reach: 4,
        ..LookupOptions::default()
    };
    let mut cells = vec![LookupCell::EMPTY; 10_000];
    let lookup = Lookup::build(images, options, &mut cells, |_, _| {}).unwrap();
    let symbol = built
        .truth
        .symbols
        .iter()
        .find(|s| s.name == "_kernel_main");
    let start = symbol.unwrap().vmaddr;
    for (into, named) in [(0, true), (4, true), (5, false)] {
        let vmaddr = VmAddr::new(start + into);
        assert_eq!(lookup.name_at(vmaddr).is_some(), named, "{into}");
        assert_eq!(
            images.locate(vmaddr, options).unwrap().name.is_some(),
            named
        );
    }
}

/// An image of a few bytes: segments with sections, symbols (kind, section, address), function
/// starts.
#[derive(Clone, Debug)]
struct Small {
    segments: Vec<Segment>,
    symbols: Vec<(u8, u8, u64)>,
    starts: Vec<u64>,
}

/// Segments and sections of a few bytes in a window of 40, so that overlaps and shared edges are
/// common.
fn small() -> impl Strategy<Value = Small> {
    let section = (0_u64..44, 0_u64..9, prop::bool::ANY);
    let one = (0_u64..40, 0_u64..12, prop::collection::vec(section, 0..3));
    let symbol = (
        prop::sample::select(vec![0x0e_u8, 0x0f, 0x02, 0x01]),
        0_u8..5,
        0_u64..50,
    );
    (
        prop::collection::vec(one, 0..4),
        prop::collection::vec(symbol, 0..6),
        prop::collection::vec(1_u64..50, 0..4),
    )
        .prop_map(|(segments, symbols, starts)| Small {
            segments: segments
                .into_iter()
                .map(|(vmaddr, vmsize, sections)| Segment {
                    name: "__TEXT".to_owned(),
                    vmaddr,
                    vmsize,
                    sections: sections
                        .into_iter()
                        .map(|(addr, size, has_bytes)| Section {
                            addr,
                            size,
                            offset: u32::from(has_bytes),
                            ..Section::default()
                        })
                        .collect(),
                    ..Segment::default()
                })
                .collect(),
            symbols,
            starts,
        })
}

/// A fileset of the images, the first of them the outer one.
fn fileset(all: &[Small]) -> Vec<u8> {
    const ROOM: u64 = 0x1000;
    let mut file = vec![0; all.len() * 0x2000];
    let mut end = file.len() as u64;
    for (number, small) in all.iter().enumerate() {
        let mut commands: Vec<Command> = small
            .segments
            .iter()
            .cloned()
            .map(Command::Segment)
            .collect();
        let mut strings = Strings::default();
        let symbols: Vec<Nlist> = (0..)
            .zip(&small.symbols)
            .map(|(index, (n_type, n_sect, n_value))| Nlist {
                name: format!("_{number}_{index}"),
                n_type: *n_type,
                n_sect: *n_sect,
                n_desc: 0,
                n_value: *n_value,
            })
            .collect();
        let table = records(&symbols, &mut strings);
        let strings = strings.into_bytes();
        let mut starts = small.starts.clone();
        starts.sort_unstable();
        let starts = function_starts(&starts);
        let at = |part: usize| end + part as u64;
        let (symoff, stroff) = (at(0), at(table.len()));
        let startoff = stroff + strings.len() as u64;
        commands.push(Command::Symtab {
            symoff: u32::try_from(symoff).unwrap(),
            nsyms: u32::try_from(symbols.len()).unwrap(),
            stroff: u32::try_from(stroff).unwrap(),
            strsize: u32::try_from(strings.len()).unwrap(),
        });
        commands.push(Command::LinkeditData {
            cmd: testkit::constants::LC_FUNCTION_STARTS,
            dataoff: u32::try_from(startoff).unwrap(),
            datasize: u32::try_from(starts.len()).unwrap(),
        });
        place(&mut file, symoff, &table);
        place(&mut file, stroff, &strings);
        place(&mut file, startoff, &starts);
        end = file.len() as u64;
        if number == 0 {
            for nested in 1..all.len() as u64 {
                commands.push(Command::FilesetEntry {
                    vmaddr: 0x10_0000 + nested,
                    fileoff: nested * ROOM,
                    entry_id: format!("org.example.k{nested}"),
                });
            }
        }
        let header = Header {
            filetype: if number == 0 { MH_FILESET } else { MH_EXECUTE },
            ..Header::default()
        };
        let bytes = header_bytes(&header, &commands);
        assert!(bytes.len() as u64 <= ROOM);
        place(&mut file, number as u64 * ROOM, &bytes);
    }
    file
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn overlapping_images(all in prop::collection::vec(small(), 1..5)) {
        compare(&fileset(&all), Mode::Tolerant, &(0..60).collect::<Vec<_>>());
    }
}
