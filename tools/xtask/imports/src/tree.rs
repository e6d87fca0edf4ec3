//! The modules of a crate, from its root file on.
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::source::{self, Child, Mention, Said, Seen};

/// A crate's modules; the first is the root.
#[derive(Debug)]
pub struct Tree {
    /// Parents stand before their children.
    pub modules: Vec<Module>,
    /// The modules that have a file of their own.
    pub files: usize,
}

/// A module.
#[derive(Debug)]
pub struct Module {
    /// `crate::a::b`.
    pub name: String,
    /// The file that it stands in.
    pub file: PathBuf,
    /// The module whose file this stands in: itself, or for a module in braces the one around it.
    /// Files form the layers, so that a module in braces counts as a part of its file.
    pub owner: usize,
    /// The parent.
    pub parent: Option<usize>,
    /// The line of `mod` in the parent.
    pub line: usize,
    /// Who may name it.
    pub seen: Seen,
    /// The children by name.
    pub children: BTreeMap<String, usize>,
    /// Its imports and paths.
    pub mentions: Vec<Mention>,
}

impl Tree {
    /// The child of `parent` by this name, if module `at` may name it. If it may not, the name means
    /// something else that is called the same, such as a function.
    #[must_use]
    pub fn child(&self, parent: usize, name: &str, at: usize) -> Option<usize> {
        let child = *self.modules[parent].children.get(name)?;
        let may = self.modules[child].seen != Seen::Inside || self.is_inside(at, parent);
        may.then_some(child)
    }

    fn is_inside(&self, module: usize, around: usize) -> bool {
        let mut inner = Some(module);
        while inner.is_some_and(|inner| inner != around) {
            inner = inner.and_then(|inner| self.modules[inner].parent);
        }
        inner.is_some()
    }
}

/// A module that is still to be read.
struct Waiting {
    parent: Option<usize>,
    name: String,
    line: usize,
    seen: Seen,
    /// The file that it stands in.
    file: PathBuf,
    /// What it says, if it stands in braces.
    inline: Option<Said>,
    /// The folder of its children without `#[path]`.
    children: PathBuf,
    /// The folder that `#[path]` of its children counts from.
    paths: PathBuf,
}

/// Reads the crate with this root file.
///
/// # Errors
/// If a file is missing or is not Rust.
pub fn read(root: &Path) -> Result<Tree, String> {
    let mut tree = Tree {
        modules: Vec::new(),
        files: 0,
    };
    // A stack instead of recursion, so that no source is too deep.
    let mut stack = vec![Waiting {
        parent: None,
        name: "crate".to_owned(),
        line: 0,
        seen: Seen::Public,
        file: root.to_owned(),
        inline: None,
        children: folder_of(root),
        paths: folder_of(root),
    }];
    while let Some(mut module) = stack.pop() {
        let index = tree.modules.len();
        let owner = match (&module.inline, module.parent) {
            (Some(_), Some(parent)) => tree.modules[parent].owner,
            _ => index,
        };
        tree.files += usize::from(owner == index);
        let said = match module.inline.take() {
            Some(said) => said,
            None => read_file(&module.file)?,
        };
        for child in said.children {
            stack.push(below(&module, index, child));
        }
        let name = match module.parent {
            Some(parent) => {
                let parent: &mut Module = &mut tree.modules[parent];
                parent.children.insert(module.name.clone(), index);
                format!("{}::{}", parent.name, module.name)
            }
            None => module.name,
        };
        tree.modules.push(Module {
            name,
            file: module.file,
            owner,
            parent: module.parent,
            line: module.line,
            seen: module.seen,
            children: BTreeMap::new(),
            mentions: said.mentions,
        });
    }
    Ok(tree)
}

/// A child of `module`, with its file and folders where rustc looks for them.
fn below(module: &Waiting, parent: usize, child: Child) -> Waiting {
    let (file, children, paths) = match (child.path, &child.inline) {
        (Some(path), None) => {
            // Its children lie beside it, as those of a `mod.rs`.
            let file = module.paths.join(path);
            (file.clone(), folder_of(&file), folder_of(&file))
        }
        (None, None) => {
            let file = module.children.join(format!("{}.rs", child.name));
            let paths = folder_of(&file);
            (file, module.children.join(&child.name), paths)
        }
        (path, Some(_)) => {
            let folder = path.map_or_else(
                || module.children.join(&child.name),
                |path| module.paths.join(path),
            );
            (module.file.clone(), folder.clone(), folder)
        }
    };
    Waiting {
        parent: Some(parent),
        name: child.name,
        line: child.line,
        seen: child.seen,
        file,
        inline: child.inline,
        children,
        paths,
    }
}

fn folder_of(file: &Path) -> PathBuf {
    file.parent().unwrap_or(Path::new("")).to_owned()
}

fn read_file(file: &Path) -> Result<Said, String> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    source::read(&text).map_err(|error| format!("{}: {error}", file.display()))
}
