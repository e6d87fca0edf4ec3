//! Symbols in the text come from a file: of any length, and in any script.
use aarch64_decode::{Symbols, Syntax, TextBuffer, TokenKind, decode};

struct One(String, u64);

impl Symbols for One {
    fn symbol(&self, _address: u64) -> Option<(&str, u64)> {
        Some((&self.0, self.1))
    }
}

#[test]
fn a_long_symbol_is_cut_between_characters() {
    let insn = decode(0x9400_0001).unwrap();
    let mut text = TextBuffer::new();
    for character in ['a', '\u{e9}', '\u{20ac}', '\u{10ffff}'] {
        for len in 0..300 {
            for (before, end) in [(0, ">"), (u64::MAX, "+0xffffffffffffffff>")] {
                let name = format!(
                    "{}{}",
                    "x".repeat(len % 4),
                    character.to_string().repeat(len)
                );
                let symbols = One(name, before);
                let text = insn.format_with(0x1000, Syntax::Llvm, &symbols, &mut text);
                let shown = text
                    .strip_prefix("bl 0x1004 <")
                    .or(text.strip_prefix("bl\t0x1004 <"));
                let shown = shown.and_then(|shown| shown.strip_suffix(end));
                let shown = shown.unwrap_or_else(|| panic!("{text:?}, {len}"));
                assert!(symbols.0.starts_with(shown));
                let room = 200 - shown.len().min(200);
                assert!(shown.len() == symbols.0.len() || room == 0, "{text:?}");
            }
        }
    }
    let tokens: String = text.tokens().map(|token| token.text).collect();
    assert_eq!(tokens, text.as_str());
    assert!(text.tokens().any(|token| token.kind == TokenKind::Symbol));
}
