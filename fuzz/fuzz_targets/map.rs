//! Who owns an address, against a model that tries every segment and section of every image.
#![no_main]

use kc_offsets::lookup::{Piece, SymbolKey};
use kc_offsets::{ImageIndex, KernelCache, Lookup, Owner, SymbolIndex};
use libfuzzer_sys::fuzz_target;
use macho_core::{MachO, Mode, VmAddr};

fuzz_target!(|data: &[u8]| {
    let Ok(cache) = KernelCache::parse_with(data, Mode::Tolerant) else {
        return;
    };
    let images: Vec<MachO<'_>> = cache.images().take(16).flatten().collect();
    let mut pieces = vec![Piece::default(); ImageIndex::pieces_needed(&images)];
    let mut few = pieces.clone();
    let mut pages = vec![0; 64];
    let paged = ImageIndex::build(&images, &mut pieces, &mut pages).expect("room enough");
    let plain = ImageIndex::build(&images, &mut few, &mut []).expect("room enough");
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
        assert_eq!(paged.owner(vmaddr), expected, "{vmaddr}");
        assert_eq!(plain.owner(vmaddr), expected, "{vmaddr}");
    }
    let Ok(needed) = SymbolIndex::keys_needed(&images) else {
        return;
    };
    let mut keys = vec![SymbolKey::default(); needed];
    let symbols = SymbolIndex::build(&images, &mut keys).expect("room enough");
    assert!(symbols.keys().is_sorted_by_key(|key| key.vmaddr()));
    let lookup = Lookup {
        images: paged,
        symbols,
    };
    for &vmaddr in asked.iter().take(64) {
        if let Some(place) = lookup.place(VmAddr::new(vmaddr)) {
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

/// The rules of `kc_offsets::lookup`, one image after the other.
fn model(images: &[MachO<'_>], vmaddr: u64) -> Option<Owner> {
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
    Some(Owner {
        image,
        segment,
        section,
    })
}
