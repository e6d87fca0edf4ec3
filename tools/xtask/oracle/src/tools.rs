//! The other disassemblers: a batch of words goes in, one text a word comes out.
//!
//! The words are laid out at address 0 of a file of the kind the tool reads, so
//! word `i` has the pc `4 * i`. Each call runs one process (LLVM two) in a
//! folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::Syntax;
use crate::Text;
use crate::fault::Fault;
use crate::normalise;
use crate::operands;

/// The names Debian gives the programs; the plain names are tried after them.
const OBJDUMP: [&str; 2] = ["llvm-objdump-22", "llvm-objdump"];
const OBJCOPY: [&str; 2] = ["llvm-objcopy-22", "llvm-objcopy"];
const ASSEMBLER: [&str; 2] = ["llvm-mc-22", "llvm-mc"];
const MCA: [&str; 2] = ["llvm-mca-22", "llvm-mca"];
const GNU_OBJDUMP: [&str; 1] = ["aarch64-linux-gnu-objdump"];

/// Disassembles `words`, word `i` at pc `4 * i`.
///
/// # Errors
/// When the tool is missing, fails, or prints a line that was not expected.
pub fn disassemble(syntax: Syntax, words: &[u32]) -> Result<Vec<Text>, Fault> {
    let folder = Folder::new()?;
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let listing = match syntax {
        Syntax::Llvm => llvm(&folder, &bytes)?,
        Syntax::Gnu => gnu(&folder, &bytes)?,
        Syntax::Apple => apple(&folder, &bytes)?,
        Syntax::Bad64 => return operands::theirs(words),
    };
    let mut texts: Vec<Option<Text>> = vec![None; words.len()];
    for line in listing.lines() {
        let Some((address, rest)) = split_address(line) else {
            continue;
        };
        let text = match syntax {
            // "d503201f     \tnop": the word, then the text.
            Syntax::Llvm | Syntax::Gnu => rest.split_once('\t').map_or("", |(_, text)| text),
            Syntax::Apple | Syntax::Bad64 => rest,
        };
        let slot = usize::try_from(address / 4)
            .ok()
            .and_then(|index| texts.get_mut(index))
            .ok_or_else(|| Fault::new(format!("no word has the address of `{line}`")))?;
        *slot = Some(normalise::theirs(syntax, text));
    }
    texts
        .into_iter()
        .enumerate()
        .map(|(index, text)| match (text, syntax) {
            (Some(text), _) => Ok(text),
            // llvm-objdump --macho warns on standard error and prints no line.
            (None, Syntax::Apple) => Ok(None),
            (None, _) => Err(Fault::new(format!("no line for word {index}"))),
        })
        .collect()
}

/// The words that LLVM's assembler makes of lines of text, at address 0 each; `None` for a line that it refuses.
///
/// # Errors
/// When the assembler is missing, or its output does not match the lines.
pub fn assemble(lines: &[String]) -> Result<Vec<Option<u32>>, Fault> {
    let folder = Folder::new()?;
    let mut text = String::new();
    // Which line each line of the source is.
    let mut sources = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        text.push_str(line);
        text.push('\n');
        sources.push(Some(index));
        // LLVM refuses the line behind a movprfx unless it has the same destination: let that be this one.
        if line.starts_with("movprfx") {
            text.push_str("nop\n");
            sources.push(None);
        }
    }
    let source = folder.file("lines.s", text.as_bytes())?;
    let mut command = ASSEMBLER.iter().map(|program| {
        Command::new(program)
            .args(["-triple=aarch64", "-mattr=+all", "-show-encoding"])
            .arg(&source)
            .stdin(Stdio::null())
            .output()
    });
    // It fails when it refuses a line, and goes on behind it.
    let output = command
        .find_map(Result::ok)
        .ok_or_else(|| Fault::new("llvm-mc-22 is not installed"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let mut refused = vec![false; lines.len()];
    for line in said.lines() {
        let Some((place, _)) = line.split_once(": error:") else {
            continue;
        };
        // FILE:LINE:COLUMN
        let number = place
            .rsplit(':')
            .nth(1)
            .and_then(|line| line.parse::<usize>().ok());
        let index = number.and_then(|number| *sources.get(number.checked_sub(1)?)?);
        match index.and_then(|index| refused.get_mut(index)) {
            Some(slot) => *slot = true,
            // The line behind a movprfx.
            None if number.is_some() => {}
            None => return Err(Fault::new(format!("llvm-mc: {line}"))),
        }
    }
    let listing = String::from_utf8_lossy(&output.stdout);
    let mut words = listing.lines().filter_map(encoded);
    let all = refused
        .iter()
        .map(|&refused| {
            if refused {
                Some(None)
            } else {
                words.next().map(Some)
            }
        })
        .collect::<Option<Vec<_>>>();
    match all {
        Some(all) if words.next().is_none() => Ok(all),
        _ => Err(Fault::new(
            "llvm-mc printed another number of words than of lines",
        )),
    }
}

/// What `llvm-mca` says of a source text for a processor: a line of numbers for each instruction that its model knows.
///
/// # Errors
/// When the tool is missing.
pub fn mca(processor: &str, source: &str) -> Result<String, Fault> {
    let folder = Folder::new()?;
    let file = folder.file("lines.s", source.as_bytes())?;
    let mut outputs = MCA.iter().map(|program| {
        Command::new(program)
            .args(["-mtriple=aarch64", "-mattr=+all", "-instruction-info"])
            .args(["-summary-view=false", "-resource-pressure=false"])
            .args(["-skip-unsupported-instructions=any", "-iterations=1"])
            .arg(format!("-mcpu={processor}"))
            .arg(&file)
            .stdin(Stdio::null())
            .output()
    });
    // It fails when it refuses a line, and goes on behind it.
    let output = outputs
        .find_map(Result::ok)
        .ok_or_else(|| Fault::new("llvm-mca-22 is not installed"))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The word of `nop // encoding: [0x1f,0x20,0x03,0xd5]`.
fn encoded(line: &str) -> Option<u32> {
    let (bytes, _) = line.split_once("encoding: [")?.1.split_once(']')?;
    bytes.split(',').rev().try_fold(0, |word, byte| {
        Some(word << 8 | u32::from_str_radix(byte.strip_prefix("0x")?, 16).ok()?)
    })
}

/// "      14: rest" or "      14:\trest" as (0x14, rest).
fn split_address(line: &str) -> Option<(u64, &str)> {
    let (address, rest) = line.split_once(':')?;
    let address = u64::from_str_radix(address.trim(), 16).ok()?;
    Some((address, rest.trim_start()))
}

fn llvm(folder: &Folder, bytes: &[u8]) -> Result<String, Fault> {
    let raw = folder.file("words.bin", bytes)?;
    let object = folder.0.join("words.o");
    run(
        &OBJCOPY,
        &[
            "-I",
            "binary",
            "-O",
            "elf64-littleaarch64",
            "--rename-section=.data=.text,code,alloc",
        ],
        &[&raw, &object],
    )?;
    run(&OBJDUMP, &["-z", "-d", "--mattr=+all"], &[&object])
}

fn gnu(folder: &Folder, bytes: &[u8]) -> Result<String, Fault> {
    let raw = folder.file("words.bin", bytes)?;
    run(
        &GNU_OBJDUMP,
        &["-D", "-z", "-b", "binary", "-m", "aarch64"],
        &[&raw],
    )
}

fn apple(folder: &Folder, bytes: &[u8]) -> Result<String, Fault> {
    let object = folder.file("words.macho", &macho_object(bytes)?)?;
    run(
        &OBJDUMP,
        &["--macho", "-d", "--no-show-raw-insn", "--mattr=+all"],
        &[&object],
    )
}

/// The least Mach-O object for arm64: one unnamed segment with `__TEXT,__text`
/// at address 0 (mach-o/loader.h: mach_header_64, segment_command_64,
/// section_64).
fn macho_object(code: &[u8]) -> Result<Vec<u8>, Fault> {
    const HEADER: u32 = 32;
    const COMMAND: u32 = 72 + 80;
    const CODE_AT: u32 = (HEADER + COMMAND).next_multiple_of(16);
    let size = u32::try_from(code.len()).map_err(|_| Fault::new("a batch is too large"))?;

    let mut file = Vec::with_capacity(code.len() + CODE_AT as usize);
    // magic, CPU_TYPE_ARM64, subtype, MH_OBJECT, ncmds, sizeofcmds, flags, reserved
    put32(
        &mut file,
        &[0xfeed_facf, 0x0100_000c, 0, 1, 1, COMMAND, 0, 0],
    );
    put32(&mut file, &[0x19, COMMAND]);
    file.extend_from_slice(&[0; 16]);
    put64(&mut file, &[0, size.into(), CODE_AT.into(), size.into()]);
    put32(&mut file, &[7, 7, 1, 0]);
    file.extend_from_slice(b"__text\0\0\0\0\0\0\0\0\0\0");
    file.extend_from_slice(b"__TEXT\0\0\0\0\0\0\0\0\0\0");
    put64(&mut file, &[0, size.into()]);
    // offset, align, reloff, nreloc, S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS, reserved
    put32(&mut file, &[CODE_AT, 2, 0, 0, 0x8000_0400, 0, 0, 0]);
    file.resize(CODE_AT as usize, 0);
    file.extend_from_slice(code);
    Ok(file)
}

fn put32(file: &mut Vec<u8>, values: &[u32]) {
    file.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

fn put64(file: &mut Vec<u8>, values: &[u64]) {
    file.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

/// Runs the first of `programs` that exists and gives its standard output.
fn run(programs: &[&str], arguments: &[&str], files: &[&Path]) -> Result<String, Fault> {
    for program in programs {
        let output = Command::new(program)
            .args(arguments)
            .args(files)
            .stdin(Stdio::null())
            .output();
        let output = match output {
            Ok(output) => output,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(Fault::new(format!("{program}: {error}"))),
        };
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let said = said.lines().next().unwrap_or_default();
            return Err(Fault::new(format!("{program}: {}: {said}", output.status)));
        }
        return String::from_utf8(output.stdout)
            .map_err(|_| Fault::new(format!("{program} printed something that is not text")));
    }
    Err(Fault::new(format!(
        "{} is not installed",
        programs.first().copied().unwrap_or_default()
    )))
}

/// A temporary folder that goes away with the value.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, Fault> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "a64-oracle-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).map_err(|error| Fault::file(&path, &error))?;
        Ok(Self(path))
    }

    fn file(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, Fault> {
        let path = self.0.join(name);
        fs::write(&path, bytes).map_err(|error| Fault::file(&path, &error))?;
        Ok(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nothing to do about a folder that cannot be removed.
        let _ = fs::remove_dir_all(&self.0);
    }
}
