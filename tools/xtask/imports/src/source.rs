//! What one file says: its child modules, its imports and the paths in its code.
//!
//! Comments and strings are not code, and what is compiled for tests only is left out. Macros are
//! not expanded; their arguments and bodies are read token by token. Of a module that `cfg_attr`
//! gives several files, the usual one is read.
use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprLit, Item, Lit, Meta, Path, UseTree, Visibility};

/// One import or one path in code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// `crate::a::B` as its parts.
    pub segments: Vec<String>,
    /// The line in the file, from 1.
    pub line: usize,
    /// What it does.
    pub kind: Kind,
}

/// What a path is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `use path as name`, or without `as` the last part of the path.
    Import {
        /// The name that it has here.
        name: String,
        /// Whether others may import it from here: `pub use`, without a restriction.
        public: bool,
    },
    /// `use path::*`.
    Glob,
    /// A path in code.
    Path,
}

/// A child module.
#[derive(Debug)]
pub struct Child {
    /// Its name.
    pub name: String,
    /// The value of `#[path]`.
    pub path: Option<String>,
    /// The line of `mod`.
    pub line: usize,
    /// Who may name it.
    pub seen: Seen,
    /// What it says, if it stands in braces.
    pub inline: Option<Said>,
}

/// Who may name a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Only its parent and what is inside that.
    Inside,
    /// More of the crate.
    Wider,
    /// Everybody: `pub`.
    Public,
}

impl Seen {
    fn of(visibility: &Visibility) -> Self {
        match visibility {
            Visibility::Inherited => Self::Inside,
            Visibility::Restricted(_) => Self::Wider,
            Visibility::Public(_) => Self::Public,
        }
    }
}

/// What a module says.
#[derive(Debug, Default)]
pub struct Said {
    /// Its child modules.
    pub children: Vec<Child>,
    /// Its imports and paths.
    pub mentions: Vec<Mention>,
}

/// Reads a file's text.
///
/// # Errors
/// If it is not Rust.
pub fn read(text: &str) -> Result<Said, String> {
    let file = syn::parse_file(text)
        .map_err(|error| format!("line {}: {error}", error.span().start().line))?;
    Ok(module(&file.items))
}

fn module(items: &[Item]) -> Said {
    let mut said = Said::default();
    for item in items {
        said.visit_item(item);
    }
    said
}

impl Said {
    fn mention(&mut self, segments: Vec<String>, line: usize, kind: Kind) {
        self.mentions.push(Mention {
            segments,
            line,
            kind,
        });
    }

    fn import(&mut self, tree: &UseTree, before: &[String], public: bool) {
        let with = |ident: &Ident| {
            let mut segments = before.to_vec();
            // `self` in braces is what stands before the braces.
            if before.is_empty() || ident != "self" {
                segments.push(ident.to_string());
            }
            segments
        };
        match tree {
            UseTree::Path(path) => self.import(&path.tree, &with(&path.ident), public),
            UseTree::Name(name) => {
                let segments = with(&name.ident);
                let line = name.ident.span().start().line;
                let name = segments.last().cloned().unwrap_or_default();
                self.mention(segments, line, Kind::Import { name, public });
            }
            UseTree::Rename(rename) => {
                let line = rename.ident.span().start().line;
                let name = rename.rename.to_string();
                self.mention(with(&rename.ident), line, Kind::Import { name, public });
            }
            UseTree::Glob(glob) => {
                let line = glob.star_token.spans[0].start().line;
                self.mention(before.to_vec(), line, Kind::Glob);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, before, public);
                }
            }
        }
    }

    /// Paths among the tokens of a macro or an attribute: `crate::a::b`, and each of
    /// `crate::a::{b, c}`.
    fn tokens(&mut self, tokens: TokenStream, before: &[String]) {
        let mut walk = Walk::new(before);
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if let Some(done) = walk.ident(&ident) {
                        self.path(done);
                    }
                }
                TokenTree::Punct(punct) => {
                    if let Some(done) = walk.punct(punct.as_char(), punct.spacing()) {
                        self.path(done);
                    }
                }
                TokenTree::Group(group) => {
                    let (done, goes_on) = walk.group();
                    let braces = group.delimiter() == Delimiter::Brace;
                    match done {
                        Some((segments, _)) if goes_on && braces => {
                            self.tokens(group.stream(), &segments);
                        }
                        done => {
                            if let Some(done) = done {
                                self.path(done);
                            }
                            self.tokens(group.stream(), &[]);
                        }
                    }
                }
                TokenTree::Literal(_) => {
                    if let Some(done) = walk.punct(';', Spacing::Alone) {
                        self.path(done);
                    }
                }
            }
        }
        if let Some(done) = walk.punct(';', Spacing::Alone) {
            self.path(done);
        }
    }

    fn path(&mut self, (segments, line): (Vec<String>, usize)) {
        // One name alone was imported, which has been counted, or is this module's own.
        if segments.len() > 1 {
            self.mention(segments, line, Kind::Path);
        }
    }
}

/// Puts paths together from tokens.
struct Walk<'b> {
    /// What stands before the braces that the tokens are in.
    before: &'b [String],
    /// Whether a name here goes on with `before`: it is the first, or follows a comma.
    fresh: bool,
    segments: Vec<String>,
    line: usize,
    after: After,
}

/// What the last token was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Name,
    Colon,
    /// `::` after a name.
    Colons,
    /// `::` after something else, such as `<T as Trait>`, a dot or a dollar sign: a name that
    /// follows does not start a path.
    Foreign,
    Other,
}

impl<'b> Walk<'b> {
    fn new(before: &'b [String]) -> Self {
        Self {
            before,
            fresh: true,
            segments: Vec::new(),
            line: 0,
            after: After::Other,
        }
    }

    fn take(&mut self) -> Option<(Vec<String>, usize)> {
        let segments = std::mem::take(&mut self.segments);
        (!segments.is_empty()).then_some((segments, self.line))
    }

    fn ident(&mut self, ident: &Ident) -> Option<(Vec<String>, usize)> {
        let name = ident.to_string();
        match self.after {
            After::Colons => {
                self.segments.push(name);
                self.after = After::Name;
                None
            }
            // `$crate` is a path, `$name` is not.
            After::Foreign if name != "crate" => None,
            _ => {
                let done = self.take();
                if self.fresh {
                    self.segments.extend_from_slice(self.before);
                }
                self.fresh = false;
                if self.segments.is_empty() || name != "self" {
                    self.segments.push(name);
                }
                self.line = ident.span().start().line;
                self.after = After::Name;
                done
            }
        }
    }

    fn punct(&mut self, punct: char, spacing: Spacing) -> Option<(Vec<String>, usize)> {
        self.after = match (punct, self.after, spacing) {
            (':', After::Name, Spacing::Joint) => After::Colon,
            (':', After::Colon, _) => After::Colons,
            (':', After::Foreign, _) | (':', _, Spacing::Joint) | ('.' | '$', _, _) => {
                After::Foreign
            }
            _ => After::Other,
        };
        if matches!(self.after, After::Colon | After::Colons) {
            return None;
        }
        self.fresh = punct == ',';
        self.take()
    }

    /// The path before a group, and whether it goes on in it.
    fn group(&mut self) -> (Option<(Vec<String>, usize)>, bool) {
        let goes_on = self.after == After::Colons;
        self.after = After::Other;
        self.fresh = false;
        (self.take(), goes_on)
    }
}

/// Whether the attributes say that this is compiled for tests only.
fn tests_only(attributes: &[Attribute]) -> bool {
    fn implies_test(meta: &Meta) -> bool {
        match meta {
            Meta::Path(path) => path.is_ident("test"),
            Meta::List(list) if list.path.is_ident("all") => {
                let parts = list.parse_args_with(
                    syn::punctuated::Punctuated::<Meta, syn::Token![,]>::parse_terminated,
                );
                parts.is_ok_and(|parts| parts.iter().any(implies_test))
            }
            _ => false,
        }
    }
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<Meta>()
                .is_ok_and(|meta| implies_test(&meta))
    })
}

/// The text of `#[path = "text"]`.
fn path_of(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| {
        let Meta::NameValue(pair) = &attribute.meta else {
            return None;
        };
        match &pair.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) if pair.path.is_ident("path") => Some(text.value()),
            _ => None,
        }
    })
}

/// Visits a node unless it is for tests only.
macro_rules! unless_for_tests {
    ($($name:ident: $node:ident),* $(,)?) => {
        $(fn $name(&mut self, node: &'ast syn::$node) {
            if !tests_only(&node.attrs) {
                visit::$name(self, node);
            }
        })*
    };
}

impl<'ast> Visit<'ast> for Said {
    unless_for_tests! {
        visit_item_const: ItemConst,
        visit_item_enum: ItemEnum,
        visit_item_fn: ItemFn,
        visit_item_impl: ItemImpl,
        visit_item_macro: ItemMacro,
        visit_item_static: ItemStatic,
        visit_item_struct: ItemStruct,
        visit_item_trait: ItemTrait,
        visit_item_type: ItemType,
        visit_impl_item_const: ImplItemConst,
        visit_impl_item_fn: ImplItemFn,
        visit_field: Field,
        visit_variant: Variant,
        visit_arm: Arm,
        visit_local: Local,
    }

    fn visit_item_mod(&mut self, node: &'ast syn::ItemMod) {
        if tests_only(&node.attrs) {
            return;
        }
        self.children.push(Child {
            name: node.ident.to_string(),
            path: path_of(&node.attrs),
            line: node.ident.span().start().line,
            seen: Seen::of(&node.vis),
            inline: node.content.as_ref().map(|(_, items)| module(items)),
        });
    }

    fn visit_item_use(&mut self, node: &'ast syn::ItemUse) {
        if node.leading_colon.is_none() && !tests_only(&node.attrs) {
            let public = matches!(node.vis, Visibility::Public(_));
            self.import(&node.tree, &[], public);
        }
    }

    fn visit_path(&mut self, node: &'ast Path) {
        if node.leading_colon.is_none() && !node.segments.is_empty() {
            let names = node.segments.iter();
            let names = names.map(|segment| segment.ident.to_string()).collect();
            let line = node.segments[0].ident.span().start().line;
            self.path((names, line));
        }
        visit::visit_path(self, node);
    }

    fn visit_macro(&mut self, node: &'ast syn::Macro) {
        visit::visit_macro(self, node);
        self.tokens(node.tokens.clone(), &[]);
    }

    fn visit_attribute(&mut self, node: &'ast Attribute) {
        // Such as `#[arg(value_parser = crate::number::size)]`.
        match &node.meta {
            Meta::List(list) => self.tokens(list.tokens.clone(), &[]),
            Meta::NameValue(pair) => self.visit_expr(&pair.value),
            Meta::Path(_) => {}
        }
    }

    /// `pub(in path)` says who may see something, which is no import.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}
