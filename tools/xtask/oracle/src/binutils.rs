//! Which of GNU's programs are asked: those of binutils 2.44, which our text follows, or those of
//! 2.40, which differ from it by the rules of [`normalise`](crate::normalise) and by
//! `docs/src/validation-known-2.40.txt`.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::fault::Fault;

/// The environment variable with the folder of the programs of binutils 2.44; without it, they are
/// those of the search path.
pub const FOLDER: &str = "A64_BINUTILS_2_44";

/// The same for 2.40.
pub const OLD_FOLDER: &str = "A64_BINUTILS_2_40";

/// A release of binutils.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binutils {
    /// 2.44, of Debian 13.
    New,
    /// 2.40, of Debian 12.
    Old,
}

impl Binutils {
    /// A program of the release: `objdump`, `as`.
    ///
    /// # Errors
    /// When it does not start, or is of another release.
    pub(crate) fn program(self, name: &str) -> Result<PathBuf, Fault> {
        let (variable, release) = match self {
            Self::New => (FOLDER, "2.44"),
            Self::Old => (OLD_FOLDER, "2.40"),
        };
        let folder = std::env::var_os(variable).map_or_else(PathBuf::new, PathBuf::from);
        let program = folder.join(format!("aarch64-linux-gnu-{name}"));
        let output = Command::new(&program)
            .arg("--version")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| Fault::file(&program, &error))?;
        let said = String::from_utf8_lossy(&output.stdout);
        let first = said.lines().next().unwrap_or_default();
        if is_of(first, release) {
            return Ok(program);
        }
        Err(Fault::new(format!(
            "{} is `{first}`, not {release}: `cargo xtask` unpacks that, and {variable} says where it is",
            program.display()
        )))
    }
}

/// Whether this is the first line that a program of a release prints about itself.
fn is_of(line: &str, release: &str) -> bool {
    let version = line.rsplit(' ').next().unwrap_or_default();
    version
        .strip_prefix(release)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::is_of;

    #[test]
    fn the_release_is_the_last_word() {
        let line = "GNU objdump (GNU Binutils for Debian) 2.44";
        assert!(is_of(line, "2.44"));
        assert!(is_of("GNU objdump (GNU Binutils) 2.44.1", "2.44"));
        assert!(!is_of(line, "2.40"));
        assert!(!is_of("GNU objdump (GNU Binutils) 2.440", "2.44"));
        assert!(!is_of("", "2.44"));
    }
}
