//! Bash completes what a user types, with the script that goes with `kc`.
#![cfg(unix)]
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// The words of a command line, the last one begun, and some of what bash has to offer for it.
const LINES: &[(&str, &[&str])] = &[
    ("kc in", &["info"]),
    ("kc s", &["symbols", "strings", "signature"]),
    ("kc disasm --sy", &["--syntax"]),
    ("kc disasm --syntax ", &["llvm", "gnu", "apple"]),
    ("kc entries --json", &["--json", "--json-lines"]),
    ("kc info --color ", &["auto", "always", "never"]),
    // Nothing of its own: bash then offers files.
    ("kc info kernelc", &[]),
    ("kc carve --out", &["--output"]),
    ("kc help sym", &["symbols"]),
];

/// Completes every line in one bash; a line of candidates for each.
fn complete(script: &Path, folder: &Path) -> Vec<String> {
    let script = script.display();
    let mut program = format!("source {script}\ncomplete -p kc\n");
    for (line, _) in LINES {
        let words: Vec<&str> = line.split(' ').collect();
        let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        let last = words.len() - 1;
        // What bash sets before it calls the function of `complete -F`.
        let (quoted, word, before) = (quoted.join(" "), words[last], words[last - 1]);
        writeln!(
            program,
            "COMP_WORDS=({quoted}); COMP_CWORD={last}; COMPREPLY=(); _kc kc '{word}' '{before}'; \
             echo \"${{COMPREPLY[*]}}\""
        )
        .unwrap();
    }
    let output = Command::new("bash")
        .args(["--norc", "-c", &program])
        .current_dir(folder)
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    let answers = String::from_utf8(output.stdout).unwrap();
    answers.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("completions");
    let files = kc_dist::write(&folder).unwrap();
    assert!(files.len() > 20, "{files:?}");
    std::fs::write(folder.join("kernelcache"), "").unwrap();
    let answers = complete(&folder.join("completions/kc.bash"), &folder);
    let (registered, answers) = answers.split_first().unwrap();
    assert!(
        registered.contains("-o default") && registered.contains("-F _kc"),
        "{registered}"
    );
    assert_eq!(answers.len(), LINES.len());
    for ((line, wanted), answer) in LINES.iter().zip(answers) {
        let offered: Vec<&str> = answer.split_whitespace().collect();
        assert_eq!(offered.is_empty(), wanted.is_empty(), "{line:?}: {answer}");
        for word in *wanted {
            assert!(offered.contains(word), "{line:?} has no {word:?}: {answer}");
        }
        // What does not start so is not offered.
        let begun = line.rsplit(' ').next().unwrap();
        assert!(
            offered.iter().all(|word| word.starts_with(begun)),
            "{line:?}: {answer}"
        );
    }
}

/// Each subcommand has a page, with its examples.
#[test]
fn every_subcommand_has_a_page() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    kc_dist::write(&folder).unwrap();
    let mut pages = 0;
    for command in kctool::command().get_subcommands() {
        let name = command.get_name();
        let page = folder.join(format!("man/kc-{name}.1"));
        let text = std::fs::read_to_string(page).unwrap();
        assert!(
            text.contains(&format!("kc {name} ")),
            "{name} has no example"
        );
        pages += 1;
    }
    assert!(pages >= 21, "only {pages} pages");
}
