//! Reads `operands.isa`: words, operand kinds with their parameters, and the operand names bound to them.

use std::collections::HashMap;

use crate::isa::{Field, Place, Problem, Row, parse_bits};

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

/// A kind of operand; the decoder has a program for each.
#[derive(Clone, Debug)]
pub(crate) struct Kind {
    /// Its name, a variant of the generated enum.
    pub(crate) name: String,
    /// Its parameters.
    pub(crate) parameters: Vec<Parameter>,
}

/// An operand name bound to a kind.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    place: Place,
    name: String,
    kind: usize,
    arguments: Vec<String>,
}

/// A kind with its packed parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Descriptor {
    /// Index of the kind.
    pub(crate) kind: usize,
    /// Packed parameters.
    pub(crate) bytes: [u8; 7],
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
            let place = Place {
                file: file.to_owned(),
                line: index + 1,
            };
            let content = line.split("  # ").next().unwrap_or_default().trim();
            if content.is_empty() || (content == "#" || content.starts_with("# ")) {
                continue;
            }
            if let Err(text) = operands.line(&place, content) {
                problems.push(Problem { place, text });
            }
        }
        operands.used = vec![false; operands.bindings.len()];
        operands
    }

    fn line(&mut self, place: &Place, content: &str) -> Result<(), String> {
        if let Some(rest) = content.strip_prefix("word ") {
            let mut parts = rest.split_whitespace();
            let set = parts.next().ok_or("no name")?;
            let words = self.words.entry(set.to_owned()).or_default();
            for part in parts {
                let (word, value) = part
                    .split_once('=')
                    .ok_or_else(|| format!("no value: {part}"))?;
                let value = value.parse().map_err(|_| format!("bad value: {part}"))?;
                words.insert(word.to_owned(), value);
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
            self.kinds.push(Kind { name, parameters });
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
            let arguments: Vec<String> = parts.map(str::to_owned).collect();
            if arguments.len() != self.kinds[kind].parameters.len() {
                return Err(format!(
                    "{} wants {} parameters",
                    self.kinds[kind].name,
                    self.kinds[kind].parameters.len()
                ));
            }
            self.bindings.push(Binding {
                place: place.clone(),
                name: name.trim().to_owned(),
                kind,
                arguments,
            });
        }
        Ok(())
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
            let (lsb, width) = parse_bits(name).map_err(|_| format!("no field {name}"))?;
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
            match parameter {
                Parameter::Lsb => bytes.push(field(argument)?.lsb as u8),
                Parameter::Span => {
                    let field = field(argument)?;
                    bytes.push(field.lsb as u8);
                    bytes.push(field.width as u8);
                }
                Parameter::Num => bytes.push(
                    argument
                        .parse()
                        .map_err(|_| format!("not a number: {argument}"))?,
                ),
                Parameter::Table => {
                    let table = tables.iter().position(|t| t == argument);
                    bytes.push(table.ok_or_else(|| format!("no name table {argument}"))? as u8);
                }
                Parameter::Word(set) => {
                    let word = self.words[set].get(argument);
                    bytes.push(*word.ok_or_else(|| format!("{argument} is no {set}"))?);
                }
            }
        }
        let kind = binding.kind;
        let mut packed = [0; 7];
        if bytes.len() > packed.len() {
            return Err("too many parameters".into());
        }
        packed[..bytes.len()].copy_from_slice(&bytes);
        Ok((
            Descriptor {
                kind,
                bytes: packed,
            },
            fields,
        ))
    }

    /// The descriptor of an operand of a row and the fields it reads: the first binding of that name whose fields the row has.
    pub(crate) fn resolve(
        &mut self,
        name: &str,
        row: &Row,
        tables: &[String],
    ) -> Result<(Descriptor, Vec<String>), String> {
        let mut problem = format!("no operand {name}");
        for index in 0..self.bindings.len() {
            if self.bindings[index].name == name {
                match self.pack(&self.bindings[index], row, tables) {
                    Ok(found) => {
                        self.used[index] = true;
                        return Ok(found);
                    }
                    Err(text) => problem = format!("operand {name}: {text}"),
                }
            }
        }
        Err(problem)
    }

    /// Bindings that no row uses.
    pub(crate) fn unused(&self) -> Vec<Problem> {
        self.bindings
            .iter()
            .zip(&self.used)
            .filter(|(_, used)| !**used)
            .map(|(b, _)| Problem {
                place: b.place.clone(),
                text: format!("operand {} is used by no row", b.name),
            })
            .collect()
    }
}
