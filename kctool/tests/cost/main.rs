//! What subcommands may cost on small files that ask for much: memory, bytes written, bytes
//! allocated and instructions grow with the input and no faster, for files of n, 2n and 4n bytes of
//! each family.
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;

mod counting;
mod family;

use counting::{Cost, cost};
use family::{FAMILIES, Family, Large};

/// Bytes of the smallest file of a family; the others have twice and four times as many.
const SMALL: usize = 32 << 10;

/// Times the input's bytes that a run may have in memory at once, besides `BESIDES`; SECURITY.md
/// states it.
const MEMORY: usize = 64;
const BESIDES: usize = 2 << 20;

/// The most bytes of a row besides its names, and of names together, as times the bytes of the
/// file.
const ROW: usize = 512;
const NAMES: usize = 8;

/// The command lines: `FILE` is the file, `SAMPLE` a small collection.
const COMMANDS: &[&str] = &[
    "info FILE",
    "info --json FILE",
    "headers --json FILE",
    "entries FILE",
    "entries --json-lines FILE",
    "symbols FILE",
    "symbols -a --json FILE",
    "symbols --format ida FILE",
    "symbols --format perf FILE",
    "functions FILE",
    "functions --json FILE",
    "strings --json FILE",
    "strings --all-sections --json FILE",
    "exports --json FILE",
    "signature --json FILE",
    "fixups --list FILE",
    "fixups --list --json FILE",
    "owner --json FILE 0xfffffe0007004000 0xfffffe0007005000",
    "xrefs --json FILE --len 64K 0xfffffe0007004000",
    "find --json FILE --bytes 61",
    "diff FILE FILE",
    "diff --symbols --json FILE SAMPLE",
    "translate FILE 0xfffffe0007004000",
    "map FILE",
    "cfg --json FILE 0xfffffe0007004000",
    "map --json FILE",
    "map --svg - FILE",
];

/// Those of patches: `PATCHES` is the file of them, `PATCHED` one of zeros.
const PATCHING: &[&str] = &[
    "patch PATCHED PATCHES -o OUTPUT",
    "patch --json PATCHED PATCHES -o OUTPUT",
];

impl Family {
    fn commands(&self) -> &'static [&'static str] {
        match self.large {
            Large::Patches => PATCHING,
            Large::File | Large::Memory => COMMANDS,
        }
    }
}

/// The files of one run, in a folder that is gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("kc-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        let folder = Self(path);
        let sample = testkit::kernelcache::sample::fileset().bytes;
        fs::write(folder.path("SAMPLE"), sample).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes the family's file, and what goes with it; the bytes of what is large.
    fn write(&self, family: &Family, size: usize) -> usize {
        let bytes = (family.make)(size);
        let name = match family.large {
            Large::Patches => {
                // A line of patches is longer than the 8 bytes of the file that it is about.
                fs::write(self.path("PATCHED"), family::patched(size)).unwrap();
                "PATCHES"
            }
            Large::File | Large::Memory => "FILE",
        };
        fs::write(self.path(name), &bytes).unwrap();
        bytes.len()
    }

    /// The words of a command line.
    fn words(&self, family: &Family, command: &str) -> Vec<String> {
        let is_file = |word: &str| word.bytes().all(|byte| byte.is_ascii_uppercase());
        let mut words: Vec<String> = command
            .split(' ')
            .map(|word| match word {
                word if is_file(word) => self.path(word).to_str().unwrap().to_owned(),
                word => word.to_owned(),
            })
            .collect();
        if family.large == Large::Memory {
            words.push("--mapped".to_owned());
        }
        words
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn run(words: &[String]) -> Cost {
    let args: Vec<&str> = std::iter::once("kc")
        .chain(words.iter().map(String::as_str))
        .collect();
    cost(|stdout, stderr| {
        let status = kctool::run(&args, &mut io::empty(), stdout, stderr);
        assert!([0, 1, 3].contains(&status), "{args:?}: status {status}");
    })
}

/// What is too much in the costs of a command line on files of n, 2n and 4n bytes.
fn judge(command: &str, sizes: [usize; 3], costs: [Cost; 3]) -> Vec<String> {
    let mut wrong = Vec::new();
    let (size, most) = (sizes[2], costs[2]);
    // A symbol takes 16 bytes, a slot 8, a patch more; a function 1, a match of bytes 1.
    let records = match command.split(' ').next().unwrap() {
        "functions" | "find" => size,
        // A run of four characters and what ends it; a node and the edge to it.
        "strings" | "exports" => size / 4,
        "fixups" => size / 8,
        _ => size / 16,
    };
    if most.memory > MEMORY * size + BESIDES {
        wrong.push(format!("{} bytes at once", most.memory));
    }
    if most.written > records * ROW + NAMES * size {
        wrong.push(format!("{} bytes written", most.written));
    }
    for pair in costs.windows(2) {
        let mut grown = |what: &str, of: fn(&Cost) -> usize, slack: usize| {
            let (from, to) = (of(&pair[0]), of(&pair[1]));
            if to > from * 5 / 2 + slack {
                wrong.push(format!("{what} grew from {from} to {to}"));
            }
        };
        grown("memory", |cost| cost.memory, 1 << 18);
        grown("output", |cost| cost.written, 1 << 14);
        grown("allocation", |cost| cost.allocated, 1 << 20);
    }
    wrong
}

#[test]
fn cost_grows_with_the_input_and_no_faster() {
    let folder = Folder::new("cost");
    let mut wrong = String::new();
    let (mut runs, mut rows) = (0, 0);
    for family in FAMILIES {
        let mut costs = vec![Vec::new(); family.commands().len()];
        let sizes = [1, 2, 4].map(|times| {
            let size = folder.write(family, times * SMALL);
            for (costs, command) in costs.iter_mut().zip(family.commands()) {
                costs.push(run(&folder.words(family, command)));
            }
            size
        });
        for (costs, command) in costs.into_iter().zip(family.commands()) {
            let costs: [Cost; 3] = costs.try_into().unwrap();
            runs += 3;
            rows += costs[2].written;
            for what in judge(command, sizes, costs) {
                writeln!(wrong, "{}: {command}: {what}", family.name).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(runs >= 700 && rows > 1 << 20, "{runs} runs, {rows} bytes");
}

/// Costs that grow too fast, and a row that is too long, are seen.
#[test]
fn too_much_is_seen() {
    let sizes = [1, 2, 4].map(|times| times * SMALL);
    let judged = |of: &dyn Fn(usize) -> Cost| judge("symbols FILE", sizes, sizes.map(of)).len();
    let linear = |size: usize| Cost {
        memory: 60 * size,
        allocated: 200 * size,
        written: 30 * size,
    };
    assert_eq!(judged(&linear), 0);
    assert_eq!(
        judged(&|size| Cost {
            memory: 90 * size,
            ..linear(size)
        }),
        1
    );
    assert_eq!(
        judged(&|size| Cost {
            written: 41 * size,
            ..linear(size)
        }),
        1
    );
    let squares = |size: usize| size * size / (SMALL / 64);
    assert_eq!(
        judged(&|size| Cost {
            allocated: squares(size),
            ..linear(size)
        }),
        2
    );
}

/// The command lines whose instructions are counted, of the families that are large in the file.
const COUNTED: &[&str] = &[
    "info --json FILE",
    "entries FILE",
    "symbols -a --json FILE",
    "functions FILE",
    "fixups --list --json FILE",
    "owner --json FILE 0xfffffe0007004000 0xfffffe0007005000",
    "diff FILE FILE",
    "map FILE",
];

/// Instructions of `kc`, by Callgrind.
fn instructions(words: &[String]) -> u64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env!("CARGO_BIN_EXE_kc"))
        .args(words)
        .output()
        .expect("valgrind is installed");
    let status = output.status.code();
    assert!(
        matches!(status, Some(0 | 1 | 3)),
        "{words:?}: status {status:?}"
    );
    let report = String::from_utf8_lossy(&output.stderr);
    let count = report
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let (_, count) = count.unwrap_or_else(|| panic!("{words:?}: {report}"));
    count.trim().parse().unwrap()
}

/// What a run takes before it looks at the file.
const START: u64 = 3_000_000;

fn grows_too_fast(counts: [u64; 3]) -> bool {
    counts
        .windows(2)
        .any(|pair| pair[1] > pair[0] * 5 / 2 + START)
}

/// `cargo test --release -p kctool --test cost -- --ignored --nocapture`.
#[test]
#[ignore = "takes minutes; cargo xtask test --only cost-long"]
fn instructions_grow_with_the_input_and_no_faster() {
    assert!(grows_too_fast([START, 4 * START, 16 * START]));
    let folder = Folder::new("instructions");
    let mut wrong = String::new();
    let mut runs = 0;
    for family in FAMILIES {
        let commands = match family.large {
            Large::File => COUNTED,
            Large::Memory => &COUNTED[..1],
            Large::Patches => PATCHING,
        };
        let mut counts = vec![Vec::new(); commands.len()];
        // The last has the 400 KB that a user would call small.
        for times in [1, 2, 4] {
            folder.write(family, times * (100 << 10));
            for (counts, command) in counts.iter_mut().zip(commands) {
                counts.push(instructions(&folder.words(family, command)));
                runs += 1;
            }
        }
        for (counts, command) in counts.into_iter().zip(commands) {
            println!("{}: {command}: {counts:?} instructions", family.name);
            let counts: [u64; 3] = counts.try_into().unwrap();
            if grows_too_fast(counts) {
                writeln!(wrong, "{}: {command}: {counts:?}", family.name).unwrap();
            }
        }
    }
    // Memory is scanned for its kernel: 16 times the bytes, at most 20 times the work.
    let [small, large] = [4 << 20, 64 << 20].map(|size| {
        folder.write(&family::MEMORY, size);
        instructions(&folder.words(&family::MEMORY, "info FILE"))
    });
    println!("kc info --mapped: {small} instructions for 4 MiB, {large} for 64 MiB");
    assert!(large <= 20 * small, "{small}, then {large}");
    assert!(wrong.is_empty(), "{wrong}");
    assert!(runs >= 200, "{runs} runs");
}
