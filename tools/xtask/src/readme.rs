//! The commands of the README are run as they stand there.

use std::fs;

use crate::command::{command, root, tee};
use crate::step::{Checked, Failure, Outcome};

/// Step: each command in a `sh` block of README.md ends well and prints
/// something. `cargo xtask` commands are left out: this is one.
///
/// # Errors
/// When one fails or prints nothing.
pub(crate) fn commands() -> Outcome<Checked> {
    let text = fs::read_to_string(root().join("README.md"))?;
    let mut count = 0_u32;
    for line in shell_lines(&text) {
        if line.starts_with("cargo xtask") {
            continue;
        }
        let mut printed = 0_usize;
        tee(command("sh").args(["-c", line]), |line| {
            printed += usize::from(!line.trim().is_empty());
        })?;
        if printed == 0 {
            return Err(Failure::new(format!("`{line}` prints nothing")));
        }
        count += 1;
    }
    Ok(Checked::new(count, "commands of the README"))
}

/// The lines in blocks fenced with "```sh".
fn shell_lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("```") {
            inside = line == "```sh";
        } else if inside && !line.trim().is_empty() && !line.starts_with('#') {
            lines.push(line);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::shell_lines;

    #[test]
    fn only_shell_blocks_are_read() {
        let text = "a\n```sh\n# why\nls -l\n\n```\nb\n```rust\nfn c() {}\n```\n";
        assert_eq!(shell_lines(text), ["ls -l"]);
    }
}
