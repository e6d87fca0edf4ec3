//! One pointer at a time against the builder's truth.
use kc_offsets::{KernelCache, pointer_at};
use macho_core::{Mode, VmAddr};
use testkit::kernelcache::large::{self, Size};
use testkit::kernelcache::sample;

#[test]
fn each_slot_points_where_the_builder_says() {
    let mut seen = 0;
    for built in [
        sample::fileset(),
        sample::auxiliary(),
        sample::bare(),
        sample::shuffled(),
        sample::prelinked_chained(),
        sample::prelinked_threads(),
        large::collection(Size::SMALL, 9).build(),
    ] {
        let cache = KernelCache::parse_with(&built.bytes, Mode::Strict).unwrap();
        let image = cache.image();
        let own = match built.truth.shape {
            testkit::truth::Shape::Auxiliary => 3,
            _ => 0,
        };
        for fixup in built.truth.fixups.iter().step_by(3) {
            let pointer = pointer_at(&image, VmAddr::new(fixup.vmaddr))
                .unwrap()
                .unwrap();
            assert_eq!(pointer.file_offset.get(), fixup.file_offset);
            let expected = (fixup.cache_level == own).then_some(fixup.target);
            assert_eq!(pointer.target.map(VmAddr::get), expected, "{fixup:?}");
            seen += 1;
        }
        assert_eq!(pointer_at(&image, VmAddr::new(1 << 60)), Ok(None));
    }
    assert!(seen > 1000);
}
