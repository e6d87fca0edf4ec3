//! The payload that images boot in QEMU, in every shape of kernelcache: `samples/src/boot_*.s`.

use crate::bytes::{index, put};
use crate::constants::{DYLD_CHAINED_PTR_ARM64E_KERNEL, MH_NOUNDEFS, MH_PIE};
use crate::fixups::Pointers;
use crate::kernelcache::m1n1::M1n1;
use crate::kernelcache::sample::{self, object};
use crate::kernelcache::{Collection, Kernel, KernelShape, Prelinked};
use crate::link::Image;
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

/// Kernel and two kexts as a collection; pointers in chains of format 8.
pub fn fileset() -> Built {
    let mut images = vec![kernel()];
    images.extend(kexts());
    linked(
        Collection {
            images,
            ..sample::collection()
        }
        .build(),
        false,
    )
}

/// The same as a static kernelcache: pointers are link addresses.
pub fn prelinked() -> Built {
    let mut kexts = kexts();
    for kext in &mut kexts {
        kext.flags = 0;
    }
    linked(Prelinked::new(standalone(), kexts).build(), true)
}

/// The kernel alone, with a zero-fill tail.
pub fn bare() -> Built {
    linked(Kernel::new(standalone()).build(), true)
}

/// The kernel alone with its segments in another order in memory than in the file, holes between
/// them, a zero-fill tail, and pointers in chains of format 7.
pub fn shuffled() -> Built {
    let kernel = Kernel {
        shape: KernelShape::Shuffled,
        pointers: Pointers::Chained(DYLD_CHAINED_PTR_ARM64E_KERNEL),
        ..Kernel::new(standalone())
    };
    linked(kernel.build(), false)
}

/// Position-independent code in a file of m1n1's shape, with a payload segment that claims 64 MiB.
pub fn m1n1() -> Built {
    M1n1::new(&object(STAGE)).build()
}

/// Writes what only the linker knows: the address of `_start`, and who slides the pointers.
fn linked(mut built: Built, is_static: bool) -> Built {
    let start = built.truth.entry.as_ref().map_or(0, |entry| entry.vmaddr);
    let fields = [
        ("_link_start", start.to_le_bytes().to_vec()),
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
