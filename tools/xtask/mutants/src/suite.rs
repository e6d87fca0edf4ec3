//! The tests, how long each takes, and which decisions each reaches.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::build::Binary;
use crate::copy::Place;

/// A test that takes the processor longer would make the whole run too long, and is left out.
const SLOW: Duration = Duration::from_secs(4);

/// One test.
#[derive(Debug)]
pub(crate) struct Test<'a> {
    pub(crate) binary: &'a Binary,
    pub(crate) name: String,
    /// Time of the processor, which other programs do not lengthen.
    pub(crate) took: Duration,
    /// The numbers of decisions.
    pub(crate) reached: BTreeSet<u32>,
}

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Passed,
    Failed,
    Late,
}

/// Runs every test once without a mutant.
///
/// # Errors
/// If one fails, or there is none.
pub(crate) fn record<'a>(
    binaries: &'a [Binary],
    place: &Place,
    jobs: usize,
) -> Result<Vec<Test<'a>>, String> {
    let mut names = Vec::new();
    for binary in binaries {
        names.extend(list(binary)?.into_iter().map(|name| (binary, name)));
    }
    let results = parallel(names.len(), jobs, |at| {
        let (binary, name) = &names[at];
        let file = place.folder.join(format!("reached-{at}"));
        record_one(binary, name, &file)
    });
    let mut tests = Vec::new();
    for ((binary, name), result) in names.iter().zip(results) {
        let (took, reached) = result.map_err(|why| format!("{}: {name} {why}", binary.name))?;
        if took > SLOW {
            println!(
                "left out: {}: {name} takes {:.1} s",
                binary.name,
                took.as_secs_f64()
            );
            continue;
        }
        tests.push(Test {
            binary,
            name: name.clone(),
            took,
            reached,
        });
    }
    if tests.is_empty() {
        return Err("there is no test".to_owned());
    }
    let total: Duration = tests.iter().map(|test| test.took).sum();
    println!("{} tests, {:.1} s", tests.len(), total.as_secs_f64());
    Ok(tests)
}

fn list(binary: &Binary) -> Result<Vec<String>, String> {
    let output = Command::new(&binary.program)
        .current_dir(&binary.folder)
        .args(["--list", "--format", "terse"])
        .output()
        .map_err(|error| format!("{}: {error}", binary.name))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let names = text.lines().filter_map(|line| line.strip_suffix(": test"));
    Ok(names.map(str::to_owned).collect())
}

fn record_one(
    binary: &Binary,
    name: &str,
    file: &Path,
) -> Result<(Duration, BTreeSet<u32>), String> {
    // What an earlier run left would be added to.
    let _ = std::fs::remove_file(file);
    let limit = Duration::from_secs(60);
    let path = file.to_string_lossy();
    let (end, took) = run(binary, name, ("CHOSEN_REACHED", &path), limit);
    if end != End::Passed {
        return Err(format!("without a mutant: {end:?}"));
    }
    let bytes = std::fs::read(file).unwrap_or_default();
    let _ = std::fs::remove_file(file);
    let numbers = bytes.chunks_exact(4).map(|chunk| {
        let mut number = [0; 4];
        number.copy_from_slice(chunk);
        u32::from_le_bytes(number)
    });
    Ok((took, numbers.collect()))
}

/// Runs one test, and says how long it kept the processor. It is late if that is more than `limit`,
/// or if it waits ten times as long.
pub(crate) fn run(
    binary: &Binary,
    name: &str,
    (variable, value): (&str, &str),
    limit: Duration,
) -> (End, Duration) {
    // A mutant may make a test ask for memory without end.
    let child = Command::new("sh")
        .args(["-c", "ulimit -v 8000000; exec \"$0\" \"$@\""])
        .arg(&binary.program)
        .args(["--exact", name, "--test-threads=1"])
        .current_dir(&binary.folder)
        .env(variable, value)
        .env("PROPTEST_CASES", "32")
        .env("PROPTEST_RNG_SEED", "1")
        .env("PROPTEST_MAX_SHRINK_ITERS", "0")
        .env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else {
        return (End::Failed, Duration::ZERO);
    };
    let start = Instant::now();
    let stat = format!("/proc/{}/stat", child.id());
    let mut took = Duration::ZERO;
    let mut pause = Duration::from_micros(500);
    loop {
        // A process that has ended still has its times until it is waited for.
        took = times(&stat).unwrap_or_else(|| start.elapsed()).max(took);
        let late = took > limit || start.elapsed() > limit * 10;
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return (End::Passed, took),
            Ok(None) if !late => {}
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return (End::Late, took);
            }
            _ => return (End::Failed, took),
        }
        std::thread::sleep(pause);
        pause = (pause * 3 / 2).min(Duration::from_millis(20));
    }
}

/// The time of the processor in a Linux `/proc/PID/stat`, whose ticks are hundredths of a second.
fn times(stat: &str) -> Option<Duration> {
    let text = std::fs::read_to_string(stat).ok()?;
    // The second field is a name in parentheses.
    let (_, fields) = text.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some(Duration::from_millis(10 * (ticks()? + ticks()?)))
}

/// What `each` gives for the numbers below `count`, in order.
pub(crate) fn parallel<T: Send>(
    count: usize,
    jobs: usize,
    each: impl Fn(usize) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, T)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= count {
                        return;
                    }
                    let result = each(at);
                    if let Ok(mut results) = results.lock() {
                        results.push((at, result));
                    }
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_default();
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}
