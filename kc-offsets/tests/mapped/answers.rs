//! What an image answers, as text in which every place is a vmaddr: the same for a file and for memory.
use kc_offsets::code::{AddressRange, CodeMatches, CodeXrefs, Stubs, c_strings, code_regions};
use kc_offsets::{
    AddressMap, IdCell, Ids, ImageCell, Images, KernelCache, Lookup, LookupCell, LookupOptions,
};
use macho_core::{FileOffset, MachO, SectionType, VmAddr};

/// Answers, one a line.
pub(crate) struct Answers {
    pub(crate) lines: Vec<String>,
    /// Addresses at and around every edge of a segment or section.
    pub(crate) edges: Vec<VmAddr>,
}

/// Asks everything but for pointers and what lies at single addresses.
pub(crate) fn answers(cache: &KernelCache<'_>) -> Answers {
    let map = cache.address_map();
    let mut lines = Vec::new();
    let mut say = |what: &str, answer: &dyn std::fmt::Debug| {
        lines.push(format!("{what}: {answer:x?}"));
    };
    say("shape", &cache.shape());
    say("kind", &cache.collection_kind().unwrap());
    let entry = cache.entry_point().unwrap();
    say(
        "entry",
        &entry.map(|entry| {
            // Zeros are bytes in memory, and none in a file.
            let place = place(&map, entry.file_offset);
            assert_eq!(place.unwrap_or(entry.vmaddr), entry.vmaddr);
            (entry.vmaddr, entry.segment.map(|segment| segment.name()))
        }),
    );
    for entry in cache.entries() {
        let entry = entry.unwrap();
        let place = place(&map, Some(entry.file_offset));
        say("fileset entry", &(entry.id, entry.vmaddr, place));
    }
    if let Some(info) = cache.prelink_info().unwrap() {
        say(
            "prelink info",
            &(info.text().len(), place(&map, Some(info.file_offset()))),
        );
        let mut cells = vec![IdCell::EMPTY; 10_000];
        let ids = Ids::build(&info, &mut cells).unwrap();
        for kext in info.kexts(ids) {
            let kext = kext.unwrap();
            let load = kext.load_addr.unwrap();
            say("kext", &(kext.bundle_id, kext.version, load, kext.size));
        }
    }
    let mut cells = vec![ImageCell::EMPTY; 1000];
    let images = Images::build(cache, &mut cells).unwrap();
    for image in images.iter() {
        let place = place(&map, image.file_offset);
        say(
            "image",
            &(image.id, image.version, image.vmaddr, image.size, place),
        );
    }
    let machos: Vec<MachO<'_>> = images.machos().map(|(_, macho)| macho).collect();
    let edges = edges(&machos);
    let mut cells = vec![LookupCell::EMPTY; 100_000];
    let options = LookupOptions {
        // Of memory whose fixups have been applied nothing says what was bound.
        imports: false,
        ..LookupOptions::default()
    };
    let lookup = Lookup::build(images, options, &mut cells, |_, error| panic!("{error}")).unwrap();
    for &vmaddr in &edges {
        let owner = lookup.location(vmaddr).map(|location| {
            let section = location.section.map(|section| section.name());
            let symbol = location
                .name
                .map(|found| (found.name.name(), location.offset));
            let segment = location.segment.name();
            (location.image, segment, section, symbol, location.function)
        });
        say("owner", &(vmaddr, owner));
    }
    say("functions", &lookup.functions().collect::<Vec<_>>());
    for one in machos {
        lines.extend(image(&map, &one));
    }
    Answers { lines, edges }
}

/// The vmaddr of a byte of the input.
fn place(map: &AddressMap<'_>, offset: Option<FileOffset>) -> Option<VmAddr> {
    offset.and_then(|offset| map.vmaddr_of(offset))
}

/// What one image says of itself.
fn image(map: &AddressMap<'_>, image: &MachO<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut say = |what: &str, answer: &dyn std::fmt::Debug| {
        lines.push(format!("{what}: {answer:x?}"));
    };
    say(
        "header",
        &(
            image.header(),
            place(map, Some(image.file_offset())),
            image.base(),
        ),
    );
    for command in image.load_commands() {
        say(
            "command",
            &(command.bytes(), place(map, Some(command.file_offset()))),
        );
    }
    for segment in image.segments() {
        let backed = usize::try_from(segment.filesize().min(segment.vmsize())).unwrap();
        let (data, zeros) = segment.data().split_at(backed.min(segment.data().len()));
        assert!(zeros.iter().all(|byte| *byte == 0));
        // Past the end of the file, memory has zeros.
        let known = data.len() - data.iter().rev().take_while(|byte| **byte == 0).count();
        let hash = data[..known].iter().fold(0_u64, |hash, byte| {
            hash.wrapping_mul(0x100_0000_01b3) ^ u64::from(*byte)
        });
        let start = (known != 0).then(|| place(map, Some(segment.file_offset())));
        say(
            "segment",
            &(segment.name(), segment.vmaddr(), start, known, hash),
        );
        for section in segment.sections() {
            let data = section.data().unwrap();
            if section.kind().is_zero_fill() {
                assert!(data.iter().all(|byte| *byte == 0));
                continue;
            }
            let start = (!data.is_empty()).then(|| place(map, section.file_offset()));
            say("section", &(section.name(), section.vmaddr(), start, data));
        }
    }
    say("uuid", &image.uuid());
    say("thread state", &image.thread_state());
    for symbol in image.symbols().unwrap() {
        let start = place(map, Some(symbol.file_offset()));
        let name = symbol.name().map_err(|error| {
            (
                error.kind(),
                error.structure(),
                place(map, Some(error.offset())),
            )
        });
        say("symbol", &(name, symbol.value(), symbol.n_sect(), start));
    }
    let indirect = image.indirect_symbols().unwrap();
    for slot in 0..u32::try_from(indirect.len()).unwrap() {
        say("indirect", &indirect.get(slot));
    }
    say(
        "function starts",
        &image.function_starts().unwrap().collect::<Vec<_>>(),
    );
    say(
        "data in code",
        &image.data_in_code().unwrap().collect::<Vec<_>>(),
    );
    say("exports", &image.exports().unwrap().bytes());
    say(
        "imports",
        &image
            .chained_fixups()
            .unwrap()
            .map(|fixups| fixups.imports_count),
    );
    lines.extend(code(map, image));
    lines
}

fn code(map: &AddressMap<'_>, image: &MachO<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut say = |what: &str, answer: &dyn std::fmt::Debug| {
        lines.push(format!("{what}: {answer:x?}"));
    };
    let regions = code_regions(image);
    for region in regions.clone() {
        say(
            "code",
            &(
                region.vmaddr,
                region.bytes,
                place(map, Some(region.file_offset)),
            ),
        );
    }
    let everywhere = AddressRange::new(VmAddr::new(0), u64::MAX);
    for xref in CodeXrefs::new(regions.clone(), everywhere) {
        let start = place(map, Some(xref.file_offset));
        say(
            "xref",
            &(xref.vmaddr, xref.target, xref.kind, xref.origin, start),
        );
    }
    let ret = aarch64_decode::Patterns::new([aarch64_decode::Pattern::word(0xd65f_03c0)]);
    for found in CodeMatches::new(regions.clone(), ret) {
        say("ret", &(found.vmaddr, place(map, Some(found.file_offset))));
    }
    for stub in Stubs::new(regions) {
        say("stub", &stub);
    }
    for string in c_strings(image) {
        say(
            "string",
            &(
                string.vmaddr,
                string.bytes,
                place(map, Some(string.file_offset)),
            ),
        );
    }
    lines
}

/// Every edge of a segment or section, and its neighbours.
fn edges(images: &[MachO<'_>]) -> Vec<VmAddr> {
    let segments = images.iter().flat_map(MachO::segments).flat_map(|segment| {
        let sizes = [segment.filesize(), segment.vmsize()];
        sizes.map(|size| (segment.vmaddr(), size))
    });
    let sections = images
        .iter()
        .flat_map(MachO::sections)
        .filter(|section| section.kind() != SectionType::S_GB_ZEROFILL)
        .map(|section| (section.vmaddr(), section.size()));
    let mut edges = vec![0, u64::MAX];
    for (start, size) in segments.chain(sections) {
        for edge in [0, size, size / 2] {
            let edge = start.get().wrapping_add(edge);
            edges.extend([edge.wrapping_sub(1), edge, edge.wrapping_add(1)]);
        }
    }
    edges.sort_unstable();
    edges.dedup();
    edges.into_iter().map(VmAddr::new).collect()
}
