//! Thread states of `LC_UNIXTHREAD` and `LC_THREAD`.
use core::iter::FusedIterator;

use crate::addr::{FileOffset, VmAddr};
use crate::bytes::Bytes;
use crate::debug::debug_view;
use crate::error::{Error, ErrorKind, Structure};
use crate::load_command::LoadCommand;
use crate::raw::thread::{
    ARM_THREAD_STATE64_COUNT, ArmThreadState64, ThreadFlavor, ThreadStateHeader,
};

/// The whole `ARM_THREAD_STATE64`, in native numbers.
///
/// Closed: its fields are those of Apple's structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadState64 {
    /// x0 to x28.
    pub x: [u64; 29],
    /// Frame pointer, x29.
    pub fp: u64,
    /// Link register, x30.
    pub lr: u64,
    /// Stack pointer.
    pub sp: u64,
    /// Program counter: the entry point.
    pub pc: VmAddr,
    /// Current program status.
    pub cpsr: u32,
    /// Pointer-authentication flags.
    pub flags: u32,
}

/// One state in a thread command: a flavor and its words.
#[derive(Clone, Copy)]
pub struct ThreadState<'a> {
    flavor: ThreadFlavor,
    header: Bytes<'a>,
    words: Bytes<'a>,
}

debug_view!(ThreadState<'_>, |state| {
    flavor: state.flavor,
    file_offset: state.file_offset(),
    len: state.words.len(),
});

impl<'a> ThreadState<'a> {
    /// Which registers these are.
    pub const fn flavor(&self) -> ThreadFlavor {
        self.flavor
    }

    /// Where its words lie, behind flavor and count, from the start of the outermost file.
    pub const fn file_offset(&self) -> FileOffset {
        self.words.file_offset(0)
    }

    /// The state, raw: `count` words of 4 bytes.
    pub const fn bytes(&self) -> &'a [u8] {
        self.words.data()
    }

    /// rip of an `x86_64` state (`mach/i386/thread_status.h`): of `x86_THREAD_STATE64`, or of
    /// `x86_THREAD_STATE`, which has a header of its own before the same registers.
    pub(crate) fn rip(&self) -> Option<VmAddr> {
        let into = match self.flavor.0 {
            4 => 128,
            7 => 136,
            _ => return None,
        };
        let rip: &[u8; 8] = self.words.get_raw(into)?;
        Some(VmAddr::new(u64::from_le_bytes(*rip)))
    }

    /// Whether a state of an `x86_64` image has the words of its flavor, if it is one of the two
    /// that [`rip`](Self::rip) reads (`mach/i386/thread_status.h`: `x86_THREAD_STATE64_COUNT`,
    /// `x86_THREAD_STATE_COUNT`).
    pub(crate) fn ensure_x86_64(&self) -> Result<(), Error> {
        let count = match self.flavor.0 {
            4 => 42,
            7 => 44,
            _ => return Ok(()),
        };
        if self.words.len() == 4_u64.saturating_mul(count) {
            return Ok(());
        }
        let what = Structure::ThreadCommand;
        Err(self.header.error(ErrorKind::BadThreadCount, what, 0))
    }

    /// The state as 64-bit ARM registers; `None` for another flavor.
    ///
    /// # Errors
    /// `BadThreadCount` where the count is not 68.
    pub fn arm64(&self) -> Result<Option<ThreadState64>, Error> {
        if self.flavor != ThreadFlavor::ARM_THREAD_STATE64 {
            return Ok(None);
        }
        let size = u64::from(ARM_THREAD_STATE64_COUNT).saturating_mul(4);
        let raw: &ArmThreadState64 = match self.words.get_raw(0) {
            Some(raw) if self.words.len() == size => raw,
            _ => {
                return Err(self.header.error(
                    ErrorKind::BadThreadCount,
                    Structure::ThreadCommand,
                    0,
                ));
            }
        };
        Ok(Some(ThreadState64 {
            x: raw.x.map(zerocopy::little_endian::U64::get),
            fp: raw.fp.get(),
            lr: raw.lr.get(),
            sp: raw.sp.get(),
            pc: VmAddr::new(raw.pc.get()),
            cpsr: raw.cpsr.get(),
            flags: raw.flags.get(),
        }))
    }
}

/// The states of one thread command. Ends after the first error.
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct ThreadStates<'a> {
    rest: Bytes<'a>,
}

debug_view!(ThreadStates<'_>, |states| {
    file_offset: states.rest.file_offset(0),
    bytes_left: states.rest.len(),
});

impl<'a> LoadCommand<'a> {
    /// The states of an `LC_UNIXTHREAD` or `LC_THREAD`; of another command, whatever its bytes are.
    pub(crate) fn thread_states(&self) -> ThreadStates<'a> {
        ThreadStates {
            rest: self.data().clamped(8, u64::MAX),
        }
    }
}

impl<'a> Iterator for ThreadStates<'a> {
    type Item = Result<ThreadState<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        const WHAT: Structure = Structure::ThreadCommand;
        let here = self.rest;
        if here.data().is_empty() {
            return None;
        }
        self.rest = here.clamped(here.len(), 0);
        let Some(raw) = here.get_raw::<ThreadStateHeader>(0) else {
            return Some(Err(here.error(ErrorKind::CommandTooSmall, WHAT, 0)));
        };
        let size = u64::from(raw.count.get()).saturating_mul(4);
        let Some(words) = here.get(8, size) else {
            return Some(Err(here.error(ErrorKind::CountTooLarge, WHAT, 0)));
        };
        self.rest = here.clamped(size.saturating_add(8), u64::MAX);
        let flavor = ThreadFlavor(raw.flavor.get());
        Some(Ok(ThreadState {
            flavor,
            header: here,
            words,
        }))
    }
}

impl FusedIterator for ThreadStates<'_> {}
