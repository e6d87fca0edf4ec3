//! The loader image.
#![no_std]
#![no_main]

fn main(machine: bare_metal::Machine) -> ! {
    bare_metal::loader::run(machine)
}

bare_metal::entry!(main);
