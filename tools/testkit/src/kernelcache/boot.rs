//! The payload that images boot in QEMU, in every shape of kernelcache: `samples/src/boot_*.s`.

use crate::bytes::{index, put};
use crate::constants::{
    DYLD_CHAINED_PTR_X86_64_KERNEL_CACHE, MH_NOUNDEFS, MH_PIE, PAGE, S_NON_LAZY_SYMBOL_POINTERS,
};
use crate::fixups::Pointers;
use crate::kernelcache::m1n1::M1n1;
use crate::kernelcache::sample::{self, object};
use crate::kernelcache::{Collection, Kernel, KernelShape, Prelinked};
use crate::link::Image;
use crate::object::{ObjectSection, Reloc, RelocKind};
use crate::truth::Built;

const KERNEL: &str = include_str!("../../../../samples/src/boot_kernel.words");
const ALPHA: &str = include_str!("../../../../samples/src/boot_alpha.words");
const BETA: &str = include_str!("../../../../samples/src/boot_beta.words");
const STAGE: &str = include_str!("../../../../samples/src/boot_stage.words");

fn kernel() -> Image {
    Image {
        object: object(KERNEL),
        ..sample::kernel()
    }
}

fn kexts() -> Vec<Image> {
    let mut images = sample::kexts();
    for (image, table) in images.iter_mut().zip([ALPHA, BETA]) {
        image.object = object(table);
        image.empty_segments = Vec::new();
    }
    images
}

/// A kernel that is its own file.
fn standalone() -> Image {
    Image {
        flags: MH_NOUNDEFS | MH_PIE,
        ..kernel()
    }
}

/// Kernel and two kexts as a collection; pointers in chains of format 8, which the kernel walks.
pub fn fileset() -> Built {
    let mut images = vec![kernel()];
    images.extend(kexts());
    let built = Collection {
        images,
        ..sample::collection()
    }
    .build();
    let header = built.truth.entries[0].vmaddr;
    linked(built, header, false)
}

/// The same as a static kernelcache: pointers in threads, which the kernel walks and which run on
/// from one segment into the next.
pub fn prelinked() -> Built {
    let mut kexts = kexts();
    for kext in &mut kexts {
        kext.flags = 0;
    }
    let mut kernel = standalone();
    // Pointers so late in __DATA_CONST that the next slot is in reach, in __DATA.
    let start = kernel.object.symbol("_start").expect("_start");
    let pad = PAGE - 0x1000;
    kernel.object.sections.push(pointers("__late", pad, start));
    let prelinked = Prelinked {
        pointers: Pointers::ThreadsAcross,
        ..Prelinked::new(kernel, kexts)
    };
    let built = prelinked.build();
    let header = base(&built);
    linked(built, header, true)
}

/// The kernel alone, with a zero-fill tail; its pointers are local relocations and non-lazy symbol
/// pointers, which the loader slides.
pub fn bare() -> Built {
    let mut image = standalone();
    for section in &mut image.object.sections {
        if section.name == "__got" {
            section.flags = S_NON_LAZY_SYMBOL_POINTERS;
        }
    }
    let kernel = Kernel {
        pointers: Pointers::Relocations,
        ..Kernel::new(image)
    };
    let built = kernel.build();
    let header = base(&built);
    linked(built, header, true)
}

/// The kernel alone with its segments in another order in memory than in the file, holes between
/// them, a zero-fill tail, and pointers in chains of format 11, which the kernel walks.
pub fn shuffled() -> Built {
    let kernel = Kernel {
        shape: KernelShape::Shuffled,
        pointers: Pointers::Chained(DYLD_CHAINED_PTR_X86_64_KERNEL_CACHE),
        ..Kernel::new(standalone())
    };
    let built = kernel.build();
    let header = base(&built);
    linked(built, header, true)
}

/// vmaddr of the outermost header.
fn base(built: &Built) -> u64 {
    built.truth.base.expect("kernels have a header")
}

/// A section of `__DATA_CONST` with a pointer to a symbol after `pad` bytes of zeros.
fn pointers(name: &str, pad: u64, symbol: usize) -> ObjectSection {
    ObjectSection {
        segment: "__DATA_CONST".to_owned(),
        name: name.to_owned(),
        align: 3,
        size: pad + 8,
        data: vec![0; index(pad + 8)],
        relocs: vec![Reloc {
            offset: pad,
            kind: RelocKind::Pointer,
            symbol,
            addend: 0,
        }],
        ..ObjectSection::default()
    }
}

/// Position-independent code in a file of m1n1's shape, with a payload segment that claims 64 MiB.
pub fn m1n1() -> Built {
    M1n1::new(&object(STAGE)).build()
}

/// Writes what only the linker knows: the addresses of `_start`, of the kernel's own header and of
/// the outermost one, and whether the kernel is static.
fn linked(mut built: Built, header: u64, is_static: bool) -> Built {
    let start = built.truth.entry.as_ref().map_or(0, |entry| entry.vmaddr);
    let outermost = base(&built);
    let fields = [
        ("_link_start", start.to_le_bytes().to_vec()),
        ("_link_header", header.to_le_bytes().to_vec()),
        ("_link_collection", outermost.to_le_bytes().to_vec()),
        ("_is_static", u32::from(is_static).to_le_bytes().to_vec()),
    ];
    for (name, bytes) in fields {
        let at = offset_of(&built, name);
        put(&mut built.bytes, at, &bytes);
    }
    built
}

/// File offset of what a symbol names.
///
/// # Panics
/// When no symbol has that name, or the file has no byte for it.
pub fn offset_of(built: &Built, name: &str) -> usize {
    let mut symbols = built.truth.symbols.iter();
    let symbol = symbols.find(|symbol| symbol.name == name);
    let offset = symbol.and_then(|symbol| built.truth.file_offset(symbol.vmaddr));
    index(offset.unwrap_or_else(|| panic!("no byte of the file is {name}")))
}
