//! Compares the decoder's text with that of three other disassemblers.
//!
//! | syntax | tool |
//! |---|---|
//! | `llvm` | `llvm-objdump-22 -z -d --mattr=+all` on an ELF object |
//! | `gnu` | `aarch64-linux-gnu-objdump -D -z -b binary -m aarch64` of binutils 2.44; `gnu-2.40`: the same of 2.40 |
//! | `apple` | `llvm-objdump-22 --macho -d --mattr=+all` on a Mach-O object: what `llvm-otool -tV` prints, for every extension |
//!
//! [`words`] makes the words, [`tools`] asks the others, [`normalise`] is the
//! written rule of what does not count as a difference, [`known`] the list of
//! differences that are explained, [`compare`] puts them together.
//! [`operands`] has the operands of ours and of bad64 in one notation, which is compared as if it
//! were a syntax. [`latency`] compares latencies with LLVM's scheduling model. [`judge`] asks
//! LLVM's assembler and GNU's which lines are instructions; [`lines`] makes the lines.
//! [`execute`] runs words in QEMU and compares what they do with what [`effects`] asks others
//! about. [`roundtrip`] goes the other way: operands and text back to the word, and LLVM's
//! assembler with our text.

pub mod binutils;
pub mod compare;
pub mod effects;
pub mod execute;
mod explained;
pub mod fault;
pub mod judge;
pub mod known;
pub mod latency;
pub mod lines;
pub mod normalise;
pub mod operands;
pub mod roundtrip;
pub mod spec;
mod spelling;
pub mod tools;
pub mod verdict;
pub mod words;

/// A way of writing A64, named for the tool that writes it so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Syntax {
    /// LLVM's objdump on ELF.
    Llvm,
    /// GNU objdump 2.44.
    Gnu,
    /// GNU objdump 2.40, with what is only spelled otherwise than in 2.44 brought to its spelling.
    Gnu240,
    /// otool.
    Apple,
    /// bad64's operands, in the notation of [`operands`].
    Bad64,
}

impl Syntax {
    /// Those that we print, each by the disassembler that it follows.
    pub const ALL: [Self; 3] = [Self::Llvm, Self::Gnu, Self::Apple];

    /// The name on the command line and in the list of explained differences.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Llvm => "llvm",
            Self::Gnu => "gnu",
            Self::Gnu240 => "gnu-2.40",
            Self::Apple => "apple",
            Self::Bad64 => "bad64",
        }
    }

    /// The inverse of [`Syntax::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .chain([Self::Gnu240, Self::Bad64])
            .find(|syntax| syntax.name() == name)
    }
}

/// What a tool printed for a word: `None` when it knows no such instruction.
pub type Text = Option<String>;
