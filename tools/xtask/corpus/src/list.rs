//! The list of real files: `tools/xtask/corpus.tsv`.

use crate::fault::{Fault, Outcome};

/// One Mach-O file inside a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    /// `pypi` or `npm`.
    pub(crate) registry: String,
    pub(crate) package: String,
    pub(crate) version: String,
    /// The package's file name.
    pub(crate) file: String,
    /// Its size in bytes.
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
    /// The path inside, or `ARCHIVE!PATH` for a file in an archive inside.
    pub(crate) member: String,
    /// The language it was compiled from.
    pub(crate) made_from: String,
    /// File type, after `fat` for a universal file.
    pub(crate) shape: String,
}

impl Item {
    /// A name for messages and for the unpacked file.
    pub(crate) fn name(&self) -> String {
        let base = self.member.rsplit(['/', '!']).next().unwrap_or_default();
        format!("{} {base}", self.package)
    }

    pub(crate) fn is_fat(&self) -> bool {
        self.shape.starts_with("fat ")
    }
}

/// Reads the list.
///
/// # Errors
/// When a line does not have its nine fields.
pub(crate) fn parse(text: &str) -> Outcome<Vec<Item>> {
    let mut items = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let &[
            registry,
            package,
            version,
            file,
            bytes,
            sha256,
            member,
            made_from,
            shape,
        ] = fields.as_slice()
        else {
            return Err(Fault::new(format!("corpus.tsv: not nine fields: {line}")));
        };
        items.push(Item {
            registry: registry.to_owned(),
            package: package.to_owned(),
            version: version.to_owned(),
            file: file.to_owned(),
            bytes: bytes
                .parse()
                .map_err(|_| Fault::new(format!("corpus.tsv: not a size: {bytes}")))?,
            sha256: sha256.to_owned(),
            member: member.to_owned(),
            made_from: made_from.to_owned(),
            shape: shape.to_owned(),
        });
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn the_list_is_well_formed_and_wide() {
        let items = parse(include_str!("../../corpus.tsv")).unwrap();
        assert!(items.len() >= 20);
        for shape in [
            "execute",
            "dylib",
            "bundle",
            "object",
            "fat execute",
            "fat dSYM",
        ] {
            assert!(items.iter().any(|item| item.shape == shape), "{shape}");
        }
        for language in ["Go", "Rust", "Swift", "C++", "Zig"] {
            assert!(
                items.iter().any(|item| item.made_from == language),
                "{language}"
            );
        }
        for item in &items {
            assert_eq!(item.sha256.len(), 64, "{}", item.file);
            assert!(["pypi", "npm"].contains(&item.registry.as_str()));
        }
    }

    #[test]
    fn a_short_line_is_refused() {
        assert!(parse("pypi\truff").is_err());
    }
}
