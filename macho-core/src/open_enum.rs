//! Enumerations that hostile and future input cannot break.
//!
//! A C enum read from a file may hold any value. A Rust `enum` would force every reader to map the
//! unknown ones to something else and so lose them. An open enum is a newtype: unknown values stay
//! what they were, compare, hash and print.

/// Declares an open enum: a newtype with Apple's spelling for each known value.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub struct $name:ident($int:ty);
        $( $(#[$const_meta:meta])* $const:ident = $value:expr; )*
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(transparent)]
        pub struct $name(pub $int);

        impl $name {
            $(
                #[doc = concat!("`", stringify!($const), "`, value `", stringify!($value), "`.")]
                $(#[$const_meta])*
                pub const $const: Self = Self($value);
            )*

            /// Apple's name of this value; `None` for an unknown one, or without feature `names`.
            pub const fn name(self) -> Option<&'static str> {
                #[cfg(feature = "names")]
                return match self {
                    $( Self::$const => Some(stringify!($const)), )*
                    _ => None,
                };
                #[cfg(not(feature = "names"))]
                return None;
            }

            /// Whether this crate knows the value.
            pub const fn is_known(self) -> bool {
                matches!(self, $( Self::$const )|*)
            }
        }

        impl core::fmt::Display for $name {
            /// The name, or the value in hexadecimal where there is no name.
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => f.pad(name),
                    None => write!(f, "{:#x}", self.0),
                }
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, concat!(stringify!($name), "({:#x})"), self.0),
                }
            }
        }
    };
}
pub(crate) use open_enum;

/// Declares a set of flag bits with Apple's names. Bits without a name are kept.
macro_rules! bit_flags {
    (
        $(#[$meta:meta])*
        pub struct $name:ident: $int:ty { $( $(#[$bit_meta:meta])* $bit:ident = $value:expr; )* }
    ) => {
        bitflags::bitflags! {
            $(#[$meta])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name: $int {
                $(
                    #[doc = concat!("`", stringify!($bit), "`, `", stringify!($value), "`.")]
                    $(#[$bit_meta])*
                    const $bit = $value;
                )*
                // Unknown bits are data of the file, not a mistake of the reader.
                const _ = !0;
            }
        }

        impl core::fmt::Display for $name {
            /// The names of the bits joined by ` | `, unnamed bits in hexadecimal.
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                if cfg!(feature = "names") {
                    bitflags::parser::to_writer(self, f)
                } else {
                    write!(f, "{:#x}", self.bits())
                }
            }
        }
    };
}
pub(crate) use bit_flags;
