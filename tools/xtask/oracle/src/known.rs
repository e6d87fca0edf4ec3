//! The list of explained differences. Whatever is not on it fails the run.
//!
//! One line an explanation, six columns separated by ` | `:
//!
//! ```text
//! syntax | encoding | ours | theirs | cause | citation
//! ```
//!
//! `syntax` and `encoding` are lists separated by commas. `encoding`, `ours` and
//! `theirs` are globs in which `*` stands for any text; a word that is no
//! instruction is written `undefined`. An encoding with `~` in front stands only
//! for its words that are CONSTRAINED UNPREDICTABLE; `@FEAT_LSE128` stands for the
//! encodings that need this feature. Lines that start with `#` and empty lines are
//! skipped.

use crate::Syntax;
use crate::fault::Fault;

/// What a word is to the decoder under test.
#[derive(Debug, Clone, Copy)]
pub struct Category<'a> {
    /// The name of its encoding.
    pub encoding: &'a str,
    /// Whether it is CONSTRAINED UNPREDICTABLE.
    pub unpredictable: bool,
    /// The features that its encoding needs.
    pub features: &'a [&'static str],
}

/// One explanation.
#[derive(Debug)]
pub struct Known {
    syntaxes: Vec<Syntax>,
    encodings: Vec<String>,
    /// What ours looks like.
    pub ours: String,
    /// What the other side looks like.
    pub theirs: String,
    /// Why the two differ.
    pub cause: String,
    /// Where that is written.
    pub citation: String,
}

impl Known {
    /// Whether it is about one of these syntaxes.
    pub fn concerns(&self, syntaxes: &[Syntax]) -> bool {
        syntaxes.iter().any(|syntax| self.syntaxes.contains(syntax))
    }

    /// Whether this line explains the difference.
    pub fn explains(&self, syntax: Syntax, word: Category<'_>, ours: &str, theirs: &str) -> bool {
        self.syntaxes.contains(&syntax)
            && self.encodings.iter().any(|own| {
                match (own.strip_prefix('~'), own.strip_prefix('@')) {
                    (Some(own), _) => word.unpredictable && glob(own, word.encoding),
                    (_, Some(own)) => word.features.contains(&own),
                    _ => glob(own, word.encoding),
                }
            })
            && glob(&self.ours, ours)
            && glob(&self.theirs, theirs)
    }
}

/// Reads the list.
///
/// # Errors
/// When a line has not six columns, an unknown syntax, or no cause or citation.
pub fn parse(text: &str) -> Result<Vec<Known>, Fault> {
    let mut list = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let fault = |why: &str| Fault::new(format!("line {} of the list: {why}", number + 1));
        let columns: Vec<&str> = line.split(" | ").map(str::trim).collect();
        let [syntax, encoding, ours, theirs, cause, citation] = columns[..] else {
            return Err(fault("six columns are wanted"));
        };
        if cause.is_empty() || citation.is_empty() {
            return Err(fault("a cause and a citation are wanted"));
        }
        list.push(Known {
            syntaxes: syntax
                .split(',')
                .map(|name| Syntax::from_name(name.trim()).ok_or_else(|| fault("unknown syntax")))
                .collect::<Result<_, _>>()?,
            encodings: encoding
                .split(',')
                .map(|glob| glob.trim().to_owned())
                .collect(),
            ours: ours.to_owned(),
            theirs: theirs.to_owned(),
            cause: cause.to_owned(),
            citation: citation.to_owned(),
        });
    }
    Ok(list)
}

/// Whether `text` has the shape of `pattern`, where `*` is any text.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        // The earliest match of every part but the last leaves most for the rest.
        if let Some(part) = last.replace(part) {
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        assert!(glob("*", ""));
        assert!(glob("CAS*_ldst*", "CASAT_C32_ldst"));
        assert!(glob("undefined", "undefined"));
        assert!(!glob("undefined", "undefined2"));
        assert!(!glob("a*b*c", "acb"));
        assert!(glob("a*b*c", "a-b-b-c"));
        assert!(!glob("mrs *, S1*", "mrs x0, S3_0"));
    }

    #[test]
    fn a_feature_stands_for_its_encodings() {
        let list = parse("bad64 | @FEAT_LSE128 | * | undefined | because | there").unwrap();
        let word = |features| Category {
            encoding: "SWPP_128_memop_128",
            unpredictable: false,
            features,
        };
        let explains = |features| list[0].explains(Syntax::Bad64, word(features), "a", "undefined");
        assert!(explains(&["FEAT_LSE128"]));
        assert!(!explains(&["FEAT_LSE"]));
        assert!(list[0].concerns(&[Syntax::Gnu, Syntax::Bad64]));
        assert!(!list[0].concerns(&[Syntax::Gnu]));
    }

    #[test]
    fn a_line_must_say_why_and_where() {
        assert!(parse("llvm | * | a | b | because | Arm ARM C6.2.1").is_ok());
        for line in [
            "llvm | * | a | b |  | Arm ARM",
            "masm | * | a | b | because | there",
            "llvm | * | a | b",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
