//! The page of the book that shows what `kc` prints on a terminal of 80 columns.
use std::fmt::Write as _;
use std::io;
use std::path::Path;

use kctool::Terminal;

/// Columns of the terminal.
const WIDTH: usize = 80;

/// A screen: the command line, in which `kernelcache` is the sample, and what there is to see.
struct Screen {
    command: &'static str,
    what: &'static str,
}

/// To show another command, add a line.
const SCREENS: &[Screen] = &[
    Screen {
        command: "kc info kernelcache",
        what: "The container, the machine that the manifest is for, the kernel, and where everything lies.",
    },
    Screen {
        command: "kc entries kernelcache",
        what: "The images inside. The column of UUIDs is left out, because the lines would wrap.",
    },
    Screen {
        command: "kc disasm kernelcache --count 16",
        what: "The code at the entry point.",
    },
    Screen {
        command: "kc map kernelcache",
        what: "Memory above, the file below: the letters are segments.",
    },
];

/// The page, of the sample at that path.
///
/// # Errors
/// A command fails, or prints a line that does not fit.
pub fn page(sample: &Path) -> io::Result<String> {
    let mut page = String::from(
        "# Screens\n\n<!-- cargo xtask screens writes this page. -->\n\n\
         What some commands print on a terminal of 80 columns. `kernelcache` is `samples/kernelcache.img4`,\n\
         which testkit makes.\n",
    );
    for screen in SCREENS {
        let Screen { command, what, .. } = screen;
        let text = shown(screen, sample)?;
        write!(page, "\n{what}\n\n```console\n$ {command}\n{text}```\n")
            .map_err(io::Error::other)?;
    }
    Ok(page)
}

/// What the terminal shows.
fn shown(screen: &Screen, sample: &Path) -> io::Result<String> {
    let words = screen.command.split(' ').map(|word| match word {
        "kernelcache" => sample.as_os_str().to_owned(),
        word => word.into(),
    });
    let terminal = Terminal {
        width: Some(WIDTH),
        ..Terminal::default()
    };
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let status = kctool::run_on(terminal, words, &mut io::empty(), &mut stdout, &mut stderr);
    let failed = |why: &str| io::Error::other(format!("`{}`: {why}", screen.command));
    if status != 0 {
        return Err(failed(&String::from_utf8_lossy(&stderr)));
    }
    let text = String::from_utf8(stdout).map_err(io::Error::other)?;
    match text.lines().find(|line| line.chars().count() > WIDTH) {
        Some(line) => Err(failed(&format!("{line:?} is longer than {WIDTH} columns"))),
        None => Ok(text),
    }
}
