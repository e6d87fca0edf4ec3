//! Loads a kernel as a hypervisor for Macs does: one flat image, in which the instructions that the
//! guest must not run are rewritten.
//!
//! `cargo run -p kc-offsets --example hypervisor -- FILE OUTPUT [CHIP_ID] [--trap]`, with a Mach-O
//! file of any shape (`kc extract` unwraps it). `--trap` turns on the hook that m1n1 does not call.
//!
//! What m1n1's hypervisor does, at revision 7c7716b6 (AsahiLinux/m1n1
//! `proxyclient/m1n1/hv/__init__.py`, `load_macho`): its hooks take the segment named `__TEXT_EXEC`
//! and no other, for data in another executable segment may look like an instruction. On chips with
//! one of five ids, of the M3, three accesses to two registers become `nop`. Another hook, which
//! makes words 0x0020xxxx `hvc #xxxx`, is there but is not called: the line that did is commented
//! out. Both leave the file's first 0xbfcfc0 bytes alone, which suits one kernel and is not copied
//! here. Pointers are the kernel's own work.
use aarch64_decode::{Pattern, construct};
use kc_offsets::{ClampReason, Error, KernelCache, LoadPlan, Step};
use macho_core::{Mode, PhysAddr, SlidVmAddr, Slide};

/// Apple's own instructions.
const PROPRIETARY: Pattern = Pattern::new(0xffff_0000, 0x0020_0000);
/// `msr s3_4_c15_c14_6, xN` (AGTCNTRDIR_EL12), `msr` and `mrs` of s3_4_c15_c12_1 (AHCR_EL2).
const NOT_FOR_GUESTS: [Pattern; 3] = [
    Pattern::new(0xffff_ffe0, 0xd51c_fec0),
    Pattern::new(0xffff_ffe0, 0xd51c_fc20),
    Pattern::new(0xffff_ffe0, 0xd53c_fc20),
];
/// The chips whose registers those are, by `chip-id` of the device tree's `/chosen`.
const M3: [u32; 5] = [0x8122, 0x6030, 0x6031, 0x6032, 0x6034];
/// Where the lowest virtual addresses start.
const VIRT_BASE: u64 = 0xffff_fe00_1000_0000;
/// The segment that is rewritten.
const CODE: &str = "__TEXT_EXEC";

/// What to rewrite.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rewrites {
    /// Accesses to the M3's registers become `nop`.
    pub(crate) m3: bool,
    /// Apple's own instructions trap.
    pub(crate) trap: bool,
}

impl Rewrites {
    /// What m1n1 rewrites on this chip.
    pub(crate) fn of_chip(chip_id: u32) -> Self {
        Self {
            m3: M3.contains(&chip_id),
            trap: false,
        }
    }

    fn word(self, word: u32) -> u32 {
        if self.trap && PROPRIETARY.matches(word) {
            let [low, high, ..] = word.to_le_bytes();
            construct::hvc(u16::from_le_bytes([low, high]))
        } else if self.m3 && NOT_FOR_GUESTS.iter().any(|pattern| pattern.matches(word)) {
            construct::nop()
        } else {
            word
        }
    }
}

/// The guest's memory, from `phys_base` up, and where it starts.
pub(crate) fn load(
    file: &[u8],
    phys_base: u64,
    rewrites: Rewrites,
) -> Result<(Vec<u8>, Option<PhysAddr>), Error> {
    // m1n1's own file claims 64 MiB for a payload that may not be there.
    let cache = KernelCache::parse_with(file, Mode::Tolerant)?;
    // m1n1 fixes the physical base and derives the virtual one, which XNU finds the slide by.
    let plan = LoadPlan::new(&cache, PhysAddr::new(phys_base), Slide::ZERO)?;
    let slide = plan
        .block_slide(SlidVmAddr::new(VIRT_BASE))
        .unwrap_or_default();
    // Of a payload segment memory has what the file has and an end marker.
    let plan = LoadPlan::new(&cache, PhysAddr::new(phys_base), slide)?.cut_payload();
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
        |segment| segment.name() == CODE,
        |_, word| rewrites.word(word),
    )?;
    plan.slide_static_kernel(&mut memory)?;
    Ok((memory, plan.entry_point()?))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(input), Some(output)) = (arguments.next(), arguments.next()) else {
        return Err("usage: hypervisor FILE OUTPUT [CHIP_ID] [--trap]".into());
    };
    let mut rewrites = Rewrites::default();
    for argument in arguments {
        match argument.strip_prefix("0x") {
            Some(chip) => rewrites.m3 = Rewrites::of_chip(u32::from_str_radix(chip, 16)?).m3,
            None => rewrites.trap |= argument == "--trap",
        }
    }
    let (memory, entry) = load(&std::fs::read(input)?, 0x8_0000_0000, rewrites)?;
    println!("{} bytes, entry point {entry:?}", memory.len());
    Ok(std::fs::write(output, memory)?)
}
