//! What instructions read and write: rules of `effects.isa`, by mnemonic or by Arm's name.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use crate::isa::Row;
use crate::line::{Line, Problem};

/// The operand is read.
const READ: u8 = 1;
/// The operand is written.
const WRITE: u8 = 2;
/// The operand is read where bit 30 says that only its high half is written.
const HALF: u8 = 4;
/// The operand is the first of eight registers.
const EIGHT: u8 = 8;

/// Registers that no operand names, in the order of their bits.
const IMPLIED: [&str; 11] = [
    "n", "z", "c", "v", "x15", "x16", "x17", "x30", "sp", "ffr", "mask",
];

/// What is done with memory, in the order of their numbers.
const KINDS: [&str; 6] = ["none", "load", "store", "update", "load-tags", "store-tags"];

/// How the number of bytes is found, in the order of their numbers.
const SIZES: [&str; 8] = [
    "registers",
    "each",
    "bytes",
    "element",
    "lanes",
    "vector",
    "predicate",
    "some",
];

/// How the access is ordered, paired and so on, in the order of their bits: eight beside the size,
/// then three above the kind.
const ORDERS: [&str; 11] = [
    "acquire",
    "release",
    "exclusive",
    "pair",
    "acquire-pc",
    "limited-order",
    "unprivileged",
    "non-temporal",
    "signed",
    "signed-base",
    "tags",
];

/// The bit above the kind of the first of [`ORDERS`] that is there.
const ABOVE_KIND: u32 = 5;

/// What one encoding does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Effect {
    /// Four bits for each operand, the first lowest.
    access: u32,
    /// Bits of [`IMPLIED`].
    reads: u16,
    /// Bits of [`IMPLIED`].
    writes: u16,
    /// Kind and three of [`ORDERS`], size, number of bytes, the others of [`ORDERS`].
    memory: [u8; 4],
}

/// A line of `effects.isa`.
pub(crate) struct Rule {
    line: Line,
    globs: Vec<String>,
    access: Option<Vec<u8>>,
    reads: Option<u16>,
    writes: Option<u16>,
    memory: Option<[u8; 3]>,
    order: u16,
}

fn parse_implied(text: &str) -> Result<u16, String> {
    let mut bits = 0;
    for name in text.split_whitespace() {
        let at = IMPLIED.iter().position(|known| *known == name);
        bits |= match (at, name) {
            (Some(at), _) => 1 << at,
            (None, "nzcv") => 15,
            _ => return Err(format!("unknown register {name}")),
        };
    }
    Ok(bits)
}

fn parse_access(text: &str) -> Result<Vec<u8>, String> {
    text.split_whitespace()
        .map(|word| {
            Ok(match word {
                "r" => READ,
                "w" => WRITE,
                "rw" => READ | WRITE,
                "half" => WRITE | HALF,
                "r8" => READ | EIGHT,
                "w8" => WRITE | EIGHT,
                _ => return Err(format!("unknown access {word}")),
            })
        })
        .collect()
}

/// Kind, size and number of bytes.
fn parse_memory(kind: usize, text: &str) -> Result<[u8; 3], String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let size = |word: &str| {
        let at = SIZES.iter().position(|known| *known == word);
        at.ok_or_else(|| format!("unknown size {word}"))
    };
    Ok(match words.as_slice() {
        [] => [kind as u8, 0, 0],
        [word @ ("each" | "bytes" | "element"), number] => {
            let number = number
                .parse()
                .map_err(|_| format!("{number} is not a number of bytes below 256"))?;
            [kind as u8, size(word)? as u8, number]
        }
        [word @ ("lanes" | "vector" | "predicate" | "some")] => [kind as u8, size(word)? as u8, 0],
        _ => return Err(format!("cannot read the size `{text}`")),
    })
}

fn parse_rule(at: &Line, line: &str) -> Result<Rule, String> {
    let mut parts = line.split(" | ").map(str::trim);
    let globs: Vec<String> = parts
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let mut rule = Rule {
        line: at.clone(),
        globs,
        access: None,
        reads: None,
        writes: None,
        memory: None,
        order: 0,
    };
    for part in parts {
        let (word, rest) = part.split_once(' ').unwrap_or((part, ""));
        let again = match word {
            "access" => rule.access.replace(parse_access(rest)?).is_some(),
            "reads" => rule.reads.replace(parse_implied(rest)?).is_some(),
            "writes" => rule.writes.replace(parse_implied(rest)?).is_some(),
            _ => {
                if let Some(at) = ORDERS.iter().position(|known| *known == part) {
                    rule.order |= 1 << at;
                    continue;
                }
                let kind = KINDS
                    .iter()
                    .position(|known| *known == word)
                    .ok_or_else(|| format!("unknown effect {word}"))?;
                rule.memory.replace(parse_memory(kind, rest)?).is_some()
            }
        };
        if again {
            return Err(format!("{word} is said twice"));
        }
    }
    let says = rule.access.is_some() || rule.reads.is_some() || rule.writes.is_some();
    if !says && rule.memory.is_none() && rule.order == 0 {
        return Err("a rule without an effect".into());
    }
    Ok(rule)
}

/// Reads `effects.isa`.
pub(crate) fn parse(file: &str, text: &str, problems: &mut Vec<Problem>) -> Vec<Rule> {
    let mut rules = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let content = line.split("  # ").next().unwrap_or_default().trim();
        if content.is_empty() || content == "#" || content.starts_with("# ") {
            continue;
        }
        let at = Line {
            file: file.to_owned(),
            number: index + 1,
        };
        match parse_rule(&at, content) {
            Ok(rule) => rules.push(rule),
            Err(text) => problems.push(Problem { line: at, text }),
        }
    }
    rules
}

/// Whether a name fits a pattern with `*`, `?` and sets `[abc]`.
fn fits(glob: &[u8], name: &[u8]) -> bool {
    match glob.split_first() {
        None => name.is_empty(),
        Some((b'*', rest)) => (0..=name.len()).any(|at| fits(rest, &name[at..])),
        Some((b'[', rest)) => {
            let Some(end) = rest.iter().position(|c| *c == b']') else {
                return false;
            };
            name.split_first()
                .is_some_and(|(c, name)| rest[..end].contains(c) && fits(&rest[end + 1..], name))
        }
        Some((c, rest)) => name
            .split_first()
            .is_some_and(|(d, name)| (c == d || *c == b'?') && fits(rest, name)),
    }
}

/// A pattern that begins with `=` is of Arm's name, another of the mnemonic.
fn is_of(glob: &str, row: &Row) -> bool {
    match glob.strip_prefix('=') {
        Some(glob) => fits(glob.as_bytes(), row.name.as_bytes()),
        None => fits(glob.as_bytes(), row.template.mnemonic.as_bytes()),
    }
}

/// Whether the name of an operand says that its register is a source too: `Zda`, `Xdn`, `Pdm`.
fn is_source(name: &str) -> bool {
    let name = name.trim_start_matches(['{', '2', '*']);
    let rest = name.trim_start_matches(|c: char| c.is_ascii_uppercase());
    name.len() != rest.len() && ["da", "dn", "dm"].iter().any(|tail| rest.starts_with(tail))
}

/// The effect of each row. Of two rules that say the same kind of thing about a row, the later
/// holds.
pub(crate) fn of_rows(rows: &[Row], rules: &[Rule], problems: &mut Vec<Problem>) -> Vec<Effect> {
    let mut used: Vec<Vec<bool>> = rules.iter().map(|r| vec![false; r.globs.len()]).collect();
    let effects: Vec<Effect> = rows
        .iter()
        .map(|row| {
            let operands = &row.template.operands;
            let mut access: Vec<u8> = vec![READ; operands.len()];
            if let (Some(first), Some(name)) = (access.first_mut(), operands.first()) {
                *first = if is_source(name) { READ | WRITE } else { WRITE };
            }
            let mut effect = Effect::default();
            let mut is_said = !operands.iter().any(|name| name.starts_with('['));
            for (rule, used) in rules.iter().zip(&mut used) {
                let mut holds = false;
                for (glob, used) in rule.globs.iter().zip(used) {
                    let hit = is_of(glob, row);
                    *used |= hit;
                    holds |= hit;
                }
                if !holds {
                    continue;
                }
                if let Some(list) = &rule.access {
                    if list.len() > access.len() {
                        problems.push(Problem {
                            line: rule.line.clone(),
                            text: format!("{} has {} operands only", row.name, access.len()),
                        });
                    }
                    access.fill(READ);
                    for (own, said) in access.iter_mut().zip(list) {
                        *own = *said;
                    }
                }
                effect.reads = rule.reads.unwrap_or(effect.reads);
                effect.writes = rule.writes.unwrap_or(effect.writes);
                if let Some([kind, size, number]) = rule.memory {
                    is_said = true;
                    let above = effect.memory[0] >> ABOVE_KIND << ABOVE_KIND;
                    effect.memory[..3].copy_from_slice(&[kind | above, size, number]);
                }
                let [beside, above] = rule.order.to_le_bytes();
                effect.memory[3] |= beside;
                effect.memory[0] |= above << ABOVE_KIND;
            }
            if !is_said {
                problems.push(Problem {
                    line: row.line.clone(),
                    text: format!(
                        "{} has an address: say in effects.isa what `{}` does there (load, store, ..., none)",
                        row.name, row.template.mnemonic
                    ),
                });
            }
            for (at, access) in access.iter().enumerate() {
                effect.access |= u32::from(*access) << (4 * at);
            }
            effect
        })
        .collect();
    for (rule, used) in rules.iter().zip(&used) {
        for (glob, used) in rule.globs.iter().zip(used) {
            if !used {
                problems.push(Problem {
                    line: rule.line.clone(),
                    text: format!("no row is called {glob}"),
                });
            }
        }
    }
    let different: HashSet<&Effect> = effects.iter().collect();
    if let (true, Some(row)) = (different.len() > 256, rows.last()) {
        problems.push(Problem {
            line: row.line.clone(),
            text: "more than 256 different effects".into(),
        });
    }
    effects
}

/// The distinct effects, and the number of each row's.
pub(crate) fn distinct(effects: &[Effect]) -> (Vec<Effect>, Vec<u8>) {
    let mut list: Vec<Effect> = Vec::new();
    let mut known: HashMap<&Effect, u8> = HashMap::new();
    let numbers = effects
        .iter()
        .map(|effect| {
            *known.entry(effect).or_insert_with(|| {
                list.push(effect.clone());
                u8::try_from(list.len() - 1).expect("`of_rows` refuses more than 256")
            })
        })
        .collect();
    (list, numbers)
}

/// The distinct effects as Rust.
pub(crate) fn emit(list: &[Effect]) -> String {
    let mut text = format!(
        "/// What encodings read and write, each once.\npub(crate) static EFFECTS: [Effect; {}] = [\n",
        list.len()
    );
    for effect in list {
        let _ = writeln!(
            text,
            "    Effect {{ access: {:#x}, reads: {:#x}, writes: {:#x}, memory: {:?} }},",
            effect.access, effect.reads, effect.writes, effect.memory
        );
    }
    text.push_str("];\n\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = "group ldst\n\
        LDX_1 | 0000000000000000000000 Rn:5 Rt:5 | ldx Xt, Xn\n\
        ADD_1 | 0000000000000000000001 Rn:5 Rd:5 | addx Zdn.s, Zm.s\n";

    fn effects(rules: &str) -> Result<Vec<Effect>, Vec<String>> {
        let mut problems = Vec::new();
        let rows = crate::isa::parse("rows.isa", ROWS, &mut problems);
        let rules = parse("effects.isa", rules, &mut problems);
        let effects = of_rows(&rows, &rules, &mut problems);
        if problems.is_empty() {
            Ok(effects)
        } else {
            Err(problems.iter().map(ToString::to_string).collect())
        }
    }

    #[test]
    fn the_later_rule_holds_for_its_kind_of_effect() {
        let [ldx, add] =
            &effects("ldx | load | reads c\nld* | load each 2 | acquire\n").unwrap()[..]
        else {
            panic!("two rows");
        };
        assert_eq!((ldx.memory, ldx.reads), ([1, 1, 2, 1], 4));
        assert_eq!(ldx.access, 0x12);
        // Zdn is read too, without a rule.
        assert_eq!((add.memory, add.access), ([0; 4], 0x13));
        let effects = effects("=ADD_? | access w rw | writes nzcv\n").unwrap();
        assert_eq!((effects[1].access, effects[1].writes), (0x32, 15));
    }

    #[test]
    fn refusals() {
        for (rules, message) in [
            ("ldy | load", "effects.isa:1: no row is called ldy"),
            ("ldx", "effects.isa:1: a rule without an effect"),
            ("\nldx | fly", "effects.isa:2: unknown effect fly"),
            (
                "ldx | load twice",
                "effects.isa:1: cannot read the size `twice`",
            ),
            (
                "ldx | load each 256",
                "effects.isa:1: 256 is not a number of bytes below 256",
            ),
            (
                "ldx | access r r r",
                "effects.isa:1: LDX_1 has 2 operands only",
            ),
            ("ldx | access q", "effects.isa:1: unknown access q"),
            ("ldx | reads x99", "effects.isa:1: unknown register x99"),
            ("ldx | load | store", "effects.isa:1: store is said twice"),
            (
                "ldx | load none",
                "effects.isa:1: cannot read the size `none`",
            ),
        ] {
            assert_eq!(effects(rules), Err(vec![message.to_owned()]), "{rules}");
        }
    }

    #[test]
    fn patterns() {
        for (glob, name, yes) in [
            ("ld*", "ldr", true),
            ("ld[rp]", "ldp", true),
            ("ld[rp]", "lds", false),
            ("c*b", "casb", true),
            ("c*b", "cash", false),
            ("ld?", "ld", false),
        ] {
            assert_eq!(fits(glob.as_bytes(), name.as_bytes()), yes, "{glob} {name}");
        }
    }
}
