//! Boots images in QEMU: loaders with kernelcaches that are right, wrong and damaged, and the
//! monitor.
//!
//! `kc-qemu FOLDER [--loader IMAGE]... [--faults IMAGE] [--monitor IMAGE] [--whole]`. Every loader
//! gets the same inputs and must print the same: a loader is an image by arm64 Linux's boot
//! protocol that takes an IMG4 as initrd and `phys=` and `slide=` from the command line. `--whole`
//! adds what takes minutes.

mod case;
mod cases;
mod inputs;
mod machine;
mod monitor;

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use testkit::img4::signed_like;
use testkit::kernelcache::large::{self, Size};
use testkit::kernelcache::sample;

use case::Case;
use machine::{Bench, Options};
use monitor::Work;

/// What the command line asks for.
#[derive(Default)]
struct Wanted {
    folder: PathBuf,
    loaders: Vec<PathBuf>,
    faults: Option<PathBuf>,
    monitor: Option<PathBuf>,
    whole: bool,
}

fn main() -> ExitCode {
    let result = wanted().and_then(|wanted| all(&wanted));
    match result {
        Ok(boots) => {
            println!("{boots} boots");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("kc-qemu: {why}");
            ExitCode::FAILURE
        }
    }
}

fn wanted() -> Result<Wanted, String> {
    let mut wanted = Wanted::default();
    let mut arguments = std::env::args_os().skip(1);
    wanted.folder = arguments.next().ok_or("which folder?")?.into();
    while let Some(argument) = arguments.next() {
        let mut image = || {
            let path = arguments.next().map(PathBuf::from);
            path.ok_or_else(|| format!("{} needs a file", argument.to_string_lossy()))
        };
        match argument.to_str() {
            Some("--loader") => wanted.loaders.push(image()?),
            Some("--faults") => wanted.faults = Some(image()?),
            Some("--monitor") => wanted.monitor = Some(image()?),
            Some("--whole") => wanted.whole = true,
            _ => return Err(format!("unknown argument {}", argument.to_string_lossy())),
        }
    }
    Ok(wanted)
}

fn all(wanted: &Wanted) -> Result<usize, String> {
    let bench = Bench::new(&wanted.folder).map_err(|error| error.to_string())?;
    let mut boots = 0;
    for loader in &wanted.loaders {
        for list in [cases::boots(), cases::wrong(), cases::damaged()] {
            boots += run(&bench, loader, &list)?;
        }
    }
    if let Some(loader) = &wanted.faults {
        for list in [cases::seeds(), cases::faults()] {
            boots += run(&bench, loader, &list)?;
        }
    }
    if let Some(image) = &wanted.monitor {
        boots += monitor_boots(&bench, image, wanted.whole)?;
    }
    Ok(boots)
}

/// Boots each case, as many at once as there are processors, and tells of every one that went
/// wrong.
fn run(bench: &Bench, image: &Path, cases: &[Case]) -> Result<usize, String> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut failed = 0;
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            match boot(bench, image, case) {
                Ok(()) => println!("ok   {}", case.name),
                Err(why) => {
                    failed += 1;
                    println!("FAIL {why}");
                }
            }
        }
        failed
    };
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let failed: usize = thread::scope(|scope| {
        let started: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
        started
            .into_iter()
            .map(|worker| worker.join().unwrap_or(cases.len()))
            .sum()
    });
    if failed == 0 {
        Ok(cases.len())
    } else {
        Err(format!("{}: {failed} boots went wrong", image.display()))
    }
}

/// Boots one, and compares.
fn boot(bench: &Bench, image: &Path, case: &Case) -> Result<(), String> {
    let printed = bench
        .boot(image, &case.input, &case.options)
        .map_err(|error| format!("{}: {error}", case.name))?;
    case.check(&printed)
}

/// The monitor with the sample in every codec; when asked for, with all of its code in full, and
/// with a collection of 100 MB.
fn monitor_boots(bench: &Bench, image: &Path, whole: bool) -> Result<usize, String> {
    let mut options = Options {
        timeout: Duration::from_secs(300),
        ..Options::default()
    };
    let file = sample::fileset().bytes;
    let mut boots = 0;
    for (codec, compress) in inputs::CODECS {
        let first = boots == 0;
        let work = Work {
            initrd: &signed_like(&compress("krnl", &file)),
            file: &file,
            lines: match (first, whole) {
                (false, _) => 0,
                (true, false) => 2000,
                (true, true) => usize::MAX,
            },
            translations: if first { 1_000_000 } else { 1000 },
        };
        let printed = monitor::check(bench, image, work, &options)?;
        boots += 1;
        if first {
            show(&printed);
        }
        println!("ok   monitor, {codec}");
    }
    if whole {
        let file = large::collection(Size::MAC, 1).build().bytes;
        options.memory = 1024;
        let work = Work {
            initrd: &file,
            file: &file,
            lines: 0,
            translations: 1_000_000,
        };
        show(&monitor::check(bench, image, work, &options)?);
        println!("ok   monitor, 100 MB");
        boots += 1;
    }
    Ok(boots)
}

/// The lines that say how much: counts, cycles, stack.
fn show(printed: &str) {
    for line in printed.lines().filter(|line| !line.contains(" | ")) {
        println!("{line}");
    }
}
