//! What the monitor image does.

use img4::Img4;

use crate::device_tree::DeviceTree;
use crate::unpack::unpack;
use crate::{Machine, Uart, command_line, cpu, memory, println, stacks};

/// Addresses that are translated unless `translations=N` says otherwise.
const TRANSLATIONS: u64 = 1_000_000;

/// Runs to the end of the machine.
pub fn run(machine: Machine) -> ! {
    if let Err(why) = all(machine) {
        println!("monitor: {why}");
    }
    cpu::power_off()
}

fn all(machine: Machine) -> Result<(), &'static str> {
    let tree = machine.device_tree();
    let tree = DeviceTree::parse(tree).ok_or("the device tree is damaged")?;
    let line = tree.command_line;
    let memory = machine
        .memory(&tree)
        .ok_or("no initrd, or no room beside it")?;
    let text = memory::text();
    println!("monitor: code {:#x} {}", text.as_ptr() as u64, text.len());
    let lines = command_line::number(line, "lines").unwrap_or(0);
    let translations = command_line::number(line, "translations").unwrap_or(TRANSLATIONS);
    let file = if Img4::parse(memory.initrd).is_ok() {
        stacks::unpacking(memory.initrd, memory.high.bytes, memory.scratch);
        let unpacked = unpack(memory.initrd, memory.high.bytes, memory.scratch);
        unpacked.map_err(|_| "the IMG4 is damaged")?.file
    } else {
        memory.initrd
    };
    stacks::reading(file, memory.map_cells);
    stacks::loading(file, memory.low.bytes);
    stacks::decoding(text, text.as_ptr() as u64);

    println!("monitor: report");
    let mut uart = Uart;
    let start = cpu::cycles();
    let lines = usize::try_from(lines).unwrap_or(usize::MAX);
    let _ = report::code(text, text.as_ptr() as u64, lines, &mut uart);
    let decoded = cpu::cycles();
    let translations = u32::try_from(translations).unwrap_or(u32::MAX);
    if let Err(error) = report::collection(file, translations, &mut uart) {
        println!("{error}");
    }
    println!("monitor: end");
    println!(
        "monitor: cycles: code {}, collection {}",
        decoded - start,
        cpu::cycles() - decoded
    );
    Ok(())
}
