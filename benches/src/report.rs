//! The tables: for a terminal, and as Markdown for docs/src/performance.md.

use std::fmt::Write as _;

use crate::measure::{Goal, Group, Timing, Who, median};

/// What became of one goal.
pub struct Outcome {
    /// The goal in words: "map.translate >= 12x object".
    pub goal: String,
    /// The figure reached; none where one of the two cases is not in this build.
    pub reached: Option<f64>,
    /// The same as a median of pairs.
    pub median: Option<f64>,
    /// The figure to reach.
    pub wanted: f64,
}

impl Outcome {
    /// "yes", "no", or "not measured".
    #[must_use]
    pub fn verdict(&self) -> &'static str {
        match self.reached {
            Some(figure) if figure >= self.wanted => "yes",
            Some(_) => "no",
            None => "not measured",
        }
    }
}

/// Holds the timings against the goals of their group.
#[must_use]
pub fn outcomes(group: &Group, timings: &[Timing]) -> Vec<Outcome> {
    let find = |name| timings.iter().find(|timing| timing.name == name);
    group
        .goals
        .iter()
        .map(|goal| match *goal {
            Goal::Times {
                ours,
                against,
                times,
            } => {
                let both = find(ours).zip(find(against));
                Outcome {
                    goal: format!("{ours} >= {times}x {against}"),
                    reached: both.map(|(ours, theirs)| ours.times_as_fast_as(theirs)),
                    median: both.map(|(ours, theirs)| ours.median_ratio(theirs)),
                    wanted: times,
                }
            }
            Goal::AtMost { ours, ns } => Outcome {
                goal: format!("{ours} <= {ns} ns"),
                reached: find(ours).map(|timing| ns / timing.min()),
                median: find(ours).map(|timing| ns / median(timing.ns.clone())),
                wanted: 1.0,
            },
        })
        .collect()
}

/// The columns: those cases of ours that have a goal, or else the first.
fn ours<'t>(group: &Group, timings: &'t [Timing]) -> Vec<&'t Timing> {
    let with_goal = |timing: &Timing| {
        group.goals.iter().any(|goal| match goal {
            Goal::Times { ours, .. } | Goal::AtMost { ours, .. } => *ours == timing.name,
        })
    };
    let all = timings.iter().filter(|timing| timing.who == Who::Ours);
    if group.goals.is_empty() {
        all.take(1).collect()
    } else {
        all.filter(|timing| with_goal(timing)).collect()
    }
}

fn who(who: Who) -> &'static str {
    match who {
        Who::Ours => "ours",
        Who::Peer => "peer",
        Who::Limit => "limit",
    }
}

/// How a figure is shown: three figures that count.
fn ratio(value: f64) -> String {
    if value >= 100.0 {
        format!("{value:.0}x")
    } else if value >= 10.0 {
        format!("{value:.1}x")
    } else {
        format!("{value:.2}x")
    }
}

fn optional(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), ratio)
}

/// Nanoseconds an item, or for bytes the rate a person knows.
fn figure(item: &str, ns: f64) -> String {
    if item == "byte" {
        format!("{:.0} MB/s", 1e3 / ns)
    } else if ns >= 100.0 {
        format!("{ns:.0} ns")
    } else {
        format!("{ns:.2} ns")
    }
}

/// The group as text for a terminal.
#[must_use]
pub fn text(group: &Group, timings: &[Timing]) -> String {
    let mut out = String::new();
    let ours = ours(group, timings);
    let _ = writeln!(out, "{} [{}], per {}", group.title, group.key, group.item);
    let _ = write!(out, "  {:<44} {:<6} {:>12}", "", "", "best round");
    for column in &ours {
        let _ = write!(out, "  {:>24}", format!("{} is", column.name));
    }
    out.push('\n');
    for timing in timings {
        let _ = write!(
            out,
            "  {:<44} {:<6} {:>12}",
            timing.name,
            who(timing.who),
            figure(group.item, timing.min())
        );
        for column in &ours {
            let _ = write!(out, "  {:>24}", ratio(column.times_as_fast_as(timing)));
        }
        out.push('\n');
    }
    for outcome in outcomes(group, timings) {
        let _ = writeln!(
            out,
            "  goal: {}: {} (median of pairs {}): {}",
            outcome.goal,
            optional(outcome.reached),
            optional(outcome.median),
            outcome.verdict()
        );
    }
    out
}

/// The group as a Markdown section.
#[must_use]
pub fn markdown(group: &Group, timings: &[Timing]) -> String {
    let mut out = String::new();
    let ours = ours(group, timings);
    let _ = write!(
        out,
        "### {}\n\n| per {} | best round |",
        group.title, group.item
    );
    for column in &ours {
        let _ = write!(out, " {} is |", column.name);
    }
    let _ = write!(out, "\n|---|---|{}\n", "---|".repeat(ours.len()));
    for timing in timings {
        let name = match timing.who {
            Who::Ours => format!("**{}**", timing.name),
            Who::Peer => timing.name.to_owned(),
            Who::Limit => format!("*{}*", timing.name),
        };
        let _ = write!(out, "| {name} | {} |", figure(group.item, timing.min()));
        for column in &ours {
            let _ = write!(out, " {} |", ratio(column.times_as_fast_as(timing)));
        }
        out.push('\n');
    }
    let outcomes = outcomes(group, timings);
    if !outcomes.is_empty() {
        out.push_str("\n| goal | best rounds | median of pairs | reached |\n|---|---|---|---|\n");
        for outcome in outcomes {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} |",
                outcome.goal.replace(">=", "≥").replace("<=", "≤"),
                optional(outcome.reached),
                optional(outcome.median),
                outcome.verdict()
            );
        }
    }
    out
}
