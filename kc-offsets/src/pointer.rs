//! One pointer in an image, without a walk along its chain.
use macho_core::{
    ChainedFixups, FileOffset, Fixup, Layout, MachO, PointerFormat, Pointers, Target, VmAddr,
};

use crate::collection;
use crate::error::Error;
use crate::image_fixups::CollectionFixups;
use crate::map::AddressMap;
use crate::pac::strip_pac;
use crate::target::RebaseTargets;

/// A word of an image that holds a pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct Pointer {
    /// Where it lies, from the start of the outermost file.
    pub file_offset: FileOffset,
    /// The word: 8 bytes, or 4 of the 32-bit formats.
    pub raw: u64,
    /// How the chains of its segment or the threads of its image are written; `None` if the segment
    /// has no chains, or they have already been applied; the word is then a plain pointer.
    pub format: Option<PointerFormat>,
    /// What it becomes at load time.
    pub fixup: Fixup,
    /// The unslid address that it points to; `None` for a bind, and where another file has the
    /// base.
    pub target: Option<VmAddr>,
}

/// The vmaddr that a plain pointer of an image means, one that no fixup rewrites or that all have
/// rewritten: in memory whose fixups have been applied without its authentication code and without
/// the slide; elsewhere as it stands. A null pointer stays 0.
#[inline]
pub const fn unslid(layout: Layout, pointer: u64) -> VmAddr {
    match layout {
        Layout::Mapped(Pointers::Applied { slide, va_bits }) if pointer != 0 => {
            slide.remove(strip_pac(pointer, va_bits))
        }
        _ => VmAddr::new(pointer),
    }
}

/// Reads the pointer at `vmaddr`: its segment says how the word is written, or in memory whose
/// fixups have been applied, it is an address. `None` if no byte of the file backs it. Costs a pass
/// over the load commands and the table of chain starts; of a collection without a kernel also over
/// its property list and its images, one of which may have the chains.
///
/// Nothing in a word tells a pointer from a number, and only a walk tells whether a chain reaches
/// it: this is for words that are known to be pointers, such as a field of a structure.
///
/// # Errors
/// Damage of the fixups' header, of the table of chain starts up to the segment, or of the section
/// of threads.
pub fn pointer_at(image: &MachO<'_>, vmaddr: VmAddr) -> Result<Option<Pointer>, Error> {
    let found = AddressMap::new(image).translate(vmaddr);
    let (Some(file_offset), Some(index)) = (found.outcome.file_offset(), found.segment) else {
        return Ok(None);
    };
    let (words, format) = if let Some(inside) = inside(image, vmaddr)? {
        inside
    } else {
        let words = Words::new(image)?;
        (words, words.format(index)?)
    };
    let is_applied = image.layout().has_fixups_applied();
    let size = format.and_then(PointerFormat::slot_size).unwrap_or(8);
    let Some(segment) = image
        .segments()
        .nth(usize::try_from(index).unwrap_or(usize::MAX))
    else {
        return Ok(None);
    };
    // Nothing was a pointer in the file where memory was filled with zeros.
    let into = file_offset.checked_distance_from(segment.file_offset());
    let is_backed = into.is_some_and(|into| into < segment.filesize());
    let raw = image
        .slice(file_offset, size)
        .filter(|_| is_applied || is_backed)
        .and_then(|bytes| read(bytes, size));
    let Some(raw) = raw else {
        return Ok(None);
    };
    let fixup = words.fixup(format, raw);
    let target = words.target(format, fixup);
    Ok(Some(Pointer {
        file_offset,
        raw,
        format,
        fixup,
        target,
    }))
}

/// The words at an address of an image inside of a collection that has chains of its own there.
fn inside<'a>(
    image: &MachO<'a>,
    vmaddr: VmAddr,
) -> Result<Option<(Words<'a>, Option<PointerFormat>)>, Error> {
    if !collection::is_without_kernel(image) || image.layout().has_fixups_applied() {
        return Ok(None);
    }
    // Damage in other images is irrelevant to this word.
    for of in CollectionFixups::new(image).skip(1).flatten() {
        let Some(index) = AddressMap::new(&of.image).translate(vmaddr).segment else {
            continue;
        };
        let words = Words {
            layout: image.layout(),
            chained: of.image.chained_fixups()?,
            threads: None,
            targets: of.targets,
        };
        let format = words.format(index)?;
        if format.is_some() {
            return Ok(Some((words, format)));
        }
    }
    Ok(None)
}

/// How the words of an image that are pointers are written: as links of chains, segment by segment;
/// as links of the threads of a static kernel or of firmware; or plainly.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words<'a> {
    layout: Layout,
    chained: Option<ChainedFixups<'a>>,
    threads: Option<Threads>,
    targets: RebaseTargets,
}

/// How links of threads are written.
#[derive(Clone, Copy, Debug)]
struct Threads {
    format: PointerFormat,
    /// Whether they are a static kernel's, or else firmware's.
    are_of_kernel: bool,
}

impl<'a> Words<'a> {
    /// # Errors
    /// Damage of the fixups' header, or of the section of threads.
    pub(crate) fn new(image: &MachO<'a>) -> Result<Self, Error> {
        let mut words = Self::plain(image);
        if !words.layout.has_fixups_applied() {
            words.chained = image.chained_fixups()?;
            if words.chained.is_none() {
                let threads = |are_of_kernel| {
                    move |format| Threads {
                        format,
                        are_of_kernel,
                    }
                };
                let fixups = image.fixups();
                words.threads = match fixups.thread_format()?.map(threads(true)) {
                    Some(threads) => Some(threads),
                    None => fixups.firmware_format()?.map(threads(false)),
                };
            }
        }
        Ok(words)
    }

    /// Whether no segment has links of chains or threads.
    pub(crate) const fn are_plain(&self) -> bool {
        self.chained.is_none() && self.threads.is_none()
    }

    /// All words are plain.
    pub(crate) fn plain(image: &MachO<'a>) -> Self {
        Self {
            layout: image.layout(),
            chained: None,
            threads: None,
            targets: RebaseTargets::new(image),
        }
    }

    /// How the words of the segment with this place in load-command order are written; `None` of
    /// plain ones. Costs a pass over the table of chain starts.
    ///
    /// # Errors
    /// Damage of that table up to the segment.
    pub(crate) fn format(&self, segment: u32) -> Result<Option<PointerFormat>, Error> {
        let Some(chained) = self.chained else {
            return Ok(self.threads.map(|threads| threads.format));
        };
        for starts in chained.segments() {
            let starts = starts?;
            if u32::try_from(starts.segment_index) == Ok(segment) {
                return Ok(Some(starts.pointer_format));
            }
        }
        Ok(None)
    }

    /// What a word of a segment with this format becomes.
    pub(crate) fn fixup(&self, format: Option<PointerFormat>, raw: u64) -> Fixup {
        let link = if self.threads.is_some_and(|threads| threads.are_of_kernel) {
            // A kernel binds to nothing: only a plain address of its half has these bits.
            let link = format.and_then(|format| format.decode_thread(raw));
            link.filter(|link| !matches!(link.fixup, Fixup::Bind { .. }))
        } else {
            format.and_then(|format| format.decode(raw))
        };
        link.map_or_else(
            || Fixup::Rebase {
                target: Target::VmAddr(unslid(self.layout, raw)),
                auth: None,
            },
            |link| link.fixup,
        )
    }

    /// The unslid address that it points to; `None` of a bind, and where another file has the base.
    pub(crate) fn target(&self, format: Option<PointerFormat>, fixup: Fixup) -> Option<VmAddr> {
        match fixup {
            Fixup::Rebase { target, .. } => self.targets.vmaddr(format, target),
            _ => None,
        }
    }
}

fn read(bytes: &[u8], size: u64) -> Option<u64> {
    if size == 4 {
        return bytes
            .first_chunk()
            .map(|word| u64::from(u32::from_le_bytes(*word)));
    }
    bytes.first_chunk().map(|word| u64::from_le_bytes(*word))
}
