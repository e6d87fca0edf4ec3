//! How much stack the libraries take, call by call, measured on a painted stack.

use aarch64_decode::{Syntax, TextBuffer, decode};
use img4::{Img4, Scratch};
use kc_offsets::{AddressMap, Bases, KernelCache, LoadPlan, MapCell};
use macho_core::{MachO, Mode, PhysAddr, Slide, VmAddr};

use crate::println;
use crate::stack::measure;

/// Words that are decoded: one or more of most groups.
const WORDS: usize = 4096;

/// Measures what leads from an IMG4 to `output`.
pub fn unpacking(bytes: &[u8], output: &mut [u8], scratch: &mut Scratch) {
    let Some(container) = tell("Img4::parse", || Img4::parse(bytes)).ok() else {
        return;
    };
    let Some(payload) = container.payload() else {
        return;
    };
    if let Some(manifest) = container.manifest() {
        tell("Payload::check_digest", || payload.check_digest(&manifest));
    }
    if let Ok(plan) = tell("Payload::plan", || payload.plan()) {
        let name = match plan.codec() {
            img4::Codec::Lzfse => "Plan::decompress_into, LZFSE",
            img4::Codec::CompLzss => "Plan::decompress_into, LZSS",
            img4::Codec::CompLzvn => "Plan::decompress_into, LZVN",
            _ => "Plan::decompress_into, stored",
        };
        let _ = tell(name, || plan.decompress_into(output, scratch));
    }
}

/// Measures questions about a kernelcache.
pub fn reading(file: &[u8], cells: &mut [MapCell]) {
    let parsed = tell("KernelCache::parse_with", || {
        KernelCache::parse_with(file, Mode::Tolerant)
    });
    let Ok(cache) = parsed else {
        return;
    };
    let image = cache.image();
    let _ = tell("KernelCache::entry_point", || cache.entry_point());
    tell("KernelCache::entries, Entry::image", || entries(&cache));
    tell("MachO::load_commands, CommandView", || commands(&image));
    tell("MachO::segments, Segment::sections", || sections(&image));
    tell("MachO::symbols, Symbol::name", || symbols(&cache));
    tell("MachO::fixups, Fixups::slots, Slot::fixup", || {
        fixups(&image)
    });
    let map = tell("KernelCache::address_map", || cache.address_map());
    tell("AddressMap::translate", || translate(&map));
    tell("AddressMap::translate_range", || {
        map.translate_range(VmAddr::new(0), u64::MAX).count()
    });
    tell("AddressMap::sorted_in", || {
        map.sorted_in(cells).map(|sorted| translate(&sorted)).ok()
    });
}

/// Measures loading a kernelcache into `memory`.
pub fn loading(file: &[u8], memory: &mut [u8]) {
    let Ok(cache) = KernelCache::parse_with(file, Mode::Tolerant) else {
        return;
    };
    let (phys, slide) = (PhysAddr::new(0), Slide::new(0x4000));
    let Ok(plan) = tell("LoadPlan::new", || LoadPlan::new(&cache, phys, slide)) else {
        return;
    };
    let _ = tell("LoadPlan::entry_point", || plan.entry_point());
    let _ = tell("LoadPlan::load_into", || plan.load_into(memory));
    let _ = tell("LoadPlan::apply_fixups", || {
        plan.apply_fixups(memory, &Bases::PRIMARY)
    });
}

/// Measures the decoder, with `code` from the address `pc`.
pub fn decoding(code: &[u8], pc: u64) {
    let words = || code.chunks_exact(4).take(WORDS).map(word);
    tell("decode, Instruction::operands", || {
        words()
            .filter_map(|word| decode(word).ok())
            .map(|instruction| instruction.operands(pc).count())
            .sum::<usize>()
    });
    let mut text = TextBuffer::new();
    for (name, syntax) in [
        ("Instruction::format, LLVM", Syntax::Llvm),
        ("Instruction::format, GNU", Syntax::Gnu),
        ("Instruction::format, Apple", Syntax::Apple),
    ] {
        tell(name, || {
            words()
                .filter_map(|word| decode(word).ok())
                .map(|instruction| instruction.format(pc, syntax, &mut text).len())
                .sum::<usize>()
        });
    }
}

/// Runs `call`, and prints how much stack it took.
fn tell<R>(name: &str, call: impl FnOnce() -> R) -> R {
    let (result, bytes) = measure(call);
    println!("monitor: stack {bytes} {name}");
    core::hint::black_box(result)
}

fn entries(cache: &KernelCache<'_>) -> usize {
    cache
        .entries()
        .filter_map(Result::ok)
        .filter_map(|entry| entry.image().ok())
        .count()
}

fn commands(image: &MachO<'_>) -> usize {
    image
        .load_commands()
        .filter_map(|command| command.view().ok())
        .count()
}

fn sections(image: &MachO<'_>) -> u64 {
    let sections = core::hint::black_box(image).sections();
    sections.fold(0, |sum, section| sum ^ section.size())
}

fn symbols(cache: &KernelCache<'_>) -> usize {
    let images = cache.entries().filter_map(Result::ok);
    images
        .filter_map(|entry| entry.image().ok()?.symbols().ok())
        .flatten()
        .filter_map(|symbol| symbol.name().ok())
        .count()
}

#[expect(
    clippy::while_let_on_iterator,
    reason = "a `for` loop or an adaptor has the iterator once more in its frame"
)]
fn fixups(image: &MachO<'_>) -> usize {
    let mut slots = image.fixups().slots();
    let mut count = 0;
    while let Some(slot) = slots.next() {
        if let Ok(slot) = slot {
            core::hint::black_box(slot.fixup());
            count += 1;
        }
    }
    count
}

fn translate(map: &AddressMap<'_>) -> usize {
    map.ranges()
        .filter(|range| map.translate(range.vmaddr).segment.is_some())
        .count()
}

fn word(bytes: &[u8]) -> u32 {
    bytes
        .first_chunk()
        .map_or(0, |bytes| u32::from_le_bytes(*bytes))
}
