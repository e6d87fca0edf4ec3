//! Collects what the rows say into the decoder's lists.

use std::collections::HashMap;

use super::pieces::{Check, Forms, Names};
use crate::isa::{Alias, Apple, Field, Row, Template, Test, flows};
use crate::line::{Line, Problem};
use crate::model::RESERVED;
use crate::names::Table;
use crate::operands::{Descriptor, LITERAL, Operands};

/// How long the lists are after the rows of each section.
#[derive(Default)]
pub(super) struct Lengths {
    pub(super) forms: [usize; 3],
    pub(super) descriptors: [usize; 3],
    pub(super) aliases: [usize; 3],
    pub(super) names: [usize; 3],
    pub(super) text: [usize; 3],
}

/// The lists; those of encodings begin with unallocated and undefined words.
pub(super) struct Lists {
    /// Mnemonics and literals.
    pub(super) names: Names,
    /// Operand lists and their descriptors.
    pub(super) forms: Forms,
    /// Mask and value of each encoding.
    pub(super) checks: Vec<Check>,
    /// Operand list of each encoding.
    pub(super) form: Vec<u16>,
    /// Mnemonic of each encoding.
    pub(super) mnemonic: Vec<u16>,
    /// Index into `infos` of each encoding.
    pub(super) info: Vec<u8>,
    /// Requirement, flow and group.
    pub(super) infos: Vec<u32>,
    /// Aliases as lines of Rust.
    pub(super) aliases: Vec<String>,
    /// Tests of aliases and unpredictable words, as lines of Rust.
    pub(super) tests: Vec<String>,
    /// Unpredictable words as lines of Rust.
    pub(super) unpredictable: Vec<String>,
    /// Encoding, mask and value of should-be bits.
    pub(super) soft: Vec<(u16, u32, u32)>,
    /// Arm's names, a line each.
    pub(super) encoding_names: String,
    /// Predicates of aliases.
    pub(super) predicates: Vec<String>,
    /// Features of rows.
    pub(super) features: Vec<String>,
    /// Lists of features.
    pub(super) requirements: Vec<Vec<String>>,
    /// Groups.
    pub(super) groups: Vec<String>,
    /// Ends of the sections.
    pub(super) lengths: Lengths,
    /// Ends of the sections in the lists of encodings.
    pub(super) ends: [usize; 3],
}

impl Lists {
    /// The lists of all rows.
    ///
    /// # Errors
    /// Operands and tables that are not there, fields that nothing reads, kinds and operands that
    /// nothing uses.
    pub(super) fn of(
        rows: &[Row],
        sections: &[u8],
        operands: &mut Operands,
        tables: &[Table],
    ) -> Result<Self, Vec<Problem>> {
        let mut collector = Collector::new(operands, tables);
        for (row, section) in rows.iter().zip(sections) {
            collector.row(row);
            collector.lists.end(*section);
        }
        // The tests of unpredictable words lie behind those of aliases.
        for (number, row) in (RESERVED..).zip(rows) {
            for clause in &row.unpredictable {
                let at = collector.tests(clause, &row.line);
                let line = format!("    ({number}, {at}, {}),\n", clause.len());
                collector.lists.unpredictable.push(line);
            }
        }
        collector.finish()
    }

    fn new() -> Self {
        let mut names = Names::default();
        names.id("");
        let mut forms = Forms::default();
        forms.id(&[], Apple::Suffix, None);
        Self {
            names,
            forms,
            // No word is 1 under an empty mask.
            checks: vec![Check([0, 1]), Check([0, 1])],
            form: vec![0; RESERVED],
            mnemonic: vec![0; RESERVED],
            info: vec![0; RESERVED],
            infos: vec![0],
            // The alias of encodings without any, which no word passes.
            aliases: vec![
                "    A { tests: 0, count: 1, syntaxes: 0x80, mnemonic: 0, form: 0 },\n".into(),
            ],
            tests: vec!["    Test::Bits { mask: 0x0, value: 0x1 },\n".into()],
            unpredictable: Vec::new(),
            soft: Vec::new(),
            encoding_names: "unallocated\nundefined\n".into(),
            predicates: Vec::new(),
            features: Vec::new(),
            requirements: vec![Vec::new()],
            groups: vec!["none".into()],
            lengths: Lengths::default(),
            ends: [RESERVED; 3],
        }
    }

    /// A row of the section has been added.
    fn end(&mut self, section: u8) {
        for at in usize::from(section)..3 {
            self.lengths.forms[at] = self.forms.list.len();
            self.lengths.descriptors[at] = self.forms.descriptors.len();
            self.lengths.aliases[at] = self.aliases.len();
            // The start of the next name is the end of the last.
            self.lengths.names[at] = self.names.starts.len() + 1;
            self.lengths.text[at] = self.names.blob.len();
            self.ends[at] = self.checks.len();
        }
    }

    /// The number of a row's group, flow and features.
    fn info(&mut self, row: &Row) -> usize {
        for feature in row.features.iter().flat_map(|f| f.split('/')) {
            number(&mut self.features, &feature.to_owned());
        }
        let requirement = number(&mut self.requirements, &row.features);
        let group = number(&mut self.groups, &row.group);
        let flow = flows().iter().position(|f| *f == row.flow).unwrap_or(0);
        let word = group as u32 | (flow as u32) << 5 | (requirement as u32) << 9;
        number(&mut self.infos, &word)
    }
}

/// Where a value is in a list, to whose end it goes if it is new.
fn number<T: Clone + PartialEq>(list: &mut Vec<T>, value: &T) -> usize {
    list.iter().position(|own| own == value).unwrap_or_else(|| {
        list.push(value.clone());
        list.len() - 1
    })
}

/// The lists while they grow.
struct Collector<'m> {
    operands: &'m mut Operands,
    /// The kind of a word in quotes.
    literal: Option<usize>,
    tables: Vec<String>,
    /// Where each list of tests is.
    known: HashMap<Vec<Test>, usize>,
    problems: Vec<Problem>,
    lists: Lists,
}

impl<'m> Collector<'m> {
    fn new(operands: &'m mut Operands, tables: &[Table]) -> Self {
        Self {
            literal: operands.kinds.iter().position(|k| k.name == LITERAL),
            operands,
            tables: tables.iter().map(|table| table.name.clone()).collect(),
            known: HashMap::new(),
            problems: Vec::new(),
            lists: Lists::new(),
        }
    }

    fn problem(&mut self, at: &Line, text: String) {
        self.problems.push(Problem {
            line: at.clone(),
            text,
        });
    }

    fn row(&mut self, row: &Row) {
        let number = self.lists.checks.len();
        let mask = row.mask & !row.should;
        self.lists.checks.push(Check([mask, row.value & mask]));
        if row.should != 0 {
            let should = (number as u16, row.should, row.value & row.should);
            self.lists.soft.push(should);
        }
        let (list, seen) = self.descriptors(&row.template, row, &row.line);
        self.unread(row, seen);
        let alias = (!row.aliases.is_empty()).then_some(self.lists.aliases.len() as u16);
        let form = self.lists.forms.id(&list, row.apple, alias) as u16;
        self.lists.form.push(form);
        let mnemonic = self.lists.names.id(&row.template.mnemonic) as u16;
        self.lists.mnemonic.push(mnemonic);
        self.lists.encoding_names.push_str(&row.name);
        self.lists.encoding_names.push('\n');
        if let Ok(info) = u8::try_from(self.lists.info(row)) {
            self.lists.info.push(info);
        } else {
            let text = "more than 256 combinations of group, flow and features";
            self.problem(&row.line, text.into());
        }
        for (index, alias) in row.aliases.iter().enumerate() {
            self.alias(alias, row, index + 1 == row.aliases.len());
        }
    }

    fn alias(&mut self, alias: &Alias, row: &Row, is_last: bool) {
        let tests = self.tests(&alias.tests, &alias.line);
        let (list, _) = self.descriptors(&alias.template, row, &alias.line);
        let form = self.lists.forms.id(&list, alias.apple, None);
        let mnemonic = self.lists.names.id(&alias.template.mnemonic);
        let last = if is_last { 0x80 } else { 0 };
        self.lists.aliases.push(format!(
            "    A {{ tests: {tests}, count: {}, syntaxes: {:#x}, mnemonic: {mnemonic}, form: {form} }},\n",
            alias.tests.len(),
            alias.syntaxes | last,
        ));
    }

    /// The descriptors of a template's operands, and the fields that they read if all have a
    /// meaning.
    fn descriptors(
        &mut self,
        template: &Template,
        row: &Row,
        at: &Line,
    ) -> (Vec<u16>, Option<Vec<String>>) {
        let mut list = Vec::new();
        let mut seen = Some(Vec::new());
        for name in &template.operands {
            let descriptor = match name.strip_prefix('"').and_then(|n| n.strip_suffix('"')) {
                Some(text) => self.quoted(text),
                None => self.operands.resolve(name, row, &self.tables),
            };
            match descriptor {
                Ok((descriptor, fields)) => {
                    list.push(self.lists.forms.descriptor(descriptor));
                    seen = seen.map(|seen| [seen, fields].concat());
                }
                Err(text) => {
                    self.problem(at, text);
                    seen = None;
                }
            }
        }
        (list, seen)
    }

    /// The descriptor of a word in quotes, which reads no field.
    fn quoted(&mut self, text: &str) -> Result<(Descriptor, Vec<String>), String> {
        let kind = self
            .literal
            .ok_or_else(|| format!("no kind {LITERAL} for \"{text}\""))?;
        let [low, high] = (self.lists.names.id(text) as u16).to_le_bytes();
        let bytes = [low, high, 0, 0, 0, 0, 0];
        Ok((Descriptor { kind, bytes }, Vec::new()))
    }

    /// Reports the fields of a row that its operands do not read. What an operand without a meaning
    /// reads is not known.
    fn unread(&mut self, row: &Row, seen: Option<Vec<String>>) {
        let Some(seen) = seen else { return };
        for Field { name, .. } in &row.fields {
            if !seen.contains(name) && !name.starts_with('_') {
                let text =
                    format!("no operand reads field {name} (call it _{name} if that is meant)");
                self.problem(&row.line, text);
            }
        }
    }

    /// Where a list of tests is.
    fn tests(&mut self, list: &[Test], at: &Line) -> usize {
        if list.is_empty() {
            return 0;
        }
        if let Some(&first) = self.known.get(list) {
            return first;
        }
        let first = self.lists.tests.len();
        for test in list {
            let variant = self.test(test, at);
            self.lists.tests.push(format!("    Test::{variant},\n"));
        }
        self.known.insert(list.to_vec(), first);
        first
    }

    fn test(&mut self, test: &Test, at: &Line) -> String {
        match test {
            Test::Bits { mask, value, equal } => {
                let name = if *equal { "Bits" } else { "NotBits" };
                format!("{name} {{ mask: {mask:#x}, value: {value:#x} }}")
            }
            Test::Fields { a, b, width, equal } => {
                let name = if *equal { "Same" } else { "Differ" };
                format!("{name} {{ a: {a}, b: {b}, width: {width} }}")
            }
            Test::Predicate(name) => {
                number(&mut self.lists.predicates, name);
                format!("Predicate(Predicate::{name})")
            }
            Test::Named {
                table,
                lsb,
                width,
                flags,
            } => {
                let number = self.tables.iter().position(|own| own == table);
                if number.is_none() {
                    self.problem(at, format!("no name table {table}"));
                }
                format!(
                    "Named {{ table: {}, lsb: {lsb}, width: {width}, flags: {flags} }}",
                    number.unwrap_or(0)
                )
            }
        }
    }

    fn finish(mut self) -> Result<Lists, Vec<Problem>> {
        if self.problems.is_empty() {
            self.problems.extend(self.operands.unused());
        }
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        assert!(
            u16::try_from(self.lists.forms.list.len()).is_ok(),
            "the lists outgrew their words"
        );
        // The end of the last name.
        let names = &mut self.lists.names;
        names.starts.push(names.blob.len());
        Ok(self.lists)
    }
}
