//! Conditions on words: literals, the tests of aliases, the clauses of undefined words.

use super::field::{Field, Test};

/// A literal with its don't-care mask: `0b11x1`, decimal or hexadecimal.
fn parse_literal(text: &str, width: u32) -> Option<(u32, u32)> {
    if let Some(bits) = text.strip_prefix("0b") {
        let (mut mask, mut value) = (0, 0);
        for c in bits.chars() {
            mask <<= 1;
            value <<= 1;
            match c {
                '0' => mask |= 1,
                '1' => {
                    mask |= 1;
                    value |= 1;
                }
                'x' => {}
                _ => return None,
            }
        }
        return (bits.len() as u32 == width).then_some((mask, value));
    }
    let value = if let Some(hex) = text.strip_prefix("0x") {
        u32::from_str_radix(hex, 16).ok()?
    } else {
        text.parse().ok()?
    };
    let mask = ((1_u64 << width) - 1) as u32;
    (value <= mask).then_some((mask, value))
}

pub(super) fn parse_test(text: &str, fields: &[Field]) -> Result<Test, String> {
    let text = text.trim();
    let field = |name: &str| {
        fields
            .iter()
            .find(|f| f.name == name)
            .ok_or_else(|| format!("no field {name}"))
    };
    let Some(at) = text.find('=') else {
        let words: Vec<&str> = text.split_whitespace().collect();
        return match words.as_slice() {
            ["named", table, span, rest @ ..] => {
                let (lsb, width) = match field(span) {
                    Ok(f) => (f.lsb, f.width),
                    Err(_) => parse_bits(span)?,
                };
                let mut flags = 0;
                for word in rest {
                    flags |= name_flag(word)?;
                }
                Ok(Test::Named {
                    table: (*table).to_owned(),
                    lsb,
                    width,
                    flags,
                })
            }
            [name] => Ok(Test::Predicate((*name).to_owned())),
            _ => Err(format!("cannot read condition: {text}")),
        };
    };
    let equal = !text[..at].ends_with('!');
    let left = field(text[..at].trim_end_matches('!').trim())?;
    let right = text[at + 1..].trim();
    if let Some((mask, value)) = parse_literal(right, left.width) {
        return Ok(Test::Bits {
            mask: mask << left.lsb,
            value: value << left.lsb,
            equal,
        });
    }
    let other = field(right)?;
    if other.width != left.width {
        return Err(format!("{text}: fields of different width"));
    }
    Ok(Test::Fields {
        a: left.lsb,
        b: other.lsb,
        width: left.width,
        equal,
    })
}

/// Reads `high..low`, a run of bits by position.
pub(crate) fn parse_bits(text: &str) -> Result<(u32, u32), String> {
    let read = || {
        let (high, low) = text.split_once("..")?;
        let (high, low): (u32, u32) = (high.parse().ok()?, low.parse().ok()?);
        (high >= low && high < 32).then(|| (low, high - low + 1))
    };
    read().ok_or_else(|| format!("no field and no bit run: {text}"))
}

/// The flag bit of a word behind a named entry.
pub(crate) fn name_flag(word: &str) -> Result<u8, String> {
    Ok(match word {
        "r" => 1,
        "w" => 2,
        "rw" => 3,
        "reg" => 4,
        "noreg" => 8,
        "optreg" => 12,
        "gr" => 16,
        "gw" => 32,
        "grw" => 48,
        "greg" => 64,
        "gnoreg" => 128,
        _ => return Err(format!("unknown flag {word}")),
    })
}

/// The words of one clause of fields and values as masks and values; `<` and `>` are expanded.
pub(crate) fn parse_undefined(text: &str, fields: &[Field]) -> Result<Vec<(u32, u32)>, String> {
    let mut clauses = vec![(0_u32, 0_u32)];
    for part in text.split('&') {
        let part = part.trim();
        let mut choices: Vec<(u32, u32)> = Vec::new();
        let operator = part
            .find(['<', '>', '=', '!'])
            .ok_or_else(|| format!("cannot read {part}"))?;
        let name = part[..operator].trim();
        let field = fields
            .iter()
            .find(|f| f.name == name)
            .ok_or_else(|| format!("no field {name}"))?;
        let value_at = part[operator..]
            .find(|c| !matches!(c, '<' | '>' | '=' | '!'))
            .map_or(part.len(), |at| operator + at);
        let sign = &part[operator..value_at];
        if !["=", "!=", "<", ">"].contains(&sign) {
            return Err(format!("{part}: {sign} is none of =, !=, <, >"));
        }
        let right = part[value_at..].trim();
        let (mask, value) = parse_literal(right, field.width)
            .ok_or_else(|| format!("{part}: {right:?} is no value of {} bits", field.width))?;
        if sign == "=" {
            choices.push((mask << field.lsb, value << field.lsb));
        } else {
            for v in 0..(1_u32 << field.width) {
                let hit = match sign {
                    "<" => v < value,
                    ">" => v > value,
                    _ => v & mask != value,
                };
                if hit {
                    choices.push((field.mask(), v << field.lsb));
                }
            }
        }
        clauses = clauses
            .iter()
            .flat_map(|c| choices.iter().map(move |d| (c, d)))
            .filter(|(c, d)| (c.1 ^ d.1) & c.0 & d.0 == 0)
            .map(|(c, d)| (c.0 | d.0, c.1 | d.1))
            .collect();
        if clauses.is_empty() {
            return Err(format!("{}: no word is so", text.trim()));
        }
    }
    Ok(clauses)
}

/// Reserved values of a logical immediate (Arm ARM, DecodeBitMasks): all ones in an element, or no
/// element size.
pub(super) fn reserved_logical(fields: &[Field]) -> Result<Vec<(u32, u32)>, String> {
    let mut clauses = Vec::new();
    let wide = fields.iter().any(|f| f.name == "N");
    let narrow = if wide { "N=0 & " } else { "" };
    for bits in [
        "0b11111x", "0b111101", "0b111011", "0b110111", "0b101111", "0b011111",
    ] {
        clauses.extend(parse_undefined(&format!("{narrow}imms={bits}"), fields)?);
    }
    if wide {
        clauses.extend(parse_undefined("N=1 & imms=0b111111", fields)?);
    }
    Ok(clauses)
}
