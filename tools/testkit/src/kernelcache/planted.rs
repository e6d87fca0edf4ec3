//! Kernelcaches of every shape that hold what readers are asked about: functions with symbols and
//! without, strings, pointers, references of every kind, and the symbols that linkers make. Their
//! truth states all of it.
//!
//! The sample's kernelcaches are for show and stay as they are; these are for questions.

mod draft;
mod image;

use crate::bytes::{index, len64};
use crate::constants::{
    DYLD_CHAINED_PTR_ARM64E_KERNEL, MACOS_BASE, MH_DYLIB_IN_CACHE, MH_NOUNDEFS, MH_PIE, PAGE,
};
use crate::fixups::Pointers;
use crate::kernelcache::collection::Collection;
use crate::kernelcache::kernel::{Kernel, KernelShape};
use crate::kernelcache::kext;
use crate::kernelcache::kind::Kind;
use crate::kernelcache::m1n1::M1n1;
use crate::kernelcache::prelinked::Prelinked;
use crate::link::{Image, Placed, PlacedSegment, facts};
use crate::object::{Object, relocate};
use crate::truth::{Built, Codeless, Truth};
use image::Plan;

/// `_PrelinkExecutableLoadAddr` of a kext that has none: dyld `AppCacheBuilder.cpp`.
pub const NO_ADDRESS: u64 = 0x7fff_ffff_ffff_ffff;

const KERNEL: Plan = Plan {
    id: "com.apple.kernel",
    prefix: "kernel",
    functions: 48,
    kernel: true,
    odd: 0,
    imports: &[],
};

const KEXTS: [Plan; 3] = [
    Plan {
        id: "org.example.gamma",
        prefix: "gamma",
        functions: 24,
        kernel: false,
        odd: 0,
        imports: &["_kernel_function_4", "_kernel_function_10"],
    },
    Plan {
        id: "org.example.delta",
        prefix: "delta",
        functions: 31,
        kernel: false,
        odd: 1,
        imports: &["_kernel_function_4"],
    },
    Plan {
        id: "org.example.driver.epsilon",
        prefix: "epsilon",
        functions: 13,
        kernel: false,
        odd: 0,
        imports: &["_kernel_function_6", "_kernel_function_12"],
    },
];

fn kernel(flags: u32) -> Image {
    image::image(&KERNEL, *b"planted kernel 1", MH_NOUNDEFS | MH_PIE | flags)
}

fn kexts(flags: u32) -> Vec<Image> {
    let mut uuid = *b"planted kext   0";
    KEXTS
        .iter()
        .map(|plan| {
            uuid[15] += 1;
            image::image(plan, uuid, flags)
        })
        .collect()
}

fn codeless() -> Vec<Codeless> {
    let kext = |id: &str, version: &str, load_addr| Codeless {
        id: id.to_owned(),
        version: version.to_owned(),
        load_addr,
    };
    vec![
        kext("com.example.kpi.bsd", "24.0.0", Some(NO_ADDRESS)),
        kext("com.example.kpi.mach", "24.0.1", None),
        kext("com.example.plugin.epsilon", "3.1", Some(NO_ADDRESS)),
    ]
}

/// Kernel and kexts as a primary collection.
pub fn fileset() -> Built {
    let mut images = vec![kernel(MH_DYLIB_IN_CACHE)];
    images.extend(kexts(MH_DYLIB_IN_CACHE));
    Collection {
        kind: Kind::Primary,
        images,
        uuid: *b"planted primary1",
        codeless: codeless(),
        ..Collection::default()
    }
    .build()
}

fn secondary(kind: Kind, base: u64, uuid: [u8; 16]) -> Built {
    let primary = fileset().truth;
    let exported = primary.symbols.iter().filter(|s| s.external);
    let kernel = exported.filter(|symbol| symbol.image == Some(0));
    let foreign = kernel.map(|symbol| (symbol.name.clone(), (0, symbol.vmaddr)));
    Collection {
        kind,
        images: kexts(MH_DYLIB_IN_CACHE),
        uuid,
        base: Some(base),
        foreign: foreign.collect(),
        bases: [MACOS_BASE, 0, 0, 0],
        codeless: codeless(),
        ..Collection::default()
    }
    .build()
}

/// The kexts as a pageable collection.
pub fn pageable() -> Built {
    secondary(Kind::Pageable, MACOS_BASE + (1 << 32), *b"planted pageabl1")
}

/// The kexts as an auxiliary collection.
pub fn auxiliary() -> Built {
    secondary(Kind::Auxiliary, 0, *b"planted auxilia1")
}

fn statically(pointers: Pointers, with_list: bool) -> Built {
    Prelinked {
        pointers,
        with_list,
        codeless: codeless(),
        ..Prelinked::new(kernel(0), kexts(0))
    }
    .build()
}

/// A static kernelcache with a property list and plain pointers.
pub fn prelinked() -> Built {
    statically(Pointers::Absolute, true)
}

/// A static kernelcache with arrays of kexts alone, its pointers plain.
pub fn kmods() -> Built {
    statically(Pointers::Absolute, false)
}

/// The same with its pointers in chains of format 7.
pub fn kmods_chained() -> Built {
    statically(Pointers::Chained(DYLD_CHAINED_PTR_ARM64E_KERNEL), false)
}

/// The same with its pointers in threads.
pub fn kmods_threads() -> Built {
    statically(Pointers::Threads, false)
}

/// The kernel alone.
pub fn bare() -> Built {
    Kernel::new(kernel(0)).build()
}

/// The kernel alone, its segments in another order in memory than in the file, its pointers in
/// chains of format 7.
pub fn shuffled() -> Built {
    Kernel {
        shape: KernelShape::Shuffled,
        pointers: Pointers::Chained(DYLD_CHAINED_PTR_ARM64E_KERNEL),
        ..Kernel::new(kernel(0))
    }
    .build()
}

/// The first kext as a linker leaves it, with imports.
pub fn kext() -> Built {
    kext::build(&kexts(0)[0])
}

/// The kernel's code in m1n1's shape.
pub fn m1n1() -> Built {
    let object = code_alone(&kernel(0).object);
    let mut m1n1 = M1n1::new(&object);
    let text = m1n1.base + PAGE;
    let section = &object.sections[0];
    for reloc in &section.relocs {
        let target = object.symbols[reloc.symbol].value;
        let target = (text + target).wrapping_add_signed(reloc.addend);
        let offset = index(reloc.offset);
        let place = text + reloc.offset;
        relocate(reloc.kind, &mut m1n1.code, offset, place, target);
    }
    let mut built = m1n1.build();
    // The references of the code, as if it were an image of its own; such a file has no symbols and
    // no functions.
    let image = Image {
        object,
        ..Image::default()
    };
    let placed = Placed {
        image: &image,
        segments: vec![PlacedSegment {
            vmaddr: text,
            sections: vec![(0, 0)],
            vmsize: len64(m1n1.code.len()),
            ..PlacedSegment::default()
        }],
    };
    let mut alone = Truth::default();
    facts::add(&mut alone, &[(None, &placed)], &[].into(), 0, &[]);
    built.truth.references = alone.references;
    built
}

/// The object's code; what refers to another section refers to the code's start instead.
fn code_alone(object: &Object) -> Object {
    let text = object
        .sections
        .iter()
        .position(|section| section.name == "__text")
        .expect("the kernel has code");
    let mut symbols = object.symbols.clone();
    for symbol in &mut symbols {
        if symbol.section != Some(text) {
            symbol.value = 0;
        }
        symbol.section = Some(0);
    }
    Object {
        sections: vec![object.sections[text].clone()],
        symbols,
        ..Object::default()
    }
}

/// Every shape, by name.
pub fn shapes() -> Vec<(&'static str, Built)> {
    vec![
        ("fileset", fileset()),
        ("pageable", pageable()),
        ("auxiliary", auxiliary()),
        ("prelinked", prelinked()),
        ("kmods", kmods()),
        ("kmods-chained", kmods_chained()),
        ("kmods-threads", kmods_threads()),
        ("bare", bare()),
        ("shuffled", shuffled()),
        ("kext", kext()),
        ("m1n1", m1n1()),
    ]
}
