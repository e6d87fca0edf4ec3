//! Questions about code on any image: the search for references against a walk over every word,
//! strings, functions, patches.
#![no_main]

use aarch64_decode::{Pattern, Patterns, Reference, ReferenceKind, References, Referrers};
use kc_offsets::KernelCache;
use kc_offsets::code::{
    AddressRange, CodeMatches, CodeXrefs, Patch, PatchPlace, PlacedPatch, PointerXrefs, Stubs,
    Wanted, apply_patches, c_strings, code_regions, guess_function_start, string_xrefs,
};
use libfuzzer_sys::fuzz_target;
use macho_core::{FileOffset, Mode, VmAddr};

fuzz_target!(|data: &[u8]| {
    words(data);
    let Ok(cache) = KernelCache::parse_with(data, Mode::Tolerant) else {
        return;
    };
    let image = cache.image();
    let code = || code_regions(&image);
    let asked: Vec<VmAddr> = code()
        .take(4)
        .flat_map(|region| [region.vmaddr, VmAddr::new(region.vmaddr.get() ^ 0x1234)])
        .chain(image.segments().take(8).map(|segment| segment.vmaddr()))
        .collect();
    let mut ranges: Vec<_> = asked.iter().map(|at| AddressRange::new(*at, 64)).collect();
    ranges.sort_by_key(|range| range.first);
    ranges.dedup_by(|next, range| range.contains(next.first));
    for range in &ranges {
        let one = CodeXrefs::new(code(), *range).take(1000);
        assert!(one.into_iter().all(|xref| range.contains(xref.target)));
        for pointer in PointerXrefs::new(&image, *range).take(1000).flatten() {
            assert!(range.contains(pointer.target));
        }
    }
    if let Some(targets) = Wanted::any(&ranges) {
        let each: usize = ranges
            .iter()
            .map(|range| CodeXrefs::new(code(), *range).count())
            .sum();
        // Of several ranges a pair's page may be too far below the first, and near enough to
        // another.
        assert!(CodeXrefs::new(code(), targets).count() >= each);
    }
    let mut storage = [AddressRange::default(); 8];
    let strings = c_strings(&image)
        .filter(|string| string.contains(b"a"))
        .take(8);
    if let Ok(xrefs) = string_xrefs(code(), strings, &mut storage) {
        xrefs.for_each(drop);
    }
    for region in code().take(4) {
        for at in &asked {
            guess_function_start(&region, *at);
        }
    }
    Stubs::new(code()).for_each(drop);
    let patterns = Patterns::new([Pattern::new(0x9f00_0000, 0x9000_0000), Pattern::ANY]);
    CodeMatches::new(code(), patterns).for_each(drop);
    patches(&cache, data, &asked);
});

/// The search over the bytes as code, for the addresses that the bytes name.
fn words(data: &[u8]) {
    let Some((head, code)) = data.split_first_chunk::<16>() else {
        return;
    };
    let (pc, last) = head.split_at(8);
    let number = |bytes: &[u8]| bytes.try_into().map_or(0, u64::from_le_bytes);
    let (pc, first) = (number(pc) & !3, number(last));
    for (first, last) in [
        (first, first),
        (first, first.wrapping_add(0x4000)),
        (pc, pc.wrapping_add(0x1000)),
    ] {
        let found: Vec<_> = Referrers::new(code, pc, first, last)
            .without_branches()
            .map(|found| (found.pc, found.address, found.kind, found.origin))
            .collect();
        let model = model(code, pc, first, last);
        assert_eq!(found.len(), model.len(), "{found:x?}, {model:x?}");
        for (found, model) in found.into_iter().zip(model) {
            let (pc, address, kind, origin) = model;
            assert_eq!(found, (pc, address, kind.unwrap_or(found.2), origin));
        }
    }
}

/// The pc, address, kind and origin of each referrer; the kind only of those whose name tells.
fn model(
    code: &[u8],
    base: u64,
    first: u64,
    last: u64,
) -> Vec<(u64, u64, Option<ReferenceKind>, Option<u64>)> {
    let span = last.wrapping_sub(first);
    let page = first.wrapping_sub(0x2_0000) & !0xfff;
    // Offsets go 4 KiB down.
    let mut references = References::within(page, last.wrapping_add(0x1000));
    let mut found = Vec::new();
    for (pc, chunk) in (0..)
        .map(|word: u64| base.wrapping_add(4 * word))
        .zip(code.chunks_exact(4))
    {
        let word = chunk.try_into().map_or(0, u32::from_le_bytes);
        let origin = references.origin(word);
        let Some(Reference::Address(address)) = references.next(word, pc) else {
            continue;
        };
        if address.wrapping_sub(first) > span {
            continue;
        }
        let Ok(instruction) = aarch64_decode::decode(word) else {
            continue;
        };
        let name = instruction.encoding().name();
        // Updates, sets and copies of memory have names of many kinds.
        let is_plain = ["_ldst_", "_ldstpair", "_ldstnapair"]
            .iter()
            .any(|class| name.contains(class));
        let kind = if name.ends_with("_loadlit") {
            Some(ReferenceKind::Literal)
        } else if is_plain && name.starts_with("ST") {
            Some(ReferenceKind::Store)
        } else if is_plain && (name.starts_with("LD") || name.starts_with("PRF")) {
            Some(ReferenceKind::Load)
        } else if name.starts_with("ADR") || name.starts_with("ADD") {
            Some(ReferenceKind::Address)
        } else {
            None
        };
        let alone = kind == Some(ReferenceKind::Literal) || name.starts_with("ADR_");
        found.push((pc, address, kind, origin.filter(|_| !alone)));
    }
    found
}

/// A set of patches that changes nothing is made or refused; whichever, the file stays as it was.
fn patches(cache: &KernelCache<'_>, data: &[u8], asked: &[VmAddr]) {
    let map = cache.address_map();
    let expected = data.get(..4).unwrap_or_default();
    let mut all: Vec<Patch<'_>> = asked
        .iter()
        .map(|at| Patch {
            place: PatchPlace::VmAddr(*at),
            expected,
            mask: &[0; 4],
            skip: 0,
            replacement: &[],
        })
        .collect();
    all.push(Patch {
        place: PatchPlace::FileOffset(FileOffset::new(0)),
        expected,
        mask: &[],
        skip: 0,
        replacement: expected,
    });
    let mut file = data.to_vec();
    let mut storage = vec![PlacedPatch::default(); all.len()];
    let _ = apply_patches(&all, &map, &mut file, &mut storage);
    assert_eq!(file, data);
}
