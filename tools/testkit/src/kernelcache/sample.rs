//! The sample's images, and the kernelcaches made of them.

use crate::constants::{
    DYLD_CHAINED_PTR_ARM64E_KERNEL, MACOS_BASE, MH_DYLIB_IN_CACHE, MH_EXECUTE, MH_KEXT_BUNDLE,
    MH_NOUNDEFS, MH_PIE, S_NON_LAZY_SYMBOL_POINTERS,
};
use crate::fixups::Pointers;
use crate::kernelcache::collection::Collection;
use crate::kernelcache::kernel::{Kernel, KernelShape};
use crate::kernelcache::kind::Kind;
use crate::kernelcache::m1n1::M1n1;
use crate::kernelcache::prelinked::Prelinked;
use crate::link::Image;
use crate::object::{Object, ObjectSection, Reloc, RelocKind};
use crate::truth::Built;

/// Table of the sample kernel.
pub const KERNEL: &str = include_str!("../../../../samples/src/kernel.words");
/// Table of the first kext.
pub const ALPHA: &str = include_str!("../../../../samples/src/alpha.words");
/// Table of the second kext.
pub const BETA: &str = include_str!("../../../../samples/src/beta.words");

/// An object of the sample.
pub fn object(table: &str) -> Object {
    Object::from_table(table).expect("the checked-in tables are tested")
}

/// The sample kernel, with segments that a kernel has but the sample does not fill.
pub fn kernel() -> Image {
    Image {
        id: "com.apple.kernel".to_owned(),
        object: object(KERNEL),
        filetype: MH_EXECUTE,
        flags: MH_NOUNDEFS | MH_PIE | MH_DYLIB_IN_CACHE,
        uuid: *b"testkit kernel 1",
        source_version: 1 << 40 | 2 << 30 | 3 << 20,
        entry: Some("_start".to_owned()),
        empty_segments: Vec::new(),
    }
}

/// One of the sample's kexts.
fn kext(id: &str, table: &str, uuid: [u8; 16], empty_segments: &[&str]) -> Image {
    Image {
        id: id.to_owned(),
        object: object(table),
        filetype: MH_KEXT_BUNDLE,
        flags: MH_DYLIB_IN_CACHE,
        uuid,
        source_version: 1 << 40,
        entry: None,
        empty_segments: empty_segments
            .iter()
            .map(|name| (*name).to_owned())
            .collect(),
    }
}

/// The sample's kexts; the second has no data, so its `__DATA` is of size 0.
pub fn kexts() -> Vec<Image> {
    vec![
        kext("org.example.alpha", ALPHA, *b"testkit alpha  1", &[]),
        kext("org.example.beta", BETA, *b"testkit beta   1", &["__DATA"]),
    ]
}

/// The sample collection: kernel and two kexts.
pub fn collection() -> Collection {
    let mut images = vec![kernel()];
    images.extend(kexts());
    Collection {
        kind: Kind::Primary,
        images,
        uuid: *b"testkit sample 1",
        ..Collection::default()
    }
}

/// The sample collection, built.
pub fn fileset() -> Built {
    collection().build()
}

/// The sample's kexts as a collection of a few KiB: the first one plays the kernel, and regions
/// are not padded to pages. For fuzzing, where size is speed.
pub fn tiny() -> Built {
    let mut images = kexts();
    images[0].entry = Some("_alpha_start".to_owned());
    let foreign = [("_uart_puts".to_owned(), (1, 0x1000))];
    Collection {
        images,
        uuid: *b"testkit tiny   1",
        foreign: foreign.into_iter().collect(),
        page: Some(16),
        ..Collection::default()
    }
    .build()
}

/// The sample kernel alone.
pub fn bare() -> Built {
    let mut image = kernel();
    image.flags = MH_NOUNDEFS | MH_PIE;
    Kernel::new(image).build()
}

/// The sample kernel alone, its segments in another order in memory than in the file, and its
/// pointers in chains of format 7.
pub fn shuffled() -> Built {
    let mut image = kernel();
    image.flags = MH_NOUNDEFS | MH_PIE;
    let pointers = Pointers::Chained(DYLD_CHAINED_PTR_ARM64E_KERNEL);
    Kernel {
        shape: KernelShape::Shuffled,
        pointers,
        ..Kernel::new(image)
    }
    .build()
}

/// The sample kernel alone, its pointers listed as local relocations, and two non-lazy symbol
/// pointers besides: a loader slides both.
pub fn relocated() -> Built {
    let mut image = kernel();
    image.flags = MH_NOUNDEFS | MH_PIE;
    let symbols = ["_banner", "_start"].map(|name| image.object.symbol(name).expect(name));
    let relocs = symbols.into_iter().zip([0, 8]);
    image.object.sections.push(ObjectSection {
        segment: "__DATA_CONST".to_owned(),
        name: "__got".to_owned(),
        align: 3,
        flags: S_NON_LAZY_SYMBOL_POINTERS,
        size: 16,
        data: vec![0; 16],
        relocs: relocs
            .map(|(symbol, offset)| Reloc {
                offset,
                kind: RelocKind::Pointer,
                symbol,
                addend: 0,
            })
            .collect(),
    });
    Kernel {
        pointers: Pointers::Relocations,
        ..Kernel::new(image)
    }
    .build()
}

/// The sample kernel and its kexts as a static kernelcache.
pub fn prelinked() -> Built {
    statically(Pointers::Absolute, true)
}

/// The same without a property list, its pointers in chains of format 7, those of the arrays of
/// kexts included.
pub fn prelinked_chained() -> Built {
    statically(Pointers::Chained(DYLD_CHAINED_PTR_ARM64E_KERNEL), false)
}

/// The same with its pointers in threads, as static kernels of the first arm64e devices have them.
pub fn prelinked_threads() -> Built {
    statically(Pointers::Threads, false)
}

fn statically(pointers: Pointers, with_list: bool) -> Built {
    let mut kernel = kernel();
    kernel.flags = MH_NOUNDEFS | MH_PIE;
    let mut kexts = kexts();
    for kext in &mut kexts {
        kext.flags = 0;
    }
    Prelinked {
        pointers,
        with_list,
        ..Prelinked::new(kernel, kexts)
    }
    .build()
}

/// A collection of the kexts alone, linked against the sample collection.
fn secondary(kind: Kind, base: u64, uuid: [u8; 16]) -> Built {
    secondary_collection(kind, base, uuid).build()
}

fn secondary_collection(kind: Kind, base: u64, uuid: [u8; 16]) -> Collection {
    let primary = fileset().truth;
    let kernel = primary
        .symbols
        .iter()
        .filter(|s| s.image == Some(0) && s.external);
    let foreign = kernel.map(|symbol| (symbol.name.clone(), (0, symbol.vmaddr)));
    Collection {
        kind,
        images: kexts(),
        uuid,
        base: Some(base),
        foreign: foreign.collect(),
        bases: [MACOS_BASE, 0, 0, 0],
        ..Collection::default()
    }
}

/// The sample kexts as a pageable or an auxiliary collection for `x86_64`, with or without pointers
/// of branch stubs.
pub fn secondary_x86(kind: Kind, with_stubs: bool) -> Built {
    let base = match kind {
        Kind::Auxiliary => 0,
        _ => MACOS_BASE + (1 << 32),
    };
    let gots = [(0, MACOS_BASE + 0x1_0010), (0, MACOS_BASE + 0x1_0020)];
    Collection {
        x86_64: true,
        branch_gots: if with_stubs { gots.into() } else { Vec::new() },
        ..secondary_collection(kind, base, *b"testkit x86 sec1")
    }
    .build()
}

/// The sample collection for `x86_64`, with or without a segment `__HIB` in front of its header.
pub fn primary_x86(with_hib: bool) -> Built {
    let mut collection = Collection {
        x86_64: true,
        base: Some(0xffff_ff80_0010_0000),
        ..collection()
    };
    if with_hib {
        collection.images[0].object.sections.push(ObjectSection {
            segment: "__HIB".to_owned(),
            name: "__desc".to_owned(),
            align: 3,
            size: 64,
            data: vec![0; 64],
            ..ObjectSection::default()
        });
    }
    collection.build()
}

/// The sample kexts as a pageable collection: cache level 1.
pub fn pageable() -> Built {
    secondary(Kind::Pageable, MACOS_BASE + (1 << 32), *b"testkit pageabl1")
}

/// The sample kexts as an auxiliary collection: cache level 3, data at vmaddr 0, before the header.
pub fn auxiliary() -> Built {
    secondary(Kind::Auxiliary, 0, *b"testkit auxilia1")
}

/// The sample kernel's code in a file of m1n1's shape.
pub fn m1n1() -> Built {
    M1n1::new(&object(KERNEL)).build()
}
