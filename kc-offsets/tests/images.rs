//! The images of every shape, once each, and what damage leaves of them.
use kc_offsets::{ErrorKind, ImageCell, ImageNameError, Images, KernelCache, Structure};
use macho_core::{Mode, VmAddr};
use testkit::kernelcache::{large, sample};

/// How many cells an empty slice is told.
fn needed(cache: &KernelCache<'_>) -> usize {
    let error = Images::build(cache, &mut []).unwrap_err();
    assert_eq!(error.structure(), Structure::Images);
    match error.kind() {
        ErrorKind::BufferTooSmall { needed } => needed,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_shape_lists_what_it_was_built_from() {
    for (name, built) in [
        ("fileset", sample::fileset()),
        ("tiny", sample::tiny()),
        ("pageable", sample::pageable()),
        ("auxiliary", sample::auxiliary()),
        ("prelinked", sample::prelinked()),
        ("prelinked_chained", sample::prelinked_chained()),
        ("prelinked_threads", sample::prelinked_threads()),
        ("bare", sample::bare()),
        ("m1n1", sample::m1n1()),
        ("large", large::collection(large::Size::SMALL, 3).build()),
    ] {
        let cache = KernelCache::parse_with(&built.bytes, Mode::Tolerant).unwrap();
        let mut cells = vec![ImageCell::EMPTY; needed(&cache)];
        let images = Images::build(&cache, &mut cells).unwrap();
        let outer = images.get(0).unwrap();
        assert!(outer.id.is_none() && outer.macho.is_some(), "{name}");
        let found: Vec<_> = images
            .iter()
            .skip(1)
            .map(|image| {
                assert_eq!(image.macho.is_some(), image.vmaddr.is_some(), "{name}");
                let vmaddr = image.vmaddr.map(VmAddr::get);
                let Some(id) = image.id else {
                    // The kext without a kmod_info is known by its header alone.
                    let damage = image.damage.unwrap();
                    assert_eq!(damage.kind(), ErrorKind::KmodNotMapped, "{name}");
                    return (None, vmaddr);
                };
                assert_eq!(image.damage, None, "{name}: {image:?}");
                (Some(id.to_string()), vmaddr)
            })
            .collect();
        let expected: Vec<_> = built
            .truth
            .entries
            .iter()
            .map(|entry| (entry.id.clone(), Some(entry.vmaddr)))
            .collect();
        let with_code = found.iter().filter(|(_, vmaddr)| vmaddr.is_some());
        let with_code: Vec<_> = with_code.collect();
        assert_eq!(with_code.len(), expected.len(), "{name}");
        for ((id, vmaddr), (expected_id, expected_vmaddr)) in with_code.into_iter().zip(&expected) {
            assert!(id.as_ref().is_none_or(|id| id == expected_id), "{name}");
            assert_eq!(vmaddr, expected_vmaddr, "{name}");
        }
        for (id, vmaddr) in &found {
            let Some(id) = id else { continue };
            let number = images.named(id).unwrap();
            assert_eq!(images.get(number).unwrap().vmaddr.map(VmAddr::get), *vmaddr);
            let last = id.rsplit('.').next().unwrap();
            match images.named(last) {
                Ok(found) => assert_eq!(found, number, "{last}"),
                Err(error) => assert!(matches!(error, ImageNameError::Ambiguous(..)), "{last}"),
            }
        }
        assert_eq!(images.named("org.nobody"), Err(ImageNameError::Unknown));
        // The list without the property list has the same images.
        let mut cells = vec![ImageCell::EMPTY; needed(&cache)];
        let mapped = Images::build_mapped(&cache, &mut cells).unwrap();
        let one: Vec<_> = mapped
            .machos()
            .map(|(_, macho)| macho.file_offset())
            .collect();
        let two: Vec<_> = images
            .machos()
            .map(|(_, macho)| macho.file_offset())
            .collect();
        assert_eq!(one, two, "{name}");
    }
}
