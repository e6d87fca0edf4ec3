//! Finds the decisions of a file and makes each ask which mutant is chosen.
//!
//! Not changed: what is compiled for tests only, constants and the functions that they call,
//! patterns, and what stands in macros.

use std::collections::BTreeMap;

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, BinOp, Expr, Ident, Lit, Pat, Signature, UnOp};

use crate::edit::Edits;
use crate::key::Key;
use crate::refused::Refused;

/// One change of one decision.
#[derive(Debug, Clone)]
pub(crate) struct Mutant {
    /// Its number in the copy.
    pub(crate) id: u32,
    /// The number of the first mutant of its decision, which a test reports when it is reached.
    pub(crate) decision: u32,
    /// From 1, for the reader of the table only.
    pub(crate) line: usize,
    pub(crate) key: Key,
}

impl Mutant {
    /// The folder of its library.
    pub(crate) fn library(&self) -> &str {
        self.key.file.split('/').next().unwrap_or_default()
    }
}

/// The file's text for the copy; its mutants are added to the others, whose numbers go before.
///
/// # Errors
/// If the text is not Rust.
pub(crate) fn rewrite(
    file: &str,
    text: &str,
    refused: &Refused,
    mutants: &mut Vec<Mutant>,
) -> Result<String, String> {
    let parsed = syn::parse_file(text)
        .map_err(|error| format!("{file}:{}: {error}", error.span().start().line))?;
    let before = mutants.len();
    let mut rewriter = Rewriter {
        file,
        lines: text.lines().collect(),
        refused,
        edits: Edits::default(),
        mutants,
        scope: Vec::new(),
        role: Role::Value,
    };
    rewriter.visit_file(&parsed);
    let copy = rewriter.edits.apply(text);
    number_alike(&mut mutants[before..]);
    Ok(copy)
}

/// Tells mutants apart that are changed alike on lines that read alike.
fn number_alike(mutants: &mut [Mutant]) {
    let mut seen: BTreeMap<Key, usize> = BTreeMap::new();
    for mutant in mutants {
        let count = seen.entry(mutant.key.clone()).or_default();
        *count += 1;
        if *count > 1 {
            mutant.key.mutation = format!("{} #{count}", mutant.key.mutation);
        }
    }
}

/// What the value of an expression is for. Where it only chooses a branch, the branch's own mutants
/// are those that a negation would make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Value,
    Choice,
}

struct Rewriter<'a> {
    file: &'a str,
    lines: Vec<&'a str>,
    refused: &'a Refused,
    edits: Edits,
    mutants: &'a mut Vec<Mutant>,
    /// The types and functions around.
    scope: Vec<String>,
    /// Of the expression that is visited next.
    role: Role,
}

impl Rewriter<'_> {
    /// The number of a new decision with these mutants; `None` if it must stay.
    fn decision(&mut self, span: Span, mutations: &[&str]) -> Option<u32> {
        let line = span.start().line;
        let refused = |line| self.refused.lines.contains(&(self.file.to_owned(), line));
        if self.scope.is_empty() || (line..=span.end().line).any(refused) {
            return None;
        }
        // Numbers start at 1: 0 chooses none.
        let decision = self.mutants.last().map_or(1, |mutant| mutant.id + 1);
        for (id, mutation) in (decision..).zip(mutations) {
            self.mutants.push(Mutant {
                id,
                decision,
                line,
                key: Key {
                    file: self.file.to_owned(),
                    function: self.scope.join("::"),
                    text: self.lines[line - 1].trim().to_owned(),
                    mutation: (*mutation).to_owned(),
                },
            });
        }
        Some(decision)
    }

    /// Calls `function` of the crate `chosen` with the expression.
    fn call(&mut self, expr: &Expr, function: &str, mutations: &[&str]) {
        let span = expr.span();
        if let Some(id) = self.decision(span, mutations) {
            let range = span.byte_range();
            let before = format!("::chosen::{function}({id}, ");
            self.edits.around(range.start, range.end, before, ")");
        }
    }

    /// As `role`, an expression inside of the one at hand.
    fn inside(&mut self, expr: &Expr, role: Role) {
        self.role = role;
        self.visit_expr(expr);
    }

    /// A condition that takes a branch.
    fn condition(&mut self, expr: &Expr) {
        if has_let(expr) {
            visit::visit_expr(self, expr);
            return;
        }
        self.call(expr, "cond", &["condition -> false", "condition -> true"]);
        self.inside(expr, Role::Choice);
    }

    fn binary(&mut self, expr: &syn::ExprBinary, role: Role) {
        let comparison = match expr.op {
            BinOp::And(_) => return self.logic(expr, ["on", "||"], "true"),
            BinOp::Or(_) => return self.logic(expr, ["off", "&&"], "false"),
            BinOp::Lt(_) => ("lt", ["< -> <=", "< -> >="]),
            BinOp::Le(_) => ("le", ["<= -> <", "<= -> >"]),
            BinOp::Gt(_) => ("gt", ["> -> >=", "> -> <="]),
            BinOp::Ge(_) => ("ge", [">= -> >", ">= -> <"]),
            BinOp::Eq(_) => ("eq", ["", "== -> !="]),
            BinOp::Ne(_) => ("ne", ["", "!= -> =="]),
            _ => return visit::visit_expr_binary(self, expr),
        };
        let (function, [moved, negated]) = comparison;
        let mut mutations = vec![moved, negated];
        mutations.retain(|mutation| !mutation.is_empty());
        if role == Role::Choice {
            mutations.retain(|mutation| *mutation != negated);
        }
        let op = expr.op.span();
        if !mutations.is_empty() {
            self.compare(expr, op, function, &mutations);
        }
        for (side, other) in [(&expr.left, true), (&expr.right, false)] {
            match literal(side) {
                Some(value) => self.literal(side, value, function, other),
                None => self.inside(side, Role::Value),
            }
        }
    }

    fn compare(&mut self, expr: &syn::ExprBinary, op: Span, function: &str, mutations: &[&str]) {
        // The line of the operator says more than the one where a chain of calls begins.
        if self.blocked(expr.span()) {
            return;
        }
        let Some(id) = self.decision(op, mutations) else {
            return;
        };
        let range = expr.span().byte_range();
        // With one mutant left, the second number is the next decision's: it must not choose here.
        let function = if mutations.len() == 1 && matches!(function, "lt" | "le" | "gt" | "ge") {
            format!("moved_{function}")
        } else {
            function.to_owned()
        };
        let before = format!("::chosen::{function}({id}, &(");
        self.edits.around(range.start, range.end, before, "))");
        let op = op.byte_range();
        self.edits.instead(op.start, op.end, "), &(");
    }

    fn blocked(&self, span: Span) -> bool {
        (span.start().line..=span.end().line)
            .any(|line| self.refused.lines.contains(&(self.file.to_owned(), line)))
    }

    /// A number that something is compared with, on the `left` or the right. What a moved operator
    /// does already is left out.
    fn literal(&mut self, expr: &Expr, value: u128, function: &str, left: bool) {
        let (up, down) = match (function, left) {
            ("lt" | "ge", false) | ("le" | "gt", true) => (false, true),
            ("le" | "gt", false) | ("lt" | "ge", true) => (true, false),
            _ => (true, true),
        };
        match (up, down && value > 0) {
            (true, true) => self.call(expr, "shift", &["number + 1", "number - 1"]),
            (true, false) => self.call(expr, "up", &["number + 1"]),
            (false, true) => self.call(expr, "down", &["number - 1"]),
            (false, false) => {}
        }
    }

    /// `&&` and `||`: each side is taken for what leaves the decision to the other.
    fn logic(&mut self, expr: &syn::ExprBinary, [switch, joint]: [&str; 2], value: &str) {
        for (name, side) in [("left", &expr.left), ("right", &expr.right)] {
            let mutation = format!("{name} of {} -> {value}", written(&expr.op));
            if let Some(id) = self.decision(side.span(), &[&mutation]) {
                let range = side.span().byte_range();
                let before = format!("(::chosen::{switch}({id}) {joint} (");
                self.edits.around(range.start, range.end, before, "))");
            }
            self.inside(side, Role::Choice);
        }
    }

    fn method(&mut self, call: &syn::ExprMethodCall) {
        let name = call.method.to_string();
        let argument = match call.args.first() {
            Some(argument) if call.args.len() == 1 && call.turbofish.is_none() => argument,
            _ => return visit::visit_expr_method_call(self, call),
        };
        let counts = ["checked_", "saturating_", "wrapping_", "overflowing_"];
        if counts.iter().any(|start| name.starts_with(start)) {
            self.call(argument, "shift", &["argument + 1", "argument - 1"]);
        } else if matches!(name.as_str(), "min" | "max") && !self.blocked(call.span()) {
            let first = format!("{name} -> left");
            let second = format!("{name} -> right");
            if let Some(id) = self.decision(call.method.span(), &[&first, &second]) {
                let range = call.span().byte_range();
                let before = format!("::chosen::{name}({id}, ");
                self.edits.around(range.start, range.end, before, "");
                let dot = call.dot_token.span().byte_range().start;
                let open = call.paren_token.span.open().byte_range().end;
                self.edits.instead(dot, open, ", ");
            }
        }
        visit::visit_expr_method_call(self, call);
    }

    fn arms(&mut self, arms: &[syn::Arm]) {
        // One with an attribute may not be compiled.
        let takes_all = |arm: &syn::Arm| arm.attrs.is_empty() && takes_all(&arm.pat);
        let last = arms.iter().rposition(takes_all);
        for (at, arm) in arms.iter().enumerate() {
            if let Pat::Guard(guarded) = &arm.pat {
                self.condition(&guarded.guard);
            } else if last.is_some_and(|last| at < last) {
                let span = arm.pat.span();
                if let Some(id) = self.decision(span, &["arm -> none"]) {
                    let end = span.byte_range().end;
                    let text = format!(" if ::chosen::off({id})");
                    self.edits.around(end, end, text, "");
                }
            }
            self.inside(&arm.body, Role::Value);
        }
    }

    fn function(&mut self, signature: &Signature, block: &syn::Block) {
        if let Some(constant) = &signature.constness {
            if self.refused.constant.contains(&signature.ident.to_string()) {
                return;
            }
            let range = constant.span().byte_range();
            self.edits.instead(range.start, range.end, "");
        }
        self.scope.push(signature.ident.to_string());
        self.visit_block(block);
        self.scope.pop();
    }
}

impl<'ast> Visit<'ast> for Rewriter<'_> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        let role = std::mem::replace(&mut self.role, Role::Value);
        match expr {
            Expr::Paren(paren) => self.inside(&paren.expr, role),
            Expr::Binary(binary) => self.binary(binary, role),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Not(_)) => {
                if role == Role::Value {
                    let range = unary.op.span().byte_range();
                    if let Some(id) = self.decision(unary.span(), &["! -> nothing"]) {
                        let end = unary.span().byte_range().end;
                        let before = format!("::chosen::not({id}, ");
                        self.edits.around(range.start, end, before, ")");
                        self.edits.instead(range.start, range.end, "");
                    }
                }
                self.inside(&unary.expr, role);
            }
            Expr::MethodCall(call) => self.method(call),
            Expr::If(branch) => {
                self.condition(&branch.cond);
                self.visit_block(&branch.then_branch);
                if let Some((_, other)) = &branch.else_branch {
                    self.visit_expr(other);
                }
            }
            Expr::While(turn) => {
                if has_let(&turn.cond) {
                    visit::visit_expr(self, &turn.cond);
                } else {
                    self.call(&turn.cond, "go_on", &["condition -> false"]);
                    self.inside(&turn.cond, Role::Choice);
                }
                self.visit_block(&turn.body);
            }
            Expr::Match(choice) => {
                self.visit_expr(&choice.expr);
                self.arms(&choice.arms);
            }
            Expr::Repeat(repeat) => self.visit_expr(&repeat.expr),
            Expr::Const(_) => {}
            _ => visit::visit_expr(self, expr),
        }
    }

    fn visit_item(&mut self, item: &'ast syn::Item) {
        use syn::Item;
        match item {
            Item::Fn(function) if !for_tests(&function.attrs) => {
                self.function(&function.sig, &function.block);
            }
            Item::Mod(module) if !for_tests(&module.attrs) => visit::visit_item(self, item),
            Item::Impl(block) => {
                self.scope.push(name_of(&block.self_ty));
                visit::visit_item(self, item);
                self.scope.pop();
            }
            Item::Trait(block) => {
                self.scope.push(block.ident.to_string());
                visit::visit_item(self, item);
                self.scope.pop();
            }
            // The others hold constants and types only.
            _ => {}
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.function(&function.sig, &function.block);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(block) = &function.default {
            self.function(&function.sig, block);
        }
    }

    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}
    fn visit_trait_item_const(&mut self, _: &'ast syn::TraitItemConst) {}
    fn visit_type(&mut self, _: &'ast syn::Type) {}
    fn visit_generic_argument(&mut self, _: &'ast syn::GenericArgument) {}
    fn visit_generics(&mut self, _: &'ast syn::Generics) {}
    fn visit_pat(&mut self, _: &'ast Pat) {}
    fn visit_attribute(&mut self, _: &'ast Attribute) {}
    fn visit_macro(&mut self, _: &'ast syn::Macro) {}
}

fn for_tests(attributes: &[Attribute]) -> bool {
    let mut attributes = attributes.iter();
    attributes.any(|attribute| match &attribute.meta {
        syn::Meta::List(list) => {
            let mut words = list.tokens.clone().into_iter();
            attribute.path().is_ident("cfg") && words.any(|word| word.to_string() == "test")
        }
        _ => attribute.path().is_ident("test"),
    })
}

/// The last name of a type's path.
fn name_of(name: &syn::Type) -> String {
    match name {
        syn::Type::Path(path) => {
            let last = path.path.segments.last();
            last.map(|segment| segment.ident.to_string())
        }
        syn::Type::Reference(reference) => Some(name_of(&reference.elem)),
        _ => None,
    }
    .unwrap_or_default()
}

/// Whether a condition binds names: it has no value to change.
fn has_let(expr: &Expr) -> bool {
    match expr {
        Expr::Let(_) => true,
        Expr::Binary(binary) => has_let(&binary.left) || has_let(&binary.right),
        _ => false,
    }
}

fn literal(expr: &Expr) -> Option<u128> {
    match expr {
        Expr::Lit(expr) => match &expr.lit {
            Lit::Int(number) => number.base10_parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

fn written(op: &BinOp) -> &'static str {
    match op {
        BinOp::And(_) => "&&",
        _ => "||",
    }
}

/// Whether a pattern takes every value: without it, the arms before are not all that there must be.
fn takes_all(pat: &Pat) -> bool {
    let variable = |name: &Ident| name.to_string().starts_with(char::is_lowercase);
    match pat {
        Pat::Wild(_) => true,
        Pat::Ident(name) => name.subpat.is_none() && variable(&name.ident),
        Pat::Tuple(tuple) => tuple.elems.iter().all(takes_all),
        _ => false,
    }
}
