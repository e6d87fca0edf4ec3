//! Which module names which.
use std::collections::BTreeMap;

use crate::source::{Kind, Mention};
use crate::tree::Tree;

/// The first place where one module names another.
#[derive(Debug, Clone)]
pub struct Edge {
    /// Its line in the file of the module that names.
    pub line: usize,
    /// The path as it stands there.
    pub path: String,
}

/// For each module the modules that it names. A module in braces has none: its edges are those of
/// the file that it stands in.
pub type Graph = Vec<BTreeMap<usize, Edge>>;

/// The edges of a crate.
///
/// A path leads to the last module on it. What a module re-exports is the module's own: an import
/// of it is an edge to the face that re-exports, and the face has one to the owner.
#[must_use]
pub fn of(tree: &Tree) -> Graph {
    let names = Names::of(tree);
    let mut graph: Graph = vec![BTreeMap::new(); tree.modules.len()];
    for (index, module) in tree.modules.iter().enumerate() {
        for mention in &module.mentions {
            // What leads out of the crate is no edge, and what starts with an imported item is one already.
            let Some((goal, _)) = names.walk(tree, index, &mention.segments) else {
                continue;
            };
            let (from, to) = (module.owner, tree.modules[goal].owner);
            if from != to {
                graph[from].entry(to).or_insert_with(|| Edge {
                    line: mention.line,
                    path: written(mention),
                });
            }
        }
    }
    graph
}

fn written(mention: &Mention) -> String {
    let path = mention.segments.join("::");
    match mention.kind {
        Kind::Glob => format!("use {path}::*"),
        Kind::Import { .. } => format!("use {path}"),
        Kind::Path => path,
    }
}

/// The module that the whole of `path`, standing in module `at`, names.
#[must_use]
pub fn module(tree: &Tree, at: usize, path: &[String]) -> Option<usize> {
    let (module, rest) = Names::of(tree).walk(tree, at, path)?;
    (rest == 0).then_some(module)
}

/// The modules that each module imports by name, and those that it imports everything of.
struct Names {
    imported: Vec<BTreeMap<String, usize>>,
    globs: Vec<Vec<usize>>,
}

impl Names {
    fn of(tree: &Tree) -> Self {
        let mut names = Self {
            imported: vec![BTreeMap::new(); tree.modules.len()],
            globs: vec![Vec::new(); tree.modules.len()],
        };
        // An import can start with a name that another one brings; each round finds at least one
        // more of these, or is the last.
        loop {
            let mut found = false;
            for (index, module) in tree.modules.iter().enumerate() {
                for mention in &module.mentions {
                    let Some((goal, rest)) = names.walk(tree, index, &mention.segments) else {
                        continue;
                    };
                    match &mention.kind {
                        Kind::Import { name, .. } if rest == 0 => {
                            let old = names.imported[index].insert(name.clone(), goal);
                            found |= old.is_none();
                        }
                        Kind::Glob if rest == 0 && !names.globs[index].contains(&goal) => {
                            names.globs[index].push(goal);
                            found = true;
                        }
                        _ => {}
                    }
                }
            }
            if !found {
                return names;
            }
        }
    }

    /// The last module on the path, and how many parts of the path follow it.
    fn walk(&self, tree: &Tree, at: usize, path: &[String]) -> Option<(usize, usize)> {
        let (first, mut rest) = path.split_first()?;
        let mut module = match first.as_str() {
            "crate" => 0,
            "self" => at,
            "super" => tree.modules[at].parent?,
            name => self.named(tree, at, name, at).or_else(|| {
                let mut globs = self.globs[at].iter();
                globs.find_map(|glob| self.named(tree, *glob, name, at))
            })?,
        };
        while let Some((next, after)) = rest.split_first() {
            module = match next.as_str() {
                "super" => tree.modules[module].parent?,
                name => match tree.child(module, name, at) {
                    Some(child) => child,
                    None => break,
                },
            };
            rest = after;
        }
        Some((module, rest.len()))
    }

    /// The module that `name` means in module `scope`, for one who stands in `at`.
    fn named(&self, tree: &Tree, scope: usize, name: &str, at: usize) -> Option<usize> {
        tree.child(scope, name, at)
            .or_else(|| self.imported[scope].get(name).copied())
    }
}
