//! Colours of text. They are put into whole lines at the end, where nothing of the input can be
//! mistaken for them: every escape character of the input was escaped before.
use std::borrow::Cow;

const RESET: &str = "\x1b[0m";
const BOLD: &str = "\x1b[1m";
const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";
const CYAN: &str = "\x1b[36m";
const BOLD_RED: &str = "\x1b[1;31m";
const BOLD_YELLOW: &str = "\x1b[1;33m";

/// Bytes of the names that `kc info` has at the start of its lines.
const LABEL: usize = 16;

/// A heading.
pub(crate) fn heading(text: &str) -> String {
    format!("{BOLD}{text}{RESET}")
}

/// A line on standard error; `kc:` tells at first sight whether it is an error or a remark.
pub(crate) fn complaint(text: &str, is_error: bool) -> String {
    let color = if is_error { BOLD_RED } else { BOLD_YELLOW };
    format!("{color}kc:{RESET} {text}")
}

/// Lines of a subcommand's text, in colour.
pub(crate) fn lines(subcommand: &str, text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    let mut out = String::with_capacity(text.len() * 5 / 4);
    for line in text.split_inclusive('\n') {
        let (line, end) = match line.strip_suffix('\n') {
            Some(line) => (line, "\n"),
            None => (line, ""),
        };
        // A heading is in colour by now.
        let line = if line.starts_with('\x1b') {
            Cow::Borrowed(line)
        } else {
            Cow::Owned(painted(subcommand, line))
        };
        out.push_str(&line);
        out.push_str(end);
    }
    out.into_bytes()
}

/// One line.
fn painted(subcommand: &str, line: &str) -> String {
    match subcommand {
        "diff" => return changed(line),
        "info" => return labelled(line),
        _ => {}
    }
    if line.ends_with(':') && !line.contains(' ') {
        return heading(line);
    }
    let (text, comment) = match subcommand {
        "disasm" => line.split_at(comment_at(line)),
        _ => (line, ""),
    };
    let text = address(text);
    match comment {
        "" => text,
        comment => format!("{text}{GREEN}{comment}{RESET}"),
    }
}

/// Where the comment of a line of code starts; at its end without one. No instruction has a
/// semicolon.
fn comment_at(line: &str) -> usize {
    line.find("; ").unwrap_or(line.len())
}

/// A line with the address that it starts with in colour, and damage.
fn address(line: &str) -> String {
    let len = line
        .strip_prefix("0x")
        .map_or(0, |digits| 2 + hexadecimal(digits));
    let (address, rest) = line.split_at(len);
    let rest = damaged(rest);
    match address {
        "" => rest.into_owned(),
        address => format!("{CYAN}{address}{RESET}{rest}"),
    }
}

/// How many digits a text starts with.
fn hexadecimal(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_hexdigit).count()
}

fn damaged(text: &str) -> Cow<'_, str> {
    const MARK: &str = "\\{damaged}";
    match text.strip_suffix(MARK) {
        Some(before) => Cow::Owned(format!("{before}{RED}{MARK}{RESET}")),
        None => Cow::Borrowed(text),
    }
}

/// A line of `kc info`: the name of what it says, and the rest.
fn labelled(line: &str) -> String {
    if line.starts_with("vmaddr ") {
        return heading(line);
    }
    match line.split_at_checked(LABEL) {
        Some((label, rest)) if label.ends_with(' ') && !label.trim().is_empty() => {
            format!("{BOLD}{label}{RESET}{rest}")
        }
        _ => address(line),
    }
}

/// A line of `kc diff`.
fn changed(line: &str) -> String {
    let color = match line.split_once(": ") {
        Some((_, rest)) if rest.starts_with("added ") => GREEN,
        Some((_, rest)) if rest.starts_with("removed ") => RED,
        Some((_, rest)) if rest.contains(" -> ") => YELLOW,
        _ => return line.to_owned(),
    };
    format!("{color}{line}{RESET}")
}

#[cfg(test)]
mod tests {
    use super::lines;

    fn shown(subcommand: &str, text: &str) -> String {
        let painted = lines(subcommand, text.as_bytes());
        let painted = String::from_utf8(painted).unwrap();
        // Without the colours it is the same text.
        let mut plain = String::new();
        for (number, piece) in painted.split('\x1b').enumerate() {
            let piece = match number {
                0 => piece,
                _ => piece.split_once('m').unwrap().1,
            };
            plain.push_str(piece);
        }
        assert_eq!(plain, text);
        painted.replace('\x1b', "^")
    }

    #[test]
    fn addresses_labels_and_comments() {
        let text = "_start:\n0xfe00:  14000004  b 0xfe10  ; _start+0x10\n";
        let painted =
            "^[1m_start:^[0m\n^[36m0xfe00^[0m:  14000004  b 0xfe10  ^[32m; _start+0x10^[0m\n";
        assert_eq!(shown("disasm", text), painted);
        assert_eq!(shown("strings", "0x10  a; b"), "^[36m0x10^[0m  a; b");
        assert_eq!(
            shown("symbols", "0x10 T \\{damaged}\n"),
            "^[36m0x10^[0m T ^[31m\\{damaged}^[0m\n"
        );
        assert_eq!(
            shown("info", "base            0x10\n"),
            "^[1mbase            ^[0m0x10\n"
        );
    }

    #[test]
    fn differences() {
        let text =
            "entries: added a\nentries: removed b\nimage: uuid: x 1 -> 2\nsymbols: 0 added\n";
        let painted = "^[32mentries: added a^[0m\n^[31mentries: removed b^[0m\n\
                       ^[33mimage: uuid: x 1 -> 2^[0m\nsymbols: 0 added\n";
        assert_eq!(shown("diff", text), painted);
    }
}
