//! Small source trees, with and without a loop.
use std::fs;
use std::path::PathBuf;

use kc_imports::{cycle, graph, public, tree};

/// Writes a crate and gives its root file.
fn write(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.is_dir() {
        fs::remove_dir_all(&folder).expect("an old folder goes away");
    }
    for (file, text) in files {
        let file = folder.join(file);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a new folder");
        fs::write(file, text).expect("a new file");
    }
    folder.join("lib.rs")
}

/// Each loop as `module:line` of its edges.
fn loops(name: &str, files: &[(&str, &str)]) -> Vec<Vec<String>> {
    let tree = tree::read(&write(name, files)).expect("Rust");
    let graph = graph::of(&tree);
    let describe = |around: Vec<usize>| {
        let edge = |(at, from): (usize, &usize)| {
            let to = around[(at + 1) % around.len()];
            format!("{}:{}", tree.modules[*from].name, graph[*from][&to].line)
        };
        around.iter().enumerate().map(edge).collect()
    };
    cycle::shortest(&graph).into_iter().map(describe).collect()
}

/// The names of the modules that module `from` has edges to.
fn edges(name: &str, files: &[(&str, &str)], from: &str) -> Vec<String> {
    let tree = tree::read(&write(name, files)).expect("Rust");
    let graph = graph::of(&tree);
    let from = tree.modules.iter().position(|module| module.name == from);
    let goals = graph[from.expect("such a module")].keys();
    goals.map(|to| tree.modules[*to].name.clone()).collect()
}

#[test]
fn layers_pass() {
    let files = [
        (
            "lib.rs",
            "mod a;\nmod b;\nmod c;\npub use a::run;\npub use b::B;\n",
        ),
        (
            "a.rs",
            "use crate::b::B;\nuse super::c;\npub fn run() -> B { c::make() }\n",
        ),
        ("b.rs", "pub struct B;\n"),
        ("c.rs", "use crate::b::B;\npub fn make() -> B { B }\n"),
    ];
    assert_eq!(loops("layers", &files), Vec::<Vec<String>>::new());
    let mut found = edges("layers_edges", &files, "crate::a");
    found.sort();
    assert_eq!(found, ["crate::b", "crate::c"]);
}

#[test]
fn a_loop_through_three_modules_is_found_with_its_lines() {
    let files = [
        ("lib.rs", "mod a;\nmod b;\nmod c;\n"),
        ("a.rs", "\nuse crate::b::f;\n"),
        ("b.rs", "\n\npub fn f() { crate::c::f() }\n"),
        ("c.rs", "pub fn f() {\n    let _ = vec![crate::a::X];\n}\n"),
    ];
    let found = loops("three", &files);
    assert_eq!(found.len(), 1, "{found:?}");
    let mut edges = found[0].clone();
    edges.sort();
    assert_eq!(edges, ["crate::a:2", "crate::b:3", "crate::c:2"]);
}

#[test]
fn a_child_that_names_its_parent_is_a_loop_if_the_parent_names_it() {
    let child = ("a/b.rs", "use super::Shared;\npub struct B(Shared);\n");
    let uses = ("a.rs", "mod b;\npub use b::B;\npub struct Shared;\n");
    let declares = ("a.rs", "mod b;\npub struct Shared;\n");
    let root = ("lib.rs", "mod a;\n");
    assert_eq!(loops("super", &[root, uses, child]).len(), 1);
    // `mod b;` alone is no import.
    assert_eq!(loops("declared", &[root, declares, child]).len(), 0);
}

#[test]
fn a_name_that_the_face_re_exports_leads_to_the_face() {
    let root = ("lib.rs", "mod encode;\nmod fmt;\n");
    let face = (
        "fmt.rs",
        "mod text;\nmod write;\npub use text::Symbols;\npub use write::write;\n",
    );
    let text = ("fmt/text.rs", "pub trait Symbols {}\n");
    let by_face = (
        "fmt/write.rs",
        "pub fn write(_: &dyn crate::fmt::Symbols) {}\n",
    );
    let by_owner = (
        "fmt/write.rs",
        "use super::text::Symbols;\npub fn write(_: &dyn Symbols) {}\n",
    );
    let encode = ("encode.rs", "use crate::fmt::Symbols;\n");
    let found = loops("face", &[root, face, text, by_face, encode]);
    assert_eq!(found.len(), 1, "{found:?}");
    let mut edges = found[0].clone();
    edges.sort();
    assert_eq!(edges, ["crate::fmt:4", "crate::fmt::write:1"]);
    assert_eq!(
        loops("owner", &[root, face, text, by_owner, encode]).len(),
        0
    );
}

#[test]
fn a_module_by_another_name_is_followed() {
    let root = ("lib.rs", "mod a;\nmod b;\nmod c;\n");
    let names = (
        "a.rs",
        "use crate::b as other;\nuse super::*;\nfn f() { other::deep::f(); c::f() }\n",
    );
    let b = ("b.rs", "pub mod deep;\n");
    let deep = ("b/deep.rs", "use crate::a::X;\n");
    let c = ("c.rs", "pub fn f() { use super::a::X; }\n");
    let found = loops("renamed", &[root, names, b, deep, c]);
    // Both hang together with `a`, so one of the two is reported.
    assert_eq!(found.len(), 1, "{found:?}");
    let mut found = edges("renamed_edges", &[root, names, b, deep, c], "crate::a");
    found.sort();
    assert_eq!(found, ["crate", "crate::b", "crate::b::deep", "crate::c"]);
}

#[test]
fn a_function_that_a_private_module_shares_its_name_with_is_its_parents() {
    let root = ("lib.rs", "mod a;\nmod b;\n");
    let a = ("a.rs", "mod find;\npub use find::find;\nuse crate::b::B;\n");
    let find = ("a/find.rs", "pub fn find() {}\n");
    let b = ("b.rs", "use crate::a::find;\n");
    assert_eq!(loops("shared", &[root, a, find, b]).len(), 1);
    let files = [root, a, find, b];
    assert_eq!(edges("shared_edges", &files, "crate::b"), ["crate::a"]);
}

#[test]
fn tests_comments_strings_and_visibilities_are_no_imports() {
    let root = ("lib.rs", "mod a;\nmod b;\n");
    let a = ("a.rs", "use crate::b::B;\n");
    let b = (
        "b.rs",
        "//! See [`crate::a::A`].\n\
         // use crate::a::A;\n\
         /// As `crate::a::A`.\n\
         pub struct B;\n\
         pub(in crate::a) struct C;\n\
         const TEXT: &str = \"use crate::a::A\";\n\
         fn f() { println!(\"crate::a::A\") }\n\
         #[cfg(test)]\n\
         use crate::a::A;\n\
         #[cfg(all(test, unix))]\n\
         fn g() { crate::a::f() }\n\
         #[cfg(test)]\n\
         mod tests { use crate::a::A; }\n",
    );
    assert_eq!(loops("quiet", &[root, a, b]).len(), 0);
    let loud = ("b.rs", "#[cfg(not(test))]\nfn g() { crate::a::f() }\n");
    assert_eq!(loops("loud", &[root, a, loud]).len(), 1);
}

#[test]
fn paths_in_macros_and_attributes_are_read() {
    let root = ("lib.rs", "mod a;\nmod b;\n");
    let a = ("a.rs", "use crate::b::B;\n");
    for (name, text) in [
        ("rules", "macro_rules! m { () => { $crate::a::f() } }\n"),
        (
            "braces",
            "macro_rules! m { () => { use crate::{other, a::{self, A}}; } }\n",
        ),
        (
            "argument",
            "fn f() { assert!(true, \"{}\", super::a::f()) }\n",
        ),
        (
            "attribute",
            "#[arg(value_parser = crate::a::f)]\nstruct S;\n",
        ),
        ("generic", "fn f(_: Vec<Option<crate::a::A>>) {}\n"),
        ("trait", "impl S { fn f() { <u8 as crate::a::T>::f() } }\n"),
        (
            "pattern",
            "fn f(x: u8) { match x { super::a::X => {} _ => {} } }\n",
        ),
    ] {
        assert_eq!(loops(name, &[root, a, ("b.rs", text)]).len(), 1, "{name}");
    }
    for (name, text) in [
        (
            "variable",
            "macro_rules! m { ($a:ident) => { $a::a::f() } }\n",
        ),
        ("method", "fn f() { dbg!(x.a::<u8>::b) }\n"),
        ("foreign", "fn f() { std::a::f(); ::a::f() }\n"),
        ("qualified", "fn f() { dbg!(<u8>::a::f()) }\n"),
    ] {
        assert_eq!(loops(name, &[root, a, ("b.rs", text)]).len(), 0, "{name}");
    }
}

#[test]
fn a_module_in_braces_belongs_to_its_file() {
    let root = ("lib.rs", "mod a;\nmod b;\n");
    let a = (
        "a.rs",
        "pub struct Shared;\nuse inner::Inner;\nmod inner {\n    use super::Shared;\n    pub struct Inner(Shared);\n}\n",
    );
    let quiet = ("b.rs", "use crate::a::Shared;\n");
    assert_eq!(loops("braces_quiet", &[root, a, quiet]).len(), 0);
    let a = (
        "a.rs",
        "pub struct Shared;\nmod inner {\n    use crate::b::B;\n}\n",
    );
    assert_eq!(loops("braces_loud", &[root, a, quiet]).len(), 1);
}

#[test]
fn files_lie_where_rustc_looks() {
    let files = [
        (
            "lib.rs",
            "mod a;\n#[path = \"else/where.rs\"]\nmod b;\nmod c { mod d; }\n",
        ),
        ("a.rs", "mod deep;\n"),
        ("a/deep.rs", ""),
        ("else/where.rs", "mod beside;\n"),
        ("else/beside.rs", ""),
        ("c/d.rs", ""),
    ];
    let tree = tree::read(&write("files", &files)).expect("all files are found");
    assert_eq!(tree.files, 6);
    let missing = tree::read(&write("missing", &[("lib.rs", "mod a;\n")]));
    assert!(missing.expect_err("no such file").contains("a.rs"));
}

#[test]
fn only_name_spaces_are_public_modules() {
    let files = [
        (
            "lib.rs",
            "pub mod raw;\npub mod view;\npub(crate) mod a;\npub use a::inner;\npub use a::inner::name;\npub use a::a;\npub use a::b;\n",
        ),
        ("raw.rs", ""),
        ("view.rs", ""),
        (
            "a.rs",
            "pub mod inner;\nmod b;\npub fn a() {}\npub fn b() {}\n",
        ),
        ("a/b.rs", ""),
        ("a/inner.rs", "pub fn name() {}\n"),
    ];
    let tree = tree::read(&write("public", &files)).expect("Rust");
    let names = |package| -> Vec<String> {
        let found = public::forbidden(package, &tree).into_iter();
        found.map(|(name, _)| name).collect()
    };
    assert_eq!(names("kc-macho-core"), ["view", "inner"]);
    assert_eq!(names("img4"), ["raw", "view", "inner"]);
}
