//! A step of a run: it has a name, takes time, and must check something.

use std::fmt;
use std::time::{Duration, Instant};

/// What a chore or a step gives back.
pub(crate) type Outcome<T> = Result<T, Failure>;

/// Why a chore failed, in words for the person who ran it.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

/// How much a step checked. A step that checked nothing has failed.
#[derive(Debug, Clone)]
pub(crate) struct Checked {
    count: u64,
    what: String,
}

impl Checked {
    /// `count` things, named by `what` in the plural: `Checked::new(12, "tests passed")`.
    pub(crate) fn new(count: impl TryInto<u64>, what: impl Into<String>) -> Self {
        Self {
            count: count.try_into().unwrap_or(u64::MAX),
            what: what.into(),
        }
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.count, self.what)
    }
}

/// One named step.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    /// One line that says what it checks.
    pub(crate) what: &'static str,
    pub(crate) run: fn() -> Outcome<Checked>,
}

struct Record {
    name: &'static str,
    took: Duration,
    outcome: Outcome<Checked>,
}

/// Runs the steps in order, all of them even after a failure, and prints a
/// summary, which also names the steps that were not chosen.
///
/// # Errors
/// When any step failed or checked nothing.
pub(crate) fn run_all<'a>(
    steps: impl IntoIterator<Item = &'a Step>,
    not_chosen: &[&str],
) -> Outcome<()> {
    let start = Instant::now();
    let records: Vec<Record> = steps.into_iter().map(run_one).collect();
    if records.is_empty() {
        return Err(Failure::new("no step was chosen"));
    }

    println!("\n== summary");
    let mut failed = 0_usize;
    for record in &records {
        let seconds = record.took.as_secs_f64();
        match &record.outcome {
            Ok(checked) => println!("  ok   {:<12}{seconds:>7.1} s  {checked}", record.name),
            Err(failure) => {
                failed += 1;
                println!("  FAIL {:<12}{seconds:>7.1} s  {failure}", record.name);
            }
        }
    }
    if !not_chosen.is_empty() {
        println!("  not chosen: {}", not_chosen.join(", "));
    }
    println!("total {:.1} s", start.elapsed().as_secs_f64());
    println!("steps: {} passed, {failed} failed", records.len() - failed);
    if failed == 0 {
        Ok(())
    } else {
        Err(Failure::new(format!("{failed} steps failed")))
    }
}

fn run_one(step: &Step) -> Record {
    println!("\n== {}: {}", step.name, step.what);
    let start = Instant::now();
    let outcome = match (step.run)() {
        Ok(checked) if checked.count == 0 => {
            Err(Failure::new(format!("checked nothing ({checked})")))
        }
        other => other,
    };
    let took = start.elapsed();
    match &outcome {
        Ok(checked) => println!(
            "== {} ok: {checked}, {:.1} s",
            step.name,
            took.as_secs_f64()
        ),
        Err(failure) => println!("== {} FAILED: {failure}", step.name),
    }
    Record {
        name: step.name,
        took,
        outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(run: fn() -> Outcome<Checked>) -> Step {
        Step {
            name: "a",
            what: "b",
            run,
        }
    }

    #[test]
    fn a_step_that_checks_nothing_fails() {
        assert!(run_all(&[step(|| Ok(Checked::new(0_u32, "things")))], &[]).is_err());
        assert!(run_all(&[step(|| Ok(Checked::new(1_u32, "things")))], &[]).is_ok());
    }

    #[test]
    fn one_failure_fails_the_run_and_so_does_no_step_at_all() {
        let good = step(|| Ok(Checked::new(1_u32, "things")));
        let bad = step(|| Err(Failure::new("no")));
        assert!(run_all([&bad, &good], &[]).is_err());
        assert!(run_all([], &["a"]).is_err());
    }
}
