//! What becomes of small texts, and what the crate `chosen` answers.

use crate::copy::fewer_cases;
use crate::judge::Verdict;
use crate::key::Key;
use crate::known;
use crate::refused::Refused;
use crate::report::Report;
use crate::rewrite::{Mutant, rewrite};

fn copy(text: &str) -> (String, Vec<Mutant>) {
    let mut mutants = Vec::new();
    let copy = rewrite("img4/src/a.rs", text, &Refused::default(), &mut mutants);
    (copy.unwrap(), mutants)
}

#[test]
fn decisions_inside_one_another_are_called() {
    let (copy, mutants) = copy("fn f(a: u8, b: bool) -> bool { !(a < 5 && b) }");
    let wanted = "fn f(a: u8, b: bool) -> bool { ::chosen::not(1, \
        ((::chosen::on(2) || (::chosen::moved_lt(3, &(a), &(::chosen::down(4, 5))))) \
        && (::chosen::on(5) || (b)))) }";
    let spaced = |text: &str| text.replace(' ', "");
    assert_eq!(spaced(&copy), spaced(wanted));
    let mutations: Vec<&str> = mutants
        .iter()
        .map(|mutant| mutant.key.mutation.as_str())
        .collect();
    let wanted = [
        "! -> nothing",
        "left of && -> true",
        "< -> <=",
        "number - 1",
        "right of && -> true",
    ];
    assert_eq!(mutations, wanted);
}

#[test]
fn each_kind_of_decision_has_mutants() {
    for (text, wanted) in [
        ("fn f() { if a { b } }", 2),
        ("fn f() { if a == 3 { b } }", 4),
        ("fn f() { while a { b } }", 1),
        ("fn f() { a.checked_add(b) }", 2),
        ("fn f() { a.min(b) }", 2),
        ("fn f() { match a { 1 => b, 2 if c => d, _ => e } }", 3),
        ("fn f() { match a { 1 => b, A => e } }", 0),
        ("fn f() { if let Some(a) = b == c { d } }", 1),
        ("const A: bool = 1 < 2;", 0),
        (
            "fn f() -> [u8; (1 < 2) as usize] { const B: bool = 1 < 2; }",
            0,
        ),
        ("#[cfg(test)] mod tests { fn f() { a < b } }", 0),
        ("#[test] fn f() { a < b }", 0),
    ] {
        assert_eq!(copy(text).1.len(), wanted, "{text}");
    }
}

#[test]
fn a_function_that_constants_call_stays() {
    let text = "const fn f(a: u8) -> bool { a < 1 }";
    assert!(!copy(text).0.contains("const"));
    let mut refused = Refused::default();
    refused.constant.insert("f".to_owned());
    let mut mutants = Vec::new();
    let copy = rewrite("img4/src/a.rs", text, &refused, &mut mutants).unwrap();
    assert_eq!((copy.as_str(), mutants.len()), (text, 0));
}

#[test]
fn lines_stay_where_they_were_and_like_ones_are_numbered() {
    let text =
        "fn f() {\n    a\n        .min(b) < c\n        || d < e;\n    d < e;\n    d < e;\n}\n";
    let (copy, mutants) = copy(text);
    assert_eq!(copy.lines().count(), text.lines().count());
    let last = &mutants[mutants.len() - 1];
    assert_eq!((last.line, last.key.mutation.as_str()), (6, "< -> >= #2"));
    assert!(mutants.iter().zip(1..).all(|(mutant, id)| mutant.id == id));
}

#[test]
fn properties_get_fewer_cases() {
    let text = "with_cases(400) { cases: 12, cases: 64 }";
    assert_eq!(fewer_cases(text), "with_cases(32) { cases: 12, cases: 32 }");
}

#[test]
fn survivors_are_explained_and_rows_go_stale() {
    let (_, mutants) = copy("fn f() { if a { b } }");
    let row = "img4/src/a.rs\tf\tfn f() { if a { b } }\tcondition -> false\t";
    let survived = Verdict::Survived(1);
    let killed = Verdict::Killed {
        test: "t".to_owned(),
        late: false,
    };
    let good = |verdicts: &[Verdict], list: &str| {
        Report::new(&mutants, verdicts, &known::parse(list).unwrap()).good()
    };
    let half = [survived.clone(), killed.clone()];
    assert!(good(&half, &format!("{row}because\n")));
    assert!(good(&half, &format!("# a remark\n\n{row}open\n")));
    assert!(!good(&half, ""));
    // Killed, not made, not run.
    assert!(!good(
        &[killed.clone(), killed.clone()],
        &format!("{row}because\n")
    ));
    assert!(!good(
        &half,
        &format!("{row}because\n{}", row.replace("\tf\t", "\tg\t") + "x")
    ));
    assert!(!good(&[Verdict::NotRun, Verdict::NotRun], ""));
    // No test reaches it.
    assert!(!good(&[Verdict::Unreached, killed], ""));
    assert!(known::parse(row).is_err());
    assert!(known::parse(&format!("{row}a\n{row}b\n")).is_err());
}

#[test]
fn a_sample_stays_the_same_when_lines_move() {
    let key = |text: &str| -> Key { copy(text).1[0].key.clone() };
    let text = "fn f() { if a { b } }";
    assert_eq!(key(text).hash(), key(&format!("\n\n{text}")).hash());
    assert_ne!(key(text).hash(), key("fn g() { if a { b } }").hash());
}

#[test]
fn names_in_messages_are_read() {
    use crate::build::last_name;
    assert_eq!(last_name("visit::<0>"), Some("visit"));
    assert_eq!(last_name("a::B::<u8>::c"), Some("c"));
    assert_eq!(last_name("f"), Some("f"));
}
