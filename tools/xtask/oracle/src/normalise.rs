//! One spelling for the layout that the tools choose differently.
//!
//! The rule, applied to both sides:
//! 1. LLVM: the symbolic form of an address, ` <symbol+0x10>` at the end, is dropped;
//! 2. a comment is dropped: LLVM `//`, GNU `//`, Apple `;`, each to the end of the line;
//! 3. runs of blanks and tabs become one blank, the ends are trimmed;
//! 4. GNU: the blank that objdump 2.44 has between a slice and its index in `movaz`, and nowhere
//!    else, is dropped (`za0h.b [w12, 0]`);
//! 5. a word that is not an instruction (LLVM `<unknown>`, GNU `.inst ... ; undefined` and
//!    `; NYI`, no line from otool, ours `.inst 0x...`) is `None`.
//!
//! Both sides of a comparison with GNU's 2.40 also follow the rules of `spelling.rs`.
//! Letter case, number bases, signs and the order of operands are compared as printed.

use crate::Syntax;
use crate::Text;
use crate::spelling;

/// The other tool's text.
pub fn theirs(syntax: Syntax, text: &str) -> Text {
    let text = match syntax {
        Syntax::Llvm => before(without_symbol(text), "//"),
        // "; undefined" marks a word that is no instruction, see below.
        Syntax::Gnu | Syntax::Gnu240 => before(before(text, "//"), ";"),
        Syntax::Apple => before(text, ";"),
        Syntax::Bad64 => text,
    };
    let text = one_blank(text);
    let text = match syntax {
        Syntax::Gnu if text.starts_with("movaz ") => text.replacen(" [", "[", 1),
        Syntax::Gnu240 => spelling::old(&text),
        _ => text,
    };
    let is_instruction = !text.is_empty() && text != "<unknown>" && !text.starts_with(".inst");
    is_instruction.then_some(text)
}

/// Our own text: the same rule.
pub fn ours(syntax: Syntax, text: &str) -> Text {
    theirs(syntax, text)
}

fn before<'a>(text: &'a str, mark: &str) -> &'a str {
    text.split_once(mark).map_or(text, |(text, _)| text)
}

/// Without a trailing ` <symbol+0x10>`; "<unknown>" stands alone and stays.
fn without_symbol(text: &str) -> &str {
    let text = text.trim_end();
    if !text.ends_with('>') {
        return text;
    }
    text.rsplit_once(" <").map_or(text, |(text, _)| text)
}

fn one_blank(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split_ascii_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_goes_and_content_stays() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            theirs(Syntax::Llvm, "b\t0x400 <_binary_words_bin_start+0x400>"),
            some("b 0x400")
        );
        assert_eq!(
            theirs(Syntax::Gnu, "mov\tx0, #0x10  \t// #16"),
            some("mov x0, #0x10")
        );
        assert_eq!(
            theirs(Syntax::Gnu, "movaz\tz0.b, za0h.b [w12, 0]"),
            some("movaz z0.b, za0h.b[w12, 0]")
        );
        assert_eq!(
            theirs(Syntax::Apple, "adrp\tx4, 1 ; 0x1000"),
            some("adrp x4, 1")
        );
        assert_eq!(
            theirs(Syntax::Apple, "st1.16b\t{ v0, v1 }, [x13], #32"),
            some("st1.16b { v0, v1 }, [x13], #32")
        );
    }

    #[test]
    fn a_word_that_is_no_instruction_is_none() {
        assert_eq!(theirs(Syntax::Llvm, "<unknown>"), None);
        assert_eq!(theirs(Syntax::Gnu, ".inst\t0xffffffff ; undefined"), None);
        assert_eq!(ours(Syntax::Llvm, ".inst 0xffffffff"), None);
    }
}
