//! What goes with the command `kc`: completions for shells, man pages, and a page of the book with
//! screens. All are made by the command itself, so that none can say anything else than it does.
use std::io;
use std::path::{Path, PathBuf};

use clap_complete::Shell;

mod screens;

pub use screens::page;

/// The shells that most people have.
const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Zsh, Shell::Fish];

/// Writes `completions/` and `man/` into the folder, and returns the files.
///
/// # Errors
/// A folder or a file cannot be written.
pub fn write(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let completions = folder.join("completions");
    let man = folder.join("man");
    let mut files = Vec::new();
    std::fs::create_dir_all(&completions)?;
    for shell in SHELLS {
        let mut command = kctool::command();
        let file = clap_complete::generate_to(shell, &mut command, "kc", &completions)?;
        files.push(file);
    }
    // A page of a subcommand that is gone must not stay.
    if man.exists() {
        std::fs::remove_dir_all(&man)?;
    }
    std::fs::create_dir_all(&man)?;
    clap_mangen::generate_to(kctool::command(), &man)?;
    for entry in std::fs::read_dir(&man)? {
        files.push(entry?.path());
    }
    files.sort();
    Ok(files)
}
