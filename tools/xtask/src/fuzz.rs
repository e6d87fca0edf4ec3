//! `cargo xtask fuzz`: builds the targets of `fuzz/` with the stable compiler
//! and runs each for a while from testkit's seeds.
//!
//! The flags are those that cargo-fuzz gives to rustc, so that nothing needs to
//! be installed; `cargo fuzz` works on the same folder.

mod log;
pub(crate) mod planted;

use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::command::{cargo, command, root, run, stdout, target_dir, tee_after};
use crate::step::{Checked, Failure, Outcome};

/// What libFuzzer needs from the compiler: counters on every edge, comparisons
/// traced; and every check on, so that an overflow is a finding.
const FLAGS: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Cllvm-args=-simplifycfg-branch-fold-threshold=0 \
    -Ccodegen-units=1 -Cdebug-assertions -Coverflow-checks \
    --cfg fuzzing";

/// The longest inputs, in bytes, of targets whose inputs are many small things: more of them teach
/// nothing and cost time. Each word is assembled, compared and searched for.
const SHORT: [(&str, u32); 9] = [
    ("a64_encode", 64),
    ("asm", 256),
    ("construct", 96),
    ("cpu", 64),
    ("decode_bad64", 512),
    ("decode_text", 512),
    ("capi", 1 << 15),
    ("kc", 1 << 14),
    ("probes", 1 << 13),
];

/// Of the others.
const LONGEST: u32 = 1 << 16;

/// How long `cargo xtask test --all` runs each target.
const LONG: u64 = 300;

/// What to run, and how.
struct Plan<'a> {
    /// The targets; none is all.
    chosen: &'a [&'a str],
    seconds: u64,
    /// Only those that have not been fuzzed enough, and what they do is written down.
    log: bool,
}

/// `cargo xtask fuzz [--seconds N] [--log] [TARGET...]`.
///
/// # Errors
/// When a target does not build, finds something, or runs nothing.
pub(crate) fn fuzz(arguments: &[String]) -> Outcome<()> {
    let mut seconds = 60_u64;
    let mut chosen: Vec<&str> = Vec::new();
    let mut log = false;
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--seconds" => {
                seconds = rest
                    .next()
                    .and_then(|number| number.parse().ok())
                    .ok_or_else(|| Failure::new("--seconds needs a number"))?;
            }
            "--log" => log = true,
            name => chosen.push(name),
        }
    }
    let plan = Plan {
        chosen: &chosen,
        seconds,
        log,
    };
    run_targets(&plan, has_bad64()).map(|_| ())
}

/// Step: every target for [`LONG`] seconds, none left out.
///
/// # Errors
/// As [`fuzz`], or when a target cannot be built for want of clang.
pub(crate) fn long() -> Outcome<Checked> {
    if !has_bad64() {
        return Err(Failure::new("the target decode_bad64 needs clang"));
    }
    let plan = Plan {
        chosen: &[],
        seconds: LONG,
        log: false,
    };
    let executions = run_targets(&plan, true)?;
    Ok(Checked::new(
        executions,
        format!("executions, {LONG} s for each target"),
    ))
}

/// bad64 needs a C compiler and libclang.
fn has_bad64() -> bool {
    stdout(command("clang").arg("--version")).is_ok()
}

/// Builds the targets and runs those that are chosen, or all; gives the number of executions.
fn run_targets(plan: &Plan<'_>, bad64: bool) -> Outcome<u64> {
    let Plan {
        chosen,
        seconds,
        log,
    } = *plan;
    let mut targets = targets()?;
    if !bad64 {
        println!("decode_bad64 is left out: clang is not installed");
        targets.retain(|target| target != "decode_bad64");
    }
    if let Some(unknown) = chosen
        .iter()
        .find(|name| !targets.iter().any(|target| target == *name))
    {
        return Err(Failure::new(format!(
            "no fuzz target is called {unknown:?}"
        )));
    }

    targets.retain(|target| chosen.is_empty() || chosen.contains(&target.as_str()));
    if log {
        log::commit()?;
        targets = log::unfinished(&targets)?;
        if targets.is_empty() {
            println!("each of them has been fuzzed enough");
            return Ok(0);
        }
    }
    let programs = programs(&Build::usual(), bad64)?;
    let run = |target: &String| {
        let seed = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(1, |time| time.as_secs() % 1_000_000);
        let executions = run_target(target, &programs.join(target), seed, seconds)?;
        if log {
            log::add(target, seed, seconds, executions)?;
        }
        Ok(executions)
    };
    let outcomes = on_all_processors(&targets, run);

    println!("\n== fuzz targets, {seconds} s each");
    let mut failed = 0_usize;
    let mut all = 0_u64;
    for (target, outcome) in targets.iter().zip(&outcomes) {
        match outcome {
            Ok(executions) => {
                all += executions;
                println!("  ok   {target:<14}{executions:>12} executions");
            }
            Err(failure) => {
                failed += 1;
                println!("  FAIL {target:<14}{failure}");
            }
        }
    }
    if failed == 0 && outcomes.len() == targets.len() && all > 0 {
        Ok(all)
    } else {
        Err(Failure::new(format!("{failed} fuzz targets failed")))
    }
}

/// What `run` gives for each target, in their order; as many run at once as there are processors.
fn on_all_processors(
    targets: &[String],
    run: impl Fn(&String) -> Outcome<u64> + Sync,
) -> Vec<Outcome<u64>> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut outcomes = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(target) = targets.get(number) else {
                return outcomes;
            };
            outcomes.push((number, run(target)));
        }
    };
    let mut outcomes: Vec<_> = thread::scope(|scope| {
        let count = thread::available_parallelism().map_or(1, NonZero::get);
        let workers: Vec<_> = (0..count).map(|_| scope.spawn(worker)).collect();
        let ended = workers.into_iter().filter_map(|worker| worker.join().ok());
        ended.flatten().collect()
    });
    outcomes.sort_by_key(|(number, _)| *number);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

/// Where the programs are built, and with which flags.
pub(crate) struct Build {
    folder: PathBuf,
    flags: String,
}

impl Build {
    fn usual() -> Self {
        Self {
            folder: target_dir().join("fuzz"),
            flags: FLAGS.to_owned(),
        }
    }

    /// One beside it, for sources with a fault.
    fn planted(folder: &Path) -> Self {
        Self {
            folder: folder.join("target"),
            flags: FLAGS.to_owned(),
        }
    }

    /// One that writes which lines it reached.
    pub(crate) fn coverage(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            flags: format!("{FLAGS} -Cinstrument-coverage"),
        }
    }
}

/// The first inputs, a folder a target.
pub(crate) fn seeds() -> PathBuf {
    target_dir().join("fuzz/seeds")
}

/// Writes the seeds and builds every target; the folder of the programs.
///
/// # Errors
/// When one does not build.
pub(crate) fn programs(how: &Build, bad64: bool) -> Outcome<PathBuf> {
    write_seeds()?;
    let features = if bad64 { "bad64" } else { "" };
    build(
        how,
        &root().join("fuzz"),
        &["--bins", "--features", features],
    )
}

fn write_seeds() -> Outcome<()> {
    run(cargo()
        .args(["run", "--quiet", "--release", "--package", "testkit"])
        .args(["--bin", "mkseeds", "--"])
        .arg(seeds()))
}

/// Builds what cargo's `arguments` name of the targets in `folder`; the folder of the programs.
fn build(how: &Build, folder: &Path, arguments: &[&str]) -> Outcome<PathBuf> {
    let triple = host()?;
    // With --target, the flags reach the fuzzed code and not build scripts.
    run(cargo()
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", &how.folder)
        .env("RUSTFLAGS", &how.flags)
        .args(["build", "--release", "--target", &triple])
        .args(arguments))?;
    Ok(how.folder.join(&triple).join("release"))
}

/// The targets that `fuzz/Cargo.toml` names.
///
/// # Errors
/// When there are none.
pub(crate) fn targets() -> Outcome<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root().join("fuzz/fuzz_targets"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if let Some(name) = name.strip_suffix(".rs") {
            names.push(name.to_owned());
        }
    }
    names.sort();
    if names.is_empty() {
        return Err(Failure::new("fuzz/ has no target"));
    }
    Ok(names)
}

/// The most bytes of an input.
fn longest(target: &str) -> u32 {
    let short = SHORT.iter().find(|(name, _)| *name == target);
    short.map_or(LONGEST, |(_, bytes)| *bytes)
}

/// The triple of this machine.
fn host() -> Outcome<String> {
    let version = stdout(command("rustc").arg("-vV"))?;
    String::from_utf8_lossy(&version)
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .ok_or_else(|| Failure::new("rustc does not name its host"))
}

/// Runs one target and gives the number of executions.
fn run_target(target: &str, program: &Path, seed: u64, seconds: u64) -> Outcome<u64> {
    // What libFuzzer finds interesting is kept for the next run; what breaks
    // goes where cargo-fuzz would put it.
    let corpus = root().join("fuzz/corpus").join(target);
    let artifacts = root().join("fuzz/artifacts").join(target);
    fs::create_dir_all(&corpus)?;
    fs::create_dir_all(&artifacts)?;
    let mut command = command(program);
    command
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-seed={seed}"))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .arg(format!("-max_len={}", longest(target)))
        .args(["-timeout=10", "-rss_limit_mb=2048"])
        .args(["-print_final_stats=1", "-verbosity=1"])
        .arg(&corpus);
    let seeds = seeds().join(target);
    if seeds.is_dir() {
        command.arg(seeds);
    }
    // libFuzzer writes to standard error; the shell joins the two streams.
    let mut joined = crate::command::command("sh");
    joined.args(["-c", "exec \"$0\" \"$@\" 2>&1"]);
    joined.arg(command.get_program()).args(command.get_args());
    let mut executions = 0_u64;
    tee_after(&format!("{target}: "), &mut joined, |line| {
        if let Some(number) = line.strip_prefix("stat::number_of_executed_units:") {
            executions = number.trim().parse().unwrap_or(0);
        }
    })?;
    if executions == 0 {
        return Err(Failure::new("nothing was executed"));
    }
    Ok(executions)
}
