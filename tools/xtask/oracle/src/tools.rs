//! The other disassemblers: a batch of words goes in, one text a word comes out.
//!
//! The words are laid out at address 0 of a file of the kind the tool reads, so
//! word `i` has the pc `4 * i`. Each call runs one process (LLVM two) in a
//! folder of its own.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::Syntax;
use crate::Text;
use crate::binutils::Binutils;
use crate::fault::Fault;
use crate::normalise;
use crate::operands;

/// The names Debian gives the programs; the plain names are tried after them.
const OBJDUMP: [&str; 2] = ["llvm-objdump-22", "llvm-objdump"];
pub(crate) const OBJCOPY: [&str; 2] = ["llvm-objcopy-22", "llvm-objcopy"];
pub(crate) const ASSEMBLER: [&str; 2] = ["llvm-mc-22", "llvm-mc"];
const MCA: [&str; 2] = ["llvm-mca-22", "llvm-mca"];
const GNU_ASSEMBLER: &str = "aarch64-linux-gnu-as";

/// Disassembles `words`, word `i` at pc `4 * i`.
///
/// # Errors
/// When the tool is missing, fails, or prints a line that was not expected.
pub fn disassemble(syntax: Syntax, words: &[u32]) -> Result<Vec<Text>, Fault> {
    let folder = Folder::new()?;
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let listing = match syntax {
        Syntax::Llvm => llvm(&folder, &bytes)?,
        Syntax::Gnu => gnu(Binutils::New, &folder, &bytes)?,
        Syntax::Gnu240 => gnu(Binutils::Old, &folder, &bytes)?,
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
            Syntax::Llvm | Syntax::Gnu | Syntax::Gnu240 => {
                rest.split_once('\t').map_or("", |(_, text)| text)
            }
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

/// The words that LLVM's assembler makes of lines of text, at address 0 each; `None` for a line
/// that it refuses.
///
/// # Errors
/// When the assembler is missing, or its output does not match the lines.
pub fn assemble(lines: &[String]) -> Result<Vec<Option<u32>>, Fault> {
    assemble_for(Triple::Generic, lines)
}

/// For which system LLVM's assembler reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Triple {
    /// Any: it takes both syntaxes.
    Generic,
    /// Apple's.
    Apple,
}

/// As [`assemble`], for a system. A line with a relocation is refused.
///
/// # Errors
/// As [`assemble`].
pub fn assemble_for(triple: Triple, lines: &[String]) -> Result<Vec<Option<u32>>, Fault> {
    if let Some(words) = assemble_all(triple, lines)? {
        return Ok(words);
    }
    // It crashes on some lines: what is left of them is refused.
    if lines.len() < 2 {
        return Ok(vec![None; lines.len()]);
    }
    let (first, last) = lines.split_at(lines.len() / 2);
    Ok([assemble_for(triple, first)?, assemble_for(triple, last)?].concat())
}

/// `None` if it did not read to the last line.
fn assemble_all(triple: Triple, lines: &[String]) -> Result<Option<Vec<Option<u32>>>, Fault> {
    let triple = match triple {
        Triple::Generic => "-triple=aarch64",
        Triple::Apple => "-triple=arm64-apple-macos",
    };
    let folder = Folder::new()?;
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        // The listing repeats the labels, so that a line's word is found again.
        let _ = writeln!(text, "{LABEL}{index}:\n{line}");
        // LLVM refuses the line behind a movprfx unless it has the same destination: let that be a
        // nop.
        if line
            .get(..7)
            .is_some_and(|name| name.eq_ignore_ascii_case("movprfx"))
        {
            let _ = writeln!(text, "{LABEL}_:\nnop");
        }
    }
    let source = folder.file("lines.s", text.as_bytes())?;
    let mut command = ASSEMBLER.iter().map(|program| {
        Command::new(program)
            .args([triple, "-mattr=+all", "-show-encoding"])
            .arg(&source)
            .stdin(Stdio::null())
            .output()
    });
    // It fails when it refuses a line, and goes on behind it.
    let output = command
        .find_map(Result::ok)
        .ok_or_else(|| Fault::new("llvm-mc-22 is not installed"))?;
    let listing = String::from_utf8_lossy(&output.stdout);
    let mut words = vec![None; lines.len()];
    let (mut at, mut last) = (None, None);
    for line in listing.lines() {
        if let Some(label) = line.trim_end().strip_prefix(LABEL) {
            at = label
                .strip_suffix(':')
                .and_then(|number| number.parse::<usize>().ok());
            last = at.or(last);
        } else if let (Some(word), Some(at)) = (encoded(line), at) {
            if let Some(slot) = words.get_mut(at) {
                *slot = Some(word);
            }
        }
    }
    Ok((last == lines.len().checked_sub(1)).then_some(words))
}

/// How labels begin that stand before lines of assembly.
const LABEL: &str = "a64_oracle_";

/// What `llvm-mca` says of a source text for a processor: a line of numbers for each instruction
/// that its model knows.
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

/// The word of `nop // encoding: [0x1f,0x20,0x03,0xd5]`; none if some of its bits are open.
fn encoded(line: &str) -> Option<u32> {
    let (bytes, _) = line.split_once("encoding: [")?.1.split_once(']')?;
    bytes.split(',').rev().try_fold(0, |word, byte| {
        Some(word << 8 | u32::from_str_radix(byte.strip_prefix("0x")?, 16).ok()?)
    })
}

/// The words that GNU's assembler makes of lines of text; `None` for a line that it refuses or of
/// which it makes a relocation.
///
/// # Errors
/// When the assembler is missing, or its output does not match the lines.
pub fn gnu_assemble(lines: &[String]) -> Result<Vec<Option<u32>>, Fault> {
    if let Some(words) = gnu_assemble_all(lines)? {
        return Ok(words);
    }
    // A fault without a line of its own: it is looked for in halves.
    if lines.len() < 2 {
        return Ok(vec![None; lines.len()]);
    }
    let (first, last) = lines.split_at(lines.len() / 2);
    Ok([gnu_assemble(first)?, gnu_assemble(last)?].concat())
}

/// `None` if it finds a fault and does not say in which line.
fn gnu_assemble_all(lines: &[String]) -> Result<Option<Vec<Option<u32>>>, Fault> {
    let folder = Folder::new()?;
    let object = folder.0.join("lines.o");
    let program = Binutils::New.program("as")?;
    let mut refused = vec![false; lines.len()];
    // What is found wrong at the end is only looked at if nothing was before.
    for _ in 0..4 {
        let mut text = String::new();
        for (line, refused) in lines.iter().zip(&refused) {
            text.push_str(if *refused { "nop" } else { line });
            text.push('\n');
        }
        let source = folder.file("lines.s", text.as_bytes())?;
        let output = Command::new(&program)
            .args(["-march=all", "-W", "-o"])
            .arg(&object)
            .arg(&source)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| Fault::new(format!("{GNU_ASSEMBLER}: {error}")))?;
        if output.status.success() {
            let mut words = gnu_words(&folder, &object, lines.len())?;
            for (word, refused) in words.iter_mut().zip(&refused) {
                *word = word.filter(|_| !refused);
            }
            return Ok(Some(words));
        }
        let said = String::from_utf8_lossy(&output.stderr);
        // Of some lines it says that the fault is its own.
        let mut elsewhere = said.contains(": Internal error ");
        let mut found = false;
        for line in said.lines().filter(|line| line.contains(": Error:")) {
            // FILE:LINE: Error: ...
            let number = line
                .split(": Error:")
                .next()
                .and_then(|place| place.rsplit(':').next())
                .and_then(|line| line.parse::<usize>().ok());
            let slot = number.and_then(|number| refused.get_mut(number.checked_sub(1)?));
            match slot {
                Some(slot) => (*slot, found) = (true, true),
                None => elsewhere = true,
            }
        }
        if !found && elsewhere {
            return Ok(None);
        }
        if !found {
            return Err(Fault::new(format!("{GNU_ASSEMBLER}: {said}")));
        }
    }
    Err(Fault::new(format!(
        "{GNU_ASSEMBLER} finds new faults again and again"
    )))
}

/// The words of an object's code, those without a relocation.
fn gnu_words(folder: &Folder, object: &Path, count: usize) -> Result<Vec<Option<u32>>, Fault> {
    let raw = folder.0.join("lines.bin");
    run(&OBJCOPY, &["-O", "binary", "-j", ".text"], &[object, &raw])?;
    let bytes = fs::read(&raw).map_err(|error| Fault::file(&raw, &error))?;
    let mut words: Vec<Option<u32>> = bytes
        .chunks_exact(4)
        .map(|word| word.try_into().ok().map(u32::from_le_bytes))
        .collect();
    if words.len() != count {
        return Err(Fault::new(format!(
            "{GNU_ASSEMBLER} made another number of words than of lines"
        )));
    }
    // OFFSET TYPE VALUE
    for line in run(&OBJDUMP, &["-r"], &[object])?.lines() {
        let mut columns = line.split_ascii_whitespace();
        let offset = columns
            .next()
            .and_then(|text| usize::from_str_radix(text, 16).ok());
        let is_one = columns
            .next()
            .is_some_and(|kind| kind.starts_with("R_AARCH64"));
        if let (Some(offset), true) = (offset, is_one) {
            if let Some(word) = words.get_mut(offset / 4) {
                *word = None;
            }
        }
    }
    Ok(words)
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

fn gnu(release: Binutils, folder: &Folder, bytes: &[u8]) -> Result<String, Fault> {
    let raw = folder.file("words.bin", bytes)?;
    let program = release.program("objdump")?;
    run(
        &[&program.to_string_lossy()],
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
pub(crate) fn run(programs: &[&str], arguments: &[&str], files: &[&Path]) -> Result<String, Fault> {
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
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Result<Self, Fault> {
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

    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, Fault> {
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
