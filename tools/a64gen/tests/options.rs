//! The command line: what is refused, without anything being written.

use std::process::Command;

#[test]
fn options_are_refused() {
    let cases: &[(&[&str], &str)] = &[
        (&["--against"], "a64gen: --against needs a FILE\n"),
        (&["--against", "no such file"], "a64gen: no such file: "),
        (&["--against", env!("CARGO_MANIFEST_DIR")], "a64gen: /"),
        (&["--chek"], "a64gen: unknown option --chek\nusage: a64gen "),
        (
            &["--check", "more"],
            "a64gen: unknown option --check more\n",
        ),
    ];
    for (arguments, expected) in cases {
        let output = Command::new(env!("CARGO_BIN_EXE_a64gen"))
            .args(*arguments)
            .output()
            .expect("it runs");
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(message.starts_with(expected), "{arguments:?}: {message}");
        assert!(!output.status.success(), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}
