//! Fixups: the words of an image that a loader rewrites, where they are and what each becomes.
//!
//! Several mechanisms say so; [`MachO::fixups`] reads them all, and all yield [`Slot`]s:
//!
//! ```no_run
//! # fn print(file: &[u8]) -> Result<(), macho_core::Error> {
//! let image = macho_core::MachO::parse(file)?;
//! let fixups = image.fixups();
//! for slot in fixups.slots() {
//!     let slot = slot?;
//!     # let _ =
//!     (slot.vmaddr, slot.file_offset, slot.raw, slot.fixup(), fixups.import(&slot)?);
//! }
//! # Ok(())
//! # }
//! ```
use core::iter::FusedIterator;
use core::ops::ControlFlow;

use crate::bytes::Bytes;
use crate::debug::debug_view;
use crate::error::{Error, ErrorKind, Structure};
use crate::macho::MachO;
use crate::raw::fixup::PointerFormat;
use bind::{BindStream, Binds};
use rebase::Rebases;
use rebase_run::RebaseRuns;
use relocation::{Relocations, Table};
use tables::{section, starts_itself, streams};
use thread::Threads;

pub use bind::ThreadImports;
pub use chained::{ChainedFixups, SegmentStarts, SegmentStartsIter};
pub use import::{Import, Imports};
pub use pointer::Link;
pub use slot::{Mechanism, Slot};
pub use target::{Auth, AuthKey, Fixup, Target};
pub use walk::{ChainedSlots, SegmentSlots};

mod bind;
mod chained;
mod import;
mod interleave;
mod opcode;
mod page;
mod pointer;
mod rebase;
mod rebase_run;
mod relocation;
mod segment_finder;
mod slot;
mod tables;
mod target;
mod thread;
mod walk;

/// All fixups of an image. Made by [`MachO::fixups`].
///
/// Whatever the image has is walked. dyld, which knows one mechanism for an image, would pass over
/// the relocations of an image that has opcodes, and outside filesets of one that has chains
/// (`common/MachOAnalyzer.cpp`); [`Slot::mechanism`] tells them apart.
///
/// Of an image in memory whose fixups have been applied
/// ([`Pointers::Applied`](crate::Pointers::Applied)) nothing is walked: each segment that chains
/// start in, and each other mechanism that the image has, is one error, `FixupsApplied`.
#[derive(Clone, Copy)]
pub struct Fixups<'a> {
    image: MachO<'a>,
    /// Whether mechanisms other than chains are none of the image's.
    only_chains: bool,
    chained: Result<Option<ChainedFixups<'a>>, Error>,
    rebase: Result<Bytes<'a>, Error>,
    /// Eager, weak and lazy binds.
    binds: [Result<Bytes<'a>, Error>; 3],
}

debug_view!(Fixups<'_>, |fixups| {
    image: fixups.image,
    chained: fixups.chained,
    rebase_len: fixups.rebase.map(Bytes::len),
    bind_lens: fixups.binds.map(|binds| binds.map(Bytes::len)),
});

/// The streams of bind opcodes, in the order of their fields.
const STREAMS: [BindStream; 3] = [BindStream::Eager, BindStream::Weak, BindStream::Lazy];

impl<'a> Fixups<'a> {
    fn new(image: &MachO<'a>) -> Self {
        let [rebase, eager, weak, lazy] = streams(image).map(|bytes| match bytes {
            Ok(bytes) if bytes.len() != 0 => unapplied(image).map(|()| bytes),
            other => other,
        });
        Self {
            image: *image,
            only_chains: false,
            chained: image.chained_fixups(),
            rebase,
            binds: [eager, weak, lazy],
        }
    }

    /// The same with the chains alone: for an image inside a collection. Its builder has bound the
    /// image already, and leaves opcodes behind that nobody reads any more (dyld
    /// `kernel-collection-builder/KernelOptimizerLinkedit.cpp`); only chains can be the image's own
    /// (`AppCacheBuilder.cpp`, `fixupsArePerKext`).
    #[must_use]
    pub const fn only_chains(self) -> Self {
        Self {
            only_chains: true,
            ..self
        }
    }

    /// The slots, mechanism by mechanism: chains, threads, runs, opcodes, relocations. Damage is an
    /// item, and the walk goes on behind it where it can. The work is linear in the file's size.
    pub fn slots(&self) -> Slots<'a> {
        Slots {
            fixups: *self,
            current: Walk::None,
            next: 0,
        }
    }

    /// Calls `each` for what [`slots`](Self::slots) yields, until it breaks; the chains in the
    /// other order, and at the greater speed, of [`ChainedFixups::try_for_each`].
    pub fn try_for_each<B>(
        &self,
        mut each: impl FnMut(Result<Slot, Error>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        if let Ok(Some(chained)) = self.chained {
            try_for_each_in_chains(&chained, &self.image, &mut each)?;
        }
        self.try_for_each_behind_chains(&mut each)
    }

    /// As [`try_for_each`](Self::try_for_each) without the chains that can be read. A separate
    /// function so that the two walks never share a stack frame.
    #[inline(never)]
    fn try_for_each_behind_chains<B>(
        &self,
        each: &mut impl FnMut(Result<Slot, Error>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let mut rest = self.slots();
        if matches!(self.chained, Ok(Some(_))) {
            rest.next = 1;
        }
        rest.try_for_each(each)
    }

    /// What a bind binds to; `None` for a slot that is no bind. This costs one look-up and the
    /// name's bytes; for a thread that bind opcodes start, the bytes of their stream
    /// ([`thread_imports`](Self::thread_imports) reads it once for all).
    ///
    /// # Errors
    /// As [`ChainedFixups::import`]; a symbol that is not there, or whose name is damaged.
    pub fn import(&self, slot: &Slot) -> Result<Option<Import<'a>>, Error> {
        self.import_prefix(slot, usize::MAX)
    }

    /// As [`import`](Self::import), but of a name that is longer than `most` bytes the first
    /// `most`, and no more is read: a million slots may bind to one name that is as long as the
    /// file.
    ///
    /// # Errors
    /// As [`import`](Self::import), but a name that is longer than `most` may lack its NUL.
    pub fn import_prefix(&self, slot: &Slot, most: usize) -> Result<Option<Import<'a>>, Error> {
        let Fixup::Bind { ordinal, .. } = slot.fixup() else {
            return Ok(None);
        };
        let [eager, weak, lazy] = self.binds;
        if let Some(stream) = BindStream::of(slot.mechanism) {
            let bytes = match stream {
                BindStream::Eager => eager,
                BindStream::Weak => weak,
                BindStream::Lazy => lazy,
            };
            return bind::import(bytes?, stream, ordinal, slot.bind, most).map(Some);
        }
        match slot.mechanism {
            Mechanism::Chained => match self.chained? {
                Some(chained) => chained.import_prefix(ordinal, most).map(Some),
                None => Ok(None),
            },
            Mechanism::ThreadedBind => self.thread_imports(most).get(ordinal),
            Mechanism::ExternalRelocations => {
                let symbol = self.image.symbol_table()?.get(ordinal);
                symbol
                    .map(|symbol| relocation::import(&self.image, &symbol, most))
                    .transpose()
            }
            // What such a bind's number counts in is not in the image.
            _ => Ok(None),
        }
    }

    /// The imports of the threads that bind opcodes start, in the order of their ordinals, with at
    /// most `most` bytes of a name.
    pub fn thread_imports(&self, most: usize) -> ThreadImports<'a> {
        let [eager, ..] = self.binds;
        ThreadImports::new(&self.image, eager, most)
    }

    /// How the slots of a static kernel's threads are written, `__TEXT,__thread_starts`; `None`
    /// without that section. For [`PointerFormat::decode_thread`].
    ///
    /// # Errors
    /// The section reaches past the end of the file, or has not one word.
    pub fn thread_format(&self) -> Result<Option<PointerFormat>, Error> {
        let section = section(&self.image, "__thread_starts");
        section
            .map(|section| thread::kernel_format(section.bytes()?))
            .transpose()
    }

    /// How the slots of firmware's chains are written, `__TEXT,__chain_starts`; `None` without that
    /// section.
    ///
    /// # Errors
    /// The section reaches past the end of the file, or is too short for a header.
    pub fn firmware_format(&self) -> Result<Option<PointerFormat>, Error> {
        let section = section(&self.image, "__chain_starts");
        section
            .map(|section| thread::firmware_format(section.bytes()?).map(|(format, _)| format))
            .transpose()
    }

    /// Starts the walk over the threads of a kernel or of firmware.
    fn threads(&self, is_kernel: bool, walk: &mut Walk<'a>) -> Result<(), Error> {
        let name = if is_kernel {
            "__thread_starts"
        } else {
            "__chain_starts"
        };
        let Some(section) = section(&self.image, name) else {
            return Ok(());
        };
        unapplied(&self.image)?;
        let threads = if is_kernel {
            Threads::of_kernel(&self.image, &section)
        } else {
            Threads::of_firmware(&self.image, &section)
        };
        *walk = Walk::Threads(threads?);
        Ok(())
    }

    /// Starts the walk over the rebase runs of firmware.
    fn rebase_runs(&self, walk: &mut Walk<'a>) -> Result<(), Error> {
        let section = section(&self.image, "__rebase_info");
        let Some(section) = section.filter(|_| starts_itself(&self.image)) else {
            return Ok(());
        };
        unapplied(&self.image)?;
        *walk = Walk::RebaseRuns(RebaseRuns::new(&self.image, section.bytes()?));
        Ok(())
    }

    /// Starts the walk over one mechanism, in `walk`; `None` after the last. By a call, so that its
    /// stack is free again when the walk goes on.
    #[inline(never)]
    fn start(&self, number: u8, walk: &mut Walk<'a>) -> Option<Result<(), Error>> {
        if self.only_chains && number > 0 {
            return None;
        }
        let image = &self.image;
        let [eager, weak, lazy] = self.binds;
        let [eager_stream, weak_stream, lazy_stream] = STREAMS;
        let mut binds = |bytes: Result<Bytes<'a>, Error>, stream| {
            bytes.map(|bytes| *walk = Walk::Binds(Binds::new(image, bytes, stream)))
        };
        Some(match number {
            0 => self.chained.map(|chained| {
                if let Some(chained) = chained {
                    *walk = Walk::Chained(chained.slots(image));
                }
            }),
            1 | 2 => self.threads(number == 1, walk),
            3 => self.rebase_runs(walk),
            4 => self
                .rebase
                .map(|bytes| *walk = Walk::Rebases(Rebases::new(image, bytes))),
            5 => binds(eager, eager_stream),
            6 => binds(weak, weak_stream),
            7 => binds(lazy, lazy_stream),
            8 => relocations(image, Table::Local, walk),
            9 => relocations(image, Table::External, walk),
            _ => return None,
        })
    }
}

impl<'a> MachO<'a> {
    /// All fixups of the image, whatever the mechanism: chains, threads, runs, opcodes,
    /// relocations.
    ///
    /// Of a kernel collection these are the fixups of its outer image; each kext of a pageable one,
    /// and of an auxiliary one for `x86_64`, has chains of its own.
    pub fn fixups(&self) -> Fixups<'a> {
        Fixups::new(self)
    }
}

/// [`ChainedFixups::try_for_each`] by a call.
#[inline(never)]
fn try_for_each_in_chains<'a, B>(
    chained: &ChainedFixups<'a>,
    image: &MachO<'a>,
    each: &mut impl FnMut(Result<Slot, Error>) -> ControlFlow<B>,
) -> ControlFlow<B> {
    chained.try_for_each(image, each)
}

/// Starts the walk over the relocations of one table.
fn relocations<'a>(image: &MachO<'a>, table: Table, walk: &mut Walk<'a>) -> Result<(), Error> {
    if let Some(relocations) = Relocations::new(image, table)? {
        unapplied(image)?;
        *walk = Walk::Relocations(relocations);
    }
    Ok(())
}

/// Whether slots still are what the file has.
///
/// # Errors
/// `FixupsApplied` at the header.
fn unapplied(image: &MachO<'_>) -> Result<(), Error> {
    if image.layout().has_fixups_applied() {
        let header = image.file_offset().get();
        let what = Structure::MachHeader64;
        return Err(Error::new(ErrorKind::FixupsApplied, what, header));
    }
    Ok(())
}

/// The walk over one mechanism.
#[derive(Clone)]
enum Walk<'a> {
    None,
    Chained(ChainedSlots<'a>),
    Threads(Threads<'a>),
    RebaseRuns(RebaseRuns<'a>),
    Rebases(Rebases<'a>),
    Binds(Binds<'a>),
    Relocations(Relocations<'a>),
}

impl Walk<'_> {
    #[inline]
    fn next(&mut self) -> Option<Result<Slot, Error>> {
        match self {
            Self::None => None,
            Self::Chained(slots) => slots.next(),
            Self::Threads(slots) => slots.next(),
            Self::RebaseRuns(slots) => slots.next(),
            Self::Rebases(slots) => slots.next(),
            Self::Binds(slots) => slots.next(),
            Self::Relocations(slots) => slots.next(),
        }
    }
}

/// The slots of all mechanisms. Made by [`Fixups::slots`].
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Slots<'a> {
    fixups: Fixups<'a>,
    current: Walk<'a>,
    /// The mechanism to go to next.
    next: u8,
}

debug_view!(Slots<'_>, |slots| {
    next_mechanism: slots.next,
    image: slots.fixups.image,
});

impl Iterator for Slots<'_> {
    type Item = Result<Slot, Error>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.current.next() {
                return Some(item);
            }
            self.current = Walk::None;
            let started = self.fixups.start(self.next, &mut self.current)?;
            self.next = self.next.saturating_add(1);
            if let Err(error) = started {
                return Some(Err(error));
            }
        }
    }
}

impl FusedIterator for Slots<'_> {}
