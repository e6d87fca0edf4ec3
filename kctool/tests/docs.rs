//! Every command that the README and the book show, in blocks, tables and sentences, runs on the
//! sample, and what it prints is kept in `docs/commands.txt`. `KC_BLESS=1 cargo test -p kctool
//! --test docs` writes that file anew: look at the difference before you commit it.
//!
//! Blocks with other commands than `kc`, and the attributes of blocks, are the business of the step
//! `readme` of `cargo xtask test`.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Commands that are not run, and why. Blocks say that themselves: ```` ```sh not-run="..." ````.
const NOT_RUN: [(&str, &str); 1] = [(
    "kc xrefs ruff ADDR",
    "the corpus downloads the program ruff, and the repository has no such file",
)];

/// A block of a page: what stands after its opening fence, and its lines.
struct Block<'t> {
    info: &'t str,
    lines: Vec<&'t str>,
}

/// The blocks of a page, and the text around them.
fn split(page: &str) -> (Vec<Block<'_>>, Vec<&str>) {
    let (mut blocks, mut text): (Vec<Block<'_>>, Vec<&str>) = (Vec::new(), Vec::new());
    let mut is_inside = false;
    for line in page.lines() {
        match (line.strip_prefix("```"), blocks.last_mut()) {
            (Some(_), _) if is_inside => is_inside = false,
            (Some(info), _) => {
                let lines = Vec::new();
                blocks.push(Block { info, lines });
                is_inside = true;
            }
            (None, Some(block)) if is_inside => block.lines.push(line),
            (None, _) => text.push(line),
        }
    }
    (blocks, text)
}

/// The `kc` commands of a line of a block, without a remark and without what reads their output.
fn command(line: &str) -> Option<String> {
    let line = line.replace("\\|", "|");
    let line = line.split(" #").next()?.split(" | ").next()?;
    let line = line.strip_prefix("kc ")?;
    Some(format!("kc {}", line.trim()))
}

/// Whether a mention of `kc` in a sentence is a whole command: it names a file.
fn is_whole(command: &str) -> bool {
    let operand = |word: &str| !word.starts_with('-');
    let mut words = command.split(' ').skip(2);
    let first = words.next();
    first.is_some_and(operand)
        || first
            .into_iter()
            .chain(words)
            .any(|word| operand(word) && (word == "kernelcache" || word.contains('.')))
}

/// Every command of a page, in its order: blocks first.
fn commands(page: &str) -> Vec<String> {
    let (blocks, text) = split(page);
    let blocks = blocks.iter().filter(|block| block.info == "sh");
    let mut all: Vec<String> = blocks
        .flat_map(|block| block.lines.iter().filter_map(|line| command(line)))
        .collect();
    let text = text.join("\n");
    let mentions = text.split('`').skip(1).step_by(2).filter_map(command);
    all.extend(mentions.filter(|command| is_whole(command)));
    let mut seen = BTreeSet::new();
    all.retain(|command| seen.insert(command.clone()));
    all.retain(|command| NOT_RUN.iter().all(|(not, _)| not != command));
    all
}

/// The folder of the project.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The README files and the pages of the book.
fn pages() -> Vec<PathBuf> {
    let book = fs::read_dir(root().join("docs/src")).unwrap();
    let mut book: Vec<PathBuf> = book.map(|entry| entry.unwrap().path()).collect();
    book.retain(|path| path.extension().is_some_and(|end| end == "md"));
    book.sort();
    let readmes = ["README.md", "kctool/README.md"].map(|name| root().join(name));
    readmes.into_iter().chain(book).collect()
}

/// A folder with what the commands need.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("docs");
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder).unwrap();
    let sample = root().join("samples/kernelcache.img4");
    fs::copy(sample, folder.join("kernelcache")).unwrap();
    let patch = "find d510109f d5034fdf -> +1 d503201f\n";
    fs::write(folder.join("boot.patch"), patch).unwrap();
    let payload = testkit::kernelcache::sample::m1n1().bytes;
    fs::write(folder.join("payload.macho"), payload).unwrap();
    let examples = fs::read_to_string(root().join("docs/src/examples.md")).unwrap();
    let (blocks, _) = split(&examples);
    let patches = blocks.iter().find(|block| block.info == "patch").unwrap();
    fs::write(folder.join("el2.patch"), patches.lines.join("\n")).unwrap();
    folder
}

/// The files of a folder, and of the folders in it.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            let inside = files(&entry.path()).into_iter();
            found.extend(inside.map(|(file, bytes)| (format!("{name}/{file}"), bytes)));
        } else {
            found.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    found
}

/// Runs a command; what it printed, and a record of all that it left behind.
fn run(command: &str, folder: &Path) -> (String, String) {
    let before = files(folder);
    let output = Command::new(env!("CARGO_BIN_EXE_kc"))
        .args(command.split_whitespace().skip(1))
        .current_dir(folder)
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{command}: {said}");
    let mut record = printed.clone();
    for line in said.lines() {
        writeln!(record, "stderr: {line}").unwrap();
    }
    for (name, bytes) in files(folder) {
        if before.get(&name) != Some(&bytes) {
            let sum = bytes
                .iter()
                .fold(0_u32, |sum, &byte| sum.rotate_left(5) ^ u32::from(byte));
            writeln!(record, "wrote {name}: {:#x} bytes, {sum:08x}", bytes.len()).unwrap();
        }
    }
    (printed, record)
}

#[test]
fn every_command_prints_what_it_did() {
    let folder = folder();
    let mut record = String::new();
    let mut known = BTreeMap::new();
    let (mut count, mut shown) = (0, 0);
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        let commands = commands(&page);
        let name = path.strip_prefix(root()).unwrap().display();
        if commands.is_empty() {
            continue;
        }
        writeln!(record, "## {name}").unwrap();
        let mut printed = String::new();
        for command in &commands {
            let (output, left) = run(command, &folder);
            writeln!(record, "$ {command}").unwrap();
            match known.insert(command.clone(), left.clone()) {
                Some(before) if before == left => record.push_str("(as above)\n"),
                _ => record.push_str(&left),
            }
            printed += &output;
        }
        count += commands.len();
        // What the page shows as output is output.
        let (blocks, _) = split(&page);
        let is_run = blocks.iter().any(|block| block.info == "sh");
        for block in blocks.iter().filter(|block| is_run && block.info == "text") {
            for line in &block.lines {
                let is_printed = printed.lines().any(|own| own == *line);
                assert!(is_printed, "{name}: kc does not print {line:?}");
                shown += 1;
            }
        }
    }
    assert!(
        count >= 35 && shown >= 10,
        "{count} commands, {shown} lines"
    );
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/docs/commands.txt");
    if std::env::var_os("KC_BLESS").is_some() {
        fs::write(&kept, &record).unwrap();
    }
    let expected = fs::read_to_string(&kept).unwrap();
    for (number, (own, kept)) in record.lines().zip(expected.lines()).enumerate() {
        assert_eq!(
            own,
            kept,
            "line {} of {}",
            number + 1,
            "tests/docs/commands.txt"
        );
    }
    assert_eq!(record.len(), expected.len(), "KC_BLESS=1 writes it anew");
}

/// A mention of a subcommand is no command, and a command is found wherever it stands.
#[test]
fn commands_are_found() {
    let page = "Run `kc entry kernelcache`, not `kc entry` or `kc disasm --syntax gnu`.\n\
                | `kc info kernelcache \\| less` |\n```sh\nkc map kernelcache   # a remark\n```\n\
                ```sh not-run=\"why\"\nkc symbols kernelcache\n```\n`kc xrefs ruff ADDR`\n";
    assert_eq!(
        commands(page),
        [
            "kc map kernelcache",
            "kc entry kernelcache",
            "kc info kernelcache"
        ]
    );
}
