//! The commands that the README and the book show run on the sample, and print what the book says they print.

use std::path::Path;
use std::process::Command;

/// The blocks of a Markdown file between ```` ```NAME ```` and ```` ``` ````.
fn blocks<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    let open = format!("```{name}\n");
    text.split(&open)
        .skip(1)
        .filter_map(|rest| rest.split("\n```").next())
        .collect()
}

/// Runs the line's `kc` in `folder` and returns what it printed.
fn run(line: &str, folder: &Path) -> String {
    let command = line.split(" #").next().unwrap_or_default();
    let output = Command::new(env!("CARGO_BIN_EXE_kc"))
        .args(command.split_whitespace().skip(1))
        .current_dir(folder)
        .output()
        .unwrap();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{line}: {message}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_books_commands_print_what_it_shows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("docs");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::copy(
        root.join("samples/kernelcache.img4"),
        folder.join("kernelcache"),
    )
    .unwrap();
    let page = std::fs::read_to_string(root.join("docs/src/wiki-workflow.md")).unwrap();

    let mut printed = String::new();
    let mut commands = 0;
    for line in blocks(&page, "sh").iter().flat_map(|block| block.lines()) {
        assert!(line.starts_with("kc "), "{line}");
        printed += &run(line, &folder);
        commands += 1;
    }
    assert!(commands >= 8, "only {commands} commands");

    let mut shown = 0;
    for line in blocks(&page, "text").iter().flat_map(|block| block.lines()) {
        assert!(
            printed.lines().any(|own| own == line),
            "kc does not print {line:?}"
        );
        shown += 1;
    }
    assert!(shown >= 10, "only {shown} lines");
}

#[test]
fn the_readmes_commands_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::copy(
        root.join("samples/kernelcache.img4"),
        folder.join("kernelcache"),
    )
    .unwrap();
    let patch = "find d510109f d5034fdf -> +1 d503201f\n";
    std::fs::write(folder.join("boot.patch"), patch).unwrap();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let mut commands = 0;
    for part in readme.split('`').filter(|part| part.starts_with("kc ")) {
        run(part, &folder);
        commands += 1;
    }
    assert!(commands >= 8, "only {commands} commands");
}
