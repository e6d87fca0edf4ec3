//! kc: the kernelcache command line.
use std::io::{self, BufWriter, Write as _};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: kctool::Allocator = kctool::Allocator;

fn main() -> ExitCode {
    kctool::install_handlers();
    let mut stdout = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    // Not locked: what is said of a run that takes long is written meanwhile.
    let mut stderr = io::stderr();
    let status = kctool::run_on(
        kctool::Terminal::detect(),
        std::env::args_os(),
        &mut io::stdin().lock(),
        &mut stdout,
        &mut stderr,
    );
    // A reader that went away is no failure of ours; `run` has flushed what it had to say.
    drop(stdout.flush());
    ExitCode::from(status)
}
