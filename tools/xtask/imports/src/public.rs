//! Public modules of libraries (docs/decisions/0014).
use crate::graph;
use crate::source::{Kind, Seen};
use crate::tree::Tree;

/// The modules that are name spaces which a reader wants: package and module.
const NAME_SPACES: [(&str, &str); 3] = [
    ("kc-macho-core", "raw"),
    ("aarch64-decode", "construct"),
    ("kc-offsets", "code"),
];

/// The modules that the root of a library makes public and must not: their names and lines.
#[must_use]
pub fn forbidden(package: &str, tree: &Tree) -> Vec<(String, usize)> {
    let Some(root) = tree.modules.first() else {
        return Vec::new();
    };
    let declared = root.children.iter().filter_map(|(name, child)| {
        let child = &tree.modules[*child];
        (child.seen == Seen::Public).then(|| (name.clone(), child.line))
    });
    // A module that lies deeper and is re-exported.
    let exported = root.mentions.iter().filter_map(|mention| {
        let Kind::Import { name, public: true } = &mention.kind else {
            return None;
        };
        graph::module(tree, 0, &mention.segments)?;
        Some((name.clone(), mention.line))
    });
    declared
        .chain(exported)
        .filter(|(name, _)| !NAME_SPACES.contains(&(package, name.as_str())))
        .collect()
}
