//! Running other programs: cargo, LLVM's tools, apt-get.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::step::{Failure, Outcome};

/// The repository's top folder.
pub(crate) fn root() -> &'static Path {
    // The manifest folder is `<root>/tools/xtask`.
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap_or(Path::new("."))
}

/// The repository's workspaces: the main one, and those with profiles or flags of their own.
pub(crate) fn workspaces() -> impl Iterator<Item = &'static str> {
    [
        ".",
        "tools/nopanic",
        "tools/nopanic/size",
        "bare-metal",
        "bare-metal/template",
        "bindings/python",
        "fuzz",
    ]
    .into_iter()
    .filter(|folder| root().join(folder).join("Cargo.toml").is_file())
}

/// The build folder: `$CARGO_TARGET_DIR` or `target/`.
pub(crate) fn target_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// A command that runs in the repository's top folder.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).stdin(Stdio::null());
    command
}

/// The cargo that runs this program.
pub(crate) fn cargo() -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = command(program);
    // What `cargo run` set for this process describes xtask, not the crate built next.
    for name in [
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_PATH",
        "CARGO_PKG_NAME",
    ] {
        command.env_remove(name);
    }
    command
}

/// Runs to the end with the terminal's output.
///
/// # Errors
/// When the program cannot be started or ends with a status other than 0.
pub(crate) fn run(command: &mut Command) -> Outcome<()> {
    let line = show(command);
    println!("$ {line}");
    let status = command
        .status()
        .map_err(|error| Failure::new(format!("cannot start `{line}`: {error}")))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(format!("`{line}` ended with {status}")))
    }
}

/// Runs to the end and gives what it printed to standard output; standard
/// error goes to the terminal.
///
/// # Errors
/// As [`run`].
pub(crate) fn stdout(command: &mut Command) -> Outcome<Vec<u8>> {
    let line = show(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Failure::new(format!("cannot start `{line}`: {error}")))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(Failure::new(format!(
            "`{line}` ended with {}",
            output.status
        )))
    }
}

/// As [`run`], and hands each line of standard output to `each` after it was
/// printed.
///
/// # Errors
/// As [`run`].
pub(crate) fn tee(command: &mut Command, each: impl FnMut(&str)) -> Outcome<()> {
    tee_after("", command, each)
}

/// As [`tee`]; each printed line begins with `label`, which tells commands that run at once apart.
///
/// # Errors
/// As [`run`].
pub(crate) fn tee_after(
    label: &str,
    command: &mut Command,
    mut each: impl FnMut(&str),
) -> Outcome<()> {
    let line = show(command);
    println!("{label}$ {line}");
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| Failure::new(format!("cannot start `{line}`: {error}")))?;
    if let Some(pipe) = child.stdout.take() {
        for text in BufReader::new(pipe).split(b'\n') {
            let text = text?;
            let text = String::from_utf8_lossy(&text);
            println!("{label}{text}");
            each(&text);
        }
    }
    let status = child.wait()?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(format!("`{line}` ended with {status}")))
    }
}

/// Runs to the end in silence and says whether the status was 0.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The command as one would type it, for messages.
fn show(command: &Command) -> String {
    let mut line = command
        .get_program()
        .to_string_lossy()
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}
