//! Loads a kernel as a hypervisor for Macs does: one flat image, in which the instructions that the guest must not run are rewritten.
//!
//! `cargo run -p kc-offsets --example hypervisor -- FILE OUTPUT`, with a Mach-O file of any shape (`kc extract` unwraps it).
//!
//! What is rewritten, and to what, are the facts of m1n1's hypervisor (AsahiLinux/m1n1 `proxyclient/m1n1/hv/__init__.py`): words
//! 0x0020xxxx, which only Apple's CPUs know, trap as `hvc #xxxx`; accesses to two registers of the M3 do nothing.
use aarch64_decode::{Pattern, construct};
use kc_offsets::{ClampReason, Error, KernelCache, LoadPlan, Step};
use macho_core::{Mode, PhysAddr, Slide, VmProt};

/// Apple's own instructions.
const PROPRIETARY: Pattern = Pattern::new(0xffff_0000, 0x0020_0000);
/// `msr s3_4_c15_c14_6, xN` (AGTCNTRDIR_EL12), `msr` and `mrs` of s3_4_c15_c12_1 (AHCR_EL2).
const NOT_FOR_GUESTS: [Pattern; 3] = [
    Pattern::new(0xffff_ffe0, 0xd51c_fec0),
    Pattern::new(0xffff_ffe0, 0xd51c_fc20),
    Pattern::new(0xffff_ffe0, 0xd53c_fc20),
];

fn rewritten(word: u32) -> u32 {
    if PROPRIETARY.matches(word) {
        let [low, high, ..] = word.to_le_bytes();
        construct::hvc(u16::from_le_bytes([low, high]))
    } else if NOT_FOR_GUESTS.iter().any(|pattern| pattern.matches(word)) {
        construct::nop()
    } else {
        word
    }
}

/// The guest's memory, from `phys_base` up, and where it starts.
pub(crate) fn load(file: &[u8], phys_base: u64) -> Result<(Vec<u8>, Option<PhysAddr>), Error> {
    // m1n1's own file claims 64 MiB for a payload that may not be there.
    let cache = KernelCache::parse_with(file, Mode::Tolerant)?;
    let plan = LoadPlan::new(&cache, PhysAddr::new(phys_base), Slide::ZERO)?;
    for step in plan.steps() {
        if let Step::Clamp {
            segment,
            reason: ClampReason::PastEndOfFile,
            claimed,
            copied,
        } = step
        {
            eprintln!(
                "{}: {copied} of {claimed} bytes are in the file",
                segment.name()
            );
        }
    }
    let mut memory = vec![0; usize::try_from(plan.size()).unwrap_or(usize::MAX)];
    plan.load_with(
        &mut memory,
        |segment| segment.initprot().contains(VmProt::VM_PROT_EXECUTE),
        |_, word| rewritten(word),
    )?;
    Ok((memory, plan.entry_point()?))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(input), Some(output)) = (arguments.next(), arguments.next()) else {
        return Err("usage: hypervisor FILE OUTPUT".into());
    };
    let (memory, entry) = load(&std::fs::read(input)?, 0x8_0000_0000)?;
    println!("{} bytes, entry point {entry:?}", memory.len());
    Ok(std::fs::write(output, memory)?)
}
