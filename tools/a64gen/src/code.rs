//! The decoder's code for what the specification text names: operand kinds and predicates.

use crate::isa::Test;
use crate::line::{Line, Problem};
use crate::model::Model;
use crate::operands::LITERAL;
use crate::source::Source;

/// The files with an arm for each name.
#[derive(Clone, Debug, Default)]
pub struct Code {
    /// From a word to an operand: `Kind::Name`.
    pub decode: Vec<Source>,
    /// From an operand to a word: `Program::Name`.
    pub encode: Vec<Source>,
    /// Conditions of aliases: `Predicate::Name`.
    pub predicates: Vec<Source>,
}

/// What has no code.
pub(crate) fn forgotten(model: &Model, code: &Code) -> Vec<Problem> {
    let mut problems = Vec::new();
    for kind in &model.operands.kinds {
        if kind.name == LITERAL {
            continue;
        }
        for (files, path, what) in [
            (&code.decode, "Kind", "no code decodes"),
            (&code.encode, "Program", "no code encodes"),
        ] {
            report(
                &mut problems,
                files,
                &format!("{path}::{}", kind.name),
                &kind.line,
                &format!("{what} kind {}", kind.name),
            );
        }
    }
    for row in &model.rows {
        let own = row.unpredictable.iter().map(|tests| (&row.line, tests));
        let aliases = row.aliases.iter().map(|alias| (&alias.line, &alias.tests));
        for (at, tests) in own.chain(aliases) {
            for test in tests {
                if let Test::Predicate(name) = test {
                    let arm = format!("Predicate::{name}");
                    let what = format!("no code for predicate {name}");
                    report(&mut problems, &code.predicates, &arm, at, &what);
                }
            }
        }
    }
    problems
}

fn report(problems: &mut Vec<Problem>, files: &[Source], arm: &str, at: &Line, what: &str) {
    if files.iter().any(|file| has(&file.text, arm)) {
        return;
    }
    let names: Vec<&str> = files.iter().map(|file| file.file.as_str()).collect();
    problems.push(Problem {
        line: at.clone(),
        text: format!("{what}: write an arm `{arm}` in {}", names.join(" or ")),
    });
}

/// Whether the text has the name, and not as the start of a longer one.
fn has(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        !text[at + name.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
    })
}
