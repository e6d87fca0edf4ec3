//! The text of each generated file.

use std::fmt::Write as _;

use super::lists::Lists;
use super::pieces::{HEADER, Node, bytes, plain, sectioned, sectioned_lines};
use crate::effects::{self, Effect};
use crate::model::RESERVED;
use crate::operands::Kind;
use crate::tree::Tree;

/// `tree.rs`.
pub(super) fn tree(tree: &Tree) -> String {
    let mut out = String::from(HEADER);
    let _ = writeln!(
        out,
        "//! The tree that identifies a word.\n\nuse super::Node;\n\n/// Most steps below the root.\npub(crate) const STEPS: usize = {};\n",
        tree.depth
    );
    plain(
        &mut out,
        "ROOT",
        "A node for each value of bits 31:21.",
        "u16",
        &tree.root,
    );
    let nodes: Vec<Node> = tree.nodes.iter().map(|&n| Node(n)).collect();
    sectioned(
        &mut out,
        "NODES",
        "Mask, multiplier and `base << 16 | shift` of each node.",
        "Node",
        &nodes,
        tree.node_ends,
    );
    sectioned(
        &mut out,
        "SLOTS",
        "The nodes' children: another node, or `0x8000 | encoding`.",
        "u16",
        &tree.slots,
        tree.slot_ends,
    );
    out
}

/// `encodings.rs`.
pub(super) fn encodings(lists: &Lists) -> String {
    let mut out = String::from(HEADER);
    out.push_str("//! One entry for each encoding; 0 is unallocated and 1 undefined.\n\nuse super::Check;\n\n");
    sectioned(
        &mut out,
        "CHECKS",
        "Mask and value of the fixed bits, should-be bits apart.",
        "Check",
        &lists.checks,
        lists.ends,
    );
    sectioned(
        &mut out,
        "FORM_OF",
        "Index into FORMS.",
        "u16",
        &lists.form,
        lists.ends,
    );
    sectioned(
        &mut out,
        "MNEMONIC_OF",
        "Index into NAMES_AT.",
        "u16",
        &lists.mnemonic,
        lists.ends,
    );
    sectioned(
        &mut out,
        "INFO_OF",
        "Index into INFOS.",
        "u8",
        &lists.info,
        lists.ends,
    );
    plain(
        &mut out,
        "INFOS",
        "`requirement << 9 | flow << 5 | group`.",
        "u32",
        &lists.infos,
    );
    let _ = writeln!(
        out,
        "/// Mask and value of the should-be bits of the encodings that have some, sorted by encoding.\npub(crate) static SHOULD_BE: [(u16, u32, u32); {}] = [\n{}];\n",
        lists.soft.len(),
        lists
            .soft
            .iter()
            .map(|(e, m, v)| format!("    ({e}, {m:#x}, {v:#x}),\n"))
            .collect::<Vec<_>>()
            .concat()
    );
    let _ = writeln!(
        out,
        "/// Constrained unpredictable words: encoding, first test, number of tests, sorted by encoding.\npub(crate) static UNPREDICTABLE: [(u16, u16, u8); {}] = [\n{}];",
        lists.unpredictable.len(),
        lists.unpredictable.concat()
    );
    out
}

/// `kinds.rs`.
pub(super) fn kinds(kinds: &[Kind], predicates: &[String]) -> String {
    let mut out = String::from(HEADER);
    out.push_str("//! What the programs have to know: operand kinds, predicates, tests.\n\n/// A kind of operand; `program` has the code of each.\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub(crate) enum Kind {\n");
    for kind in kinds {
        let _ = writeln!(out, "    {},", kind.name);
    }
    let _ = writeln!(
        out,
        "}}\n\n/// All kinds in their order.\npub(crate) static KINDS: [Kind; {}] = [",
        kinds.len()
    );
    for kind in kinds {
        let _ = writeln!(out, "    Kind::{},", kind.name);
    }
    out.push_str("];\n\n/// A predicate of an alias; `predicate` has the code of each.\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub(crate) enum Predicate {\n");
    for predicate in predicates {
        let _ = writeln!(out, "    {predicate},");
    }
    out.push_str("}\n");
    out
}

/// `forms.rs`.
pub(super) fn forms(lists: &Lists, kinds: &[Kind]) -> String {
    let mut out = String::from(HEADER);
    out.push_str("//! Operand lists and aliases.\n\nuse super::kinds::{Kind, Predicate};\nuse super::{Alias as A, Descriptor, Test};\n\nconst fn d(kind: Kind, p: [u8; 7]) -> Descriptor {\n    Descriptor { kind, p }\n}\n\n");
    sectioned(
        &mut out,
        "FORMS",
        "Operand lists: a header, indices into DESCRIPTORS, and an index into ALIASES where the header says so.",
        "u16",
        &lists.forms.list,
        lists.lengths.forms,
    );
    let descriptors: Vec<String> = lists
        .forms
        .descriptors
        .iter()
        .map(|descriptor| {
            format!(
                "    d(Kind::{}, {:?}),\n",
                kinds[descriptor.kind].name, descriptor.bytes
            )
        })
        .collect();
    sectioned_lines(
        &mut out,
        "DESCRIPTORS",
        "Kind and parameters of each distinct operand.",
        "Descriptor",
        "join_descriptor",
        &descriptors,
        lists.lengths.descriptors,
    );
    sectioned_lines(
        &mut out,
        "ALIASES",
        "Aliases; bit 7 of `syntaxes` marks the last of an encoding. The first is that of encodings without any.",
        "A",
        "join_alias",
        &lists.aliases,
        lists.lengths.aliases,
    );
    let _ = writeln!(
        out,
        "/// Tests of aliases and of unpredictable words.\npub(crate) static TESTS: [Test; {}] = [\n{}];",
        lists.tests.len(),
        lists.tests.concat()
    );
    out
}

/// `effects.rs`.
pub(super) fn effects(effects: &[Effect], ends: [usize; 3]) -> String {
    let (list, numbers) = effects::distinct(effects);
    let mut out = String::from(HEADER);
    out.push_str("//! What each encoding reads and writes.\n\nuse super::Effect;\n\n");
    out.push_str(&effects::emit(&list));
    let numbers: Vec<u8> = [0; RESERVED].into_iter().chain(numbers).collect();
    sectioned(
        &mut out,
        "EFFECT_OF",
        "Index into EFFECTS.",
        "u8",
        &numbers,
        ends,
    );
    out
}

/// `names.rs`; the features are those of rows and of names.
pub(super) fn names(lists: &Lists, features: &[String]) -> String {
    let mut out = String::from(HEADER);
    out.push_str("//! Mnemonics, literals and the names of encodings, groups and features.\n\n");
    sectioned(
        &mut out,
        "NAMES_AT",
        "Start of each name, and the end of the last.",
        "u16",
        &lists.names.starts,
        lists.lengths.names,
    );
    bytes(
        &mut out,
        "NAMES_TEXT",
        "The names, one behind the other.",
        &lists.names.blob,
        lists.lengths.text,
    );
    let starts: Vec<u32> = std::iter::once(0)
        .chain(
            lists
                .encoding_names
                .match_indices('\n')
                .map(|(at, _)| at as u32 + 1),
        )
        .collect();
    plain(
        &mut out,
        "ENCODING_NAMES_AT",
        "Start of each encoding's name; each ends with a line feed.",
        "u32",
        &starts,
    );
    let names: Vec<&str> = lists.encoding_names.lines().collect();
    let mut by_name: Vec<usize> = (0..names.len()).collect();
    by_name.sort_by_key(|&number| names[number]);
    plain(
        &mut out,
        "ENCODINGS_BY_NAME",
        "The encodings by their names.",
        "u16",
        &by_name,
    );
    let _ = writeln!(
        out,
        "/// Arm's names of the encodings, a line each.\npub(crate) static ENCODING_NAMES: &str = \"\\\n{}\";\n",
        lists.encoding_names.replace('\n', "\\n\\\n")
    );
    let _ = writeln!(
        out,
        "/// Groups.\npub(crate) static GROUPS: [&str; {}] = {:?};\n",
        lists.groups.len(),
        lists.groups
    );
    if let Some(apple) = features.iter().position(|f| f == "FEAT_APPLE") {
        let _ = writeln!(
            out,
            "/// Apple's own instructions, an index into FEATURES.\npub(crate) const APPLE: u16 = {apple};\n"
        );
    }
    let _ = writeln!(
        out,
        "/// Features.\npub(crate) static FEATURES: [&str; {}] = [\n{}];\n",
        features.len(),
        features
            .iter()
            .map(|f| format!("    {f:?},\n"))
            .collect::<Vec<_>>()
            .concat()
    );
    let mut clauses = Vec::new();
    let mut clause_starts = Vec::new();
    for requirement in &lists.requirements {
        clause_starts.push(clauses.len() as u16);
        for clause in requirement {
            let mut parts = clause.split('/').peekable();
            while let Some(part) = parts.next() {
                let number = features.iter().position(|f| f == part).unwrap_or(0) as u16;
                clauses.push(number | if parts.peek().is_none() { 0x8000 } else { 0 });
            }
        }
    }
    clause_starts.push(clauses.len() as u16);
    plain(
        &mut out,
        "REQUIREMENTS_AT",
        "Start of each requirement, and the end of the last.",
        "u16",
        &clause_starts,
    );
    plain(
        &mut out,
        "REQUIREMENTS",
        "Features, one of which suffices up to the one with bit 15; then the next clause.",
        "u16",
        &clauses,
    );
    out
}
