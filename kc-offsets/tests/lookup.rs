//! Who owns an address, against models that try every image, segment, section and symbol in turn.
use kc_offsets::{
    Error, ErrorKind, ImageIndex, KernelCache, Lookup, Owner, Structure, SymbolIndex,
};
use kc_offsets::{ImageCell, SymbolCell};
use macho_core::{MachO, Mode, SymbolType, VmAddr};
use proptest::prelude::*;
use testkit::constants::{MH_EXECUTE, MH_FILESET};
use testkit::kernelcache::{large, sample};
use testkit::macho::{Command, Header, MachFile, Section, Segment};

fn contains(start: VmAddr, size: u64, vmaddr: u64) -> bool {
    vmaddr
        .checked_sub(start.get())
        .is_some_and(|into| into < size)
}

/// How many cells an index asks for.
fn needed<T>(asked: Result<T, Error>) -> usize {
    asked.err().and_then(Error::needed).unwrap_or(0)
}

/// Image, segment and section.
fn numbers(owner: Owner) -> (usize, u32, Option<u32>) {
    (owner.image, owner.segment, owner.section)
}

/// The rules of `ImageIndex`, one image after the other.
fn model(images: &[MachO<'_>], vmaddr: u64) -> Option<(usize, u32, Option<u32>)> {
    let claims = |image: &MachO<'_>| {
        (0..)
            .zip(image.segments())
            .filter(|(_, segment)| contains(segment.vmaddr(), segment.vmsize(), vmaddr))
            .map(|(number, _)| number)
            .collect::<Vec<u32>>()
    };
    let nested: Vec<(usize, u32)> = images
        .iter()
        .enumerate()
        .skip(1)
        .flat_map(|(number, image)| claims(image).into_iter().map(move |s| (number, s)))
        .collect();
    let (image, segment) = match nested[..] {
        [only] => only,
        _ => (0, *claims(images.first()?).first()?),
    };
    let section = (1..)
        .zip(images[image].sections())
        .find(|(_, section)| contains(section.vmaddr(), section.size(), vmaddr))
        .map(|(number, _)| number);
    Some((image, segment, section))
}

/// Every edge of a segment or section, and its neighbours.
fn edges(images: &[MachO<'_>]) -> Vec<u64> {
    let segments = images
        .iter()
        .flat_map(MachO::segments)
        .map(|segment| (segment.vmaddr().get(), segment.vmsize()));
    let sections = images
        .iter()
        .flat_map(MachO::sections)
        .map(|section| (section.vmaddr().get(), section.size()));
    let mut asked = vec![0, u64::MAX];
    for (start, size) in segments.chain(sections) {
        for edge in [
            start,
            start.wrapping_add(size),
            start.wrapping_add(size / 2),
        ] {
            asked.extend([edge.wrapping_sub(1), edge, edge.wrapping_add(1)]);
        }
    }
    asked.sort_unstable();
    asked.dedup();
    asked
}

fn compare(images: &[MachO<'_>], asked: &[u64]) {
    for pages in [0, 1, 2, 7, 700] {
        let least = needed(ImageIndex::build(images, &mut []));
        let mut cells = vec![ImageCell::EMPTY; least + pages];
        let index = ImageIndex::build(images, &mut cells).unwrap();
        for &vmaddr in asked {
            assert_eq!(
                index.owner(VmAddr::new(vmaddr)).map(numbers),
                model(images, vmaddr),
                "{vmaddr:#x}"
            );
        }
    }
}

fn images<'a>(cache: &KernelCache<'a>) -> Vec<MachO<'a>> {
    cache.images().collect::<Result<_, _>>().unwrap()
}

#[test]
fn owners_in_every_shape() {
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
        let cache = KernelCache::parse_with(&built.bytes, Mode::Tolerant).unwrap();
        let images = images(&cache);
        compare(&images, &edges(&images));
    }
}

#[test]
fn owners_in_a_collection_of_many_images() {
    let built = large::collection(large::Size::SMALL, 3).build();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    let images = images(&cache);
    compare(&images, &edges(&images));
}

/// A kernel and a kext share __LINKEDIT; the kext's empty __DATA lies at the kernel's.
#[test]
fn shared_and_empty_segments_belong_to_no_nested_image() {
    let built = sample::fileset();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    let images = images(&cache);
    let mut cells = vec![ImageCell::EMPTY; needed(ImageIndex::build(&images, &mut []))];
    let index = ImageIndex::build(&images, &mut cells).unwrap();
    let top = images[0]
        .segments()
        .position(|segment| segment.name() == "__LINKEDIT")
        .unwrap();
    let linkedit = images[0].segments().nth(top).unwrap();
    let owner = index.owner(linkedit.vmaddr()).unwrap();
    assert_eq!(numbers(owner), (0, u32::try_from(top).unwrap(), None));
    let beta = images[3];
    let empty = beta.segments().find(|s| s.vmsize() == 0).unwrap();
    assert_ne!(
        index.owner(empty.vmaddr()).map(|owner| owner.image),
        Some(3)
    );
    // Memory of nobody.
    assert_eq!(index.owner(VmAddr::new(0)), None);
}

#[test]
fn too_small_a_buffer_says_what_is_needed() {
    let built = sample::fileset();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    let images = images(&cache);
    let least = needed(ImageIndex::build(&images, &mut []));
    let mut cells = vec![ImageCell::EMPTY; least - 1];
    let error = ImageIndex::build(&images, &mut cells).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BufferTooSmall { needed: least });
    assert_eq!(error.structure(), Structure::ImageIndex);
    let least = needed(SymbolIndex::build(&images, &mut []));
    let mut cells = vec![SymbolCell::EMPTY; least - 1];
    let error = SymbolIndex::build(&images, &mut cells).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BufferTooSmall { needed: least });
    assert_eq!(error.structure(), Structure::SymbolIndex);
}

/// The symbol that the rule of `SymbolIndex::at_or_before` gives: image, index in its table, offset.
fn model_symbol(images: &[MachO<'_>], vmaddr: u64) -> Option<(usize, u32, u64)> {
    let mut best: Option<(u64, bool, usize, u32, u64)> = None;
    for (number, image) in images.iter().enumerate() {
        let sections: Vec<_> = image.sections().collect();
        for (index, symbol) in (0..).zip(image.symbols().unwrap()) {
            if symbol.stab().is_some() || symbol.kind() != SymbolType::N_SECT {
                continue;
            }
            let Some(section) = usize::from(symbol.n_sect())
                .checked_sub(1)
                .and_then(|number| sections.get(number))
            else {
                continue;
            };
            let (start, end) = (
                section.vmaddr().get(),
                section.vmaddr().get() + section.size(),
            );
            let value = symbol.value();
            if value < start || value > end || value > vmaddr {
                continue;
            }
            let inside = value < end;
            let better = best.is_none_or(|(at, was_inside, ..)| {
                value > at || value == at && inside && !was_inside
            });
            if better {
                best = Some((value, inside, number, index, end));
            }
        }
    }
    let (at, _, image, index, end) = best?;
    (vmaddr == at || vmaddr < end).then_some((image, index, vmaddr - at))
}

#[test]
fn symbols_at_or_before() {
    for built in [
        sample::fileset(),
        sample::bare(),
        sample::auxiliary(),
        large::collection(
            large::Size {
                symbols: 300,
                images: 7,
                bytes: 1 << 16,
                fixups: 100,
            },
            5,
        )
        .build(),
    ] {
        let cache = KernelCache::parse(&built.bytes).unwrap();
        let images = images(&cache);
        let mut cells = vec![SymbolCell::EMPTY; needed(SymbolIndex::build(&images, &mut []))];
        let symbols = SymbolIndex::build(&images, &mut cells).unwrap();
        assert!(!symbols.cells().is_empty());
        let mut asked = edges(&images);
        for symbol in &built.truth.symbols {
            asked.extend([
                symbol.vmaddr.wrapping_sub(1),
                symbol.vmaddr,
                symbol.vmaddr + 1,
            ]);
        }
        for vmaddr in asked {
            let found = symbols
                .at_or_before(VmAddr::new(vmaddr))
                .map(|located| (located.image, located.index, located.offset));
            assert_eq!(found, model_symbol(&images, vmaddr), "{vmaddr:#x}");
        }
    }
}

#[test]
fn a_place_is_named_down_to_the_symbol() {
    let built = sample::fileset();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    let images = images(&cache);
    let least = needed(ImageIndex::build(&images, &mut []));
    let mut owners = vec![ImageCell::EMPTY; least + 8];
    let mut symbols = vec![SymbolCell::EMPTY; needed(SymbolIndex::build(&images, &mut []))];
    let lookup = Lookup::new(
        ImageIndex::build(&images, &mut owners).unwrap(),
        SymbolIndex::build(&images, &mut symbols).unwrap(),
    );
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
        let place = lookup.locate(VmAddr::new(truth(name) + 2)).unwrap();
        assert_eq!(place.number, number, "{name}");
        assert_eq!(place.segment.name(), segment, "{name}");
        assert_eq!(place.section.unwrap().name(), section, "{name}");
        let (symbol, offset) = place.symbol.unwrap();
        assert_eq!(symbol.name().unwrap(), name);
        assert_eq!(offset, 2);
    }
    assert!(lookup.locate(VmAddr::new(1)).is_none());
}

/// Segments and sections of a few bytes in a window of 40, so that overlaps and shared edges are common.
fn segments() -> impl Strategy<Value = Vec<Segment>> {
    let section = (0_u64..44, 0_u64..9);
    let one = (0_u64..40, 0_u64..12, prop::collection::vec(section, 0..3));
    prop::collection::vec(one, 0..4).prop_map(|segments| {
        segments
            .into_iter()
            .map(|(vmaddr, vmsize, sections)| Segment {
                vmaddr,
                vmsize,
                sections: sections
                    .into_iter()
                    .map(|(addr, size)| Section {
                        addr,
                        size,
                        ..Section::default()
                    })
                    .collect(),
                ..Segment::default()
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn owners_among_overlaps(all in prop::collection::vec(segments(), 1..5)) {
        let files: Vec<Vec<u8>> = all
            .into_iter()
            .enumerate()
            .map(|(number, segments)| MachFile {
                header: Header {
                    filetype: if number == 0 { MH_FILESET } else { MH_EXECUTE },
                    ..Header::default()
                },
                commands: segments.into_iter().map(Command::Segment).collect(),
                ..MachFile::default()
            }.build())
            .collect();
        let images: Vec<MachO<'_>> = files
            .iter()
            .map(|file| MachO::parse(file).unwrap())
            .collect();
        compare(&images, &(0..60).collect::<Vec<_>>());
    }
}
