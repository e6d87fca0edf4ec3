//! What an image for QEMU's machine `virt` needs around the libraries: start code, UART, device
//! tree, memory, stack measurement. A loader for another machine replaces these files.
//!
//! Unsafe code is in [`start`], [`cpu`], [`uart`], [`memory`] and [`stack`], each block with its
//! contract.
#![no_std]

pub mod command_line;
pub mod cpu;
pub mod device_tree;
pub mod faults;
pub mod loader;
pub mod memory;
pub mod monitor;
pub mod stack;
pub mod stacks;
pub mod start;
pub mod uart;
pub mod unpack;

pub use memory::{Machine, Memory, Region};
pub use uart::Uart;

/// Prints a line on the UART.
#[macro_export]
macro_rules! println {
    ($($part:tt)*) => {{
        use core::fmt::Write as _;
        // The UART takes every byte.
        let _ = writeln!($crate::Uart, $($part)*);
    }};
}

/// Makes `fn(Machine) -> !` what the start code calls.
#[macro_export]
macro_rules! entry {
    ($main:path) => {
        /// Called once by the start code, on its stack, with the address of the device tree.
        #[unsafe(no_mangle)]
        extern "C" fn rust_main(device_tree: usize) -> ! {
            // SAFETY: this is the one call, and the start code passes on what the boot protocol
            // gives.
            let machine = unsafe { $crate::Machine::new(device_tree) };
            $main(machine)
        }
    };
}

/// A panic is a bug; it is printed and ends the machine.
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    println!("panic: {info}");
    cpu::power_off()
}
