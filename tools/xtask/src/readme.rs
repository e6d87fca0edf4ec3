//! The commands of the README and the book are run as they stand there, or their block says why
//! not.
//!
//! A block that starts with "```sh" is run, and the block of output after it ("```text") is
//! compared. `not-run="WHY"` after `sh` says that nobody runs it, `run-by=STEP` that another step
//! does. Lines that start with `kc` are run by a test of kctool (`tests/docs.rs`), with those of
//! tables and sentences.

use std::fs;
use std::path::PathBuf;

use crate::command::{command, root, tee};
use crate::step::{Checked, Failure, Outcome};

/// Step: each command ends well and prints what its page says.
///
/// # Errors
/// When one fails or prints something else, or a block is neither run nor says why.
pub(crate) fn commands(is_step: impl Fn(&str) -> bool) -> Outcome<Checked> {
    let (mut run, mut explained) = (0_u32, 0_u32);
    for path in pages()? {
        let text = fs::read_to_string(&path)?;
        let name = path.strip_prefix(root()).unwrap_or(&path).display();
        let blocks = blocks(&text);
        for (number, block) in blocks.iter().enumerate() {
            let fate = Fate::of(block.info, &is_step)
                .map_err(|why| Failure::new(format!("{name}: {why}")))?;
            match fate {
                Fate::NoCommand => {}
                Fate::NotHere => explained += 1,
                Fate::Run => {
                    let output = blocks.get(number + 1).filter(|next| next.info == "text");
                    let output = output.map_or(&[][..], |output| &output.lines);
                    for line in commands_of(&block.lines) {
                        check(line, output)?;
                        run += 1;
                    }
                }
            }
        }
    }
    println!("{explained} blocks are run elsewhere, or say why not");
    Ok(Checked::new(run, "commands of the README and the book"))
}

/// The README files and the pages of the book.
fn pages() -> Outcome<Vec<PathBuf>> {
    let mut pages = vec![
        root().join("README.md"),
        root().join("CONTRIBUTING.md"),
        root().join("bindings/c/README.md"),
    ];
    for entry in fs::read_dir(root().join("docs/src"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "md") {
            pages.push(path);
        }
    }
    pages.sort();
    Ok(pages)
}

/// Runs a line and compares what it prints.
fn check(line: &str, output: &[&str]) -> Outcome<()> {
    let mut printed = Vec::new();
    tee(command("sh").args(["-c", line]), |line| {
        printed.push(line.to_owned());
    })?;
    if printed.iter().all(|line| line.trim().is_empty()) {
        return Err(Failure::new(format!("`{line}` prints nothing")));
    }
    match output
        .iter()
        .find(|line| !printed.iter().any(|own| own == *line))
    {
        Some(missing) => Err(Failure::new(format!("`{line}` does not print {missing:?}"))),
        None => Ok(()),
    }
}

/// What becomes of a block.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    /// It is no block of commands.
    NoCommand,
    /// Another step runs it, or nobody does, and it says so.
    NotHere,
    Run,
}

impl Fate {
    /// What stands after the fence says; or what is wrong with it.
    fn of(info: &str, is_step: impl Fn(&str) -> bool) -> Result<Self, String> {
        let Some(attribute) = info.strip_prefix("sh") else {
            return Ok(Self::NoCommand);
        };
        let attribute = attribute.trim();
        if attribute.is_empty() {
            return Ok(Self::Run);
        }
        if let Some(step) = attribute.strip_prefix("run-by=") {
            return if is_step(step) {
                Ok(Self::NotHere)
            } else {
                Err(format!("no step is called {step:?}"))
            };
        }
        let why = attribute.strip_prefix("not-run=\"");
        match why.and_then(|why| why.strip_suffix('"')) {
            Some(why) if !why.trim().is_empty() => Ok(Self::NotHere),
            _ => Err(format!(
                "```{info}: it takes run-by=STEP or not-run=\"WHY\""
            )),
        }
    }
}

/// A block between fences.
struct Block<'t> {
    info: &'t str,
    lines: Vec<&'t str>,
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if let Some(info) = line.strip_prefix("```") {
            inside = !inside;
            if inside {
                let lines = Vec::new();
                blocks.push(Block { info, lines });
            }
        } else if let Some(block) = blocks.last_mut().filter(|_| inside) {
            block.lines.push(line);
        }
    }
    blocks
}

/// The commands of a block that are run here.
fn commands_of<'t>(lines: &[&'t str]) -> impl Iterator<Item = &'t str> {
    let lines = lines.iter().copied();
    lines.filter(|line| {
        !line.trim().is_empty() && !line.starts_with('#') && !line.starts_with("kc ")
    })
}

#[cfg(test)]
mod tests {
    use super::{Fate, blocks, commands_of};

    #[test]
    fn blocks_and_their_commands() {
        let text = "a\n```sh\n# why\nls -l\n\nkc info a\n```\nb\n```text\nc\n```\n";
        let blocks = blocks(text);
        let infos: Vec<&str> = blocks.iter().map(|block| block.info).collect();
        assert_eq!(infos, ["sh", "text"]);
        assert_eq!(commands_of(&blocks[0].lines).collect::<Vec<_>>(), ["ls -l"]);
    }

    #[test]
    fn a_block_is_run_or_says_why_not() {
        let of = |info| Fate::of(info, |step| step == "qemu");
        assert_eq!(of("sh"), Ok(Fate::Run));
        assert_eq!(of("text"), Ok(Fate::NoCommand));
        assert_eq!(of("sh run-by=qemu"), Ok(Fate::NotHere));
        assert_eq!(of("sh not-run=\"it takes an hour\""), Ok(Fate::NotHere));
        for wrong in [
            "sh run-by=nobody",
            "sh not-run=\"\"",
            "sh not-run",
            "sh later",
        ] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}
