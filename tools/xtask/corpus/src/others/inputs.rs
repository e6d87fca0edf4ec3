//! Which files there are: Mach-O files as they are, and what yaml2obj makes of descriptions.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::fault::Outcome;

/// `MH_MAGIC_64`, as a little-endian file has it.
pub(super) const MAGIC_64: [u8; 4] = [0xcf, 0xfa, 0xed, 0xfe];

/// The first bytes of Mach-O and fat files.
const MAGICS: [[u8; 4]; 6] = [
    MAGIC_64,
    [0xce, 0xfa, 0xed, 0xfe],
    [0xfe, 0xed, 0xfa, 0xcf],
    [0xfe, 0xed, 0xfa, 0xce],
    [0xca, 0xfe, 0xba, 0xbe],
    [0xca, 0xfe, 0xba, 0xbf],
];

/// Most documents in one file that are built.
const MOST_DOCUMENTS: usize = 64;

/// The files, by name, and how many came from YAML.
pub(super) struct Inputs {
    pub(super) files: Vec<(String, PathBuf)>,
    pub(super) built: usize,
    /// Documents that yaml2obj refuses, as those with a variable that a test sets.
    pub(super) not_built: usize,
}

/// Every Mach-O file below `folder`; what yaml2obj writes is kept in a folder beside it.
pub(super) fn collect(folder: &Path) -> Outcome<Inputs> {
    let mut inputs = Inputs {
        files: Vec::new(),
        built: 0,
        not_built: 0,
    };
    let made = folder.with_extension("built");
    if made.exists() {
        fs::remove_dir_all(&made)?;
    }
    fs::create_dir_all(&made)?;
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path)?;
            let name = name_of(folder, &path);
            if MAGICS.iter().any(|magic| bytes.starts_with(magic)) {
                inputs.files.push((name, path));
            } else if let Ok(text) = std::str::from_utf8(&bytes) {
                build(&name, text, &path, &made, &mut inputs)?;
            }
        }
    }
    inputs.files.sort();
    Ok(inputs)
}

/// Builds the documents of one text, if it has any of Mach-O files.
fn build(name: &str, text: &str, path: &Path, made: &Path, inputs: &mut Inputs) -> Outcome<()> {
    let described = ["--- !mach-o", "--- !fat-mach-o"];
    if !described.iter().any(|start| text.contains(start)) {
        return Ok(());
    }
    let documents = text.lines().filter(|line| line.starts_with("---")).count();
    for number in 1..=documents.min(MOST_DOCUMENTS) {
        let output = Command::new("yaml2obj-22")
            .arg(format!("--docnum={number}"))
            .arg(path)
            .output()?;
        if !output.status.success() {
            inputs.not_built += 1;
            continue;
        }
        if MAGICS.iter().any(|magic| output.stdout.starts_with(magic)) {
            let file = made.join(format!("{}-{number}", name.replace('/', "+")));
            fs::write(&file, &output.stdout)?;
            inputs.built += 1;
            inputs.files.push((format!("{name}#{number}"), file));
        }
    }
    Ok(())
}

/// The name that a file has in messages and in the list: its path below the folder.
fn name_of(folder: &Path, path: &Path) -> String {
    let below: PathBuf = path.strip_prefix(folder).unwrap_or(path).to_owned();
    let name = below.to_string_lossy().into_owned();
    // LLVM's version stands in the name of the topmost folder.
    name.split_once("/llvm/test/")
        .map_or(name.clone(), |(_, name)| name.to_owned())
}
