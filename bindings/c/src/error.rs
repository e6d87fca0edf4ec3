//! What a call returns: a status, and for who wants it the byte offset and the words.

use core::ffi::c_char;
use core::fmt::{self, Write as _};

use macho_core::FileOffset;

use crate::memory::put;

/// Bytes of the message in a [`kc_error`], its NUL included.
pub const KC_MESSAGE_SIZE: usize = 116;

/// What became of a call.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum kc_status {
    /// It succeeded.
    KC_OK = 0,
    /// A pointer is NULL that must not be, or a number has no meaning.
    KC_BAD_ARGUMENT = 1,
    /// The handle was not opened.
    KC_NOT_OPEN = 2,
    /// There is no such item: past the last one, or nothing of that name.
    KC_NOT_FOUND = 3,
    /// The caller's buffer is too small.
    KC_BUFFER_TOO_SMALL = 4,
    /// The IMG4 container or its compressed payload is damaged, or not supported.
    KC_BAD_CONTAINER = 5,
    /// The Mach-O is damaged.
    KC_BAD_MACHO = 6,
    /// The Mach-O is sound, but what is asked cannot be answered or done for it.
    KC_BAD_KERNELCACHE = 7,
    /// The word is no instruction.
    KC_BAD_INSTRUCTION = 8,
}

/// What went wrong, for calls that return another status than `KC_OK`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct kc_error {
    /// The status that the call returned.
    pub status: kc_status,
    /// The byte of the input that is at fault; `KC_NO_OFFSET` where it is no byte.
    pub offset: u64,
    /// One line of ASCII with a NUL at its end: what, in which structure, where. Longer ones are cut.
    pub message: [c_char; KC_MESSAGE_SIZE],
}

/// The offset of an error that is about no byte of the input.
pub const KC_NO_OFFSET: u64 = 0xffff_ffff_ffff_ffff;

/// An error on its way to C; written out in words at the end of the call.
#[derive(Clone, Copy)]
pub(crate) enum Failure {
    Container(img4::Error),
    KernelCache(kc_offsets::Error),
    /// A word that is no instruction.
    Word(u32),
    Other(kc_status, &'static str),
}

impl Failure {
    pub(crate) const fn argument(message: &'static str) -> Self {
        Self::Other(kc_status::KC_BAD_ARGUMENT, message)
    }

    pub(crate) const fn not_found(message: &'static str) -> Self {
        Self::Other(kc_status::KC_NOT_FOUND, message)
    }

    fn status(&self) -> kc_status {
        match self {
            Self::Container(error) if error.kind() == img4::ErrorKind::BufferTooSmall => {
                kc_status::KC_BUFFER_TOO_SMALL
            }
            Self::Container(_) => kc_status::KC_BAD_CONTAINER,
            Self::KernelCache(error) => match error.kind() {
                kc_offsets::ErrorKind::MachO(_) => kc_status::KC_BAD_MACHO,
                kc_offsets::ErrorKind::BufferTooSmall { .. } => kc_status::KC_BUFFER_TOO_SMALL,
                _ => kc_status::KC_BAD_KERNELCACHE,
            },
            Self::Word(_) => kc_status::KC_BAD_INSTRUCTION,
            Self::Other(status, _) => *status,
        }
    }

    fn offset(&self) -> u64 {
        match self {
            Self::Container(error) => error.offset(),
            Self::KernelCache(error) => error.offset().map_or(KC_NO_OFFSET, FileOffset::get),
            _ => KC_NO_OFFSET,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Container(error) => error.fmt(f),
            Self::KernelCache(error) => error.fmt(f),
            Self::Word(word) => write!(f, "A64: {word:#010x} is no instruction"),
            Self::Other(_, message) => f.write_str(message),
        }
    }
}

impl From<img4::Error> for Failure {
    fn from(error: img4::Error) -> Self {
        Self::Container(error)
    }
}

impl From<kc_offsets::Error> for Failure {
    fn from(error: kc_offsets::Error) -> Self {
        Self::KernelCache(error)
    }
}

impl From<macho_core::Error> for Failure {
    fn from(error: macho_core::Error) -> Self {
        Self::KernelCache(error.into())
    }
}

/// A line in the making, cut at its end.
struct Message {
    text: [c_char; KC_MESSAGE_SIZE],
    len: usize,
}

impl fmt::Write for Message {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for &byte in text.as_bytes() {
            // The last byte stays NUL.
            let room = KC_MESSAGE_SIZE.wrapping_sub(1);
            let Some(place) = self.text.get_mut(self.len).filter(|_| self.len < room) else {
                return Err(fmt::Error);
            };
            *place = c_char::from_ne_bytes([byte]);
            self.len = self.len.wrapping_add(1);
        }
        Ok(())
    }
}

/// Ends a call: writes what it found to where the caller wants it, or fills the caller's error.
///
/// # Safety
/// `out` and `error` are each NULL, or valid and aligned for writing.
pub(crate) unsafe fn finish<T>(
    outcome: Result<T, Failure>,
    out: *mut T,
    error: *mut kc_error,
) -> kc_status {
    let failure = match outcome {
        Ok(found) => {
            // SAFETY: the caller's promise.
            unsafe { put(out, found) };
            return kc_status::KC_OK;
        }
        Err(failure) => failure,
    };
    if error.is_null() {
        return failure.status();
    }
    let mut message = Message {
        text: [0; KC_MESSAGE_SIZE],
        len: 0,
    };
    // A message that is too long is cut.
    let _ = write!(message, "{failure}");
    let filled = kc_error {
        status: failure.status(),
        offset: failure.offset(),
        message: message.text,
    };
    // SAFETY: the caller's promise.
    unsafe { put(error, filled) };
    failure.status()
}

/// The name of a status, as `KC_OK`; for a number that is none, "unknown status".
#[unsafe(no_mangle)]
pub extern "C" fn kc_status_name(status: i32) -> *const c_char {
    let name = match status {
        0 => c"KC_OK",
        1 => c"KC_BAD_ARGUMENT",
        2 => c"KC_NOT_OPEN",
        3 => c"KC_NOT_FOUND",
        4 => c"KC_BUFFER_TOO_SMALL",
        5 => c"KC_BAD_CONTAINER",
        6 => c"KC_BAD_MACHO",
        7 => c"KC_BAD_KERNELCACHE",
        8 => c"KC_BAD_INSTRUCTION",
        _ => c"unknown status",
    };
    name.as_ptr()
}
