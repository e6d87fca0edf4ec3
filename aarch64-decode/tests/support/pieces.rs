//! Reads text of LLVM's syntax piece by piece, and says how operands are to be spelled. Written from the syntax, not from the printer.

use aarch64_decode::{Arrangement, Predication, Register, RegisterClass};

/// A piece of text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    /// Letters, digits, `_`, `.` and `/`, beginning with a letter, in lower case.
    Word(String),
    /// A number with its sign, in any base.
    Number(i128),
    /// A number with a point.
    Float(f64),
    /// Any other character; `#` goes with the number behind it, blanks are left out.
    Mark(char),
}

/// The pieces of a text; `None` where a number is none.
pub(crate) fn pieces(text: &str) -> Option<Vec<Piece>> {
    let mut all = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let signed = rest.strip_prefix('#').unwrap_or(rest);
        let digits = signed.strip_prefix('-').unwrap_or(signed);
        let len = if digits.starts_with(|c: char| c.is_ascii_digit()) {
            let end = digits.find(|c: char| c != '.' && !c.is_ascii_alphanumeric());
            let number = &digits[..end.unwrap_or(digits.len())];
            let before = rest.len() - digits.len();
            let negative = signed.len() != digits.len();
            all.push(number_of(number, negative)?);
            before + number.len()
        } else if first.is_ascii_alphabetic() {
            let end =
                rest.find(|c: char| !matches!(c, '_' | '.' | '/') && !c.is_ascii_alphanumeric());
            let word = &rest[..end.unwrap_or(rest.len())];
            all.push(Piece::Word(word.to_ascii_lowercase()));
            word.len()
        } else {
            all.push(Piece::Mark(first));
            first.len_utf8()
        };
        rest = rest[len..].trim_start();
    }
    Some(all)
}

fn number_of(digits: &str, negative: bool) -> Option<Piece> {
    if digits.contains('.') {
        let value: f64 = digits.parse().ok()?;
        return Some(Piece::Float(if negative { -value } else { value }));
    }
    let value = match digits.strip_prefix("0x") {
        Some(digits) => i128::from_str_radix(digits, 16).ok()?,
        None => digits.parse().ok()?,
    };
    Some(Piece::Number(if negative { -value } else { value }))
}

/// How a register is written, without its lane.
pub(crate) fn spelled(register: Register) -> String {
    use RegisterClass as Class;
    let number = register.number();
    let name = match (register.class(), number) {
        (Class::W, 31) => "wzr".to_owned(),
        (Class::X, 31) => "xzr".to_owned(),
        (Class::Wsp, 31) => "wsp".to_owned(),
        (Class::Xsp, 31) => "sp".to_owned(),
        (Class::W | Class::Wsp, _) => format!("w{number}"),
        (Class::X | Class::Xsp, _) => format!("x{number}"),
        (class, _) => format!("{}{number}", format!("{class:?}").to_ascii_lowercase()),
    };
    let arrangement = letters(register.arrangement());
    let predication = match register.predication() {
        Predication::None => "",
        Predication::Zeroing => "/z",
        Predication::Merging => "/m",
    };
    format!("{name}{arrangement}{predication}")
}

/// The arrangement's variant is named the other way round: `B16` is written `.16b`.
fn letters(arrangement: Arrangement) -> String {
    if arrangement == Arrangement::None {
        return String::new();
    }
    let name = format!("{arrangement:?}").to_ascii_lowercase();
    let (letter, count) = name.split_at(1);
    format!(".{count}{letter}")
}

/// Pieces that are taken off one by one.
pub(crate) struct Reader {
    pieces: Vec<Piece>,
    at: usize,
}

/// Nothing, or what was there instead.
pub(crate) type Taken = Result<(), String>;

impl Reader {
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        let pieces = pieces(text).ok_or("a number is none")?;
        Ok(Self { pieces, at: 0 })
    }

    fn peek(&self) -> Option<&Piece> {
        self.pieces.get(self.at)
    }

    /// Takes the piece, if it is next.
    pub(crate) fn has(&mut self, piece: &Piece) -> bool {
        let has = self.peek() == Some(piece);
        self.at += usize::from(has);
        has
    }

    /// Takes the pieces, if they are next.
    pub(crate) fn has_all(&mut self, pieces: &[Piece]) -> bool {
        let has = self
            .pieces
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(pieces));
        self.at += if has { pieces.len() } else { 0 };
        has
    }

    fn want(&mut self, piece: &Piece) -> Taken {
        if self.has(piece) {
            Ok(())
        } else {
            Err(format!("{piece:?} expected, not {:?}", self.peek()))
        }
    }

    pub(crate) fn word(&mut self, word: &str) -> Taken {
        self.want(&Piece::Word(word.to_owned()))
    }

    /// One mark behind the other.
    pub(crate) fn marks(&mut self, marks: &str) -> Taken {
        marks
            .chars()
            .try_for_each(|mark| self.want(&Piece::Mark(mark)))
    }

    pub(crate) fn number(&mut self, number: impl Into<i128>) -> Taken {
        self.want(&Piece::Number(number.into()))
    }

    pub(crate) fn float(&mut self, number: f64) -> Taken {
        self.want(&Piece::Float(number))
    }

    /// The next number, whatever it is.
    pub(crate) fn any_number(&mut self) -> Result<i128, String> {
        match self.peek().cloned() {
            Some(Piece::Number(number)) => {
                self.at += 1;
                Ok(number)
            }
            other => Err(format!("a number expected, not {other:?}")),
        }
    }

    /// The next word, whatever it is.
    pub(crate) fn any_word(&mut self) -> Option<String> {
        match self.peek().cloned() {
            Some(Piece::Word(word)) => {
                self.at += 1;
                Some(word)
            }
            _ => None,
        }
    }

    /// A register with its lane, if it has one.
    pub(crate) fn register(&mut self, register: Register) -> Taken {
        self.word(&spelled(register))?;
        match register.lane() {
            None => Ok(()),
            Some(lane) => {
                self.marks("[")?;
                self.number(lane)?;
                self.marks("]")
            }
        }
    }

    /// Nothing is left.
    pub(crate) fn end(&self) -> Taken {
        self.peek()
            .map_or(Ok(()), |piece| Err(format!("{piece:?} is left over")))
    }
}
