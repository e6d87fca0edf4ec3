//! A64 words to instructions, operands and text.

use std::fmt::{self, Write};
use std::rc::Rc;

use crate::input::Input;
use crate::measure::{Case, Goal, Group};
use crate::words::over;

/// Identify, decode and print, over real code and over random words.
#[must_use]
pub fn groups(input: &Input) -> Vec<Group> {
    let code: Rc<[u32]> = input.code.as_slice().into();
    let random: Rc<[u32]> = input.random.as_slice().into();
    let decoded = code
        .iter()
        .filter(|&&word| aarch64_decode::decode(word).is_ok())
        .count();
    // Words that we refuse are cheap: the reader has to know how many they are.
    let source = &format!("{} ({decoded} of them decoded by ours)", input.code_source);
    let group = |key, title: String, words: &Rc<[u32]>, cases, goals| Group {
        key,
        title,
        item: "word",
        items: words.len() as u64,
        same_answer: false,
        cases,
        goals,
    };
    vec![
        group(
            "identify",
            format!("identify only, {source}"),
            &code,
            identify(input, &code),
            goals("decode", &[("disarm (C)", 2.0)]),
        ),
        group(
            "decode",
            format!("decode with all operands, {source}"),
            &code,
            operands(input, &code),
            goals(
                "decode, operands at once",
                &[
                    ("disarm (C)", 2.0),
                    ("exarmo 0.4, with operands()", 5.0),
                    ("bad64 0.13", 20.0),
                ],
            ),
        ),
        group(
            "decode-random",
            "decode with all operands, uniformly random words".to_owned(),
            &random,
            operands(input, &random),
            goals("decode, operands at once", &[("disarm (C)", 1.3)]),
        ),
        group(
            "text",
            format!("decode and text, {source}"),
            &code,
            text(input, &code),
            [
                // C has no strings: bytes against bytes, str against str.
                goals(
                    "decode, LLVM text as bytes",
                    &[("disarm (C), no aliases", 1.5)],
                ),
                goals(
                    "decode, LLVM text",
                    &[("fARM64 0.1", 4.5), ("bad64 0.13", 15.0)],
                ),
            ]
            .concat(),
        ),
    ]
}

fn goals(ours: &'static str, against: &[(&'static str, f64)]) -> Vec<Goal> {
    against
        .iter()
        .map(|&(against, times)| Goal::Times {
            ours,
            against,
            times,
        })
        .collect()
}

/// The least any decoder does: read the word.
fn read(words: &Rc<[u32]>) -> Case {
    Case::limit("reading the words", over(words, |word, _| u64::from(word)))
}

fn identify(input: &Input, words: &Rc<[u32]>) -> Vec<Case> {
    let mut cases = ours::identify(words);
    #[cfg(feature = "foreign")]
    cases.extend(crate::foreign::disarm_identify(&input.foreign, words));
    cases.push(Case::limit("one look-up by bits 31:21", {
        let table: Vec<u8> = (0..=255).cycle().take(1 << 11).collect();
        over(words, move |word, _| {
            u64::from(table[(word >> 21) as usize])
        })
    }));
    let _ = input;
    cases
}

fn operands(input: &Input, words: &Rc<[u32]>) -> Vec<Case> {
    let mut cases = ours::operands(words);
    cases.push(read(words));
    #[cfg(feature = "foreign")]
    cases.extend(crate::foreign::disarm_decode(&input.foreign, words));
    #[cfg(feature = "peers")]
    cases.extend(rust::operands(words));
    #[cfg(feature = "bad64")]
    cases.push(Case::peer(
        "bad64 0.13",
        over(words, |word, pc| {
            // Decomposing fills in all operands at once.
            u64::from(std::hint::black_box(bad64::decode(word, pc)).is_ok())
        }),
    ));
    let _ = input;
    cases
}

fn text(input: &Input, words: &Rc<[u32]>) -> Vec<Case> {
    let mut cases = ours::text(words);
    cases.push(read(words));
    #[cfg(feature = "foreign")]
    cases.extend(crate::foreign::disarm_text(&input.foreign, words));
    #[cfg(feature = "peers")]
    cases.extend(rust::text(words));
    #[cfg(feature = "bad64")]
    cases.push(Case::peer("bad64 0.13", {
        let mut line = Line::new();
        over(words, move |word, pc| match bad64::decode(word, pc) {
            Ok(instruction) => line.print(&instruction),
            Err(_) => 0,
        })
    }));
    let _ = input;
    cases
}

/// A buffer for one line: the cheapest place to print to.
pub struct Line {
    bytes: [u8; 256],
    len: usize,
}

impl Line {
    /// An empty line.
    #[must_use]
    pub fn new() -> Self {
        Self {
            bytes: [0; 256],
            len: 0,
        }
    }

    /// Prints `what` over the old text and returns its length and a byte of it.
    pub fn print(&mut self, what: &dyn fmt::Display) -> u64 {
        self.len = 0;
        // A line that does not fit is cut; the work of printing is done.
        let _ = write!(self, "{what}");
        self.len as u64 + u64::from(std::hint::black_box(&self.bytes)[0])
    }
}

impl Default for Line {
    fn default() -> Self {
        Self::new()
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        let room = self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// aarch64-decode.
mod ours {
    use std::hint::black_box;
    use std::rc::Rc;

    use aarch64_decode::{NoSymbols, OperandArray, Syntax, TextBuffer, TextOptions, decode};

    use crate::measure::Case;
    use crate::words::over;

    pub(super) fn identify(words: &Rc<[u32]>) -> Vec<Case> {
        let each = |word, _| {
            let Ok(instruction) = decode(word) else {
                return 0;
            };
            black_box(instruction.encoding());
            1
        };
        vec![Case::ours("decode", over(words, each))]
    }

    pub(super) fn operands(words: &Rc<[u32]>) -> Vec<Case> {
        let each = |word, pc| {
            let Ok(instruction) = decode(word) else {
                return 0;
            };
            let mut count = 0;
            for operand in instruction.operands(pc) {
                // As a value in memory, which is what the peers make of it.
                black_box(&operand);
                count += 1;
            }
            count
        };
        let mut array = OperandArray::new();
        let at_once = move |word, pc| {
            let Ok(instruction) = decode(word) else {
                return 0;
            };
            instruction.operands_into(pc, &mut array);
            black_box(&array).len() as u64
        };
        vec![
            Case::ours("decode, operands at once", over(words, at_once)),
            Case::ours("decode, operands one by one", over(words, each)),
        ]
    }

    pub(super) fn text(words: &Rc<[u32]>) -> Vec<Case> {
        let case = |name, syntax| {
            let mut text = TextBuffer::new();
            let each = move |word, pc| match decode(word) {
                Ok(instruction) => {
                    black_box(instruction.format(pc, syntax, &mut text)).len() as u64
                }
                Err(_) => 0,
            };
            Case::ours(name, over(words, each))
        };
        let mut bytes = TextBuffer::new();
        let each = move |word, pc| {
            let Ok(instruction) = decode(word) else {
                return 0;
            };
            let options = TextOptions::default();
            instruction.write(pc, Syntax::Llvm, options, &NoSymbols, &mut bytes);
            black_box(bytes.as_bytes()).len() as u64
        };
        vec![
            Case::ours("decode, LLVM text as bytes", over(words, each)),
            case("decode, LLVM text", Syntax::Llvm),
            case("decode, GNU text", Syntax::Gnu),
            case("decode, Apple text", Syntax::Apple),
        ]
    }
}

/// The pure-Rust peers.
#[cfg(feature = "peers")]
mod rust {
    use std::hint::black_box;
    use std::rc::Rc;

    use exarmo_aarch64::decode_word;
    use fARM64::format::{BufSink, FmtFormatter, Formatter as _};
    use fARM64::{Decoder, DecoderOptions, Instruction};
    use yaxpeax_arch::{Arch, Decoder as _, U8Reader};
    use yaxpeax_arm::armv8::a64::ARMv8;

    use super::Line;
    use crate::measure::Case;
    use crate::words::{PC, over};

    type Yaxpeax = <ARMv8 as Arch>::Decoder;

    fn bytes(words: &Rc<[u32]>) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    fn yaxpeax(word: u32) -> Option<yaxpeax_arm::armv8::a64::Instruction> {
        let bytes = word.to_le_bytes();
        Yaxpeax::default().decode(&mut U8Reader::new(&bytes)).ok()
    }

    pub(super) fn operands(words: &Rc<[u32]>) -> Vec<Case> {
        let code = bytes(words);
        vec![
            Case::peer(
                "exarmo 0.4, with operands()",
                over(words, |word, _| {
                    decode_word(word).map_or(0, |instruction| {
                        black_box(instruction.operands()).as_slice().len() as u64
                    })
                }),
            ),
            Case::peer(
                "exarmo 0.4, fields only",
                over(words, |word, _| {
                    u64::from(black_box(decode_word(word)).is_ok())
                }),
            ),
            Case::peer("fARM64 0.1", move || {
                let mut decoder = Decoder::new(&code, PC, DecoderOptions::default());
                let mut instruction = Instruction::default();
                let mut sum = 0_u64;
                while decoder.can_decode() {
                    decoder.decode_into(&mut instruction);
                    sum += u64::from(!black_box(&instruction).is_invalid());
                }
                sum
            }),
            Case::peer(
                "yaxpeax-arm 0.5",
                over(words, |word, _| {
                    u64::from(black_box(yaxpeax(word)).is_some())
                }),
            ),
        ]
    }

    pub(super) fn text(words: &Rc<[u32]>) -> Vec<Case> {
        let code = bytes(words);
        vec![
            Case::peer("exarmo 0.4", {
                let mut line = Line::new();
                over(words, move |word, pc| {
                    decode_word(word).map_or(0, |instruction| line.print(&instruction.at(pc)))
                })
            }),
            Case::peer("fARM64 0.1", move || {
                let mut decoder = Decoder::new(&code, PC, DecoderOptions::default());
                let mut instruction = Instruction::default();
                let mut buffer = [0_u8; 256];
                let formatter = FmtFormatter::new();
                let mut sum = 0_u64;
                while decoder.can_decode() {
                    decoder.decode_into(&mut instruction);
                    if !instruction.is_invalid() {
                        let mut sink = BufSink::new(&mut buffer);
                        formatter.format(&instruction, &mut sink);
                        sum += sink.len() as u64;
                        black_box(&buffer);
                    }
                }
                sum
            }),
            Case::peer("yaxpeax-arm 0.5", {
                let mut line = Line::new();
                over(words, move |word, _| {
                    yaxpeax(word).map_or(0, |instruction| line.print(&instruction))
                })
            }),
        ]
    }
}
