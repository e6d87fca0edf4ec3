//! Boots the kernelcache in the initrd.
#![no_std]
#![no_main]

use bare_metal::boot_args::{self, BootArgs};
use bare_metal::device_tree::DeviceTree;
use bare_metal::unpack::unpack;
use bare_metal::{Machine, command_line, cpu, println};
use kc_offsets::{KernelCache, LoadPlan};
use macho_core::{Mode, PhysAddr, Slide};

/// Where the kernel may go: anywhere in free memory, a multiple of 16 KiB.
const FREE: u64 = 0x4200_0000;
const PAGE: u64 = 0x4000;

bare_metal::entry!(main);

fn main(machine: Machine) -> ! {
    match load(machine) {
        Some((entry, boot_arguments)) => {
            println!("my-loader: jump to {entry:#x}");
            // SAFETY: `load` put a kernel there that starts with the MMU off and x0 = boot arguments.
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

    let fields = plan.boot_fields();
    let boot_arguments = fields.top_of_kernel_data.get();
    let arguments = BootArgs {
        virt_base: fields.virt_base.get(),
        phys_base: fields.phys_base.get(),
        mem_size: tree.memory.end - phys,
        top_of_kernel_data: (boot_arguments + boot_args::SIZE as u64).next_multiple_of(PAGE),
        command_line: tree.command_line,
    };
    let behind = usize::try_from(boot_arguments - phys).ok()?;
    *room.get_mut(behind..)?.first_chunk_mut()? = arguments.to_bytes();
    Some((entry.get(), boot_arguments))
}
