//! The only file that slices.
//!
//! Every read is checked against the bytes that are there; a failed one is an [`Error`] that names
//! the structure and its place in the outermost file.
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use crate::addr::FileOffset;
use crate::debug::debug_view;
use crate::error::{Error, ErrorKind, Structure};

/// What a raw structure must be: readable from any bytes, at any address.
pub(crate) trait Raw: FromBytes + KnownLayout + Immutable + Unaligned {}
impl<T: FromBytes + KnownLayout + Immutable + Unaligned> Raw for T {}

/// A run of bytes that knows where it lies in the outermost file.
///
/// `origin` plus the length never overflows: both count bytes of one buffer, or of a buffer that
/// the caller placed, which [`Bytes::new`] checks.
#[derive(Clone, Copy)]
pub(crate) struct Bytes<'a> {
    data: &'a [u8],
    origin: u64,
}

debug_view!(Bytes<'_>, |bytes| {
    file_offset: bytes.origin,
    len: bytes.data.len(),
});

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

    /// Reads a byte of each cache line of the first few KiB, so that the processor fetches them
    /// side by side. A walk over load commands fetches one after the other, because only the
    /// command before says where the next one lies.
    #[inline]
    pub(crate) fn touch(self) {
        let mut rest = self.data.get(..TOUCHED).unwrap_or(self.data);
        let mut seen = 0_u8;
        while let Some((line, next)) = rest.split_first_chunk::<LINE>() {
            // The rotation keeps compilers from making hundreds of vector instructions of this.
            let [first, ..] = line;
            seen = seen.rotate_left(1) ^ first;
            rest = next;
        }
        core::hint::black_box(seen);
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

    /// The first `size` bytes, and the rest.
    #[inline]
    pub(crate) fn split(self, size: u32) -> Option<(Self, Self)> {
        let (head, tail) = self.data.split_at_checked(index(size))?;
        let behind = self.origin.wrapping_add(u64::from(size));
        Some((
            Self {
                data: head,
                origin: self.origin,
            },
            Self {
                data: tail,
                origin: behind,
            },
        ))
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
    /// `OffsetOverflow` or `Truncated`, at `blame`: the range need not exist, the field does.
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
            None => Err(Error::new(ErrorKind::Truncated, what, blame.get())),
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
    /// `Truncated`, at `offset`.
    #[inline]
    pub(crate) fn raw<T: Raw>(self, offset: u64, what: Structure) -> Result<&'a T, Error> {
        match self.get_raw(offset) {
            Some(value) => Ok(value),
            None => Err(self.error(ErrorKind::Truncated, what, offset)),
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
    /// `Truncated`, at `blame`.
    pub(crate) fn array<T: Raw>(
        self,
        offset: u64,
        count: u64,
        what: Structure,
        blame: FileOffset,
    ) -> Result<&'a [T], Error> {
        match self.get_array(offset, count) {
            Some(values) => Ok(values),
            None => Err(Error::new(ErrorKind::Truncated, what, blame.get())),
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

    /// As [`c_string`](Self::c_string), but no more than `most` bytes are looked at and returned.
    pub(crate) fn c_string_prefix(
        self,
        offset: u64,
        most: usize,
        what: Structure,
        blame: FileOffset,
    ) -> Result<&'a [u8], Error> {
        let tail = self.from(offset).map_or(&[][..], |tail| tail.data);
        match tail.get(..most) {
            // Where nothing is, not even the first 0 bytes are.
            Some(start) if !tail.is_empty() => Ok(until_nul(start).unwrap_or(start)),
            _ => self.c_string(offset, what, blame),
        }
    }
}

/// Bytes of a cache line, or half of one (Apple's cores).
const LINE: usize = 64;
/// The most that [`Bytes::touch`] reads from: a hostile header may claim a whole file.
const TOUCHED: usize = 4096;

/// Bytes that [`until_nul`] looks at together.
const BLOCK: usize = 96;

/// The places in a block.
static PLACES: [u8; BLOCK] = {
    let mut places = [0; BLOCK];
    let mut rest: &mut [u8] = &mut places;
    let mut at = 0_u8;
    while let Some((place, after)) = rest.split_first_mut() {
        *place = at;
        at = at.wrapping_add(1);
        rest = after;
    }
    places
};

/// The place of the first NUL byte in a block; `u8::MAX` without one.
///
/// There is no branch in here: compilers make some dozen vector instructions of it.
fn first_nul(block: &[u8; BLOCK]) -> u8 {
    let mut first = u8::MAX;
    for (&byte, &at) in block.iter().zip(&PLACES) {
        first = first.min(if byte == 0 { at } else { u8::MAX });
    }
    first
}

/// The bytes before the first NUL byte; `None` without one.
///
/// Nine names in ten end in the first block, so that hardly a branch is guessed wrong: that is what
/// a search by words costs most. Without vector instructions, as on aarch64-unknown-none-softfloat,
/// words are better.
#[inline]
pub(crate) fn until_nul(data: &[u8]) -> Option<&[u8]> {
    if cfg!(not(any(target_feature = "sse2", target_feature = "neon"))) {
        return until_nul_by_words(data);
    }
    let mut taken = 0_usize;
    let mut rest = data;
    while let Some((block, next)) = rest.split_first_chunk::<BLOCK>() {
        let first = first_nul(block);
        if first != u8::MAX {
            return data.get(..taken.wrapping_add(usize::from(first)));
        }
        taken = taken.wrapping_add(BLOCK);
        rest = next;
    }
    let last = until_nul_by_words(rest)?.len();
    data.get(..taken.wrapping_add(last))
}

/// [`until_nul`], sixteen bytes at a time, by the usual test for a zero byte in a word: a byte
/// borrows from its neighbour only above the first zero, so the lowest mark is right.
fn until_nul_by_words(data: &[u8]) -> Option<&[u8]> {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // Marks each zero byte of a word; marks above the first one may be wrong.
    let zeros = |chunk: &[u8; 8]| {
        let word = u64::from_le_bytes(*chunk);
        word.wrapping_sub(LOW) & !word & HIGH
    };
    let end = |taken: usize, zeros: u64| {
        let index = usize::try_from(zeros.trailing_zeros() >> 3).ok()?;
        data.get(..taken.wrapping_add(index))
    };
    let mut taken = 0_usize;
    let mut rest = data;
    while let Some((first, tail)) = rest.split_first_chunk::<8>() {
        let marks = zeros(first);
        let Some((second, next)) = tail.split_first_chunk::<8>() else {
            if marks != 0 {
                return end(taken, marks);
            }
            taken = taken.wrapping_add(8);
            rest = tail;
            break;
        };
        let more = zeros(second);
        if marks | more != 0 {
            // No branch on which of the two it is: that is as good as random.
            let (skip, marks) = if marks == 0 { (8, more) } else { (0, marks) };
            return end(taken.wrapping_add(skip), marks);
        }
        taken = taken.wrapping_add(16);
        rest = next;
    }
    let last = rest.iter().position(|&byte| byte == 0)?;
    data.get(..taken.wrapping_add(last))
}

/// `u32` to `usize`: exact on every target that this crate builds for.
#[inline]
pub(crate) const fn index(value: u32) -> usize {
    #[expect(
        clippy::as_conversions,
        reason = "usize has at least 32 bits, see the assertion"
    )]
    {
        value as usize
    }
}

const _: () = assert!(
    usize::BITS >= 32,
    "32-bit sizes of the format must fit in usize"
);

#[cfg(test)]
mod tests {
    use super::{until_nul, until_nul_by_words};

    #[test]
    fn the_first_nul_is_found_wherever_it_is() {
        for len in (0..70).chain(90..110).chain(190..230) {
            for nul in 0..len {
                // 1 and 0x80 are what the word test could mistake; a second NUL follows.
                for filler in [1, 0x80, 0xff] {
                    let mut data = [filler; 230];
                    for byte in data.iter_mut().skip(nul).step_by(3) {
                        *byte = 0;
                    }
                    let data = data.get(..len).unwrap_or_default();
                    assert_eq!(until_nul(data), data.get(..nul), "{nul} of {len}");
                    assert_eq!(until_nul_by_words(data), data.get(..nul), "{nul} of {len}");
                }
            }
            assert_eq!(until_nul([1; 230].get(..len).unwrap_or_default()), None);
        }
    }
}
