//! Reads `operands.isa`: words, operand kinds with their parameters, and the operand names bound to
//! them.

use std::collections::HashMap;

use crate::isa::{Field, Row, parse_bits};
use crate::line::{Line, Problem};

/// The kind of a word in quotes, which no name is bound to.
pub(crate) const LITERAL: &str = "Literal";

/// Bytes of parameters in a descriptor.
const BYTES: usize = 7;

/// How a kind's parameter is written and packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Parameter {
    /// A field: its lowest bit.
    Lsb,
    /// A field: its lowest bit and its width.
    Span,
    /// A number.
    Num,
    /// A name table.
    Table,
    /// One of a set of words.
    Word(String),
}

impl Parameter {
    /// Its size in a descriptor.
    fn bytes(&self) -> usize {
        if *self == Self::Span { 2 } else { 1 }
    }
}

/// A kind of operand; the decoder has a program for each.
#[derive(Clone, Debug)]
pub(crate) struct Kind {
    /// Where it is written.
    pub(crate) line: Line,
    /// Its name, a variant of the generated enum.
    pub(crate) name: String,
    /// Its parameters.
    pub(crate) parameters: Vec<Parameter>,
}

/// An operand name bound to a kind.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    line: Line,
    name: String,
    kind: usize,
    arguments: Vec<Argument>,
}

/// What a binding gives for a parameter.
#[derive(Clone, Debug)]
enum Argument {
    /// A number, or that of a word.
    Byte(u8),
    /// A field of the row, or a run of bits.
    Field(String),
    /// A name table.
    Table(String),
}

/// A kind with its packed parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Descriptor {
    /// Index of the kind.
    pub(crate) kind: usize,
    /// Packed parameters.
    pub(crate) bytes: [u8; BYTES],
}

/// All of `operands.isa`.
#[derive(Default)]
pub(crate) struct Operands {
    words: HashMap<String, HashMap<String, u8>>,
    /// The kinds in the order of the file.
    pub(crate) kinds: Vec<Kind>,
    bindings: Vec<Binding>,
    used: Vec<bool>,
}

impl Operands {
    /// Reads the file.
    pub(crate) fn parse(file: &str, text: &str, problems: &mut Vec<Problem>) -> Self {
        let mut operands = Self::default();
        for (index, line) in text.lines().enumerate() {
            let at = Line {
                file: file.to_owned(),
                number: index + 1,
            };
            let content = line.split("  # ").next().unwrap_or_default().trim();
            if content.is_empty() || (content == "#" || content.starts_with("# ")) {
                continue;
            }
            if let Err(text) = operands.line(&at, content) {
                problems.push(Problem { line: at, text });
                // The lines below name what this one would have made.
                if content.starts_with("word ") || content.starts_with("kind ") {
                    break;
                }
            }
        }
        operands.used = vec![false; operands.bindings.len()];
        operands
    }

    fn line(&mut self, at: &Line, content: &str) -> Result<(), String> {
        if let Some(rest) = content.strip_prefix("word ") {
            let mut parts = rest.split_whitespace();
            let set = parts.next().ok_or("no name")?;
            let words = self.words.entry(set.to_owned()).or_default();
            for part in parts {
                let (word, value) = part
                    .split_once('=')
                    .ok_or_else(|| format!("no value: {part}"))?;
                let value = value.parse().map_err(|_| format!("bad value: {part}"))?;
                if words.insert(word.to_owned(), value).is_some() {
                    return Err(format!("{word} is twice in {set}"));
                }
            }
        } else if let Some(rest) = content.strip_prefix("kind ") {
            let mut parts = rest.split_whitespace();
            let name = parts.next().ok_or("no name")?.to_owned();
            let mut parameters = Vec::new();
            for part in parts {
                parameters.push(match part {
                    "lsb" => Parameter::Lsb,
                    "span" => Parameter::Span,
                    "num" => Parameter::Num,
                    "table" => Parameter::Table,
                    word if self.words.contains_key(word) => Parameter::Word(word.to_owned()),
                    other => return Err(format!("unknown parameter {other}")),
                });
            }
            if let Some(first) = self.kinds.iter().find(|kind| kind.name == name) {
                return Err(format!("kind {name} is already at {}", first.line));
            }
            let bytes: usize = parameters.iter().map(Parameter::bytes).sum();
            if bytes > BYTES {
                return Err(format!(
                    "kind {name} takes {bytes} bytes; a descriptor has room for {BYTES}"
                ));
            }
            self.kinds.push(Kind {
                line: at.clone(),
                name,
                parameters,
            });
        } else {
            let (name, rest) = content
                .split_once(" = ")
                .ok_or("neither word, kind nor NAME = KIND")?;
            let mut parts = rest.split_whitespace();
            let kind = parts.next().ok_or("no kind")?;
            let kind = self
                .kinds
                .iter()
                .position(|k| k.name == kind)
                .ok_or_else(|| format!("unknown kind {kind}"))?;
            let texts: Vec<&str> = parts.collect();
            let Kind {
                name: kind_name,
                parameters,
                ..
            } = &self.kinds[kind];
            if texts.len() != parameters.len() {
                return Err(format!(
                    "{kind_name} wants {} parameters, not {}",
                    parameters.len(),
                    texts.len()
                ));
            }
            let arguments: Result<Vec<Argument>, String> = parameters
                .iter()
                .zip(texts)
                .map(|(parameter, text)| self.argument(parameter, text))
                .collect();
            let arguments = arguments?;
            self.bindings.push(Binding {
                line: at.clone(),
                name: name.trim().to_owned(),
                kind,
                arguments,
            });
        }
        Ok(())
    }

    fn argument(&self, parameter: &Parameter, text: &str) -> Result<Argument, String> {
        Ok(match parameter {
            Parameter::Lsb | Parameter::Span => Argument::Field(text.to_owned()),
            Parameter::Table => Argument::Table(text.to_owned()),
            Parameter::Num => Argument::Byte(
                text.parse()
                    .map_err(|_| format!("{text} is no number from 0 to 255"))?,
            ),
            Parameter::Word(set) => {
                let word = self.words[set].get(text);
                Argument::Byte(*word.ok_or_else(|| format!("{text} is no {set}"))?)
            }
        })
    }

    fn pack(
        &self,
        binding: &Binding,
        row: &Row,
        tables: &[String],
    ) -> Result<(Descriptor, Vec<String>), String> {
        let mut bytes = Vec::new();
        let mut fields = Vec::new();
        let mut field = |name: &str| -> Result<Field, String> {
            if let Some(field) = row.field(name) {
                fields.push(name.to_owned());
                return Ok(field.clone());
            }
            let (lsb, width) =
                parse_bits(name).map_err(|_| format!("the row has no field {name}"))?;
            for f in &row.fields {
                if f.lsb >= lsb && f.lsb + f.width <= lsb + width {
                    fields.push(f.name.clone());
                }
            }
            Ok(Field {
                name: name.to_owned(),
                lsb,
                width,
            })
        };
        for (parameter, argument) in self.kinds[binding.kind]
            .parameters
            .iter()
            .zip(&binding.arguments)
        {
            match argument {
                Argument::Byte(byte) => bytes.push(*byte),
                Argument::Field(name) => {
                    let field = field(name)?;
                    bytes.push(field.lsb as u8);
                    if *parameter == Parameter::Span {
                        bytes.push(field.width as u8);
                    }
                }
                Argument::Table(name) => {
                    let table = tables.iter().position(|t| t == name);
                    bytes.push(table.ok_or_else(|| format!("no name table {name}"))? as u8);
                }
            }
        }
        let kind = binding.kind;
        let mut packed = [0; BYTES];
        packed[..bytes.len()].copy_from_slice(&bytes);
        Ok((
            Descriptor {
                kind,
                bytes: packed,
            },
            fields,
        ))
    }

    /// The descriptor of an operand of a row and the fields it reads: the first binding of that
    /// name whose fields the row has.
    pub(crate) fn resolve(
        &mut self,
        name: &str,
        row: &Row,
        tables: &[String],
    ) -> Result<(Descriptor, Vec<String>), String> {
        let mut problem =
            format!("no operand `{name}` in operands.isa (`{name} = KIND FIELD ...`)");
        for index in 0..self.bindings.len() {
            if self.bindings[index].name == name {
                match self.pack(&self.bindings[index], row, tables) {
                    Ok(found) => {
                        self.used[index] = true;
                        return Ok(found);
                    }
                    Err(text) => problem = format!("operand `{name}`: {text}"),
                }
            }
        }
        Err(problem)
    }

    /// Kinds that no operand has, and operands that no row has.
    pub(crate) fn unused(&self) -> Vec<Problem> {
        let kinds = self.kinds.iter().enumerate().filter(|(index, kind)| {
            kind.name != LITERAL && !self.bindings.iter().any(|b| b.kind == *index)
        });
        let bindings = self.bindings.iter().zip(&self.used);
        kinds
            .map(|(_, kind)| Problem {
                line: kind.line.clone(),
                text: format!("kind {} is used by no operand", kind.name),
            })
            .chain(bindings.filter(|(_, used)| !**used).map(|(b, _)| Problem {
                line: b.line.clone(),
                text: format!("operand `{}` is used by no row", b.name),
            }))
            .collect()
    }
}
