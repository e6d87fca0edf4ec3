//! Faults put into a copy of the sources: a fuzzer that does not find them finds nothing.
use std::fs;
use std::path::{Path, PathBuf};

use super::{Build, build, longest, write_seeds};
use crate::command::{command, root, run, stdout, target_dir};
use crate::step::{Checked, Failure, Outcome};

/// A fault, and the target that is to find it.
struct Fault {
    what: &'static str,
    target: &'static str,
    file: &'static str,
    right: &'static str,
    wrong: &'static str,
}

const FAULTS: [Fault; 5] = [
    Fault {
        what: "the first byte that is filled with zero is the file's",
        target: "translate",
        file: "kc-offsets/src/map/range.rs",
        right: "if delta >= backed {",
        wrong: "if delta > backed {",
    },
    Fault {
        what: "tables that images share are listed for each of them",
        target: "kc",
        file: "kc-offsets/src/lookup/budget.rs",
        right: "self.left.checked_sub(bytes)",
        wrong: "self.left.checked_sub(bytes.min(0))",
    },
    Fault {
        what: "marks of direction are printed",
        target: "kc",
        file: "macho-core/src/hidden.rs",
        right: "('\\u{2028}', '\\u{202f}')",
        wrong: "('\\u{2028}', '\\u{2029}')",
    },
    Fault {
        what: "damaged images are left out of the list",
        target: "kc",
        file: "kctool/src/cmd/entries.rs",
        right: "    for (image, uuid) in listed(memory.whole(cache)?) {\n        let (uuid, damage)",
        wrong: "    for (image, uuid) in listed(memory.whole(cache)?).filter(|(image, _)| image.damage.is_none()) {\n        let (uuid, damage)",
    },
    Fault {
        what: "the lowest bit of a lane's number is lost",
        target: "a64_encode",
        file: "aarch64-decode/src/program/vector.rs",
        right: "None => field(word, lsb, 5).wrapping_shr(size.wrapping_add(1)),",
        wrong: "None => field(word, lsb, 5).wrapping_shr(size.wrapping_add(2)),",
    },
];

/// Seeds of the random choices; each fault is to be found from each.
const SEEDS: u32 = 5;
/// Seconds that a search may take.
const SECONDS: u32 = 300;

/// Step: every fault is found from every seed.
///
/// # Errors
/// When one is not, or cannot be planted.
pub(crate) fn step() -> Outcome<Checked> {
    let folder = target_dir().join("planted");
    write_seeds()?;
    let mut found = 0_u64;
    for fault in &FAULTS {
        println!("{}: {}", fault.target, fault.what);
        let copy = folder.join("tree");
        plant(&copy, fault)?;
        let only = ["--bin", fault.target];
        let programs = build(&Build::planted(&folder), &copy.join("fuzz"), &only)?;
        let program = programs.join(fault.target);
        for seed in 1..=SEEDS {
            find(&folder, &program, fault, seed)?;
            found += 1;
        }
    }
    Ok(Checked::new(
        found,
        "searches, each of which found its planted fault",
    ))
}

/// A copy of the sources with the fault.
fn plant(copy: &Path, fault: &Fault) -> Outcome<()> {
    let list = stdout(command("git").current_dir(root()).args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]))?;
    for name in String::from_utf8_lossy(&list).split_terminator('\0') {
        let text = fs::read(root().join(name))?;
        let place = copy.join(name);
        // What stays as it is is not built again.
        if fs::read(&place).ok().as_ref() != Some(&text) {
            fs::create_dir_all(place.parent().unwrap_or(copy))?;
            fs::write(place, text)?;
        }
    }
    let place = copy.join(fault.file);
    let text = fs::read_to_string(&place)?;
    if text.matches(fault.right).count() != 1 {
        let why = format!("{} does not have {:?} once", fault.file, fault.right);
        return Err(Failure::new(why));
    }
    fs::write(place, text.replace(fault.right, fault.wrong))?;
    Ok(())
}

/// Searches from one seed, in an empty corpus besides the target's seeds.
fn find(folder: &Path, program: &Path, fault: &Fault, seed: u32) -> Outcome<()> {
    let artifacts = folder.join("artifacts");
    let corpus = folder.join("corpus");
    for folder in [&artifacts, &corpus] {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
    }
    let target = fault.target;
    let mut search = command(program);
    search
        .args([
            format!("-seed={seed}"),
            format!("-max_total_time={SECONDS}"),
        ])
        .arg(format!("-max_len={}", longest(target)))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .args(["-timeout=10", "-verbosity=0"])
        .args([&corpus, &super::seeds().join(target)]);
    // The fault ends the program.
    let ended = run(&mut search).is_err();
    let crashes: Vec<PathBuf> = fs::read_dir(&artifacts)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    if ended && !crashes.is_empty() {
        println!("found from seed {seed}");
        Ok(())
    } else {
        Err(Failure::new(format!(
            "{target} did not find from seed {seed} in {SECONDS} s: {}",
            fault.what
        )))
    }
}
