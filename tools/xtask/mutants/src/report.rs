//! What a run found out.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::judge::Verdict;
use crate::key::Key;
use crate::known::Known;
use crate::library::LIBRARIES;
use crate::rewrite::Mutant;

/// Every mutant that was run: file, line, function, text, mutation, verdict.
pub(crate) fn table(mutants: &[Mutant], verdicts: &[Verdict]) -> String {
    let mut table = String::new();
    for (mutant, verdict) in mutants.iter().zip(verdicts) {
        let verdict = match verdict {
            Verdict::NotRun => continue,
            Verdict::Unreached => "survived: no test reaches it".to_owned(),
            Verdict::Killed { test, late: false } => format!("killed: {test}"),
            Verdict::Killed { test, late: true } => format!("killed: {test} takes too long"),
            Verdict::Survived(tests) => format!("survived {tests} tests"),
        };
        let row = row(&mutant.key, &verdict);
        // Writing to a String cannot fail.
        let _ = writeln!(table, "{}\t{row}", mutant.line);
    }
    table
}

fn row(key: &Key, end: &str) -> String {
    let Key {
        file,
        function,
        text,
        mutation,
    } = key;
    format!("{file}\t{function}\t{text}\t{mutation}\t{end}")
}

/// The figures of one library.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    made: usize,
    run: usize,
    reached: usize,
    killed: usize,
    late: usize,
    explained: usize,
    open: usize,
    unexplained: usize,
}

/// The figures, and what is wrong.
pub(crate) struct Report {
    figures: Vec<(&'static str, Figures)>,
    unexplained: Vec<String>,
    pub(crate) stale: Vec<String>,
}

impl Report {
    pub(crate) fn new(mutants: &[Mutant], verdicts: &[Verdict], known: &Known) -> Self {
        let mut report = Self {
            figures: Vec::new(),
            unexplained: Vec::new(),
            stale: Vec::new(),
        };
        for (_, library) in LIBRARIES {
            let mut figures = Figures::default();
            let all = mutants.iter().zip(verdicts);
            for (mutant, verdict) in all.filter(|(mutant, _)| mutant.library() == library) {
                figures.made += 1;
                figures.run += usize::from(!matches!(verdict, Verdict::NotRun));
                match verdict {
                    Verdict::NotRun => continue,
                    Verdict::Killed { late, .. } => {
                        figures.reached += 1;
                        figures.killed += 1;
                        figures.late += usize::from(*late);
                        continue;
                    }
                    Verdict::Survived(_) => figures.reached += 1,
                    Verdict::Unreached => {}
                }
                match known.get(&mutant.key) {
                    Some(reason) if reason.open => figures.open += 1,
                    Some(_) => figures.explained += 1,
                    None => {
                        figures.unexplained += 1;
                        report.unexplained.push(row(&mutant.key, ""));
                    }
                }
            }
            report.figures.push((library, figures));
        }
        report.find_stale(mutants, verdicts, known);
        report
    }

    fn find_stale(&mut self, mutants: &[Mutant], verdicts: &[Verdict], known: &Known) {
        let made: BTreeSet<&Key> = mutants.iter().map(|mutant| &mutant.key).collect();
        let killed: BTreeSet<&Key> = mutants
            .iter()
            .zip(verdicts)
            .filter(|(_, verdict)| matches!(verdict, Verdict::Killed { .. }))
            .map(|(mutant, _)| &mutant.key)
            .collect();
        for (key, reason) in known {
            let why = if !made.contains(key) {
                "there is no such mutant"
            } else if killed.contains(key) {
                "killed"
            } else {
                continue;
            };
            self.stale
                .push(format!("line {}: {why}: {}", reason.row, row(key, "")));
        }
    }

    /// Whether something ran, every survivor is on the list, and no row of it is stale.
    pub(crate) fn good(&self) -> bool {
        let run: usize = self.figures.iter().map(|(_, figures)| figures.run).sum();
        run > 0 && self.unexplained.is_empty() && self.stale.is_empty()
    }

    pub(crate) fn print(&self) {
        for row in &self.unexplained {
            println!("unexplained\t{row}");
        }
        for row in &self.stale {
            println!("stale: {row}");
        }
        println!(
            "library: made, run, reached, killed (of them late), explained, open, unexplained"
        );
        for (library, figures) in &self.figures {
            let Figures {
                made,
                run,
                reached,
                killed,
                late,
                explained,
                open,
                unexplained,
            } = figures;
            println!(
                "{library}: {made}, {run}, {reached}, {killed} ({late}), {explained}, {open}, {unexplained}"
            );
        }
        let sum = |each: fn(&Figures) -> usize| -> usize {
            self.figures.iter().map(|(_, figures)| each(figures)).sum()
        };
        println!(
            "{} mutants run, {} killed, {} explained, {} open; {} unexplained, {} stale",
            sum(|figures| figures.run),
            sum(|figures| figures.killed),
            sum(|figures| figures.explained),
            sum(|figures| figures.open),
            self.unexplained.len(),
            self.stale.len()
        );
    }
}
