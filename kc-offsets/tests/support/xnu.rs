//! What XNU does to its own memory when it starts, as a second statement of the rules: the walk
//! over the chains of a collection (`osfmk/mach/dyld_kernel_fixups.h`, formats 8 and 11) and over
//! the threads of a static kernel. Shares no code with the libraries.
//!
//! XNU asks little: it trusts what it reads. So does this model, but that a place outside the
//! memory stops the walk here and is a fault there.

/// Why the kernel dies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Death {
    /// A pointer into a collection whose base nobody knows: "Invalid cache level".
    CacheLevel(u64),
    /// Neither format 8 nor 11.
    Format(u16),
    /// A page with more than one chain.
    Multi,
    /// No load command says where the chains are.
    NoChains,
    /// An address outside the memory.
    Fault(u64),
}

const LC_SEGMENT_64: u32 = 0x19;
const LC_DYLD_CHAINED_FIXUPS: u32 = 0x8000_0034;

/// Memory from a slid address on.
pub(crate) struct Memory<'m> {
    pub(crate) bytes: &'m mut [u8],
    pub(crate) base: u64,
}

impl Memory<'_> {
    fn at<const N: usize>(&self, address: u64) -> Result<[u8; N], Death> {
        let at = usize::try_from(address.wrapping_sub(self.base)).ok();
        let bytes = at.and_then(|at| self.bytes.get(at..)?.first_chunk());
        bytes.copied().ok_or(Death::Fault(address))
    }

    pub(crate) fn u64(&self, address: u64) -> Result<u64, Death> {
        self.at(address).map(u64::from_le_bytes)
    }

    fn u32(&self, address: u64) -> Result<u32, Death> {
        self.at(address).map(u32::from_le_bytes)
    }

    fn u16(&self, address: u64) -> Result<u16, Death> {
        self.at(address).map(u16::from_le_bytes)
    }

    fn store(&mut self, address: u64, value: u64) -> Result<(), Death> {
        let at = usize::try_from(address.wrapping_sub(self.base)).ok();
        let place = at.and_then(|at| self.bytes.get_mut(at..)?.first_chunk_mut());
        *place.ok_or(Death::Fault(address))? = value.to_le_bytes();
        Ok(())
    }

    /// Load commands of the header at `header`: kind and address.
    fn commands(&self, header: u64) -> Result<Vec<(u32, u64)>, Death> {
        let mut at = header + 32;
        let mut commands = Vec::new();
        for _ in 0..self.u32(header + 16)? {
            commands.push((self.u32(at)?, at));
            at += u64::from(self.u32(at + 4)?);
        }
        Ok(commands)
    }

    fn segment(&self, header: u64, name: &[u8]) -> Result<Option<u64>, Death> {
        let mut padded = [0; 16];
        padded[..name.len()].copy_from_slice(name);
        for (kind, at) in self.commands(header)? {
            if kind == LC_SEGMENT_64 && self.at::<16>(at + 8)? == padded {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    /// The slide by a header's own address: the first load command is the segment that maps it.
    pub(crate) fn slide_of(&self, header: u64) -> Result<u64, Death> {
        Ok(header.wrapping_sub(self.u64(header + 32 + 24)?))
    }
}

/// The kernel at `kernel` (the slid address of its own header) makes the pointers of its collection
/// right; `link` is where every collection's header is linked. How many slots.
pub(crate) fn start_of_fileset(
    memory: &mut Memory<'_>,
    kernel: u64,
    link: u64,
) -> Result<u64, Death> {
    let slide = memory.slide_of(kernel)?;
    let collection = link.wrapping_add(slide);
    walk_chains(memory, collection, [collection, 0, 0, 0])
}

/// The walk over all chains of the collection whose header is at `header`.
pub(crate) fn walk_chains(
    memory: &mut Memory<'_>,
    header: u64,
    bases: [u64; 4],
) -> Result<u64, Death> {
    let text = memory.segment(header, b"__TEXT")?.ok_or(Death::NoChains)?;
    let slide = header.wrapping_sub(memory.u64(text + 24)?);
    let linkedit = memory.segment(header, b"__LINKEDIT")?;
    let linkedit = linkedit.ok_or(Death::NoChains)?;
    let commands = memory.commands(header)?;
    let chains = commands.iter().rev();
    let chains = chains
        .clone()
        .find(|(kind, _)| *kind == LC_DYLD_CHAINED_FIXUPS);
    let (_, command) = chains.ok_or(Death::NoChains)?;
    let into = u64::from(memory.u32(command + 8)?) - memory.u64(linkedit + 40)?;
    let table = memory.u64(linkedit + 24)?.wrapping_add(slide) + into;
    let starts = table + u64::from(memory.u32(table + 4)?);
    let mut slots = 0;
    for segment in 0..u64::from(memory.u32(starts)?) {
        let offset = u64::from(memory.u32(starts + 4 + 4 * segment)?);
        if offset == 0 {
            continue;
        }
        let info = starts + offset;
        let page_size = u64::from(memory.u16(info + 4)?);
        let format = memory.u16(info + 6)?;
        let content = header.wrapping_add(memory.u64(info + 8)?);
        for page in 0..u64::from(memory.u16(info + 20)?) {
            match memory.u16(info + 22 + 2 * page)? {
                0xffff => {}
                start if start & 0x8000 != 0 => return Err(Death::Multi),
                start => {
                    let first = content.wrapping_add(page * page_size + u64::from(start));
                    slots += chain(memory, first, format, bases)?;
                }
            }
        }
    }
    Ok(slots)
}

fn chain(memory: &mut Memory<'_>, first: u64, format: u16, bases: [u64; 4]) -> Result<u64, Death> {
    let stride = match format {
        8 => 4,
        11 => 1,
        _ => return Err(Death::Format(format)),
    };
    let (mut at, mut slots) = (first, 0);
    loop {
        let word = memory.u64(at)?;
        let level = word >> 30 & 3;
        let base = bases[usize::try_from(level).unwrap()];
        if base == 0 {
            return Err(Death::CacheLevel(level));
        }
        memory.store(at, base.wrapping_add(word & 0x3fff_ffff))?;
        slots += 1;
        match word >> 51 & 0xfff {
            0 => return Ok(slots),
            next => at += next * stride,
        }
    }
}

/// The threads of a static kernel whose header is at `header` and linked at `link`; `starts` is the
/// slid address and the size of `__TEXT,__thread_starts`. How many slots.
pub(crate) fn walk_threads(
    memory: &mut Memory<'_>,
    header: u64,
    link: u64,
    starts: (u64, u64),
) -> Result<u64, Death> {
    let slide = header.wrapping_sub(link);
    let stride = if memory.u32(starts.0)? & 1 == 1 { 8 } else { 4 };
    let mut slots = 0;
    for entry in 1..starts.1 / 4 {
        let start = memory.u32(starts.0 + 4 * entry)?;
        if start == u32::MAX {
            break;
        }
        let mut at = header + u64::from(start);
        loop {
            let word = memory.u64(at)?;
            if word & 1 << 62 == 0 {
                let value = if word & 1 << 63 != 0 {
                    (word & 0xffff_ffff).wrapping_add(link)
                } else {
                    let top = word << 13 & 0xff << 56;
                    let low = i64::from_le_bytes((word << 21).to_le_bytes()) >> 21;
                    let low = u64::from_le_bytes(low.to_le_bytes());
                    top | low & 0x00ff_ffff_ffff_ffff
                };
                memory.store(at, value.wrapping_add(slide))?;
                slots += 1;
            }
            match word >> 51 & 0x7ff {
                0 => break,
                next => at += next * stride,
            }
        }
    }
    Ok(slots)
}
