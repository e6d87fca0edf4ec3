//! The tables that a64gen writes, and the types of their entries. Only matcher, program, alias, named, encoding, effects, encode, asm and fmt look in here.

#[rustfmt::skip]
#[allow(clippy::unreadable_literal, clippy::large_const_arrays, dead_code, reason = "numbers written by a64gen")]
pub(crate) mod effects;
#[rustfmt::skip]
#[allow(clippy::unreadable_literal, clippy::large_const_arrays, dead_code, reason = "numbers written by a64gen")]
pub(crate) mod encodings;
#[rustfmt::skip]
#[allow(clippy::unreadable_literal, clippy::large_const_arrays, dead_code, reason = "numbers written by a64gen")]
pub(crate) mod forms;
#[rustfmt::skip]
#[allow(clippy::unreadable_literal, clippy::large_const_arrays, dead_code, reason = "numbers written by a64gen")]
pub(crate) mod kinds;
#[cfg(feature = "latency")]
#[rustfmt::skip]
#[allow(clippy::unreadable_literal, reason = "numbers written by a64gen")]
pub(crate) mod latency;
#[rustfmt::skip]
#[allow(clippy::unreadable_literal, clippy::large_const_arrays, dead_code, reason = "numbers written by a64gen")]
pub(crate) mod named;
#[rustfmt::skip]
#[allow(clippy::unreadable_literal, clippy::large_const_arrays, dead_code, reason = "numbers written by a64gen")]
pub(crate) mod names;
#[rustfmt::skip]
#[allow(clippy::unreadable_literal, clippy::large_const_arrays, dead_code, reason = "numbers written by a64gen")]
pub(crate) mod tree;

use kinds::{Kind, Predicate};

/// Mask, multiplier and `base << 16 | shift` of a node of the tree.
pub(crate) type Node = [u32; 3];

/// Mask and value of an encoding's fixed bits.
pub(crate) type Check = [u32; 2];

/// What an operand is: a program and its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(8))]
pub(crate) struct Descriptor {
    /// The program.
    pub(crate) kind: Kind,
    /// Its parameters, in the order of the `kind` line in operands.isa.
    pub(crate) p: [u8; 7],
}

/// What an encoding reads and writes; `effects` has the bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effect {
    /// Four bits for each operand, the first lowest.
    pub(crate) access: u32,
    /// What is read that no operand names.
    pub(crate) reads: u16,
    /// What is written that no operand names.
    pub(crate) writes: u16,
    /// Kind (its high bits are of order), size, number of bytes, order.
    pub(crate) memory: [u8; 4],
}

/// A test on a word.
#[derive(Clone, Copy, Debug)]
#[allow(dead_code, reason = "the text may not use every test")]
pub(crate) enum Test {
    /// The masked bits have the value.
    Bits { mask: u32, value: u32 },
    /// The masked bits have another value.
    NotBits { mask: u32, value: u32 },
    /// Two fields are equal.
    Same { a: u8, b: u8, width: u8 },
    /// Two fields differ.
    Differ { a: u8, b: u8, width: u8 },
    /// Computed.
    Predicate(Predicate),
    /// The field has a name in a table, with all of these flags.
    Named {
        table: u8,
        lsb: u8,
        width: u8,
        flags: u8,
    },
}

/// A preferred spelling.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alias {
    /// First test.
    pub(crate) tests: u16,
    /// Number of tests.
    pub(crate) count: u8,
    /// Bit 0 LLVM, bit 1 GNU, bit 2 Apple; bit 7 marks the last of an encoding.
    pub(crate) syntaxes: u8,
    /// Index of the mnemonic.
    pub(crate) mnemonic: u16,
    /// Index of the operand list.
    pub(crate) form: u16,
}

macro_rules! join {
    ($name:ident, $kind:ty, $zero:expr) => {
        /// Three arrays behind one another; evaluated at compile time.
        #[expect(
            clippy::indexing_slicing,
            clippy::arithmetic_side_effects,
            reason = "runs at compile time only"
        )]
        const fn $name<const N: usize>(a: &[$kind], b: &[$kind], c: &[$kind]) -> [$kind; N] {
            let mut all = [$zero; N];
            let mut i = 0;
            while i < N {
                all[i] = if i < a.len() {
                    a[i]
                } else if i < a.len() + b.len() {
                    b[i - a.len()]
                } else {
                    c[i - a.len() - b.len()]
                };
                i += 1;
            }
            all
        }
    };
}
join!(join_u8, u8, 0);
join!(join_u16, u16, 0);
join!(join_node, Node, [0; 3]);
join!(join_check, Check, [0; 2]);
join!(
    join_descriptor,
    Descriptor,
    Descriptor {
        kind: Kind::Literal,
        p: [0; 7],
    }
);
join!(
    join_alias,
    Alias,
    Alias {
        tests: 0,
        count: 0,
        syntaxes: 0,
        mnemonic: 0,
        form: 0,
    }
);
