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
mod symbols;
mod text;
mod vector;

use core::fmt;

pub use symbols::{NoSymbols, Symbols};
pub use text::{TextBuffer, Token, TokenKind};

use self::cursor::{Cursor, Separator};
use self::frequent::Written;
use self::register::plain_name;
use crate::alias;
use crate::alias::Shown;
use crate::encoding::{name_bytes, name_piece};
use crate::generated::Descriptor;
use crate::generated::kinds::Kind;
use crate::insn::Instruction;
use crate::operands::{self, AppleVectors, Operands, Plain, descriptor};
use crate::packed::{Packed, tag};
use crate::syntax::Syntax;

/// What [`Instruction::format_options`] writes beyond the bare text.
///
/// It starts from its default and is changed by its setters: which fields there are depends on
/// Cargo features.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TextOptions {
    /// Apple's own system registers by the names that m1n1 gives them (`HID0_EL1`) instead of by
    /// their numbers (`S3_0_C15_C0_0`), which is what every disassembler prints. Off by default.
    pub apple_names: bool,
    /// The remark that Apple's otool makes where [`Instruction::latency`] is at least 2: `;
    /// Latency: 4` behind the instruction, in LLVM's and GNU's syntax behind `//`. Off by default.
    #[cfg(feature = "latency")]
    pub latency: bool,
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

    /// With [`latency`](Self::latency) set.
    #[cfg(feature = "latency")]
    #[must_use]
    pub const fn with_latency(self, latency: bool) -> Self {
        Self { latency, ..self }
    }
}

impl Instruction {
    /// Writes the instruction's text: the mnemonic, a space, the operands separated by `, `. `pc`
    /// is its address in bytes.
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

    /// As [`format_options`](Self::format_options), without a look at the text:
    /// [`TextBuffer::as_bytes`] and [`TextBuffer::tokens`] have it.
    pub fn write<S: Symbols>(
        self,
        pc: u64,
        syntax: Syntax,
        options: TextOptions,
        symbols: &S,
        text: &mut TextBuffer,
    ) {
        text.apple_names = options.apple_names;
        let shown = alias::shown(self.word(), self.encoding(), syntax);
        let (mnemonic, len) = name_piece(shown.mnemonic);
        match Plain::of(self.word(), shown.form) {
            // Apple's syntax takes the arrangement from the register to the mnemonic.
            Some(operands)
                if len <= mnemonic.len()
                    && (syntax != Syntax::Apple || !operands.last.own().is_arranged()) =>
            {
                let mut cursor = Cursor::start(text, mnemonic, len);
                let before = operands.before;
                // At most two registers before the last operand.
                let (first, second) = (plain_name(operands.first), plain_name(operands.second));
                cursor.named(Separator::SPACE, first, TokenKind::Register, before > 0);
                cursor.named(Separator::COMMA, second, TokenKind::Register, before > 1);
                let place = (shown.form, before);
                let separator = Separator::before(before);
                operand(
                    &mut cursor,
                    separator,
                    place,
                    operands.last,
                    pc,
                    syntax,
                    symbols,
                );
                cursor.finish();
            }
            _ => self.any(pc, syntax, symbols, shown, text),
        }
        #[cfg(feature = "latency")]
        if options.latency {
            self.remark(syntax, text);
        }
    }

    /// Appends the latency, if it is one that LLVM calls interesting (`emitLatency` in its
    /// `Disassembler.cpp`).
    #[cfg(feature = "latency")]
    #[inline(never)]
    fn remark(self, syntax: Syntax, text: &mut TextBuffer) {
        let Some(cycles) = self.latency().filter(|cycles| *cycles >= 2) else {
            return;
        };
        piece::punctuation(text, b" ");
        text.name(if syntax == Syntax::Apple { b";" } else { b"//" });
        text.name(b" Latency: ");
        text.decimal(u64::from(cycles));
        text.end(TokenKind::Remark);
    }

    /// Writes any instruction.
    fn any<S: Symbols>(
        self,
        pc: u64,
        syntax: Syntax,
        symbols: &S,
        shown: Shown,
        text: &mut TextBuffer,
    ) {
        text.clear();
        let mnemonic = name_bytes(shown.mnemonic);
        text.name(mnemonic);
        if syntax == Syntax::Apple && AppleVectors::of(shown.form) == AppleVectors::Suffix {
            apple::suffix(text, Operands::new(self.word(), pc, shown.form));
        }
        text.end(TokenKind::Mnemonic);
        let mut cursor = Cursor::new(text);
        // "b." takes its condition without a space.
        let mut separator = if mnemonic.last() == Some(&b'.') {
            Separator::NONE
        } else {
            Separator::SPACE
        };
        for (at, packed) in (0_u16..).zip(operands::packed(self.word(), shown.form)) {
            operand(
                &mut cursor,
                separator,
                (shown.form, at),
                packed,
                pc,
                syntax,
                symbols,
            );
            separator = separator.next();
        }
        cursor.finish();
    }
}

/// Appends an operand, with its symbol if it is an address that has one.
#[inline(always)]
#[expect(clippy::inline_always, reason = "as for Cursor")]
fn operand<S: Symbols>(
    cursor: &mut Cursor<'_>,
    separator: Separator,
    place: (u16, u16),
    packed: Packed,
    pc: u64,
    syntax: Syntax,
    symbols: &S,
) {
    match frequent::operand(cursor, separator, packed, pc, syntax) {
        Written::Whole => {}
        Written::Address(address) => cursor.with(|text| text.symbol(symbols, address)),
        Written::No => {
            if separator.is_some() {
                cursor.separator(separator);
            }
            cursor.with(|text| {
                slow(text, place, packed, pc, syntax);
                if packed.is_address() {
                    text.symbol(symbols, packed.target(pc));
                }
            });
        }
    }
}

/// Appends the operand at a place of an operand list.
#[inline(never)]
fn slow(text: &mut TextBuffer, (form, at): (u16, u16), packed: Packed, pc: u64, syntax: Syntax) {
    // Operands with plans are spelled by what they are; only Apple's syntax asks whether an address
    // is a page.
    let descriptor = descriptor(form, at).unwrap_or(Descriptor {
        kind: if packed.tag() == tag::PAGE {
            Kind::PageRel
        } else {
            Kind::Reg
        },
        p: [0; 7],
    });
    let operand = packed.operand(pc);
    let style = packed
        .style()
        .unwrap_or_else(|| llvm::style(descriptor.kind));
    match syntax {
        Syntax::Llvm => llvm::operand(text, descriptor, operand, style),
        Syntax::Gnu => gnu::operand(text, descriptor, operand, style),
        Syntax::Apple => {
            let operand = if AppleVectors::of(form) == AppleVectors::Plain {
                operand
            } else {
                apple::bare(operand)
            };
            apple::operand(text, descriptor, operand, style, pc);
        }
    }
}

/// LLVM's spelling, with addresses relative to address 0.
impl fmt::Display for Instruction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.format(0, Syntax::Llvm, &mut TextBuffer::new()))
    }
}
