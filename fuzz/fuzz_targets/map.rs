//! Who owns an address, against a model that tries every segment and section of every image.
#![no_main]

use kc_offsets::{
    Error, ImageCell, ImageIndex, KernelCache, Lookup, Owner, SymbolCell, SymbolIndex,
};
use libfuzzer_sys::fuzz_target;
use macho_core::{MachO, Mode, VmAddr};

fuzz_target!(|data: &[u8]| {
    let Ok(cache) = KernelCache::parse_with(data, Mode::Tolerant) else {
        return;
    };
    let images: Vec<MachO<'_>> = cache.images().take(16).flatten().collect();
    let least = needed(ImageIndex::build(&images, &mut []));
    let mut few = vec![ImageCell::EMPTY; least];
    let mut many = vec![ImageCell::EMPTY; least + 8];
    let paged = ImageIndex::build(&images, &mut many).expect("room enough");
    let plain = ImageIndex::build(&images, &mut few).expect("room enough");
    let mut asked = vec![0, u64::MAX];
    for image in &images {
        for segment in image.segments().take(16) {
            let start = segment.vmaddr().get();
            let end = start.wrapping_add(segment.vmsize());
            asked.extend([start.wrapping_sub(1), start, end.wrapping_sub(1), end]);
            for section in segment.sections().take(8) {
                let start = section.vmaddr().get();
                asked.extend([start, start.wrapping_add(section.size())]);
            }
        }
    }
    asked.sort_unstable();
    asked.dedup();
    for &vmaddr in asked.iter().take(256) {
        let expected = model(&images, vmaddr);
        let vmaddr = VmAddr::new(vmaddr);
        assert_eq!(paged.owner(vmaddr).map(numbers), expected, "{vmaddr}");
        assert_eq!(plain.owner(vmaddr).map(numbers), expected, "{vmaddr}");
    }
    let mut cells = vec![SymbolCell::EMPTY; needed(SymbolIndex::build(&images, &mut []))];
    let Ok(symbols) = SymbolIndex::build(&images, &mut cells) else {
        return;
    };
    assert!(symbols.cells().is_sorted_by_key(|cell| cell.vmaddr()));
    let lookup = Lookup::new(paged, symbols);
    for &vmaddr in asked.iter().take(64) {
        if let Some(place) = lookup.locate(VmAddr::new(vmaddr)) {
            assert!(contains(
                place.segment.vmaddr(),
                place.segment.vmsize(),
                vmaddr
            ));
            if let Some((symbol, offset)) = place.symbol {
                assert_eq!(symbol.value().wrapping_add(offset), vmaddr);
            }
        }
    }
});

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
fn numbers(owner: Owner) -> Numbers {
    (owner.image, owner.segment, owner.section)
}

type Numbers = (usize, u32, Option<u32>);

/// The rules of `ImageIndex`, one image after the other.
fn model(images: &[MachO<'_>], vmaddr: u64) -> Option<Numbers> {
    let mut nested = Vec::new();
    let mut outer = None;
    for (image, macho) in images.iter().enumerate() {
        for (segment, range) in (0..).zip(macho.segments()) {
            if !contains(range.vmaddr(), range.vmsize(), vmaddr) {
                continue;
            }
            if image == 0 {
                outer = outer.or(Some((0, segment)));
            } else {
                nested.push((image, segment));
            }
        }
    }
    let (image, segment) = match nested[..] {
        [only] => only,
        _ => outer?,
    };
    let section = (1..)
        .zip(images[image].sections())
        .find(|(_, section)| contains(section.vmaddr(), section.size(), vmaddr))
        .map(|(number, _)| number);
    Some((image, segment, section))
}
