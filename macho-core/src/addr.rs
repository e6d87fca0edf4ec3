//! One type for each address space, so that they cannot be mixed.
//!
//! Arithmetic is checked: a sum that leaves 64 bits is `None`, never a wrapped number. The one
//! exception is [`Slide`], which is a distance modulo 2^64 by its nature.
use core::fmt;

macro_rules! address {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(transparent)]
        pub struct $name(u64);

        impl $name {
            /// Wraps a number that is known to be in this address space.
            #[inline]
            pub const fn new(value: u64) -> Self {
                Self(value)
            }

            /// The plain number.
            #[inline]
            pub const fn get(self) -> u64 {
                self.0
            }

            /// The value `bytes` further up, or `None` past 2^64.
            #[inline]
            pub const fn checked_add(self, bytes: u64) -> Option<Self> {
                match self.0.checked_add(bytes) {
                    Some(value) => Some(Self(value)),
                    None => None,
                }
            }

            /// The value `bytes` further down, or `None` below 0.
            #[inline]
            pub const fn checked_sub(self, bytes: u64) -> Option<Self> {
                match self.0.checked_sub(bytes) {
                    Some(value) => Some(Self(value)),
                    None => None,
                }
            }

            /// Bytes from `start` up to here, or `None` where `start` is above.
            #[inline]
            pub const fn checked_distance_from(self, start: Self) -> Option<u64> {
                self.0.checked_sub(start.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:#018x}", self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:#018x})"), self.0)
            }
        }

        impl fmt::LowerHex for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::LowerHex::fmt(&self.0, f)
            }
        }
    };
}

address! {
    /// An address in the image's own, unslid space, as its load commands give it.
    VmAddr
}
address! {
    /// Bytes from the base, the vmaddr of the segment that maps the header (dyld's
    /// `runtimeOffset`), to a vmaddr.
    VmOffset
}
address! {
    /// Bytes from the start of the outermost file, or of the memory that an image is mapped in.
    ///
    /// In a fileset that is the collection; in a fat file it is the fat file, not the slice.
    FileOffset
}
address! {
    /// A physical address.
    PhysAddr
}
address! {
    /// A vmaddr at run time: only [`Slide::apply`] makes one from a [`VmAddr`].
    SlidVmAddr
}

impl VmAddr {
    /// Bytes from `base` up to this vmaddr, or `None` below `base`.
    #[inline]
    pub const fn checked_offset_from(self, base: Self) -> Option<VmOffset> {
        match self.0.checked_sub(base.0) {
            Some(bytes) => Some(VmOffset(bytes)),
            None => None,
        }
    }

    /// The vmaddr that lies `offset` above this base, or `None` past 2^64.
    #[inline]
    pub const fn checked_add_offset(self, offset: VmOffset) -> Option<Self> {
        self.checked_add(offset.0)
    }
}

/// Run-time base minus preferred base, modulo 2^64.
///
/// A slide downwards is a large number: [`Slide::inverse`] of the slide upwards.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Slide(u64);

impl Slide {
    /// No slide: run-time and preferred base are the same.
    pub const ZERO: Self = Self(0);

    /// Wraps a distance in bytes, modulo 2^64.
    #[inline]
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The distance in bytes, modulo 2^64.
    #[inline]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The slide that takes `preferred` to `actual`.
    #[inline]
    pub const fn between(preferred: VmAddr, actual: SlidVmAddr) -> Self {
        Self(actual.0.wrapping_sub(preferred.0))
    }

    /// The slide that undoes this one.
    #[inline]
    #[must_use]
    pub const fn inverse(self) -> Self {
        Self(self.0.wrapping_neg())
    }

    /// Where `vmaddr` lies at run time. Wraps at 2^64, as the kernel's own arithmetic does.
    #[inline]
    pub const fn apply(self, vmaddr: VmAddr) -> SlidVmAddr {
        SlidVmAddr(vmaddr.0.wrapping_add(self.0))
    }

    /// The vmaddr that [`Slide::apply`] takes to `slid`.
    #[inline]
    pub const fn remove(self, slid: SlidVmAddr) -> VmAddr {
        VmAddr(slid.0.wrapping_sub(self.0))
    }
}

impl fmt::Display for Slide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#018x}", self.0)
    }
}

impl fmt::Debug for Slide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Slide({:#018x})", self.0)
    }
}
