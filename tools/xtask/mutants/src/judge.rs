//! Runs the tests that reach a mutant until one fails.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::rewrite::Mutant;
use crate::suite::{End, Test, parallel, run};

/// What became of a mutant.
#[derive(Debug, Clone)]
pub(crate) enum Verdict {
    /// The options did not ask for it.
    NotRun,
    /// No test reaches it.
    Unreached,
    /// A test failed, or took too long.
    Killed { test: String, late: bool },
    /// So many tests reach it and pass.
    Survived(usize),
}

/// The verdicts of all mutants; only those that are `chosen` are run.
pub(crate) fn all(
    mutants: &[Mutant],
    chosen: &[usize],
    tests: &[Test<'_>],
    jobs: usize,
) -> Vec<Verdict> {
    let start = Instant::now();
    let done = AtomicUsize::new(0);
    // Neighbours tend to die by the same test. This only changes the order.
    let killers: Mutex<HashMap<(&str, &str), usize>> = Mutex::new(HashMap::new());
    let results = parallel(chosen.len(), jobs, |at| {
        let mutant = &mutants[chosen[at]];
        let place = (mutant.key.file.as_str(), mutant.key.function.as_str());
        let first = killers
            .lock()
            .ok()
            .and_then(|killers| killers.get(&place).copied());
        let (verdict, killer) = one(mutant, tests, first);
        if let (Some(killer), Ok(mut killers)) = (killer, killers.lock()) {
            killers.insert(place, killer);
        }
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        if done % 250 == 0 {
            let seconds = start.elapsed().as_secs();
            println!("{done} of {} run, {seconds} s", chosen.len());
        }
        verdict
    });
    let mut verdicts = vec![Verdict::NotRun; mutants.len()];
    for (at, verdict) in chosen.iter().zip(results) {
        verdicts[*at] = verdict;
    }
    verdicts
}

fn one(mutant: &Mutant, tests: &[Test<'_>], first: Option<usize>) -> (Verdict, Option<usize>) {
    let mut order: Vec<usize> = (0..tests.len())
        .filter(|at| tests[*at].reached.contains(&mutant.decision))
        .collect();
    if order.is_empty() {
        return (Verdict::Unreached, None);
    }
    order.sort_by_key(|at| {
        let test = &tests[*at];
        let foreign = test.binary.library != mutant.library();
        (Some(*at) != first, foreign, test.took, *at)
    });
    let id = mutant.id.to_string();
    for at in &order {
        let test = &tests[*at];
        let limit = Duration::from_secs(2) + test.took * 5;
        let (end, _) = run(test.binary, &test.name, ("CHOSEN_MUTANT", &id), limit);
        if end != End::Passed {
            let verdict = Verdict::Killed {
                test: format!(
                    "{}/{}: {}",
                    test.binary.library, test.binary.name, test.name
                ),
                late: end == End::Late,
            };
            return (verdict, Some(*at));
        }
    }
    (Verdict::Survived(order.len()), None)
}
