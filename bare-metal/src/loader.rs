//! What the loader image does, step by step: a boot loader's part of the work. The kernel makes its
//! own pointers right when it starts.
//!
//! On the command line: `slide=N` is added to every address of the image; instead of it `seed=N`
//! chooses one; `phys=N` is where the lowest segment goes, else the first place where the physical
//! base agrees with the virtual one as XNU needs it.

use core::fmt;

use img4::Codec;
use kc_offsets::{Bases, BootArgs, BootArgsLayout, KernelCache, LoadPlan, Step};
use macho_core::{Mode, PhysAddr, Slide};

use crate::device_tree::DeviceTree;
use crate::faults::Faults;
use crate::unpack::{self, unpack};
use crate::{Machine, Region, command_line, cpu, println};

/// What a slide is a multiple of when a seed chooses it.
const SLIDE_UNIT: u64 = 2 << 20;
/// Pages of Apple's processors.
const PAGE: u64 = 0x4000;
/// The boot arguments of the kernels that are booted here.
const LAYOUT: BootArgsLayout = BootArgsLayout::Line608;
/// Slides that a seed chooses from.
const SLIDES: u64 = 1024;

/// Why nothing is booted.
#[derive(Debug)]
enum Refusal {
    DeviceTree,
    NoInitrd,
    NoRoom,
    TooSmall { needed: u64 },
    NoEntryPoint,
    Unpack(unpack::Refusal),
    File(kc_offsets::Error),
}

impl From<unpack::Refusal> for Refusal {
    fn from(refusal: unpack::Refusal) -> Self {
        Self::Unpack(refusal)
    }
}

impl From<kc_offsets::Error> for Refusal {
    fn from(error: kc_offsets::Error) -> Self {
        Self::File(error)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DeviceTree => f.write_str("the device tree is damaged"),
            Self::NoInitrd => f.write_str("no initrd, or no memory around it"),
            Self::NoRoom => {
                f.write_str("memory too small: there is none where the kernelcache goes")
            }
            Self::TooSmall { needed } => {
                write!(f, "memory too small: the image takes {needed} bytes")
            }
            Self::NoEntryPoint => f.write_str("no load command names an entry point"),
            Self::Unpack(refusal) => refusal.fmt(f),
            Self::File(error) => error.fmt(f),
        }
    }
}

/// Runs until the kernel does; ends the machine where there is none to run.
pub fn run(machine: Machine) -> ! {
    println!("loader: kernelcache loader");
    match load(machine) {
        Ok(Loaded {
            entry,
            boot_arguments,
        }) => {
            println!("loader: jump to {entry:#x}, x0 = {boot_arguments:#x}");
            // SAFETY: `load` has put a kernel there that is made for this, by what its headers say,
            // and all memory but this image's own is now the kernel's.
            unsafe { cpu::jump(entry, boot_arguments) }
        }
        Err(refusal) => {
            println!("loader: refused: {refusal}");
            cpu::power_off()
        }
    }
}

/// Physical addresses to go on with.
struct Loaded {
    entry: u64,
    boot_arguments: u64,
}

fn load(machine: Machine) -> Result<Loaded, Refusal> {
    let mut clock = Clock(cpu::cycles());
    let tree = DeviceTree::parse(machine.device_tree()).ok_or(Refusal::DeviceTree)?;
    let memory = machine.memory(&tree).ok_or(Refusal::NoInitrd)?;
    clock.step("device tree");

    let unpacked = unpack(memory.initrd, memory.high.bytes, memory.scratch)?;
    println!(
        "loader: {} of {} bytes, digest {}",
        codec_name(unpacked.codec),
        unpacked.file.len(),
        if unpacked.digest.is_some() {
            "matches the manifest"
        } else {
            "not given"
        }
    );
    clock.step("digest and decompression");

    let cache = KernelCache::parse_with(unpacked.file, Mode::Tolerant)?;
    println!("loader: {}", cache.shape().name());
    clock.step("parse");

    let faults = Faults::new(tree.command_line);
    if faults.has("alignment") {
        cpu::unaligned_read();
    }
    let slide = slide(tree.command_line);
    let phys = phys_base(&cache, slide, &memory.low, tree.command_line)?;
    let window = window(memory.low, phys)?;
    let plan = LoadPlan::new(&cache, PhysAddr::new(window.phys), slide)?;
    let entry = plan.entry_point()?.ok_or(Refusal::NoEntryPoint)?;
    let (image, after) = split(window, plan.size())?;
    for step in plan.steps() {
        show(&step);
    }
    plan.load_into(image.bytes)?;
    clock.step("load");
    faults.spoil_zeros(&plan, image.bytes);
    let slid = faults.slid(&plan).slide_static_kernel(image.bytes)?;
    println!(
        "loader: slide {:#x}: {} addresses, {} symbols, {} pointers slid; the rest is the kernel's",
        slide.get(),
        slid.addresses,
        slid.symbols,
        slid.non_lazy_pointers + slid.local_relocations
    );
    if faults.has("fixups") {
        // What an emulator would do: the kernel must notice.
        plan.apply_fixups(image.bytes, &Bases::PRIMARY)?;
    }
    clock.step("slide");

    let mut arguments = BootArgs::new(&plan, LAYOUT);
    arguments.top_of_kernel_data = PhysAddr::new(after.phys + PAGE);
    arguments.mem_size = tree.memory.end - image.phys;
    arguments.mem_size_actual = arguments.mem_size;
    arguments.command_line = tree.command_line.as_bytes();
    // The kernel copies as many bytes as its own structure has.
    let page = after.bytes.get_mut(..PAGE as usize);
    let page = page.ok_or(Refusal::NoRoom)?;
    page.fill(0);
    arguments.write(page)?;
    Ok(Loaded {
        entry: entry.get() + faults.beside("entry"),
        boot_arguments: after.phys + faults.beside("arguments"),
    })
}

/// Prints a step of the plan.
fn show(step: &Step<'_>) {
    match step {
        Step::Copy {
            segment,
            phys,
            bytes,
            ..
        } => println!(
            "loader: copy {} bytes of {} to {:#x}",
            bytes.len(),
            segment.name(),
            phys.get()
        ),
        Step::Zero { phys, len, .. } => println!("loader: zero {len} bytes at {:#x}", phys.get()),
        Step::Clamp {
            segment, claimed, ..
        } => println!(
            "loader: {} claims {claimed} bytes that are not there",
            segment.name()
        ),
        // With the MMU off there is nothing to protect.
        _ => {}
    }
}

/// The slide that the command line gives or chooses.
fn slide(line: &str) -> Slide {
    let chosen = || {
        // A multiplication spreads seeds that follow each other (Knuth, TAOCP 6.4).
        let seed = command_line::number(line, "seed")?;
        Some((seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) % SLIDES * SLIDE_UNIT)
    };
    let bytes = command_line::number(line, "slide").or_else(chosen);
    Slide::new(bytes.unwrap_or(0))
}

/// Where the lowest segment goes.
fn phys_base(
    cache: &KernelCache<'_>,
    slide: Slide,
    low: &Region,
    line: &str,
) -> Result<u64, Refusal> {
    if let Some(phys) = command_line::number(line, "phys") {
        return Ok(phys);
    }
    let first = PhysAddr::new(low.phys.next_multiple_of(PAGE));
    let base = LoadPlan::new(cache, first, slide)?.next_block_base();
    base.map(PhysAddr::get).ok_or(Refusal::NoRoom)
}

/// The memory from there on.
fn window(low: Region, phys: u64) -> Result<Region, Refusal> {
    let skipped = phys.checked_sub(low.phys);
    let bytes = skipped
        .and_then(|skipped| usize::try_from(skipped).ok())
        .and_then(|skipped| low.bytes.get_mut(skipped..))
        .ok_or(Refusal::NoRoom)?;
    Ok(Region { phys, bytes })
}

/// The window in two: `size` bytes for the segments, in whole pages, and the rest.
fn split(window: Region, size: u64) -> Result<(Region, Region), Refusal> {
    let span = size.checked_next_multiple_of(PAGE);
    let Some((image, after)) = span
        .and_then(|span| usize::try_from(span).ok())
        .and_then(|span| window.bytes.split_at_mut_checked(span))
    else {
        return Err(Refusal::TooSmall { needed: size });
    };
    let after = Region {
        phys: window.phys + image.len() as u64,
        bytes: after,
    };
    let image = Region {
        phys: window.phys,
        bytes: image,
    };
    Ok((image, after))
}

fn codec_name(codec: Codec) -> &'static str {
    match codec {
        Codec::Stored => "stored",
        Codec::Lzfse => "lzfse",
        Codec::CompLzss => "lzss",
        Codec::CompLzvn => "lzvn",
        _ => "unknown",
    }
}

/// Prints how long each step took.
struct Clock(u64);

impl Clock {
    fn step(&mut self, name: &str) {
        let now = cpu::cycles();
        println!("loader: {name}: {} cycles", now.wrapping_sub(self.0));
        self.0 = cpu::cycles();
    }
}
