//! The monitor image: disassembles itself, reads the kernelcache in the initrd, and says how much
//! stack the libraries take.
//!
//! What it prints between `monitor: report` and `monitor: end` is what `report` computes on the host.
//! `lines=N` on the command line prints N words of itself in full; the hashes cover all of them.
#![no_std]
#![no_main]

fn main(machine: bare_metal::Machine) -> ! {
    bare_metal::monitor::run(machine)
}

bare_metal::entry!(main);
