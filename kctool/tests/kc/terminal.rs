//! What is printed on a terminal: lines that fit, headings, colours, and help.
use kctool::Terminal;
use testkit::kernelcache::sample;

use crate::common::{Files, Outcome};

/// As `kc`, on a terminal of so many columns that has colours if they are asked for.
fn on_terminal(files: &Files, width: usize, line: &str) -> Outcome {
    let terminal = Terminal {
        width: Some(width),
        ..Terminal::default()
    };
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let args = std::iter::once("kc".to_owned()).chain(files.arguments(line));
    let status = kctool::run_on(
        terminal,
        args,
        &mut std::io::empty(),
        &mut stdout,
        &mut stderr,
    );
    Outcome {
        status,
        stdout,
        stderr: String::from_utf8(stderr).unwrap(),
    }
}

fn text(outcome: &Outcome) -> &str {
    std::str::from_utf8(&outcome.stdout).unwrap()
}

/// The sample with longer ids.
fn long_ids() -> Vec<u8> {
    let mut collection = sample::collection();
    for image in collection.images.iter_mut().skip(1) {
        image.id = format!("{}.{}", image.id, "driver".repeat(9));
    }
    collection.build().bytes
}

/// One set of files serves all: to make them takes longer than to read them.
#[test]
fn text_on_a_terminal() {
    let files = Files::new("terminal");
    no_line_of_info_and_entries_wraps(&files);
    columns_are_named_on_a_terminal_alone(&files);
    colours_change_no_text(&files);
}

fn no_line_of_info_and_entries_wraps(files: &Files) {
    files.put("long", &long_ids());
    let mut lines = 0;
    for file in [
        "fileset",
        "long",
        "bare",
        "prelinked",
        "chained",
        "img4",
        "im4p",
        "lzss",
        "im4m",
        "mismatch",
        "m1n1",
        "pageable",
        "fat",
        "opcodes",
    ] {
        for (command, width) in [("info", 80), ("entries", 80), ("info", 72), ("entries", 72)] {
            let outcome = on_terminal(files, width, &format!("{command} @{file}"));
            for line in text(&outcome).lines() {
                let len = line.chars().count();
                assert!(len <= width, "{command} @{file}: {len} of {width}: {line}");
                lines += 1;
            }
        }
    }
    assert!(lines > 600, "only {lines} lines");
}

fn columns_are_named_on_a_terminal_alone(files: &Files) {
    let wide = on_terminal(files, 100, "entries @fileset");
    let plain = crate::common::kc(&files.arguments("entries @fileset"), &[]);
    let (heading, rows) = text(&wide).split_once('\n').unwrap();
    assert_eq!(rows, text(&plain));
    assert_eq!(
        heading.split_whitespace().collect::<Vec<_>>(),
        ["vmaddr", "offset", "uuid", "id", "version"]
    );
    // What there is no room for is left out of all rows.
    let narrow = on_terminal(files, 80, "entries @fileset");
    assert!(text(&narrow).starts_with("vmaddr "), "{}", text(&narrow));
    assert!(!text(&narrow).contains("uuid"), "{}", text(&narrow));
    for (line, second) in [
        ("functions @fileset", "size"),
        ("find --words d65f03c0 @fileset", "offset"),
        ("xrefs --contains started @fileset", "kind"),
        ("fixups --list @fileset", "offset"),
        ("exports @signed", "kind"),
        ("strings @fileset", "string"),
    ] {
        let outcome = on_terminal(files, 80, line);
        let (heading, rows) = text(&outcome).split_once('\n').unwrap();
        let names: Vec<&str> = heading.split_whitespace().collect();
        assert_eq!(names[..2], ["vmaddr", second], "{line}");
        let plain = crate::common::kc(&files.arguments(line), &[]);
        assert_eq!(rows, text(&plain), "{line}");
        // The second column starts where its heading does, or ends there.
        let at = heading.find(second).unwrap();
        let row = rows.lines().next().unwrap();
        let is_below = |at: usize| row[..at].ends_with(' ') && !row[at..].starts_with(' ');
        let end = at + second.len();
        assert!(is_below(at) || !row[..end].ends_with(' '), "{line}: {row}");
    }
    let json = on_terminal(files, 80, "entries --json-lines @fileset");
    assert!(text(&json).starts_with('{'));
}

fn colours_change_no_text(files: &Files) {
    let mut colored = 0;
    for line in [
        "info @img4",
        "entries @fileset",
        "symbols @fileset",
        "disasm @fileset",
        "diff @fileset @renamed",
        "strings @fileset",
        "entry @missing",
    ] {
        let [plain, painted] = ["never", "always"]
            .map(|when| on_terminal(files, 80, &format!("{line} --color {when}")));
        for (plain, painted) in [
            (text(&plain), text(&painted)),
            (&plain.stderr, &painted.stderr),
        ] {
            assert!(!plain.contains('\x1b'), "{line}");
            colored += painted.matches('\x1b').count();
            let mut without = String::new();
            for (number, piece) in painted.split('\x1b').enumerate() {
                let piece = match number {
                    0 => piece,
                    _ => piece.split_once('m').unwrap().1,
                };
                without.push_str(piece);
            }
            assert_eq!(without, *plain, "{line}");
        }
        let json = on_terminal(files, 80, &format!("{line} --json --color=always"));
        assert!(!text(&json).contains('\x1b'), "{line}");
    }
    assert!(colored > 100, "only {colored} colours");
    let help = on_terminal(files, 80, "--color=always --help");
    assert!(text(&help).contains('\x1b'));
    let help = on_terminal(files, 80, "help entries");
    assert!(!text(&help).contains('\x1b'));
}

/// Whether two lines that follow one another are one paragraph that was wrapped by hand.
fn is_wrapped(one: &str, other: &str) -> bool {
    let is_text = |line: &str| !line.is_empty() && !line.starts_with(' ');
    is_text(one) && is_text(other) && !one.ends_with(':')
}

/// Text that is wrapped where it is written is wrapped twice on a narrow terminal.
#[test]
fn help_is_wrapped_once() {
    assert!(is_wrapped("one line", "and the next"));
    let mut subcommands = 0;
    for command in kctool::command().get_subcommands() {
        let name = command.get_name();
        let help = command.get_after_help().map(ToString::to_string);
        let help = help.unwrap_or_default();
        assert!(help.starts_with("Example"), "{name}: {help}");
        let lines: Vec<&str> = help.lines().collect();
        for pair in lines.windows(2) {
            assert!(!is_wrapped(pair[0], pair[1]), "{name}: {pair:?}");
        }
        for line in lines.iter().filter(|line| line.starts_with(' ')) {
            assert!(line.len() <= 80, "{name}: {line}");
        }
        subcommands += 1;
    }
    assert!(subcommands >= 19, "only {subcommands}");
}

#[test]
fn help_fits_a_terminal() {
    for mut command in kctool::command().get_subcommands().cloned() {
        let name = command.get_name().to_owned();
        let help = command
            .clone()
            .term_width(80)
            .render_long_help()
            .to_string();
        for line in help.lines().filter(|line| !line.starts_with("  kc ")) {
            assert!(line.chars().count() <= 80, "{name}: {line}");
        }
        let short = command.render_help().to_string();
        assert!(!short.is_empty());
    }
}
