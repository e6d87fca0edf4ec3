//! Latencies of encodings: `latency.isa`.

use std::fmt::Write as _;

use crate::isa::{self, Row};
use crate::line::{Line, Problem};

/// Entries with more bits are not to be packed two into a byte.
const MOST_CYCLES: usize = 15;

/// A line of `latency.isa`.
pub(crate) struct Rule {
    line: Line,
    cycles: u8,
    /// Arm's names, with at most one `*` each.
    names: Vec<String>,
    /// Tests of fields, which a word has to pass.
    condition: Option<String>,
}

/// What is known of the rows.
#[derive(Default)]
pub(crate) struct Latencies {
    /// The cycles of each row, if they are known.
    rows: Vec<Option<u8>>,
    /// Words that have others: row, mask, value, cycles; sorted by row.
    others: Vec<(usize, u32, u32, u8)>,
}

/// Reads `latency.isa`.
pub(crate) fn parse(file: &str, text: &str, problems: &mut Vec<Problem>) -> Vec<Rule> {
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line == "#" || line.starts_with("# ") {
            continue;
        }
        let at = Line {
            file: file.to_owned(),
            number: index + 1,
        };
        match parse_line(&at, line) {
            Some(line) => lines.push(line),
            None => problems.push(Problem {
                line: at,
                text: "not `cycles: name ...`".into(),
            }),
        }
    }
    lines
}

fn parse_line(at: &Line, line: &str) -> Option<Rule> {
    let (cycles, rest) = line.split_once(": ")?;
    let (names, condition) = match rest.split_once(" if ") {
        Some((names, condition)) => (names, Some(condition.to_owned())),
        None => (rest, None),
    };
    Some(Rule {
        line: at.clone(),
        cycles: cycles.parse().ok()?,
        names: names.split_whitespace().map(str::to_owned).collect(),
        condition,
    })
}

fn is_called(row: &Row, name: &str) -> bool {
    match name.split_once('*') {
        None => row.name == name,
        Some((head, tail)) => {
            let rest = row.name.strip_prefix(head);
            rest.is_some_and(|rest| rest.ends_with(tail))
        }
    }
}

/// The latency of each row.
pub(crate) fn of_rows(rows: &[Row], lines: &[Rule], problems: &mut Vec<Problem>) -> Latencies {
    let mut all = Latencies {
        rows: vec![None; rows.len()],
        others: Vec::new(),
    };
    for line in lines {
        let mut problem = |text: String| {
            problems.push(Problem {
                line: line.line.clone(),
                text,
            });
        };
        for name in &line.names {
            let mut hits = 0;
            for (index, row) in rows.iter().enumerate() {
                if !is_called(row, name) {
                    continue;
                }
                hits += 1;
                let Some(condition) = &line.condition else {
                    match all.rows[index].replace(line.cycles) {
                        Some(other) if other != line.cycles => {
                            problem(format!("{} has {other} cycles already", row.name));
                        }
                        _ => {}
                    }
                    continue;
                };
                match isa::parse_undefined(condition, &row.fields) {
                    Ok(clauses) => all.others.extend(
                        clauses
                            .iter()
                            .map(|(mask, value)| (index, *mask, *value, line.cycles)),
                    ),
                    Err(text) => problem(format!("{}: {text}", row.name)),
                }
            }
            if hits == 0 {
                problem(format!("no row is called {name}"));
            }
        }
    }
    all.others.sort_unstable();
    all
}

/// The tables; row `i` is encoding `i + reserved`.
pub(crate) fn emit(header: &str, all: &Latencies, reserved: usize) -> String {
    let mut cycles: Vec<u8> = all.rows.iter().flatten().copied().collect();
    cycles.sort_unstable();
    cycles.dedup();
    assert!(cycles.len() <= MOST_CYCLES, "the codes outgrew four bits");
    let code = |row: &Option<u8>| {
        row.and_then(|own| cycles.iter().position(|known| *known == own))
            .map_or(0, |at| at + 1)
    };
    let mut codes: Vec<usize> = std::iter::repeat_n(0, reserved)
        .chain(all.rows.iter().map(code))
        .collect();
    while codes.last() == Some(&0) {
        codes.pop();
    }
    let packed: Vec<String> = codes
        .chunks(2)
        .map(|pair| (pair[0] | pair.get(1).unwrap_or(&0) << 4).to_string())
        .collect();
    let mut text = String::from(header);
    text.push_str("//! Latencies of encodings.\n\n");
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "/// Latencies in cycles, each once.\npub(crate) static CYCLES: [u8; {}] = {cycles:?};\n",
        cycles.len()
    );
    let _ = writeln!(
        text,
        "/// Four bits for each encoding, the even one's low: 0 or 1 + index into CYCLES. What is behind the end is 0.\n\
         pub(crate) static CODES: [u8; {}] = [",
        packed.len()
    );
    for line in packed.chunks(24) {
        let _ = writeln!(text, "    {},", line.join(", "));
    }
    let _ = writeln!(
        text,
        "];\n\n\
         /// Words with another latency: encoding, mask, value, cycles; sorted by encoding.\n\
         pub(crate) static OTHERS: [(u16, u32, u32, u8); {}] = [",
        all.others.len()
    );
    for (row, mask, value, cycles) in &all.others {
        let encoding = row + reserved;
        let _ = writeln!(text, "    ({encoding}, {mask:#x}, {value:#x}, {cycles}),");
    }
    text.push_str("];\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = "group dpreg\n\
        MUL_1 | 000000000000000000000 s:1 Rn:5 Rd:5 | mul Xd, Xn\n\
        MADD_1 | 000000000000000000001 s:1 Rn:5 Rd:5 | madd Xd, Xn\n\
        NOP_2 | 00000000000000000001000000000000 | nop\n";

    fn table(lines: &str) -> Result<String, Vec<String>> {
        let mut problems = Vec::new();
        let rows = isa::parse("rows.isa", ROWS, &mut problems);
        let lines = parse("latency.isa", lines, &mut problems);
        let all = of_rows(&rows, &lines, &mut problems);
        if problems.is_empty() {
            Ok(emit("", &all, 2))
        } else {
            Err(problems.iter().map(ToString::to_string).collect())
        }
    }

    #[test]
    fn two_encodings_a_byte() {
        let text = table("# a comment\n4: M*_1\n\n5: MADD_1 if s=1\n").unwrap();
        assert!(text.contains("CYCLES: [u8; 1] = [4];"), "{text}");
        // Encodings 0 and 1 are no rows; NOP_2 is behind the end.
        assert!(text.contains("CODES: [u8; 2] = [\n    0, 17,\n]"), "{text}");
        assert!(text.contains("    (3, 0x400, 0x400, 5),\n"), "{text}");
    }

    #[test]
    fn refusals() {
        for (lines, message) in [
            ("4 MUL_1", "latency.isa:1: not `cycles: name ...`"),
            ("\nmany: MUL_1", "latency.isa:2: not `cycles: name ...`"),
            ("4: MUL", "latency.isa:1: no row is called MUL"),
            (
                "4: MUL_1\n5: M*",
                "latency.isa:2: MUL_1 has 4 cycles already",
            ),
            ("4: MUL_1 if t=1", "latency.isa:1: MUL_1: no field t"),
        ] {
            assert_eq!(table(lines), Err(vec![message.to_owned()]), "{lines}");
        }
    }
}
