//! `kc-imports ROOT WORKSPACE... [--package NAME]...`: fails if modules import in a loop.
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kc_imports::targets::Target;
use kc_imports::{cycle, graph, public, targets, tree};

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(failures) => {
            eprintln!("kc-imports: {failures} failures");
            ExitCode::FAILURE
        }
        Err(why) => {
            eprintln!("kc-imports: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Checks every crate and gives the number of failures.
fn run() -> Result<usize, String> {
    let mut folders = Vec::new();
    let mut packages = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--package" {
            packages.push(arguments.next().ok_or("--package needs a name")?);
        } else {
            folders.push(PathBuf::from(argument));
        }
    }
    let (root, workspaces) = folders
        .split_first()
        .ok_or("usage: kc-imports ROOT WORKSPACE... [--package NAME]...")?;
    let mut all = Vec::new();
    for workspace in workspaces {
        all.extend(targets::of_workspace(&root.join(workspace))?);
    }
    for package in &packages {
        if !all.iter().any(|target| target.package == *package) {
            return Err(format!("no package is called {package:?}"));
        }
    }
    let mut total = Total::default();
    let mut seen = BTreeSet::new();
    for target in &all {
        let wanted = packages.is_empty() || packages.contains(&target.package);
        if wanted && seen.insert(target.root.clone()) {
            total.check(root, target)?;
        }
    }
    println!(
        "{} crates, {} modules, {} edges; {} failures",
        total.crates, total.modules, total.edges, total.failures
    );
    Ok(total.failures)
}

#[derive(Default)]
struct Total {
    crates: usize,
    modules: usize,
    edges: usize,
    failures: usize,
}

impl Total {
    fn check(&mut self, root: &Path, target: &Target) -> Result<(), String> {
        let tree = tree::read(&target.root)?;
        let graph = graph::of(&tree);
        self.crates += 1;
        self.modules += tree.files;
        self.edges += graph
            .iter()
            .map(std::collections::BTreeMap::len)
            .sum::<usize>();
        let file = |module: usize| {
            let file = &tree.modules[module].file;
            file.strip_prefix(root).unwrap_or(file).display()
        };
        for around in cycle::shortest(&graph) {
            self.failures += 1;
            println!("{}: {} modules import in a loop", target.name, around.len());
            for (at, from) in around.iter().enumerate() {
                let to = around[(at + 1) % around.len()];
                let edge = &graph[*from][&to];
                println!(
                    "  {}:{}: {} -> {}: {}",
                    file(*from),
                    edge.line,
                    tree.modules[*from].name,
                    tree.modules[to].name,
                    edge.path
                );
            }
        }
        if target.published {
            for (module, line) in public::forbidden(&target.package, &tree) {
                self.failures += 1;
                println!(
                    "{}: a public module: {}:{line}: {module}",
                    target.name,
                    file(0)
                );
            }
        }
        Ok(())
    }
}
