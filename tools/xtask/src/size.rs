//! `cargo xtask size`: what each library adds to a bare-metal image.

use std::fmt::Write as _;
use std::fs;

use crate::bare::{TARGETS, Toolchain};
use crate::command::{command, root, run, stdout};
use crate::step::{Checked, Failure, Outcome};

/// A binary of `tools/nopanic/size`, with features.
type Build = (&'static str, &'static str);

/// One line of the table.
struct Row {
    what: &'static str,
    build: Build,
    /// What it is measured on top of.
    minus: Build,
    /// What we mean to reach, in bytes.
    target: u64,
    /// What fails the check: the target, or where it is not reached yet, a
    /// little more than today's size.
    limit: u64,
}

const KB: u64 = 1024;
const NOTHING: Build = ("nothing", "");
const BASE: &str = "fmt,sysreg-names,apple";
const WHOLE: &str = "fmt,sve,sme,sysreg-names,apple";
const ASM: &str = "fmt,sve,sme,sysreg-names,apple,asm";

const ROWS: &[Row] = &[
    Row {
        what: "`macho-core`: parse, walk commands, segments, sections",
        build: ("macho_walk", ""),
        minus: NOTHING,
        target: 6 * KB,
        limit: 6 * KB,
    },
    Row {
        what: "chained fixups, on top of it",
        build: ("fixups_chained", ""),
        minus: ("macho_walk", ""),
        target: 3 * KB,
        // 2 KB more since firmware's table is in a section, which is looked for by name.
        limit: 11 * KB,
    },
    Row {
        what: "fixups of every mechanism with imports, on top of it",
        build: ("fixups", ""),
        minus: ("macho_walk", ""),
        target: 3 * KB,
        // 5 KB more since firmware's starts count in the file or in memory, its chains cross
        // segments, and it may have runs instead; 1 KB for names of which only the beginning is
        // read, and for the imports of threads in one pass.
        limit: 31 * KB,
    },
    Row {
        what: "`kc-offsets`: shape, address map, translation, on top of `macho-core`",
        build: ("translate", ""),
        minus: ("macho_walk", ""),
        target: 3 * KB,
        // 23 bytes above 5 KB since a segment lies in a file or in memory; `memcpy`, which the
        // image would have anyway, is 524 of them.
        limit: 5 * KB + KB / 4,
    },
    Row {
        what: "`img4`: containers, manifest, plan",
        build: ("img4_container", ""),
        minus: NOTHING,
        target: 4 * KB,
        limit: 12 * KB,
    },
    Row {
        what: "`img4`: LZSS, on top of stored payloads",
        build: ("img4_decompress", "lzss"),
        minus: ("img4_decompress", ""),
        target: KB,
        limit: 4 * KB,
    },
    Row {
        what: "`img4`: LZFSE and LZVN, on top of stored payloads",
        build: ("img4_decompress", "lzfse"),
        minus: ("img4_decompress", ""),
        target: 8 * KB,
        limit: 12 * KB,
    },
    Row {
        what: "`aarch64-decode` without SVE and SME: operands, control flow",
        build: ("a64_decode", BASE),
        minus: NOTHING,
        target: 50 * KB,
        // 36 atomic instructions on pairs are unpredictable if both registers are one.
        limit: 77 * KB,
    },
    Row {
        what: "the same with text in three syntaxes",
        build: ("a64_text", BASE),
        minus: NOTHING,
        target: 110 * KB,
        // The names that binutils 2.44 has and 2.40 had not, and their aliases.
        limit: 149 * KB,
    },
    Row {
        what: "`aarch64-decode` whole: operands, control flow",
        build: ("a64_decode", WHOLE),
        minus: NOTHING,
        target: 100 * KB,
        // Plans for operands, twice as long as their descriptors, are what makes them quick.
        limit: 138 * KB,
    },
    Row {
        what: "the same with text in three syntaxes",
        build: ("a64_text", WHOLE),
        minus: NOTHING,
        target: 200 * KB,
        limit: 226 * KB,
    },
    Row {
        what: "what is read and written, on top of operands and control flow",
        build: ("a64_effects", WHOLE),
        minus: ("a64_decode", WHOLE),
        target: 12 * KB,
        // Order, privilege, extension and tags of an access tell 255 effects apart, 190 without
        // them.
        limit: 13 * KB,
    },
    Row {
        what: "`aarch64-decode` whole: operands back to the word, on top of operands and control flow",
        build: ("a64_encode", WHOLE),
        minus: ("a64_decode", WHOLE),
        target: 24 * KB,
        // Decoding reads plans instead of descriptors since operands are data; encoding brings the
        // descriptors.
        limit: 34 * KB,
    },
    Row {
        what: "operands and lines of text back to words (feature `asm`), on top of text in three syntaxes",
        build: ("a64_asm", ASM),
        minus: ("a64_text", WHOLE),
        target: 48 * KB,
        // The tables of mnemonics are 25 KB: names by hash, encodings by mnemonic. Without them a
        // line takes nine times as long. 7 KB are parts of operands that a pattern leaves open,
        // and spellings of LLVM's and GNU's own tests; 7 KB more are what mutations of those
        // lines showed: sums, signs, shifts by 0.
        limit: 100 * KB,
    },
];

/// `cargo xtask size [--check]`: writes docs/src/size.md, or compares with the
/// limits alone.
///
/// # Errors
/// When a size exceeds its limit.
pub(crate) fn size(arguments: &[String]) -> Outcome<()> {
    let write = match arguments {
        [] => true,
        [option] if option == "--check" => false,
        _ => return Err(Failure::new("size takes --check and nothing else")),
    };
    let sizes = measure()?;
    if write {
        fs::write(root().join("docs/src/size.md"), page(&sizes))?;
    }
    check(&sizes)
}

/// Step: no size exceeds its limit.
///
/// # Errors
/// When one does.
pub(crate) fn step() -> Outcome<Checked> {
    let sizes = measure()?;
    check(&sizes)?;
    Ok(Checked::new(sizes.len(), "sizes within their limits"))
}

/// The bytes of code and constants of every row.
fn measure() -> Outcome<Vec<u64>> {
    let mut known: Vec<(Build, u64)> = Vec::new();
    let mut of = |build: Build| -> Outcome<u64> {
        if let Some((_, bytes)) = known.iter().find(|(other, _)| *other == build) {
            return Ok(*bytes);
        }
        let bytes = text_size(build)?;
        known.push((build, bytes));
        Ok(bytes)
    };
    let mut sizes = Vec::new();
    for row in ROWS {
        let (whole, rest) = (of(row.build)?, of(row.minus)?);
        let bytes = whole.checked_sub(rest).ok_or_else(|| {
            Failure::new(format!("{}: smaller than what it is on top of", row.what))
        })?;
        if bytes == 0 {
            return Err(Failure::new(format!("{}: nothing was linked", row.what)));
        }
        println!(
            "{bytes:>8} bytes, target {:>6}, limit {:>6}  {}",
            row.target, row.limit, row.what
        );
        sizes.push(bytes);
    }
    Ok(sizes)
}

/// `.text` and `.rodata` of one binary, as Berkeley `size` adds them up.
fn text_size((binary, features): Build) -> Outcome<u64> {
    let [target, ..] = TARGETS;
    let mut cargo = Toolchain::get()?.cargo("size");
    cargo
        .current_dir(root().join("tools/nopanic/size"))
        .args(["build", "--quiet", "--release", "--locked"])
        .args(["--target", target, "--bin", binary, "--features", features]);
    let folder = cargo
        .get_envs()
        .find(|(name, _)| *name == "CARGO_TARGET_DIR")
        .and_then(|(_, value)| value)
        .map(std::path::PathBuf::from)
        .unwrap_or_default();
    run(&mut cargo)?;
    let table =
        stdout(command("llvm-size-22").arg(folder.join(target).join("release").join(binary)))?;
    String::from_utf8_lossy(&table)
        .lines()
        .nth(1)
        .and_then(|line| line.split_whitespace().next()?.parse().ok())
        .ok_or_else(|| Failure::new("llvm-size prints no number"))
}

fn check(sizes: &[u64]) -> Outcome<()> {
    let over: Vec<String> = ROWS
        .iter()
        .zip(sizes)
        .filter(|(row, bytes)| **bytes > row.limit)
        .map(|(row, bytes)| format!("{}: {bytes} bytes, limit {}", row.what, row.limit))
        .collect();
    if over.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(over.join("; ")))
    }
}

/// docs/src/size.md.
fn page(sizes: &[u64]) -> String {
    let mut text = String::from(
        "# Size\n\n\
         Bytes of code and constants that a library adds to an image for `aarch64-unknown-none`, optimised for size\n\
         (`opt-level = \"s\"`, whole program). `cargo xtask size` links the binaries of `tools/nopanic/size`, measures them with\n\
         `llvm-size` and writes this page. `cargo xtask test` fails when a size exceeds its limit: the target where it is\n\
         reached, otherwise a little more than the size when the limit was set.\n\n\
         That of fixups with imports rose by 1 KB with names of which only the beginning is read and with the imports of threads in one\n\
         pass; that of text without SVE and SME by 1 KB with the names that binutils 2.44 has and 2.40 had not; that of lines of text by\n\
         7 KB with sums, signs and shifts that the assemblers take, which mutations of their tests' lines showed.\n\n\
         | what | bytes | target | limit |\n|---|---:|---:|---:|\n",
    );
    for (row, bytes) in ROWS.iter().zip(sizes) {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| {} | {bytes} | {} | {} |",
            row.what, row.target, row.limit
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{ROWS, check, page};

    #[test]
    fn a_size_over_its_limit_fails() {
        let within: Vec<u64> = ROWS.iter().map(|row| row.limit).collect();
        assert!(check(&within).is_ok());
        let mut over = within.clone();
        over[0] += 1;
        assert!(check(&over).is_err());
        // A line for each row, and the head of the table.
        assert_eq!(page(&within).matches("\n| ").count(), ROWS.len() + 1);
    }
}
