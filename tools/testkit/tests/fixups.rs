//! The chains that testkit writes, walked by the `object` crate: slot for slot the truth's.

use object::LittleEndian as Le;
use object::macho::{MachHeader64, SegmentCommand64};
use object::read::macho::{Fixup, FixupAuth, MachHeader, Segment as _};
use testkit::constants::{
    DYLD_CHAINED_PTR_64, DYLD_CHAINED_PTR_64_KERNEL_CACHE, DYLD_CHAINED_PTR_64_OFFSET,
    DYLD_CHAINED_PTR_ARM64E, DYLD_CHAINED_PTR_ARM64E_KERNEL,
};
use testkit::fixups::Pointers;
use testkit::kernelcache::large::{self, Size};
use testkit::kernelcache::{Kernel, sample};
use testkit::truth::{Built, Shape};

/// vmaddr of slot, target offset, cache level, signature.
type Slot = (u64, u64, u8, Option<(u8, u16, bool)>);

fn auth(auth: Option<FixupAuth>) -> Option<(u8, u16, bool)> {
    auth.map(|auth| (auth.key as u8, auth.diversity, auth.addr_div))
}

/// Every slot of the images at these file offsets as `object` walks it; `preferred` is what it
/// wants for absolute targets.
fn walked(bytes: &[u8], images: &[u64], preferred: u64) -> Vec<Slot> {
    let mut out = Vec::new();
    for &image in images {
        walk(bytes, image, preferred, &mut out);
    }
    out.sort_unstable();
    out
}

fn walk(bytes: &[u8], image: u64, preferred: u64, out: &mut Vec<Slot>) {
    let header = MachHeader64::<Le>::parse(bytes, image).expect("a header");
    let mut commands = header.load_commands(Le, bytes, image).expect("commands");
    let mut segments = Vec::new();
    let mut table = None;
    while let Some(command) = commands.next().expect("a command") {
        if let Some((segment, _)) = SegmentCommand64::from_command(command).expect("a segment") {
            segments.push(segment);
        }
        if let Some(command) = command.dyld_chained_fixups().expect("a command") {
            table = Some(command.chained_fixups(Le, bytes).expect("a table"));
        }
    }
    for starts in table.expect("chained fixups").segments(Le).expect("starts") {
        let starts = starts.expect("starts of a segment");
        let segment = segments[usize::try_from(starts.index()).expect("small")];
        let data = segment.data(Le, bytes).expect("data");
        for fixup in starts.fixups(Le, preferred, data) {
            let (offset, fixup) = fixup.expect("a fixup");
            let vmaddr = segment.vmaddr(Le) + offset;
            out.push(match fixup {
                Fixup::Rebase(fixup) => (vmaddr, fixup.target_offset, 0, auth(fixup.auth)),
                Fixup::KernelCacheRebase(fixup) => (
                    vmaddr,
                    fixup.target_offset,
                    fixup.cache_level,
                    auth(fixup.auth),
                ),
                other => panic!("{other:?}"),
            });
        }
    }
}

/// `bases` by cache level: what targets are stored relative to.
fn agrees(built: &Built, bases: [u64; 4], signed: bool) {
    let expected: Vec<Slot> = built
        .truth
        .fixups
        .iter()
        .map(|fixup| {
            let offset = fixup.target - bases[usize::from(fixup.cache_level)];
            let auth = fixup.auth.filter(|_| signed);
            let auth = auth.map(|a| (a.key, a.diversity, a.address_diversity));
            (fixup.vmaddr, offset, fixup.cache_level, auth)
        })
        .collect();
    assert!(expected.len() >= 4, "{} slots", expected.len());
    let preferred = built.truth.base.expect("a base");
    let mut images = vec![0];
    // The kexts of a pageable collection have chains of their own.
    if built.truth.shape == Shape::Pageable {
        images.extend(built.truth.entries.iter().map(|entry| entry.file_offset));
    }
    assert_eq!(walked(&built.bytes, &images, preferred), expected);
}

#[test]
fn primary() {
    let built = sample::fileset();
    let base = built.truth.base.expect("a base");
    agrees(&built, [base; 4], true);
    assert!(built.truth.fixups.iter().any(|fixup| fixup.auth.is_none()));
    let tiny = sample::tiny();
    let base = tiny.truth.base.expect("a base");
    agrees(&tiny, [base, 0, base, base], true);
}

/// Slots of these collections also point into the primary one.
#[test]
fn pageable_and_auxiliary() {
    let primary = sample::fileset().truth.base.expect("a base");
    let built = sample::pageable();
    let base = built.truth.base.expect("a base");
    agrees(&built, [primary, base, 0, 0], true);
    let levels = |built: &Built| {
        let mut levels: Vec<u8> = built.truth.fixups.iter().map(|f| f.cache_level).collect();
        levels.sort_unstable();
        levels.dedup();
        levels
    };
    assert_eq!(levels(&built), [0, 1]);
    let built = sample::auxiliary();
    agrees(&built, [primary, 0, 0, 0], true);
    assert_eq!(levels(&built), [0, 3]);
    let header = built.truth.base.expect("a base");
    let data = built
        .truth
        .segments
        .iter()
        .find(|s| s.name == "__DATA")
        .expect("__DATA");
    assert!(data.vmaddr < header, "the data lies before the header");
}

#[test]
fn other_formats() {
    agrees(
        &sample::shuffled(),
        [sample::shuffled().truth.base.expect("a base"); 4],
        true,
    );
    for (format, signed) in [
        (DYLD_CHAINED_PTR_ARM64E, true),
        (DYLD_CHAINED_PTR_64, false),
        (DYLD_CHAINED_PTR_64_OFFSET, false),
        (DYLD_CHAINED_PTR_ARM64E_KERNEL, true),
        (DYLD_CHAINED_PTR_64_KERNEL_CACHE, true),
    ] {
        // Format 2 stores 36 bits of a vmaddr and its top byte: a kernel's high addresses do
        // not fit, so the image is linked low.
        let base = 0x1_0000_0000;
        let pointers = Pointers::Chained(format);
        let built = Kernel {
            pointers,
            base,
            ..Kernel::new(sample::kernel())
        }
        .build();
        agrees(&built, [base; 4], signed);
    }
}

/// A generated collection: every slot, in all its images; equal seeds give equal files.
#[test]
fn large() {
    let built = large::collection(Size::SMALL, 3).build();
    assert_eq!(built.truth.fixups.len(), Size::SMALL.fixups);
    assert_eq!(built.truth.entries.len(), Size::SMALL.images);
    let base = built.truth.base.expect("a base");
    agrees(&built, [base; 4], true);
    assert!(large::collection(Size::SMALL, 3).build().bytes == built.bytes);
    assert!(large::collection(Size::SMALL, 4).build().bytes != built.bytes);
}
