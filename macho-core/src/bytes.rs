//! The only file that slices.
//!
//! Every read is checked against the bytes that are there; a failed one is an [`Error`] that names
//! the structure and its place in the outermost file.
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use crate::addr::FileOffset;
use crate::error::{Error, ErrorKind, Structure};

/// What a raw structure must be: readable from any bytes, at any address.
pub(crate) trait Raw: FromBytes + KnownLayout + Immutable + Unaligned {}
impl<T: FromBytes + KnownLayout + Immutable + Unaligned> Raw for T {}

/// A run of bytes that knows where it lies in the outermost file.
///
/// `origin` plus the length never overflows: both count bytes of one buffer, or of a buffer that
/// the caller placed, which [`Bytes::new`] checks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes<'a> {
    data: &'a [u8],
    origin: u64,
}

/// `usize` to `u64`: exact on every target that Rust supports.
#[inline]
pub(crate) const fn widen(value: usize) -> u64 {
    #[expect(
        clippy::as_conversions,
        reason = "usize has at most 64 bits on every Rust target"
    )]
    {
        value as u64
    }
}

impl<'a> Bytes<'a> {
    /// A whole file.
    #[inline]
    pub(crate) const fn new(data: &'a [u8]) -> Self {
        Self { data, origin: 0 }
    }

    #[inline]
    pub(crate) const fn data(self) -> &'a [u8] {
        self.data
    }

    #[inline]
    pub(crate) const fn len(self) -> u64 {
        widen(self.data.len())
    }

    /// Where the first byte lies in the outermost file.
    #[inline]
    pub(crate) const fn origin(self) -> u64 {
        self.origin
    }

    /// Where byte `offset` of this run lies in the outermost file. Saturates: only an offset that
    /// no byte backs can do so.
    #[inline]
    pub(crate) const fn file_offset(self, offset: u64) -> FileOffset {
        FileOffset::new(self.origin.saturating_add(offset))
    }

    /// An error about byte `offset` of this run.
    #[cold]
    pub(crate) const fn error(self, kind: ErrorKind, what: Structure, offset: u64) -> Error {
        Error::new(kind, what, self.origin.saturating_add(offset))
    }

    /// From `offset` to the end.
    #[inline]
    pub(crate) fn from(self, offset: u64) -> Option<Self> {
        let start = usize::try_from(offset).ok()?;
        Some(Self {
            data: self.data.get(start..)?,
            origin: self.origin.saturating_add(offset),
        })
    }

    /// `size` bytes from `offset`.
    #[inline]
    pub(crate) fn get(self, offset: u64, size: u64) -> Option<Self> {
        let size = usize::try_from(size).ok()?;
        let tail = self.from(offset)?;
        Some(Self {
            data: tail.data.get(..size)?,
            origin: tail.origin,
        })
    }

    /// `size` bytes from `offset`, or those of them that exist.
    #[inline]
    pub(crate) fn clamped(self, offset: u64, size: u64) -> Self {
        let Some(tail) = self.from(offset) else {
            return Self {
                data: &[],
                origin: self.origin.saturating_add(offset),
            };
        };
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        Self {
            data: tail.data.get(..size).unwrap_or(tail.data),
            origin: tail.origin,
        }
    }

    /// `size` bytes from `offset`, as the field at `blame` of the outermost file says.
    ///
    /// # Errors
    /// `OffsetOverflow` or `PastEndOfFile`, at `blame`: the range need not exist, the field does.
    #[inline]
    pub(crate) fn slice(
        self,
        offset: u64,
        size: u64,
        what: Structure,
        blame: FileOffset,
    ) -> Result<Self, Error> {
        match self.get(offset, size) {
            Some(bytes) => Ok(bytes),
            None if offset.checked_add(size).is_none() => {
                Err(Error::new(ErrorKind::OffsetOverflow, what, blame.get()))
            }
            None => Err(Error::new(ErrorKind::PastEndOfFile, what, blame.get())),
        }
    }

    /// The structure at `offset`, where it fits.
    #[inline]
    pub(crate) fn get_raw<T: Raw>(self, offset: u64) -> Option<&'a T> {
        T::ref_from_prefix(self.from(offset)?.data)
            .ok()
            .map(|(value, _)| value)
    }

    /// The structure at `offset`.
    ///
    /// # Errors
    /// `PastEndOfFile`, at `offset`.
    #[inline]
    pub(crate) fn raw<T: Raw>(self, offset: u64, what: Structure) -> Result<&'a T, Error> {
        match self.get_raw(offset) {
            Some(value) => Ok(value),
            None => Err(self.error(ErrorKind::PastEndOfFile, what, offset)),
        }
    }

    /// `count` structures from `offset`, where they fit.
    #[inline]
    pub(crate) fn get_array<T: Raw>(self, offset: u64, count: u64) -> Option<&'a [T]> {
        let count = usize::try_from(count).ok()?;
        <[T]>::ref_from_prefix_with_elems(self.from(offset)?.data, count)
            .ok()
            .map(|(values, _)| values)
    }

    /// `count` structures from `offset`, as the field at `blame` of the outermost file says.
    ///
    /// # Errors
    /// `PastEndOfFile`, at `blame`.
    pub(crate) fn array<T: Raw>(
        self,
        offset: u64,
        count: u64,
        what: Structure,
        blame: FileOffset,
    ) -> Result<&'a [T], Error> {
        match self.get_array(offset, count) {
            Some(values) => Ok(values),
            None => Err(Error::new(ErrorKind::PastEndOfFile, what, blame.get())),
        }
    }

    /// The bytes from `offset` up to, without, the first NUL byte, as the field at `blame` of the
    /// outermost file says.
    ///
    /// # Errors
    /// `StringOutOfBounds` at `blame` where `offset` is not inside, `StringUnterminated` at the
    /// string without a NUL.
    #[inline]
    pub(crate) fn c_string(
        self,
        offset: u64,
        what: Structure,
        blame: FileOffset,
    ) -> Result<&'a [u8], Error> {
        let Some(tail) = self.from(offset).filter(|tail| !tail.data.is_empty()) else {
            return Err(Error::new(ErrorKind::StringOutOfBounds, what, blame.get()));
        };
        match until_nul(tail.data) {
            Some(text) => Ok(text),
            None => Err(self.error(ErrorKind::StringUnterminated, what, offset)),
        }
    }
}

/// The bytes before the first NUL byte; `None` without one.
#[inline]
pub(crate) fn until_nul(data: &[u8]) -> Option<&[u8]> {
    let end = data.iter().position(|&byte| byte == 0)?;
    data.get(..end)
}
