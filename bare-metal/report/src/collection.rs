//! A kernelcache: its images, symbols, fixups, and a million translations.

use core::fmt;

use kc_offsets::{AddressMap, KernelCache, Outcome};
use macho_core::{MachO, Mode, VmAddr};

use crate::hash::Hash;

/// Why a report ends early.
#[derive(Debug)]
pub enum Error {
    /// The libraries refuse the file.
    File(kc_offsets::Error),
    /// The output does.
    Output,
}

impl From<kc_offsets::Error> for Error {
    fn from(error: kc_offsets::Error) -> Self {
        Self::File(error)
    }
}

impl From<macho_core::Error> for Error {
    fn from(error: macho_core::Error) -> Self {
        Self::File(error.into())
    }
}

impl From<fmt::Error> for Error {
    fn from(_: fmt::Error) -> Self {
        Self::Output
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => error.fmt(f),
            Self::Output => f.write_str("the output takes no more"),
        }
    }
}

/// Reads `file` whole and translates `translations` addresses in and around its segments.
///
/// # Errors
/// The first thing that the libraries refuse.
pub fn collection(file: &[u8], translations: u32, out: &mut impl fmt::Write) -> Result<(), Error> {
    let cache = KernelCache::parse_with(file, Mode::Tolerant)?;
    let image = cache.image();
    writeln!(
        out,
        "collection: {}, {} bytes, {} load commands, {} segments",
        cache.shape().name(),
        file.len(),
        image.load_commands().count(),
        image.segments().count()
    )?;
    if let Some(entry) = cache.entry_point()? {
        writeln!(out, "entry point: {}", entry.vmaddr)?;
    }
    images(&cache, out)?;
    fixups(&image, out)?;
    translate(&cache.address_map(), translations, out)
}

fn images(cache: &KernelCache<'_>, out: &mut impl fmt::Write) -> Result<(), Error> {
    let (mut entries, mut sections) = (0_u32, 0_u32);
    let mut symbols = Symbols {
        count: 0,
        hash: Hash::new(),
    };
    symbols.add(&cache.image())?;
    let mut ids = Hash::new();
    for entry in cache.entries() {
        let entry = entry?;
        let image = entry.image()?;
        entries += 1;
        ids.bytes(entry.id.as_bytes());
        ids.number(entry.vmaddr.get());
        for section in image.sections() {
            sections += 1;
            ids.number(section.vmaddr().get());
            ids.number(section.size());
        }
        symbols.add(&image)?;
    }
    writeln!(
        out,
        "entries: {entries} with {sections} sections, {:016x}",
        ids.get()
    )?;
    writeln!(
        out,
        "symbols: {}, {:016x}",
        symbols.count,
        symbols.hash.get()
    )?;
    Ok(())
}

struct Symbols {
    count: u32,
    hash: Hash,
}

impl Symbols {
    fn add(&mut self, image: &MachO<'_>) -> Result<(), Error> {
        for symbol in image.symbols()? {
            self.count += 1;
            self.hash.bytes(symbol.name()?.as_bytes());
            self.hash.number(symbol.value());
        }
        Ok(())
    }
}

fn fixups(image: &MachO<'_>, out: &mut impl fmt::Write) -> Result<(), Error> {
    let mut count = 0_u32;
    let mut hash = Hash::new();
    if let Some(fixups) = image.chained_fixups()? {
        for slot in fixups.slots(image) {
            let slot = slot?;
            count += 1;
            hash.number(slot.vmaddr.get());
            hash.number(slot.file_offset.get());
            hash.number(slot.raw);
        }
    }
    writeln!(out, "fixups: {count}, {:016x}", hash.get())?;
    Ok(())
}

fn translate(
    map: &AddressMap<'_>,
    translations: u32,
    out: &mut impl fmt::Write,
) -> Result<(), Error> {
    /// Addresses reach this far outside of the segments, so that some are not mapped.
    const MARGIN: u64 = 1 << 16;
    let (mut low, mut high) = (u64::MAX, 0);
    for range in map.ranges() {
        low = low.min(range.vmaddr.get());
        high = high.max(range.vmaddr.get().saturating_add(range.vmsize));
    }
    let low = low.saturating_sub(MARGIN);
    let span = high.saturating_add(MARGIN).saturating_sub(low).max(1);
    let [mut mapped, mut zero_fill, mut past_end, mut unmapped] = [0_u32; 4];
    let mut hash = Hash::new();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..translations {
        // xorshift64 (Marsaglia 2003).
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let vmaddr = VmAddr::new(low.saturating_add(state % span));
        match map.outcome(vmaddr) {
            Outcome::Mapped(offset) => {
                mapped += 1;
                hash.number(offset.get());
            }
            Outcome::ZeroFill => zero_fill += 1,
            Outcome::PastEndOfFile => past_end += 1,
            Outcome::Unmapped => unmapped += 1,
        }
    }
    writeln!(
        out,
        "translations: {mapped} mapped, {zero_fill} zero fill, {past_end} past the end, {unmapped} unmapped, {:016x}",
        hash.get()
    )?;
    Ok(())
}
