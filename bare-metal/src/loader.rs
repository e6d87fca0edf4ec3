//! What the loader image does, step by step, as iBoot does with a kernelcache.
//!
//! On the command line: `slide=N` is added to every address of the image; instead of it `seed=N`
//! chooses one; `phys=N` is where the lowest segment goes.

use core::fmt;

use img4::Codec;
use kc_offsets::KernelCache;
use macho_core::{Mode, PhysAddr, Slide};

use crate::boot_args::BootArgs;
use crate::device_tree::DeviceTree;
use crate::faults::Faults;
use crate::place::{self, place};
use crate::unpack::{self, unpack};
use crate::{Machine, Region, boot_args, command_line, cpu, println};

/// Kernels are mapped in blocks of 2 MiB: where the lowest segment goes, and what a slide is a
/// multiple of when a seed chooses it.
const BLOCK: u64 = 2 << 20;
/// Pages of Apple's processors; any slide is a multiple of that.
const PAGE: u64 = 0x4000;
/// Slides that a seed chooses from.
const SLIDES: u64 = 1024;

/// Why nothing is booted.
#[derive(Debug)]
enum Refusal {
    DeviceTree,
    NoInitrd,
    NoRoom,
    Unaligned,
    NoEntryPoint,
    Unpack(unpack::Refusal),
    File(kc_offsets::Error),
    Place(place::Refusal),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DeviceTree => f.write_str("the device tree is damaged"),
            Self::NoInitrd => f.write_str("no initrd, or no memory around it"),
            Self::NoRoom => f.write_str("the kernelcache does not fit the memory"),
            Self::Unaligned => f.write_str("slide and phys are multiples of 0x4000"),
            Self::NoEntryPoint => f.write_str("no load command names an entry point"),
            Self::Unpack(refusal) => refusal.fmt(f),
            Self::File(error) => error.fmt(f),
            Self::Place(refusal) => refusal.fmt(f),
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
            // SAFETY: `load` has put a kernel there that is made for this, by what its headers say, and
            // all memory but this image's own is now the kernel's.
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

    let unpacked = unpack(memory.initrd, memory.high.bytes, memory.scratch);
    let unpacked = unpacked.map_err(Refusal::Unpack)?;
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

    let cache = KernelCache::parse_with(unpacked.file, Mode::Tolerant).map_err(Refusal::File)?;
    let entry = cache.entry_point().map_err(Refusal::File)?;
    let entry = entry.ok_or(Refusal::NoEntryPoint)?;
    println!(
        "loader: {}, entry point {}",
        cache.shape().name(),
        entry.vmaddr
    );
    clock.step("parse");

    let faults = Faults::new(tree.command_line);
    let slide = slide(tree.command_line);
    let window = window(memory.low, tree.command_line)?;
    if slide.get() % PAGE != 0 || window.phys % PAGE != 0 {
        return Err(Refusal::Unaligned);
    }
    let span = place::span(&cache).map_err(Refusal::Place)?;
    let (image, after) = split(window, span).ok_or(Refusal::NoRoom)?;
    let placed = place(
        &cache,
        image.bytes,
        PhysAddr::new(image.phys),
        slide,
        faults,
    );
    let placed = placed.map_err(Refusal::Place)?;
    println!(
        "loader: {} segments, {} bytes copied, {} zeroed, {} fixups at {:#x}, slide {:#x}",
        placed.segments,
        placed.copied,
        placed.zeroed,
        placed.fixups,
        image.phys,
        slide.get()
    );
    clock.step("load");

    let size = boot_args::SIZE as u64;
    let arguments = BootArgs {
        virt_base: placed.virt_base.get(),
        phys_base: image.phys,
        mem_size: tree.memory.end - image.phys,
        top_of_kernel_data: (after.phys + size).next_multiple_of(PAGE),
        command_line: tree.command_line,
    };
    let block = after.bytes.first_chunk_mut().ok_or(Refusal::NoRoom)?;
    *block = arguments.to_bytes();
    let fault = |name| if faults.has(name) { 8 } else { 0 };
    Ok(Loaded {
        entry: placed.entry.get() + fault("entry"),
        boot_arguments: after.phys + fault("arguments"),
    })
}

/// The slide that the command line gives or chooses.
fn slide(line: &str) -> Slide {
    let chosen = || {
        // A multiplication spreads seeds that follow each other (Knuth, TAOCP 6.4).
        let seed = command_line::number(line, "seed")?;
        Some((seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) % SLIDES * BLOCK)
    };
    let bytes = command_line::number(line, "slide").or_else(chosen);
    Slide::new(bytes.unwrap_or(0))
}

/// The memory from where the lowest segment goes.
fn window(low: Region, line: &str) -> Result<Region, Refusal> {
    let phys = command_line::number(line, "phys").unwrap_or(low.phys.next_multiple_of(BLOCK));
    let skipped = phys.checked_sub(low.phys);
    let bytes = skipped
        .and_then(|skipped| usize::try_from(skipped).ok())
        .and_then(|skipped| low.bytes.get_mut(skipped..))
        .ok_or(Refusal::NoRoom)?;
    Ok(Region { phys, bytes })
}

/// The window in two: `span` bytes for the segments, in whole pages, and the rest.
fn split(window: Region, span: u64) -> Option<(Region, Region)> {
    let span = span.checked_next_multiple_of(PAGE)?;
    let (image, after) = window
        .bytes
        .split_at_mut_checked(usize::try_from(span).ok()?)?;
    Some((
        Region {
            phys: window.phys,
            bytes: image,
        },
        Region {
            phys: window.phys + span,
            bytes: after,
        },
    ))
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
