//! The project's chores: test, compare, corpus, size, qemu, gen, golden, samples, bench, fuzz.
//!
//! `cargo xtask test` is the one command that decides whether a change is
//! good. Every step of it is a function in a module of its own, so that each
//! can also be run alone while working.

mod bare;
mod binutils;
mod capi;
mod command;
mod corpus;
mod coverage;
mod debian;
mod delegate;
mod dist;
mod execute;
mod foreign;
mod fuzz;
mod imports;
mod miri;
mod msrv;
mod mutants;
mod nopanic;
mod oracle;
mod package;
mod packages;
mod public;
mod python;
mod qemu;
mod readme;
mod setup;
mod size;
mod sources;
mod step;
mod suite;

use std::process::ExitCode;

use step::Outcome;

/// A subcommand: its name, one line of help, and what runs it.
struct Chore {
    name: &'static str,
    help: &'static str,
    run: fn(&[String]) -> Outcome<()>,
}

const CHORES: &[Chore] = &[
    Chore {
        name: "test",
        help: "install what is missing, then run every check [--all] [--only STEP,...] [--list]",
        run: suite::test,
    },
    Chore {
        name: "compare",
        help: "compare with LLVM, GNU binutils and pyimg4",
        run: oracle::compare,
    },
    Chore {
        name: "corpus",
        help: "download real Mach-O files and compare on them [--only NAME] [--fetch] [--truth]",
        run: corpus::corpus,
    },
    Chore {
        name: "size",
        help: "measure the code size on bare metal, write docs/src/size.md [--check]",
        run: size::size,
    },
    Chore {
        name: "qemu",
        help: "boot the images of bare-metal/ in QEMU [--whole]",
        run: qemu::qemu,
    },
    Chore {
        name: "gen",
        help: "write the decoder's tables from spec/*.isa [--check]",
        run: delegate::generate,
    },
    Chore {
        name: "golden",
        help: "write golden lines for rows that have none, from LLVM, GNU binutils and otool",
        run: oracle::golden,
    },
    Chore {
        name: "header",
        help: "write the C header of kc-capi [--check]",
        run: capi::header,
    },
    Chore {
        name: "imports",
        help: "look for modules that import in a loop [PACKAGE...]",
        run: imports::imports,
    },
    Chore {
        name: "mutants",
        help: "change the libraries' decisions one by one [--crate FOLDER] [--file PART] [--sample N]",
        run: mutants::mutants,
    },
    Chore {
        name: "samples",
        help: "write the sample kernelcache [--check]",
        run: delegate::samples,
    },
    Chore {
        name: "dist",
        help: "write completions and man pages of kc [FOLDER]",
        run: dist::dist,
    },
    Chore {
        name: "screens",
        help: "write the book's page of what kc prints on a terminal [--check]",
        run: dist::screens,
    },
    Chore {
        name: "bench",
        help: "measure against other crates [--only KEY] [--rounds N] [--markdown] [FILE|FOLDER...]",
        run: delegate::bench,
    },
    Chore {
        name: "python",
        help: "build the Python wheel, and a Python that has it",
        run: python::wheel,
    },
    Chore {
        name: "fuzz",
        help: "run every fuzz target [--seconds N] [--log] [TARGET...]",
        run: fuzz::fuzz,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = arguments.split_first() else {
        eprint!("{}", usage());
        return ExitCode::from(2);
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        print!("{}", usage());
        return ExitCode::SUCCESS;
    }
    let Some(chore) = CHORES.iter().find(|chore| chore.name == name) else {
        eprint!("xtask: unknown chore {name:?}\n\n{}", usage());
        return ExitCode::from(2);
    };
    match (chore.run)(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask {name}: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> String {
    use std::fmt::Write as _;

    let mut text = String::from("usage: cargo xtask CHORE [OPTIONS]\n\nchores:\n");
    for chore in CHORES {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {:<10}{}", chore.name, chore.help);
    }
    text
}
