//! The images of a kernelcache, and what owns and names an address, against rules that try
//! everything in turn.
#![no_main]

#[path = "../../kc-offsets/tests/support/slow.rs"]
mod slow;

use kc_offsets::{
    AddressName, ErrorKind, ImageCell, Images, KernelCache, Lookup, LookupCell, LookupOptions,
    NamedAddress,
};
use libfuzzer_sys::fuzz_target;
use macho_core::{Mode, VmAddr};
use slow::{Named, Slow};

/// The most cells that an input is given: the rules take their time.
const MOST_CELLS: usize = 1 << 10;

fuzz_target!(|data: &[u8]| {
    let Ok(cache) = KernelCache::parse_with(data, Mode::Tolerant) else {
        return;
    };
    let mut cells = vec![ImageCell::EMPTY; 64];
    let Ok(images) = Images::build(&cache, &mut cells) else {
        return;
    };
    for (number, image) in images.iter().enumerate() {
        assert!(
            image
                .first
                .is_none_or(|first| first < number && image.macho.is_none())
        );
        if let Some(id) = image.id {
            // An id names itself, or an earlier item with the same one.
            if let Ok(found) = images.named(&id.to_string()) {
                assert!(
                    found <= number || images.get(found).is_some_and(|image| image.id.is_some())
                );
            }
        }
    }
    let options = LookupOptions::default();
    let needed = match Lookup::build(images, options, &mut [], |_, _| {}) {
        Ok(_) => 0,
        Err(error) => match error.kind() {
            ErrorKind::BufferTooSmall { needed } => needed,
            _ => return,
        },
    };
    if needed > MOST_CELLS {
        return;
    }
    // Tables that share bytes are cut short, which the rules do not know.
    let mut shared = false;
    let mut notice = |error: kc_offsets::Error| shared |= error.kind() == ErrorKind::TooMuchWork;
    let mut paged = vec![LookupCell::EMPTY; needed + 64];
    let mut plain = vec![LookupCell::EMPTY; needed];
    let paged = Lookup::build(images, options, &mut paged, |_, error| notice(error));
    let plain = Lookup::build(images, options, &mut plain, |_, _| {});
    let (Ok(paged), Ok(plain)) = (paged, plain) else {
        return;
    };
    let slow = Slow {
        images: images.machos().collect(),
    };
    let functions = slow.functions();
    let names = slow.names();
    if !shared {
        let listed = paged.functions();
        let listed = listed.map(|function| (function.start.get(), function.image));
        assert!(listed.eq(functions.iter().copied()));
        assert_eq!(paged.names().count(), names.len());
    }
    let mut asked = slow.edges();
    asked.extend(names.iter().map(|(_, name)| name.vmaddr));
    asked.extend(functions.iter().map(|(start, _)| *start));
    for &vmaddr in asked.iter().take(96) {
        let at = VmAddr::new(vmaddr);
        for lookup in [&paged, &plain] {
            let owner = lookup.owner(at);
            let owner = owner.map(|owner| (owner.image, owner.segment, owner.section));
            assert_eq!(owner, slow.owner(vmaddr), "{vmaddr:#x}");
            if shared {
                continue;
            }
            let function = lookup.function_at(at);
            let function = function.map(|found| (found.start.get(), found.end.get(), found.image));
            assert_eq!(
                function,
                slow.function_at(&functions, vmaddr),
                "{vmaddr:#x}"
            );
            let name = lookup.name_at(at).map(|(name, _)| of(&name));
            let expected = slow.name_at(&names, &functions, vmaddr);
            assert_eq!(name, expected, "{vmaddr:#x}");
        }
        if !shared {
            let one = images.locate(at, options);
            assert_eq!(format!("{one:?}"), format!("{:?}", paged.location(at)));
        }
    }
});

fn of(found: &NamedAddress<'_>) -> Named {
    let symbol = match found.name {
        AddressName::Symbol(index, _) => Some(index),
        _ => None,
    };
    Named {
        vmaddr: found.vmaddr.get(),
        image: found.image,
        symbol,
        name: found.name.name().map(|name| name.as_bytes().to_vec()),
    }
}
