//! Text in three syntaxes, without core::fmt.

mod apple;
mod cursor;
mod frequent;
mod gnu;
mod llvm;
mod memory;
mod piece;
mod register;
#[cfg(feature = "sve")]
mod scalable;
#[cfg(feature = "sme")]
mod sme;
mod text;
mod vector;

use core::fmt;

pub use text::{TextBuffer, Token, TokenKind};

use self::cursor::Cursor;
use self::frequent::Written;
use crate::alias;
use crate::encoding::{name_bytes, name_piece};
use crate::insn::Instruction;
use crate::operands::{AppleVectors, Operands};
use crate::program;
use crate::syntax::Syntax;

/// Names for addresses.
pub trait Symbols {
    /// The symbol at or before `address`, and how many bytes before it is.
    fn symbol(&self, address: u64) -> Option<(&str, u64)>;
}

/// No symbols.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSymbols;

impl Symbols for NoSymbols {
    fn symbol(&self, _address: u64) -> Option<(&str, u64)> {
        None
    }
}

/// What [`Instruction::format_options`] writes beyond the bare text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TextOptions {
    /// Apple's own system registers by the names that m1n1 gives them (`HID0_EL1`) instead of by their numbers
    /// (`S3_0_C15_C0_0`), which is what every disassembler prints. Off by default.
    pub apple_names: bool,
}

impl TextOptions {
    /// With [`apple_names`](Self::apple_names) set.
    #[must_use]
    pub const fn with_apple_names(self, apple_names: bool) -> Self {
        Self {
            apple_names,
            ..self
        }
    }
}

impl Instruction {
    /// Writes the instruction's text: the mnemonic, a space, the operands separated by `, `. `pc` is its address in bytes.
    pub fn format(self, pc: u64, syntax: Syntax, text: &mut TextBuffer) -> &str {
        self.format_with(pc, syntax, &NoSymbols, text)
    }

    /// As [`format`](Self::format), with ` <symbol+0x10>` behind an address that has a symbol.
    pub fn format_with<'t, S: Symbols>(
        self,
        pc: u64,
        syntax: Syntax,
        symbols: &S,
        text: &'t mut TextBuffer,
    ) -> &'t str {
        self.format_options(pc, syntax, TextOptions::default(), symbols, text)
    }

    /// As [`format_with`](Self::format_with), with options.
    pub fn format_options<'t, S: Symbols>(
        self,
        pc: u64,
        syntax: Syntax,
        options: TextOptions,
        symbols: &S,
        text: &'t mut TextBuffer,
    ) -> &'t str {
        self.write(pc, syntax, options, symbols, text);
        text.as_str()
    }

    /// As [`format_options`](Self::format_options), without a look at the text: [`TextBuffer::as_bytes`] and
    /// [`TextBuffer::tokens`] have it.
    pub fn write<S: Symbols>(
        self,
        pc: u64,
        syntax: Syntax,
        options: TextOptions,
        symbols: &S,
        text: &mut TextBuffer,
    ) {
        text.clear();
        text.apple_names = options.apple_names;
        let shown = alias::shown(self.word(), self.encoding(), syntax);
        let (mnemonic, len) = name_piece(shown.mnemonic);
        let mut cursor = Cursor::new(text);
        if len <= mnemonic.len() {
            cursor.piece(*mnemonic, len);
        } else {
            cursor.with(|text| text.name(name_bytes(shown.mnemonic)));
        }
        let mut operands = Operands::new(self.word(), pc, shown.form);
        // "b." takes its condition without a space.
        let suffix = mnemonic.get(len.wrapping_sub(1)) == Some(&b'.');
        let vectors = AppleVectors::of(shown.form);
        if syntax == Syntax::Apple && vectors == AppleVectors::Suffix {
            cursor.with(|text| apple::suffix(text, operands.clone()));
        }
        cursor.end(TokenKind::Mnemonic);
        let mut count = 0_u32;
        while let Some(&descriptor) = operands.descriptor() {
            let separator = if count > u32::from(suffix) {
                (*b", ", 2)
            } else {
                (*b" \0", usize::from(count != 0 || !suffix))
            };
            count = count.wrapping_add(1);
            // More than half of all operands, and spelled alike in all syntaxes.
            if let Some(register) = program::plain_register(descriptor, self.word()) {
                register::separated(&mut cursor, separator, register);
                continue;
            }
            let (separator, len) = separator;
            if len != 0 {
                cursor.punctuation(separator, len);
            }
            match frequent::operand(&mut cursor, descriptor, self.word(), pc, syntax) {
                Written::Whole => continue,
                Written::Address(address) => {
                    cursor.with(|text| text.symbol(symbols, address));
                    continue;
                }
                Written::No => {}
            }
            cursor.with(|text| {
                let operand = program::decode_called(descriptor, self.word(), pc);
                match syntax {
                    Syntax::Llvm => llvm::operand(text, descriptor, operand),
                    Syntax::Gnu => gnu::operand(text, descriptor, operand),
                    Syntax::Apple => {
                        let operand = if vectors == AppleVectors::Plain {
                            operand
                        } else {
                            apple::bare(operand)
                        };
                        apple::operand(text, descriptor, operand, pc);
                    }
                }
                if let crate::Operand::Address(address) = operand {
                    text.symbol(symbols, address);
                }
            });
        }
        // The buffer learns its length.
        cursor.with(|_| ());
    }
}

/// LLVM's spelling, with addresses relative to address 0.
impl fmt::Display for Instruction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.format(0, Syntax::Llvm, &mut TextBuffer::new()))
    }
}
