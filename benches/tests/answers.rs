//! What is measured side by side finds the same thing.

use benches::measure::{Timing, Who, measure, median};
use benches::{Goal, Group, parse, symbols, translate};

#[test]
fn all_ways_of_a_group_agree() {
    let groups: Vec<Group> = [translate::groups(), parse::groups(), symbols::groups()]
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(groups.len(), 7);
    for mut group in groups {
        assert!(group.same_answer, "{}", group.key);
        let timings = measure(&mut group, 1).unwrap_or_else(|error| panic!("{error}"));
        assert!(timings.iter().any(|timing| timing.who == Who::Ours));
        // A goal names cases that exist.
        for goal in &group.goals {
            let named = |name: &str| timings.iter().any(|timing| timing.name == name);
            match *goal {
                Goal::Times { ours, against, .. } => assert!(named(ours) && named(against)),
                Goal::AtMost { ours, .. } => assert!(named(ours)),
            }
        }
    }
}

#[test]
fn a_wrong_answer_is_an_error() {
    let mut groups = symbols::groups();
    let group = &mut groups[0];
    group.cases[0].run = Box::new(|| 1);
    assert!(measure(group, 1).is_err());
}

#[test]
fn ratios() {
    let timing = |ns: &[f64]| Timing {
        name: "",
        who: Who::Ours,
        ns: ns.to_vec(),
    };
    let (ours, theirs) = (timing(&[2.0, 1.0, 4.0]), timing(&[4.0, 4.0, 4.0]));
    assert!((ours.times_as_fast_as(&theirs) - 4.0).abs() < 1e-9);
    assert!((ours.median_ratio(&theirs) - 2.0).abs() < 1e-9);
    assert!((median(vec![1.0, 3.0]) - 2.0).abs() < 1e-9);
    assert!(median(Vec::new()).is_nan());
}
