//! The lines of a disassembly. Plain byte pushing: a collection has some 15 million words.
use std::iter::Peekable;

use aarch64_decode::{
    Flow, Instruction, Operand, Reference, References, Syntax, TextBuffer, decode,
};
use kc_offsets::{AddressMap, NamedAddress};
use macho_core::VmAddr;
use serde_json::{Value, json};

use super::cross_check::CrossCheck;
use crate::cli::Column;
use crate::json::hex;
use crate::locations::{self, Locations};
use crate::printable::Printable;

/// Bytes after which the caller should write them out.
const FULL: usize = 1 << 16;

/// Where comments begin, counted from the start of the text.
const COMMENT_COLUMN: usize = 40;

/// The same on a terminal that is narrower than [`WIDE`].
const NARROW_COLUMN: usize = 16;

/// Columns in which an address, a word, text and a comment have room.
const WIDE: usize = 112;

/// The most bytes of a string that a comment shows.
const MOST_STRING: usize = 60;

/// What comments can draw on.
#[derive(Default)]
pub(super) struct Context<'a> {
    pub(super) locations: Option<Locations<'a, 'a>>,
    /// Sections of strings: vmaddr and bytes, sorted.
    pub(super) strings: Vec<(u64, u64)>,
    pub(super) map: Option<AddressMap<'a>>,
    pub(super) file: &'a [u8],
}

impl<'a> Context<'a> {
    /// The names that start at or after an address, ascending.
    fn names_from(&self, vmaddr: u64) -> Names<'a> {
        match self.locations {
            Some(locations) => Box::new(locations.lookup().names_from(VmAddr::new(vmaddr))),
            None => Box::new(std::iter::empty()),
        }
    }

    /// The starts of functions at or after an address, ascending.
    fn starts_from(&self, vmaddr: u64) -> Starts<'a> {
        let Some(locations) = self.locations else {
            return Box::new(std::iter::empty());
        };
        let starts = locations.lookup().functions();
        let starts = starts.map(|function| function.start.get());
        Box::new(starts.skip_while(move |start| *start < vmaddr))
    }

    /// The string at an address, if one starts or goes on there.
    fn string(&self, address: u64) -> Option<&[u8]> {
        let after = self.strings.partition_point(|&(start, _)| start <= address);
        let (start, size) = *self.strings.get(after.checked_sub(1)?)?;
        let left = size.checked_sub(address - start).filter(|left| *left > 0)?;
        let offset = self.map.as_ref()?.file_offset_of(VmAddr::new(address))?;
        let bytes = self.file.get(usize::try_from(offset.get()).ok()?..)?;
        // No more is shown, and each reference may name a string as long as the file.
        let most = usize::try_from(left).ok()?.min(MOST_STRING + 1);
        let bytes = bytes.get(..most).unwrap_or(bytes);
        bytes.split(|&byte| byte == 0).next()
    }
}

/// Starts of functions in ascending order.
type Starts<'c> = Box<dyn Iterator<Item = u64> + 'c>;

/// Names in ascending order.
type Names<'c> = Box<dyn Iterator<Item = NamedAddress<'c>> + 'c>;

/// Writes lines into a buffer that the caller empties.
pub(super) struct Listing<'c> {
    out: Vec<u8>,
    columns: &'c [Column],
    syntax: Syntax,
    context: &'c Context<'c>,
    text: TextBuffer,
    references: References,
    comments: bool,
    check: Option<CrossCheck>,
    /// Where comments begin at the earliest.
    comment_column: usize,
    /// The names still to come, while words are in ascending order.
    labels: Option<Peekable<Names<'c>>>,
    /// The same of the starts of functions.
    starts: Option<Peekable<Starts<'c>>>,
}

impl<'c> Listing<'c> {
    pub(super) fn new(
        columns: &'c [Column],
        syntax: Syntax,
        context: &'c Context<'c>,
        check: Option<CrossCheck>,
    ) -> Self {
        Self {
            out: Vec::with_capacity(FULL + 4096),
            columns,
            syntax,
            context,
            text: TextBuffer::new(),
            references: References::new(),
            comments: columns.contains(&Column::Comment),
            check,
            comment_column: COMMENT_COLUMN,
            labels: None,
            starts: None,
        }
    }

    /// The same for a terminal of so many columns: on a narrow one comments are nearer.
    pub(super) const fn on(mut self, width: Option<usize>) -> Self {
        if matches!(width, Some(..WIDE)) {
            self.comment_column = NARROW_COLUMN;
        }
        self
    }

    /// Moves the lines so far to `out`.
    pub(super) fn move_to(&mut self, out: &mut Vec<u8>) {
        if out.is_empty() {
            std::mem::swap(out, &mut self.out);
        } else {
            out.append(&mut self.out);
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.out.len() >= FULL
    }

    /// What the comparison with bad64 found.
    pub(super) fn cross_check_summary(&self) -> Option<String> {
        self.check.as_ref().map(CrossCheck::summary)
    }

    /// One word, with the labels before it.
    pub(super) fn line(&mut self, word: u32, vmaddr: u64, file_offset: u64) {
        if self.comments {
            self.put_labels(vmaddr);
        }
        let instruction = decode(word).ok();
        let mut first = true;
        let mut text_start = self.out.len();
        for &column in self.columns {
            if !first && column != Column::Comment {
                self.out.extend_from_slice(b"  ");
            }
            match column {
                Column::Address => {
                    self.out.extend_from_slice(b"0x");
                    put_hex(&mut self.out, vmaddr, 16);
                    if self.columns.len() > 1 {
                        self.out.push(b':');
                    }
                }
                Column::Offset => {
                    self.out.extend_from_slice(b"0x");
                    put_hex(&mut self.out, file_offset, 8);
                }
                Column::Word => put_hex(&mut self.out, word.into(), 8),
                Column::Text => {
                    text_start = self.out.len();
                    if let Some(instruction) = instruction {
                        let text = instruction.format(vmaddr, self.syntax, &mut self.text);
                        self.out.extend_from_slice(text.as_bytes());
                    } else {
                        self.out.extend_from_slice(b".inst 0x");
                        put_hex(&mut self.out, word.into(), 8);
                    }
                }
                Column::Latency => {
                    let cycles = instruction.and_then(Instruction::latency);
                    // Below 100.
                    self.out.extend(match cycles {
                        None => *b" -",
                        Some(cycles @ 0..10) => [b' ', b'0' + cycles],
                        Some(cycles) => [b'0' + cycles / 10, b'0' + cycles % 10],
                    });
                }
                Column::Comment => {
                    let before = self.out.len();
                    let column = (before - text_start).max(self.comment_column);
                    self.out.resize(text_start + column, b' ');
                    self.out.extend_from_slice(b"  ; ");
                    let empty = self.out.len();
                    if let Some(instruction) = instruction {
                        self.put_comment(instruction, vmaddr);
                    }
                    if self.out.len() == empty {
                        self.out.truncate(before);
                    }
                }
            }
            first = false;
        }
        if let Some(check) = &mut self.check {
            let ours = instruction
                .map(|instruction| instruction.format(vmaddr, self.syntax, &mut self.text));
            if let Some(theirs) = check.compare(word, vmaddr, ours) {
                self.out.extend_from_slice(b"  ; bad64: ");
                self.out.extend_from_slice(theirs.as_bytes());
            }
        }
        self.out.push(b'\n');
    }

    /// One word as a JSON object, without what separates it from others.
    ///
    /// # Errors
    /// None: writing to memory does not fail.
    pub(super) fn json(&mut self, word: u32, vmaddr: u64, file_offset: u64) -> Value {
        let symbol = self.labels_at(vmaddr).pop();
        if symbol.is_some() {
            self.references.label();
        }
        let instruction = decode(word).ok();
        let text = match instruction {
            Some(instruction) => {
                let text = instruction.format(vmaddr, self.syntax, &mut self.text);
                text.to_owned()
            }
            None => format!(".inst {word:#010x}"),
        };
        let start = self.out.len();
        if let Some(instruction) = instruction {
            self.put_comment(instruction, vmaddr);
        }
        let comment = String::from_utf8_lossy(&self.out[start..]).into_owned();
        self.out.truncate(start);
        json!({
            "vmaddr": hex(vmaddr),
            "file_offset": hex(file_offset),
            "word": format!("{word:#010x}"),
            "text": text,
            "symbol": symbol,
            "comment": Some(comment).filter(|comment| !comment.is_empty()),
        })
    }

    /// The names that start at an address, the best last; to be asked in ascending order.
    fn labels_at(&mut self, vmaddr: u64) -> Vec<String> {
        let context = self.context;
        let labels = self
            .labels
            .get_or_insert_with(|| context.names_from(vmaddr).peekable());
        let mut here = Vec::new();
        while let Some(label) = labels.next_if(|label| label.vmaddr.get() <= vmaddr) {
            if label.vmaddr.get() == vmaddr {
                here.extend(locations::plain(&label));
            }
        }
        let starts = self
            .starts
            .get_or_insert_with(|| context.starts_from(vmaddr).peekable());
        while let Some(start) = starts.next_if(|start| *start <= vmaddr) {
            if start == vmaddr && here.is_empty() {
                here.push(locations::function_name(start));
            }
        }
        here
    }

    fn put_labels(&mut self, vmaddr: u64) {
        let labels = self.labels_at(vmaddr);
        if labels.is_empty() {
            return;
        }
        if !self.out.is_empty() {
            self.out.push(b'\n');
        }
        for label in labels.iter().rev() {
            self.out.extend_from_slice(label.as_bytes());
            self.out.extend_from_slice(b":\n");
        }
        self.references.label();
    }

    /// Symbols, resolved addresses and strings; nothing where there is nothing to say.
    fn put_comment(&mut self, instruction: Instruction, vmaddr: u64) {
        let word = instruction.word();
        let reference = self.references.next(word, vmaddr);
        // Branches, exceptions and system instructions, Arm ARM C4.1.
        if (word >> 26) & 7 == 5 {
            match instruction.flow(vmaddr) {
                Flow::Branch(target) | Flow::Conditional(target) => self.put_symbol(target),
                Flow::Call(target) => {
                    let locations = self.context.locations;
                    let name = locations.and_then(|locations| locations.called(target));
                    self.out.extend(name.unwrap_or_default().bytes());
                }
                _ => {}
            }
            // The text shows the number of Apple's own registers, as every disassembler does.
            let apple = instruction
                .operands(vmaddr)
                .find_map(|operand| match operand {
                    Operand::Name(name) => name.apple_name(),
                    _ => None,
                });
            if let Some(name) = apple {
                self.out.extend_from_slice(name.as_bytes());
            }
            return;
        }
        match reference {
            // otool's text has the distance, the others have the page.
            Some(Reference::Page(page)) if self.syntax == Syntax::Apple => {
                self.out.extend_from_slice(b"0x");
                put_hex(&mut self.out, page, 16);
            }
            Some(Reference::Address(address)) => {
                self.out.extend_from_slice(b"0x");
                put_hex(&mut self.out, address, 16);
                if let Some(string) = self.context.string(address) {
                    self.out.push(b' ');
                    put_string(&mut self.out, string);
                } else {
                    let before = self.out.len();
                    self.out.push(b' ');
                    let named = self.out.len();
                    self.put_symbol(address);
                    if self.out.len() == named {
                        self.out.truncate(before);
                    }
                }
            }
            _ => {}
        }
    }

    fn put_symbol(&mut self, address: u64) {
        let named = self
            .context
            .locations
            .and_then(|locations| locations.symbol(address));
        if let Some(named) = named {
            self.out.extend_from_slice(named.as_bytes());
        }
    }
}

/// Lower-case hexadecimal of at least `digits` digits.
fn put_hex(out: &mut Vec<u8>, value: u64, digits: usize) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [0; 16];
    let mut rest = value;
    for digit in text.iter_mut().rev() {
        *digit = DIGITS[usize::from(rest.to_le_bytes()[0] & 15)];
        rest >>= 4;
    }
    let used = 16 - usize::try_from(value.leading_zeros()).unwrap_or(0) / 4;
    out.extend_from_slice(&text[16 - used.max(digits)..]);
}

/// A string in quotes, with escapes, cut where it is long.
fn put_string(out: &mut Vec<u8>, string: &[u8]) {
    out.push(b'"');
    let shown = string.get(..MOST_STRING).unwrap_or(string);
    let escaped = Printable(shown).to_string().replace('"', "\\\"");
    out.extend_from_slice(escaped.as_bytes());
    out.push(b'"');
    if shown.len() < string.len() {
        out.extend_from_slice(b"...");
    }
}

#[cfg(test)]
mod tests {
    use super::put_hex;

    #[test]
    fn hexadecimal() {
        let mut out = Vec::new();
        for (value, digits) in [
            (0, 1),
            (0xf, 1),
            (0x10, 1),
            (0xabc, 8),
            (u64::MAX, 1),
            (1 << 60, 4),
        ] {
            put_hex(&mut out, value, digits);
            out.push(b' ');
        }
        assert_eq!(out, b"0 f 10 00000abc ffffffffffffffff 1000000000000000 ");
    }
}
