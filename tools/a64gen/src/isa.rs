//! Reads the specification text: rows, aliases and their attributes.

mod clause;
mod field;

pub(crate) use clause::{name_flag, parse_bits, parse_undefined};
pub(crate) use field::{Field, Test};

use crate::line::{Line, Problem};
use clause::{parse_test, reserved_logical};

/// A mnemonic and its operands' names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    /// Mnemonic; a last `.` takes the first operand as its suffix.
    pub(crate) mnemonic: String,
    /// Operand names in the order in which they are printed.
    pub(crate) operands: Vec<String>,
}

/// An alias of a row.
#[derive(Clone, Debug)]
pub(crate) struct Alias {
    /// Where it is written.
    pub(crate) line: Line,
    /// How it is printed.
    pub(crate) template: Template,
    /// All of these hold.
    pub(crate) tests: Vec<Test>,
    /// How Apple's syntax spells its vectors; as the row does, if not said.
    pub(crate) apple: Apple,
    /// Bit 0 LLVM, bit 1 GNU, bit 2 Apple.
    pub(crate) syntaxes: u8,
}

/// How Apple's syntax spells the vectors of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Apple {
    /// The first arrangement goes behind the mnemonic, and the registers are bare: `add.4s v0, v1,
    /// v2`.
    Suffix,
    /// The registers are bare: `sdot v0, v1, v2[0]`.
    Bare,
    /// As LLVM does: `fcvtn v0.4h, v1.4s`. The scalable extensions have no other spelling.
    Plain,
}

/// One encoding.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Where it is written.
    pub(crate) line: Line,
    /// Arm's name of the encoding.
    pub(crate) name: String,
    /// Group (dpimm, dpreg, control, ldst, simd, sve, sme, reserved, apple).
    pub(crate) group: String,
    /// Bits that must have `value`.
    pub(crate) mask: u32,
    /// Their value, should-be bits included.
    pub(crate) value: u32,
    /// Bits that should have `value`; another value is unpredictable.
    pub(crate) should: u32,
    /// Named fields.
    pub(crate) fields: Vec<Field>,
    /// How it is printed when no alias is preferred.
    pub(crate) template: Template,
    /// Clauses of mask and value that make the word undefined.
    pub(crate) undefined: Vec<(u32, u32)>,
    /// Clauses of mask and value of words that are not of this row.
    pub(crate) except: Vec<(u32, u32)>,
    /// Clauses that make the word constrained unpredictable.
    pub(crate) unpredictable: Vec<Vec<Test>>,
    /// What it does to the flow of control.
    pub(crate) flow: String,
    /// How Apple's syntax spells vectors.
    pub(crate) apple: Apple,
    /// Features, as written (`FEAT_A`, `FEAT_A FEAT_B` for both, `FEAT_A/FEAT_B` for either).
    pub(crate) features: Vec<String>,
    /// Aliases in order of preference.
    pub(crate) aliases: Vec<Alias>,
}

impl Row {
    /// The words with `mask` and `value` that are of this row, as masks and values that share no
    /// word.
    pub(crate) fn pieces(&self, mask: u32, value: u32) -> Vec<(u32, u32)> {
        let mut pieces = vec![(mask, value)];
        for &(m, v) in &self.except {
            pieces = pieces
                .into_iter()
                .flat_map(|(mask, value)| without(mask, value, m, v))
                .collect();
        }
        pieces
    }

    /// The field of this name.
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.name == name)
    }
}

/// The words with `mask` and `value` that lack some bit of the clause `m`, `v`.
fn without(mask: u32, value: u32, m: u32, v: u32) -> Vec<(u32, u32)> {
    if (value ^ v) & mask & m != 0 {
        return vec![(mask, value)];
    }
    let mut pieces = Vec::new();
    let (mut mask, mut value) = (mask, value);
    for bit in (0..32).rev().map(|n| 1_u32 << n) {
        if m & !mask & bit != 0 {
            pieces.push((mask | bit, value & !bit | !v & bit));
            mask |= bit;
            value = value & !bit | v & bit;
        }
    }
    pieces
}

/// What `group` lines may say.
const GROUPS: [&str; 9] = [
    "dpimm", "dpreg", "control", "ldst", "simd", "sve", "sme", "reserved", "apple",
];

/// The decoder has room for so many operands.
const MOST_OPERANDS: usize = 6;

const FLOWS: [&str; 11] = [
    "next",
    "branch",
    "conditional",
    "call",
    "return",
    "indirect",
    "indirect-call",
    "exception",
    "conditional-exception",
    "system-call",
    "exception-return",
];

/// Splits at commas that are not inside brackets or quotes.
fn split_operands(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut depth = 0_i32;
    let mut current = String::new();
    for c in text.chars() {
        match c {
            '[' | '{' | '(' => depth += 1,
            ']' | '}' | ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(current.trim().to_owned());
                current.clear();
                continue;
            }
            _ => {}
        }
        current.push(c);
    }
    if !current.trim().is_empty() {
        parts.push(current.trim().to_owned());
    }
    parts
}

fn parse_template(text: &str) -> Result<Template, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("no template".into());
    }
    let (mnemonic, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let operands = split_operands(rest);
    if operands.len() > MOST_OPERANDS {
        return Err(format!(
            "{} operands; the decoder has room for {MOST_OPERANDS}",
            operands.len()
        ));
    }
    Ok(Template {
        mnemonic: mnemonic.to_owned(),
        operands,
    })
}

/// Reads the pattern column: runs of 0 and 1, `(0)`/`(1)` runs for should-be bits, `name:width`
/// fields.
fn parse_pattern(text: &str) -> Result<(u32, u32, u32, Vec<Field>), String> {
    let mut at = 32_u32;
    let (mut mask, mut value, mut should) = (0, 0, 0);
    let mut fields: Vec<Field> = Vec::new();
    for token in text.split_whitespace() {
        if let Some((name, width)) = token.split_once(':') {
            let width: u32 = width.parse().map_err(|_| format!("bad width in {token}"))?;
            if width == 0 || width > at {
                return Err(format!("{token} does not fit: {at} bits left"));
            }
            at -= width;
            if name.is_empty() {
                return Err(format!("{token} has no name"));
            }
            if fields.iter().any(|f| f.name == name) {
                return Err(format!("field {name} appears twice"));
            }
            fields.push(Field {
                name: name.to_owned(),
                lsb: at,
                width,
            });
            continue;
        }
        let soft = token.starts_with('(');
        if soft != token.ends_with(')') {
            return Err(format!("{token}: half a pair of parentheses"));
        }
        for c in token.trim_matches(|c| c == '(' || c == ')').chars() {
            if at == 0 {
                return Err("more than 32 bits".into());
            }
            at -= 1;
            match c {
                '0' => {}
                '1' => value |= 1 << at,
                _ => return Err(format!("{token} is neither bits nor name:width")),
            }
            mask |= 1 << at;
            if soft {
                should |= 1 << at;
            }
        }
    }
    if at != 0 {
        return Err(format!("{} of 32 bits", 32 - at));
    }
    Ok((mask, value, should, fields))
}

fn parse_apple(text: &str) -> Result<Apple, String> {
    Ok(match text {
        "suffix" => Apple::Suffix,
        "bare" => Apple::Bare,
        "plain" => Apple::Plain,
        _ => return Err(format!("unknown spelling {text}")),
    })
}

fn parse_attribute(row: &mut Row, text: &str) -> Result<(), String> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("undef if ") {
        for clause in rest.split(" or ") {
            let clauses = if clause.trim() == "ReservedLogicalImmediate" {
                reserved_logical(&row.fields)?
            } else {
                parse_undefined(clause, &row.fields)?
            };
            row.undefined.extend(clauses);
        }
    } else if let Some(rest) = text.strip_prefix("unpredictable if ") {
        for clause in rest.split(" or ") {
            let tests: Result<Vec<Test>, String> = clause
                .split('&')
                .map(|t| parse_test(t, &row.fields))
                .collect();
            row.unpredictable.push(tests?);
        }
    } else if let Some(rest) = text.strip_prefix("flow ") {
        if !FLOWS.contains(&rest) {
            return Err(format!("unknown flow {rest}"));
        }
        rest.clone_into(&mut row.flow);
    } else if let Some(rest) = text.strip_prefix("except if ") {
        for clause in rest.split(" or ") {
            row.except.extend(parse_undefined(clause, &row.fields)?);
        }
    } else if let Some(rest) = text.strip_prefix("apple ") {
        row.apple = parse_apple(rest)?;
    } else if text.starts_with("FEAT_") {
        for clause in text.split_whitespace() {
            if let Some(other) = clause.split('/').find(|f| !f.starts_with("FEAT_")) {
                return Err(format!("{clause}: {other:?} is no feature"));
            }
            row.features.push(clause.to_owned());
        }
    } else {
        return Err(format!("unknown attribute: {text}"));
    }
    Ok(())
}

fn parse_alias(row: &Row, at: &Line, line: &str) -> Result<Alias, String> {
    let mut parts = line.split(" | ");
    let template = parse_template(parts.next().unwrap_or_default())?;
    let mut alias = Alias {
        line: at.clone(),
        template,
        tests: Vec::new(),
        syntaxes: 7,
        apple: row.apple,
    };
    for part in parts {
        let part = part.trim();
        if let Some(rest) = part.strip_prefix("if ") {
            for test in rest.split('&') {
                alias.tests.push(parse_test(test, &row.fields)?);
            }
        } else if let Some(rest) = part.strip_prefix("only ") {
            alias.syntaxes = 0;
            for word in rest.split_whitespace() {
                alias.syntaxes |= match word {
                    "llvm" => 1,
                    "gnu" => 2,
                    "apple" => 4,
                    // Shown by nobody, read by the assembler.
                    "asm" => 0,
                    _ => return Err(format!("unknown syntax {word}")),
                };
            }
        } else if let Some(rest) = part.strip_prefix("apple ") {
            alias.apple = parse_apple(rest)?;
        } else {
            return Err(format!("unknown alias attribute: {part}"));
        }
    }
    Ok(alias)
}

fn parse_row(group: &str, at: &Line, line: &str) -> Result<Row, String> {
    let mut parts = line.split(" | ");
    let name = parts.next().unwrap_or_default().trim().to_owned();
    if name.is_empty() || name.contains(char::is_whitespace) {
        return Err(format!("{name:?} is no name of an encoding"));
    }
    if group.is_empty() {
        return Err("a row before any `group`".into());
    }
    let pattern = parts.next().ok_or("no pattern")?;
    let template = parse_template(parts.next().ok_or("no template")?)?;
    let (mask, value, should, fields) = parse_pattern(pattern)?;
    let mut row = Row {
        line: at.clone(),
        name,
        group: group.to_owned(),
        mask,
        value,
        should,
        fields,
        template,
        undefined: Vec::new(),
        except: Vec::new(),
        unpredictable: Vec::new(),
        apple: if matches!(group, "sve" | "sme" | "apple") {
            Apple::Plain
        } else {
            Apple::Suffix
        },
        flow: "next".into(),
        features: Vec::new(),
        aliases: Vec::new(),
    };
    for part in parts {
        parse_attribute(&mut row, part)?;
    }
    Ok(row)
}

/// The flow classes, in the order of their numbers.
pub(crate) fn flows() -> &'static [&'static str] {
    &FLOWS
}

/// Reads one file of rows.
pub(crate) fn parse(file: &str, text: &str, problems: &mut Vec<Problem>) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut group = String::new();
    // Whether the aliases below belong to a row.
    let mut has_row = None;
    for (index, line) in text.lines().enumerate() {
        let at = Line {
            file: file.to_owned(),
            number: index + 1,
        };
        let content = line.split("  # ").next().unwrap_or_default();
        if content.trim().is_empty() || (content == "#" || content.starts_with("# ")) {
            continue;
        }
        let result = if content.starts_with(char::is_whitespace) {
            match (rows.last_mut(), has_row) {
                (Some(row), Some(true)) => {
                    parse_alias(row, &at, content).map(|alias| row.aliases.push(alias))
                }
                (_, Some(false)) => Ok(()),
                _ => Err("an alias before any row".into()),
            }
        } else if let Some(name) = content.strip_prefix("group ") {
            name.trim().clone_into(&mut group);
            if GROUPS.contains(&group.as_str()) {
                Ok(())
            } else {
                Err(format!("unknown group {group}"))
            }
        } else {
            let row = parse_row(&group, &at, content);
            has_row = Some(row.is_ok());
            row.map(|row| rows.push(row))
        };
        if let Err(text) = result {
            problems.push(Problem { line: at, text });
        }
    }
    rows
}
