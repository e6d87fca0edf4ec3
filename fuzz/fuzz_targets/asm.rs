//! Any lines of text: what assembles decodes, and what is printed of it in any syntax assembles to
//! a word of the same text.
#![no_main]

use aarch64_decode::{Pattern, Patterns, Syntax, TextBuffer, assemble, decode, patterns};
use libfuzzer_sys::fuzz_target;

const PC: u64 = 0xffff_fe00_0700_4000;

/// Lines of one input: the cost of one is bounded by its length.
const LINES: usize = 8;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let mut buffer = TextBuffer::new();
    for line in text.lines().take(LINES) {
        let mut found = [Pattern::ANY; 4];
        let count = patterns(PC, line, &mut found);
        let _ = Patterns::<2>::from_text(line);
        let word = match assemble(PC, line) {
            Ok(word) => word,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                continue;
            }
        };
        let insn = decode(word).unwrap_or_else(|error| panic!("{line}: {error:?}"));
        if let Ok(count) = count {
            assert!(
                found[..count.min(4)].iter().any(|own| own.matches(word)),
                "{line}"
            );
        }
        for syntax in [Syntax::Llvm, Syntax::Gnu, Syntax::Apple] {
            let printed = insn.format(PC, syntax, &mut buffer).to_owned();
            let Ok(back) = assemble(PC, &printed) else {
                // GNU's and Apple's text is not always unambiguous.
                assert!(syntax != Syntax::Llvm, "{line}: {printed}");
                continue;
            };
            let back = decode(back).expect("assembled");
            assert_eq!(back.format(PC, syntax, &mut buffer), printed, "{line}");
        }
    }
});
