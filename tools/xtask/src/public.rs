//! The public functions of the libraries, by the text of their sources.
//!
//! The lint `unreachable_pub` keeps private functions from being `pub`, so the text tells which
//! functions a user can call.
use crate::command::{command, stdout};
use crate::step::{Failure, Outcome};

/// The source files of the library in that folder, by git.
///
/// # Errors
/// When there are none.
pub(crate) fn tracked_sources(folder: &str) -> Outcome<Vec<String>> {
    let list = stdout(command("git").args(["ls-files", &format!("{folder}/src/*.rs")]))?;
    let files: Vec<String> = String::from_utf8_lossy(&list)
        .lines()
        .map(str::to_owned)
        .collect();
    if files.is_empty() {
        return Err(Failure::new(format!("git knows no source of {folder}")));
    }
    Ok(files)
}

/// The name in a line such as `pub const fn get(self) -> u64 {`.
pub(crate) fn public_function(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("pub ")?;
    let rest = rest.strip_prefix("const ").unwrap_or(rest);
    let rest = rest.strip_prefix("unsafe ").unwrap_or(rest);
    let rest = rest.strip_prefix("extern \"C\" ").unwrap_or(rest);
    rest.strip_prefix("fn ")?
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
}

#[cfg(test)]
mod tests {
    use super::public_function;

    #[test]
    fn public_functions_are_told_from_others() {
        assert_eq!(
            public_function("    pub const fn get(self) -> u64 {"),
            Some("get")
        );
        assert_eq!(public_function("pub fn walk<'s>(&self) {"), Some("walk"));
        assert_eq!(public_function("    pub(crate) fn inner() {"), None);
        assert_eq!(public_function("    fn inner() {"), None);
    }
}
