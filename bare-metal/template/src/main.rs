//! Boots the kernelcache in the initrd.
#![no_std]
#![no_main]

use bare_metal::device_tree::DeviceTree;
use bare_metal::unpack::unpack;
use bare_metal::{Machine, command_line, cpu, println};
use kc_offsets::{BootArgs, BootArgsLayout, KernelCache, LoadPlan};
use macho_core::{Mode, PhysAddr, Slide};

/// Where the kernel may go: anywhere in free memory, a multiple of 16 KiB.
const FREE: u64 = 0x4200_0000;
const PAGE: u64 = 0x4000;
/// The boot arguments that the kernel reads: those of macOS 10.15 to 13. Another kernel has others.
const LAYOUT: BootArgsLayout = BootArgsLayout::Line608;

bare_metal::entry!(main);

fn main(machine: Machine) -> ! {
    match load(machine) {
        Some((entry, boot_arguments)) => {
            println!("my-loader: jump to {entry:#x}");
            // SAFETY: `load` put a kernel there that starts with the MMU off and x0 = boot
            // arguments.
            unsafe { cpu::jump(entry, boot_arguments) }
        }
        None => {
            println!("my-loader: no kernelcache that can be booted");
            cpu::power_off()
        }
    }
}

/// Physical addresses of the entry point and of the boot arguments.
fn load(machine: Machine) -> Option<(u64, u64)> {
    let tree = DeviceTree::parse(machine.device_tree())?;
    let slide = Slide::new(command_line::number(tree.command_line, "slide").unwrap_or(0));
    let memory = machine.memory(&tree)?;

    // IMG4: compare the digest, decompress above the initrd.
    let unpacked = unpack(memory.initrd, memory.high.bytes, memory.scratch).ok()?;
    let cache = KernelCache::parse_with(unpacked.file, Mode::Tolerant).ok()?;
    println!("my-loader: {}", cache.shape().name());

    // XNU maps itself in blocks of 32 MiB, so not every base fits the slide.
    let plan = LoadPlan::new(&cache, PhysAddr::new(FREE), slide).ok()?;
    let plan = LoadPlan::new(&cache, plan.next_block_base()?, slide).ok()?;
    let phys = plan.window().phys_base.get();

    // Segments go there, the boot arguments behind them. The kernel makes its own pointers right
    // when it starts; what a loader slides of a static kernel is slid here.
    let entry = plan.entry_point().ok()??;
    let skipped = usize::try_from(phys.checked_sub(memory.low.phys)?).ok()?;
    let room = memory.low.bytes.get_mut(skipped..)?;
    plan.load_into(room).ok()?;
    plan.slide_static_kernel(room).ok()?;

    let boot_arguments = plan.boot_fields().top_of_kernel_data.get();
    let mut arguments = BootArgs::new(&plan, LAYOUT);
    arguments.top_of_kernel_data = PhysAddr::new(boot_arguments + PAGE);
    arguments.mem_size = tree.memory.end - phys;
    arguments.mem_size_actual = arguments.mem_size;
    arguments.command_line = tree.command_line.as_bytes();
    let behind = usize::try_from(boot_arguments - phys).ok()?;
    // The kernel copies as many bytes as its own structure has.
    let page = room.get_mut(behind..)?.get_mut(..PAGE as usize)?;
    page.fill(0);
    arguments.write(page).ok()?;
    Some((entry.get(), boot_arguments))
}
