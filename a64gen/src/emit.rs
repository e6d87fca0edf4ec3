//! Writes the decoder's tables: numbers and names, no code.

mod pieces;

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::effects::{self, Effect};
use crate::isa::{Apple, Row, Template, Test, flows};
use crate::latency::{self, Latencies};
use crate::names::Table;
use crate::operands::{Descriptor, LITERAL, Operands};
use crate::tree::Tree;
use pieces::{Check, Forms, HEADER, Names, Node, bytes, plain, sectioned, sectioned_lines};

/// What the specification text came to, ready to be written.
pub(crate) struct Model {
    /// Rows in the order of their numbers; row `i` is encoding `i + 2`.
    pub(crate) rows: Vec<Row>,
    /// Section of each row.
    pub(crate) sections: Vec<u8>,
    /// The decision tree.
    pub(crate) tree: Tree,
    /// Operand kinds.
    pub(crate) operands: Operands,
    /// Name tables.
    pub(crate) tables: Vec<Table>,
    /// What each row reads and writes.
    pub(crate) effects: Vec<Effect>,
    /// Latencies of the rows.
    pub(crate) latencies: Latencies,
}

/// Encodings 0 and 1 stand for unallocated and undefined words.
pub(crate) const RESERVED: usize = 2;

/// How long the lists are after the rows of each section.
#[derive(Default)]
struct Lengths {
    forms: [usize; 3],
    descriptors: [usize; 3],
    aliases: [usize; 3],
    names: [usize; 3],
    text: [usize; 3],
}

/// All generated files: name and text.
pub(crate) fn files(
    model: &mut Model,
) -> Result<Vec<(&'static str, String)>, Vec<crate::isa::Problem>> {
    let mut problems = Vec::new();
    let mut names = Names::default();
    let mut forms = Forms::default();
    let mut predicates: Vec<String> = Vec::new();
    let mut features: Vec<String> = Vec::new();
    let mut requirements: Vec<Vec<String>> = vec![Vec::new()];
    let mut groups: Vec<String> = vec!["none".into()];
    let table_names: Vec<String> = model.tables.iter().map(|t| t.name.clone()).collect();
    names.id("");

    let literal = model.operands.kinds.iter().position(|k| k.name == LITERAL);
    let rows = std::mem::take(&mut model.rows);
    let mut form_of = |template: &Template,
                       row: &Row,
                       apple: Apple,
                       alias: Option<u16>,
                       place: &crate::isa::Place,
                       whole: bool,
                       names: &mut Names,
                       forms: &mut Forms,
                       problems: &mut Vec<crate::isa::Problem>|
     -> usize {
        let mut list = Vec::new();
        let mut seen: Vec<String> = Vec::new();
        let known = problems.len();
        for name in &template.operands {
            if let Some(text) = name.strip_prefix('"').and_then(|n| n.strip_suffix('"')) {
                let [low, high] = (names.id(text) as u16).to_le_bytes();
                match literal {
                    Some(kind) => list.push(forms.descriptor(Descriptor {
                        kind,
                        bytes: [low, high, 0, 0, 0, 0, 0],
                    })),
                    None => problems.push(crate::isa::Problem {
                        place: place.clone(),
                        text: format!("no kind {LITERAL} for {name}"),
                    }),
                }
                continue;
            }
            match model.operands.resolve(name, row, &table_names) {
                Ok((descriptor, fields)) => {
                    list.push(forms.descriptor(descriptor));
                    seen.extend(fields);
                }
                Err(text) => problems.push(crate::isa::Problem {
                    place: place.clone(),
                    text,
                }),
            }
        }
        // What an operand without a meaning reads is not known.
        if whole && problems.len() == known {
            for field in &row.fields {
                if !seen.contains(&field.name) && !field.name.starts_with('_') {
                    problems.push(crate::isa::Problem {
                        place: place.clone(),
                        text: format!(
                            "no operand reads field {} (call it _{0} if that is meant)",
                            field.name
                        ),
                    });
                }
            }
        }
        forms.id(&list, apple, alias)
    };

    // No word is 1 under an empty mask.
    let mut checks = vec![Check([0, 1]), Check([0, 1])];
    let mut form = vec![0_u16; RESERVED];
    let mut mnemonic = vec![0_u16; RESERVED];
    let mut info = vec![0_u8; RESERVED];
    let mut infos = vec![0_u32];
    // The alias of encodings without any, which no word passes.
    let mut aliases =
        vec!["    A { tests: 0, count: 1, syntaxes: 0x80, mnemonic: 0, form: 0 },\n".to_owned()];
    let mut tests = vec!["    Test::Bits { mask: 0x0, value: 0x1 },\n".to_owned()];
    let mut test_lists: HashMap<Vec<Test>, usize> = HashMap::new();
    let mut encoding_names = String::from("unallocated\nundefined\n");
    let mut unpredictable: Vec<(usize, Vec<Test>)> = Vec::new();
    let mut soft: Vec<(u16, u32, u32)> = Vec::new();
    forms.id(&[], Apple::Suffix, None);

    let mut test_list = |list: &[Test],
                         predicates: &mut Vec<String>,
                         problems: &mut Vec<crate::isa::Problem>,
                         place: &crate::isa::Place|
     -> usize {
        if list.is_empty() {
            return 0;
        }
        if let Some(&at) = test_lists.get(list) {
            return at;
        }
        let at = tests.len();
        for test in list {
            tests.push(match test {
                Test::Bits { mask, value, equal: true } => format!("    Test::Bits {{ mask: {mask:#x}, value: {value:#x} }},\n"),
                Test::Bits { mask, value, equal: false } => format!("    Test::NotBits {{ mask: {mask:#x}, value: {value:#x} }},\n"),
                Test::Fields { a, b, width, equal: true } => format!("    Test::Same {{ a: {a}, b: {b}, width: {width} }},\n"),
                Test::Fields { a, b, width, equal: false } => format!("    Test::Differ {{ a: {a}, b: {b}, width: {width} }},\n"),
                Test::Predicate(name) => {
                    if !predicates.contains(name) {
                        predicates.push(name.clone());
                    }
                    format!("    Test::Predicate(Predicate::{name}),\n")
                }
                Test::Named { table, lsb, width, flags } => {
                    let number = table_names.iter().position(|t| t == table).unwrap_or_else(|| {
                        problems.push(crate::isa::Problem {
                            place: place.clone(),
                            text: format!("no name table {table}"),
                        });
                        0
                    });
                    format!("    Test::Named {{ table: {number}, lsb: {lsb}, width: {width}, flags: {flags} }},\n")
                }
            });
        }
        test_lists.insert(list.to_vec(), at);
        at
    };

    let mut lengths = Lengths::default();
    for (row, section) in rows.iter().zip(&model.sections) {
        let number = checks.len();
        let mask = row.mask & !row.should;
        checks.push(Check([mask, row.value & mask]));
        if row.should != 0 {
            soft.push((number as u16, row.should, row.value & row.should));
        }
        let own = form_of(
            &row.template,
            row,
            row.apple,
            (!row.aliases.is_empty()).then_some(aliases.len() as u16),
            &row.place,
            true,
            &mut names,
            &mut forms,
            &mut problems,
        ) as u16;
        form.push(own);
        mnemonic.push(names.id(&row.template.mnemonic) as u16);
        encoding_names.push_str(&row.name);
        encoding_names.push('\n');
        for feature in row.features.iter().flat_map(|f| f.split('/')) {
            if !features.iter().any(|f| f == feature) {
                features.push(feature.to_owned());
            }
        }
        let requirement = requirements
            .iter()
            .position(|r| *r == row.features)
            .unwrap_or_else(|| {
                requirements.push(row.features.clone());
                requirements.len() - 1
            });
        let group = groups
            .iter()
            .position(|g| *g == row.group)
            .unwrap_or_else(|| {
                groups.push(row.group.clone());
                groups.len() - 1
            });
        let flow = flows().iter().position(|f| *f == row.flow).unwrap_or(0);
        let word = group as u32 | (flow as u32) << 5 | (requirement as u32) << 9;
        let at = infos.iter().position(|i| *i == word).unwrap_or_else(|| {
            infos.push(word);
            infos.len() - 1
        });
        info.push(u8::try_from(at).map_err(|_| {
            vec![crate::isa::Problem {
                place: row.place.clone(),
                text: "more than 256 combinations of group, flow and features".into(),
            }]
        })?);
        for clause in &row.unpredictable {
            unpredictable.push((number, clause.clone()));
        }
        for (index, alias) in row.aliases.iter().enumerate() {
            let tests = test_list(&alias.tests, &mut predicates, &mut problems, &alias.place);
            let form = form_of(
                &alias.template,
                row,
                alias.apple,
                None,
                &alias.place,
                false,
                &mut names,
                &mut forms,
                &mut problems,
            );
            let last = if index + 1 == row.aliases.len() {
                0x80
            } else {
                0
            };
            aliases.push(format!(
                "    A {{ tests: {tests}, count: {}, syntaxes: {:#x}, mnemonic: {}, form: {form} }},\n",
                alias.tests.len(),
                alias.syntaxes | last,
                names.id(&alias.template.mnemonic),
            ));
        }
        for at in usize::from(*section)..3 {
            lengths.forms[at] = forms.list.len();
            lengths.descriptors[at] = forms.descriptors.len();
            lengths.aliases[at] = aliases.len();
            // The start of the next name is the end of the last.
            lengths.names[at] = names.starts.len() + 1;
            lengths.text[at] = names.blob.len();
        }
    }
    let mut unpredictable_rows: Vec<String> = Vec::new();
    for (number, clause) in &unpredictable {
        let at = test_list(
            clause,
            &mut predicates,
            &mut problems,
            &rows[*number - RESERVED].place,
        );
        unpredictable_rows.push(format!("    ({number}, {at}, {}),\n", clause.len()));
    }
    if problems.is_empty() {
        problems.extend(model.operands.unused());
    }
    if !problems.is_empty() {
        return Err(problems);
    }

    assert!(
        u16::try_from(forms.list.len()).is_ok(),
        "the lists outgrew their words"
    );
    let mut ends = [RESERVED; 3];
    for (index, section) in model.sections.iter().enumerate() {
        for end in &mut ends[usize::from(*section)..] {
            *end = index + 1 + RESERVED;
        }
    }

    let mut tree = String::from(HEADER);
    let _ = writeln!(
        tree,
        "//! The tree that identifies a word.\n\nuse super::Node;\n\n/// Most steps below the root.\npub(crate) const STEPS: usize = {};\n",
        model.tree.depth
    );
    plain(
        &mut tree,
        "ROOT",
        "A node for each value of bits 31:21.",
        "u16",
        &model.tree.root,
    );
    let nodes: Vec<Node> = model.tree.nodes.iter().map(|&n| Node(n)).collect();
    sectioned(
        &mut tree,
        "NODES",
        "Mask, multiplier and `base << 16 | shift` of each node.",
        "Node",
        &nodes,
        model.tree.node_ends,
    );
    sectioned(
        &mut tree,
        "SLOTS",
        "The nodes' children: another node, or `0x8000 | encoding`.",
        "u16",
        &model.tree.slots,
        model.tree.slot_ends,
    );

    let mut encodings = String::from(HEADER);
    encodings.push_str("//! One entry for each encoding; 0 is unallocated and 1 undefined.\n\nuse super::Check;\n\n");
    sectioned(
        &mut encodings,
        "CHECKS",
        "Mask and value of the fixed bits, should-be bits apart.",
        "Check",
        &checks,
        ends,
    );
    sectioned(
        &mut encodings,
        "FORM_OF",
        "Index into FORMS.",
        "u16",
        &form,
        ends,
    );
    sectioned(
        &mut encodings,
        "MNEMONIC_OF",
        "Index into NAMES_AT.",
        "u16",
        &mnemonic,
        ends,
    );
    sectioned(
        &mut encodings,
        "INFO_OF",
        "Index into INFOS.",
        "u8",
        &info,
        ends,
    );
    plain(
        &mut encodings,
        "INFOS",
        "`requirement << 9 | flow << 5 | group`.",
        "u32",
        &infos,
    );
    let _ = writeln!(
        encodings,
        "/// Mask and value of the should-be bits of the encodings that have some, sorted by encoding.\npub(crate) static SHOULD_BE: [(u16, u32, u32); {}] = [\n{}];\n",
        soft.len(),
        soft.iter()
            .map(|(e, m, v)| format!("    ({e}, {m:#x}, {v:#x}),\n"))
            .collect::<Vec<_>>()
            .concat()
    );
    let _ = writeln!(
        encodings,
        "/// Constrained unpredictable words: encoding, first test, number of tests, sorted by encoding.\npub(crate) static UNPREDICTABLE: [(u16, u16, u8); {}] = [\n{}];",
        unpredictable_rows.len(),
        unpredictable_rows.concat()
    );

    let mut kinds = String::from(HEADER);
    kinds.push_str("//! What the programs have to know: operand kinds, predicates, tests.\n\n/// A kind of operand; `program` has the code of each.\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub(crate) enum Kind {\n");
    for kind in &model.operands.kinds {
        let _ = writeln!(kinds, "    {},", kind.name);
    }
    let _ = writeln!(
        kinds,
        "}}\n\n/// All kinds in their order.\npub(crate) static KINDS: [Kind; {}] = [",
        model.operands.kinds.len()
    );
    for kind in &model.operands.kinds {
        let _ = writeln!(kinds, "    Kind::{},", kind.name);
    }
    kinds.push_str("];\n\n/// A predicate of an alias; `predicate` has the code of each.\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub(crate) enum Predicate {\n");
    for predicate in &predicates {
        let _ = writeln!(kinds, "    {predicate},");
    }
    kinds.push_str("}\n");

    let mut form_text = String::from(HEADER);
    form_text.push_str("//! Operand lists and aliases.\n\nuse super::kinds::{Kind, Predicate};\nuse super::{Alias as A, Descriptor, Test};\n\nconst fn d(kind: Kind, p: [u8; 7]) -> Descriptor {\n    Descriptor { kind, p }\n}\n\n");
    sectioned(
        &mut form_text,
        "FORMS",
        "Operand lists: a header, indices into DESCRIPTORS, and an index into ALIASES where the header says so.",
        "u16",
        &forms.list,
        lengths.forms,
    );
    let descriptors: Vec<String> = forms
        .descriptors
        .iter()
        .map(|descriptor| {
            format!(
                "    d(Kind::{}, {:?}),\n",
                model.operands.kinds[descriptor.kind].name, descriptor.bytes
            )
        })
        .collect();
    sectioned_lines(
        &mut form_text,
        "DESCRIPTORS",
        "Kind and parameters of each distinct operand.",
        "Descriptor",
        "join_descriptor",
        &descriptors,
        lengths.descriptors,
    );
    sectioned_lines(
        &mut form_text,
        "ALIASES",
        "Aliases; bit 7 of `syntaxes` marks the last of an encoding. The first is that of encodings without any.",
        "A",
        "join_alias",
        &aliases,
        lengths.aliases,
    );
    let _ = writeln!(
        form_text,
        "/// Tests of aliases and of unpredictable words.\npub(crate) static TESTS: [Test; {}] = [\n{}];",
        tests.len(),
        tests.concat()
    );

    let (list, numbers) = effects::distinct(&model.effects);
    let mut effect_text = String::from(HEADER);
    effect_text.push_str("//! What each encoding reads and writes.\n\nuse super::Effect;\n\n");
    effect_text.push_str(&effects::emit(&list));
    let numbers: Vec<u16> = [0; RESERVED].into_iter().chain(numbers).collect();
    sectioned(
        &mut effect_text,
        "EFFECT_OF",
        "Index into EFFECTS.",
        "u16",
        &numbers,
        ends,
    );

    let named = crate::named::emit(HEADER, &model.tables, &mut features);

    let mut name_text = String::from(HEADER);
    name_text
        .push_str("//! Mnemonics, literals and the names of encodings, groups and features.\n\n");
    names.starts.push(names.blob.len());
    sectioned(
        &mut name_text,
        "NAMES_AT",
        "Start of each name, and the end of the last.",
        "u16",
        &names.starts,
        lengths.names,
    );
    bytes(
        &mut name_text,
        "NAMES_TEXT",
        "The names, one behind the other.",
        &names.blob,
        lengths.text,
    );
    let starts: Vec<u32> = std::iter::once(0)
        .chain(
            encoding_names
                .match_indices('\n')
                .map(|(at, _)| at as u32 + 1),
        )
        .collect();
    plain(
        &mut name_text,
        "ENCODING_NAMES_AT",
        "Start of each encoding's name; each ends with a line feed.",
        "u32",
        &starts,
    );
    let _ = writeln!(
        name_text,
        "/// Arm's names of the encodings, a line each.\npub(crate) static ENCODING_NAMES: &str = \"\\\n{}\";\n",
        encoding_names.replace('\n', "\\n\\\n")
    );
    let _ = writeln!(
        name_text,
        "/// Groups.\npub(crate) static GROUPS: [&str; {}] = {groups:?};\n",
        groups.len()
    );
    if let Some(apple) = features.iter().position(|f| f == "FEAT_APPLE") {
        let _ = writeln!(
            name_text,
            "/// Apple's own instructions, an index into FEATURES.\npub(crate) const APPLE: u16 = {apple};\n"
        );
    }
    let _ = writeln!(
        name_text,
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
    for requirement in &requirements {
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
        &mut name_text,
        "REQUIREMENTS_AT",
        "Start of each requirement, and the end of the last.",
        "u16",
        &clause_starts,
    );
    plain(
        &mut name_text,
        "REQUIREMENTS",
        "Features, one of which suffices up to the one with bit 15; then the next clause.",
        "u16",
        &clauses,
    );

    model.rows = rows;
    Ok(vec![
        ("tree.rs", tree),
        ("encodings.rs", encodings),
        ("kinds.rs", kinds),
        ("forms.rs", form_text),
        ("effects.rs", effect_text),
        ("named.rs", named),
        ("names.rs", name_text),
        (
            "latency.rs",
            latency::emit(HEADER, &model.latencies, RESERVED),
        ),
    ])
}
