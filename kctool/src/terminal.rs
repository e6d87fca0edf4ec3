//! What standard output and standard error lead to: how wide it is, and whether it shows colours.
use std::ffi::OsString;
use std::io::IsTerminal as _;

use clap::ValueEnum;

/// When to print in colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal, unless the environment says otherwise (`NO_COLOR`, `CLICOLOR_FORCE`)
    #[default]
    Auto,
    /// Into files and pipes too
    Always,
    /// Nowhere
    Never,
}

/// What the streams of a run lead to; by default to files or pipes, without colour.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terminal {
    /// Columns of the terminal that standard output is; `None` if it is none.
    pub width: Option<usize>,
    /// Whether standard error is a terminal.
    pub is_stderr_one: bool,
    /// Whether `--color auto` prints standard output in colour.
    pub colors: bool,
    /// The same of standard error.
    pub stderr_colors: bool,
}

impl Terminal {
    /// What this process has.
    pub fn detect() -> Self {
        let is_terminal = std::io::stdout().is_terminal();
        let is_stderr_one = std::io::stderr().is_terminal();
        let environment = |name: &str| std::env::var_os(name);
        Self {
            width: is_terminal.then(|| columns(&environment)),
            is_stderr_one,
            colors: auto(is_terminal, &environment),
            stderr_colors: auto(is_stderr_one, &environment),
        }
    }

    /// The same with the colours that the command line asks for.
    pub(crate) fn with(self, when: When) -> Self {
        let decided = |auto| match when {
            When::Auto => auto,
            When::Always => true,
            When::Never => false,
        };
        Self {
            colors: decided(self.colors),
            stderr_colors: decided(self.stderr_colors),
            ..self
        }
    }
}

/// A variable of the environment.
type Environment<'e> = dyn Fn(&str) -> Option<OsString> + 'e;

/// The terminal's columns; a terminal that does not say has 80.
fn columns(environment: &Environment<'_>) -> usize {
    let said = environment("COLUMNS").and_then(|text| text.to_str()?.parse().ok());
    let size = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    said.or_else(size).filter(|&width| width > 0).unwrap_or(80)
}

/// Whether a stream is printed in colour. The names are those of no-color.org and of
/// bixense.com/clicolors, and `TERM=dumb` is a terminal without colours.
fn auto(is_terminal: bool, environment: &Environment<'_>) -> bool {
    let is_set = |name: &str| environment(name).filter(|value| !value.is_empty());
    if is_set("NO_COLOR").is_some() {
        return false;
    }
    if is_set("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        return true;
    }
    let is_off = is_set("CLICOLOR").is_some_and(|value| value == "0");
    let is_dumb = is_set("TERM").is_some_and(|value| value == "dumb");
    is_terminal && !is_off && !is_dumb
}

#[cfg(test)]
mod tests {
    use super::{Terminal, When, auto, columns};

    /// Whether a terminal, and whether a pipe, is printed to in colour.
    fn colors(variables: &[(&str, &str)]) -> (bool, bool) {
        let environment = |name: &str| {
            let found = variables.iter().find(|(of, _)| *of == name);
            found.map(|(_, value)| (*value).into())
        };
        (auto(true, &environment), auto(false, &environment))
    }

    #[test]
    fn the_environment_decides() {
        assert_eq!(colors(&[]), (true, false));
        assert_eq!(colors(&[("NO_COLOR", "1")]), (false, false));
        assert_eq!(colors(&[("NO_COLOR", "")]), (true, false));
        assert_eq!(colors(&[("CLICOLOR_FORCE", "1")]), (true, true));
        assert_eq!(colors(&[("CLICOLOR_FORCE", "0")]), (true, false));
        assert_eq!(colors(&[("CLICOLOR", "0")]), (false, false));
        assert_eq!(colors(&[("TERM", "dumb")]), (false, false));
        let both = [("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")];
        assert_eq!(colors(&both), (false, false));
    }

    #[test]
    fn the_command_line_decides_before_the_environment() {
        let plain = Terminal::default();
        assert!(plain.with(When::Always).colors);
        let colored = Terminal {
            colors: true,
            ..plain
        };
        assert!(colored.with(When::Auto).colors);
        assert!(!colored.with(When::Never).colors);
    }

    #[test]
    fn columns_may_be_said() {
        assert_eq!(columns(&|_| Some("132".into())), 132);
    }
}
