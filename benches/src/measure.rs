//! Interleaved timing: each round runs every case of a group once, so a slow
//! moment of the machine falls on all of them. Only the thread's own time counts.

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;

/// Whose code a case runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The family's own.
    Ours,
    /// A published library or program.
    Peer,
    /// The least that any code could do: a bound, not a competitor.
    Limit,
}

/// One way of doing a group's work.
pub struct Case {
    /// The name in the tables.
    pub name: &'static str,
    /// Whose code it is.
    pub who: Who,
    /// Does the whole of the group's work once and returns a sum over what it
    /// found, so that nothing can be optimised away and answers can be compared.
    pub run: Box<dyn FnMut() -> u64>,
}

impl Case {
    /// A case of our own.
    pub fn ours(name: &'static str, run: impl FnMut() -> u64 + 'static) -> Self {
        Self {
            name,
            who: Who::Ours,
            run: Box::new(run),
        }
    }

    /// A peer's case.
    pub fn peer(name: &'static str, run: impl FnMut() -> u64 + 'static) -> Self {
        Self {
            name,
            who: Who::Peer,
            run: Box::new(run),
        }
    }

    /// A bound.
    pub fn limit(name: &'static str, run: impl FnMut() -> u64 + 'static) -> Self {
        Self {
            name,
            who: Who::Limit,
            run: Box::new(run),
        }
    }
}

/// What a case of ours is to reach.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// `ours` does the work at least `times` as fast as `against`.
    Times {
        /// The name of our case.
        ours: &'static str,
        /// The name of the case it is held against.
        against: &'static str,
        /// The least ratio of speeds.
        times: f64,
    },
    /// `ours` needs at most `ns` nanoseconds an item.
    AtMost {
        /// The name of our case.
        ours: &'static str,
        /// The bound in nanoseconds.
        ns: f64,
    },
}

/// A piece of work, and everybody's way of doing it.
pub struct Group {
    /// A short name for the command line.
    pub key: &'static str,
    /// What is measured, for a person.
    pub title: String,
    /// What one item is: "address", "word", "byte"...
    pub item: &'static str,
    /// Items in one run of a case.
    pub items: u64,
    /// Whether all cases have to return the same sum.
    pub same_answer: bool,
    /// The ways of doing it.
    pub cases: Vec<Case>,
    /// What ours are to reach.
    pub goals: Vec<Goal>,
}

/// The times of one case.
#[derive(Clone, Debug)]
pub struct Timing {
    /// The case's name.
    pub name: &'static str,
    /// Whose code it is.
    pub who: Who,
    /// Nanoseconds an item, one figure a round; the rounds of all timings of a
    /// group belong together.
    pub ns: Vec<f64>,
}

impl Timing {
    /// The quickest round.
    #[must_use]
    pub fn min(&self) -> f64 {
        self.ns.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// How many times as fast as `other` this is, best round against best round:
    /// what is left when the machine disturbs neither.
    #[must_use]
    pub fn times_as_fast_as(&self, other: &Self) -> f64 {
        other.min() / self.min()
    }

    /// The median of the ratios taken round by round: what one sees on a machine
    /// that others use too.
    #[must_use]
    pub fn median_ratio(&self, other: &Self) -> f64 {
        median(
            self.ns
                .iter()
                .zip(&other.ns)
                .map(|(ours, theirs)| theirs / ours)
                .collect(),
        )
    }
}

/// The middle value; NaN for an empty list.
#[must_use]
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match (values.get(middle), values.len() % 2) {
        (Some(high), 0) => f64::midpoint(values[middle - 1], *high),
        (Some(value), _) => *value,
        (None, _) => f64::NAN,
    }
}

/// A sample shorter than this says more about the clock than about the code.
const SAMPLE: Duration = Duration::from_millis(3);

/// Runs the cases of `group` in turn, `rounds` times.
///
/// # Errors
/// When two cases that must find the same thing do not.
pub fn measure(group: &mut Group, rounds: usize) -> Result<Vec<Timing>, String> {
    let mut repeats = Vec::new();
    let mut answers: Vec<(&str, u64)> = Vec::new();
    for case in &mut group.cases {
        answers.push((case.name, (case.run)()));
        let started = ThreadTime::now();
        black_box((case.run)());
        let once = started.elapsed().max(Duration::from_nanos(50));
        let wanted = SAMPLE.as_nanos().div_ceil(once.as_nanos());
        repeats.push(u32::try_from(wanted).unwrap_or(u32::MAX));
    }
    if group.same_answer {
        let (first, answer) = answers[0];
        for (name, other) in &answers {
            if *other != answer {
                return Err(format!(
                    "{}: {name} found {other:#x}, {first} found {answer:#x}",
                    group.key
                ));
            }
        }
    }
    let mut timings: Vec<Timing> = group
        .cases
        .iter()
        .map(|case| Timing {
            name: case.name,
            who: case.who,
            ns: Vec::with_capacity(rounds),
        })
        .collect();
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of items are far below 2^52"
    )]
    let items = group.items as f64;
    let count = group.cases.len();
    for round in 0..rounds {
        for turn in 0..count {
            // Nobody always follows the same neighbour's cache.
            let index = (turn + round) % count;
            let case = &mut group.cases[index];
            let started = ThreadTime::now();
            for _ in 0..repeats[index] {
                black_box((case.run)());
            }
            let spent = started.elapsed().as_secs_f64() * 1e9;
            timings[index]
                .ns
                .push(spent / f64::from(repeats[index]) / items);
        }
    }
    Ok(timings)
}

/// Length and a byte of every page: enough to notice a wrong answer, and cheap
/// beside the work.
#[must_use]
pub fn sum(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .step_by(4093)
        .fold(bytes.len() as u64, |sum, &byte| {
            sum.wrapping_mul(31).wrapping_add(u64::from(byte))
        })
}
