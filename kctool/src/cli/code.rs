//! The subcommands that ask about code.
use std::path::PathBuf;

use clap::Args;

use super::input::InputArgs;
use super::report::ReportArgs;
use crate::number::{number, size};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kc xrefs kernelcache 0xfffffe0007a00000
  kc xrefs kernelcache _panic --calls
  kc xrefs kernelcache --string boot-args

Found are adrp pairs (add, loads, stores), adr, literals, branches, calls, and pointers in data. Strings are \
found where their whole text is TEXT; --contains takes a part. With --calls a stub that jumps to the target counts as the target. \
Of an object file (MH_OBJECT) the code is read as it stands: what relocation entries will fill in is not there yet.")]
pub(crate) struct Xrefs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Places: addresses, symbols, IMAGE:SYMBOL, entry, each also with +BYTES
    #[arg(value_name = "PLACE", required_unless_present_any = ["string", "contains"])]
    pub(crate) targets: Vec<String>,
    /// Bytes from each target that count as it
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "1")]
    pub(crate) len: u64,
    /// What refers to the strings that are TEXT
    #[arg(long, value_name = "TEXT")]
    pub(crate) string: Option<String>,
    /// What refers to the strings that contain TEXT
    #[arg(long, value_name = "TEXT")]
    pub(crate) contains: Option<String>,
    /// Only branches and calls, those by way of stubs too
    #[arg(long, conflicts_with_all = ["string", "contains"])]
    pub(crate) calls: bool,
    /// Only from the code of the image of a fileset with this entry id
    #[arg(long, value_name = "ID")]
    pub(crate) image: Option<String>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kc find kernelcache --text 'msr oslar_el1, xzr; msr daifset, #0xf; movk x0, _'
  kc find kernelcache --words 'd510109f d5034fdf f2e?????'
  kc find kernelcache --words ffffffe0:d53800a0
  kc find kernelcache --text 'stp x29, x30, _' --before 0xfffffe0007004120
  kc find kernelcache --bytes '1f 20 03 d5 ?? ?? ?? 94'
  kc find kernelcache --quadwords fffffe0007??????

Text is LLVM's; _ is any operand, #_ any immediate, and targets are distances (#8). A word is eight hexadecimal \
digits, ? for any, or MASK:VALUE. Instructions are looked for in code, bytes in all segments.")]
pub(crate) struct Find {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Instruction words that follow one another, at most 16
    #[arg(long, value_name = "WORDS", required_unless_present_any = ["bytes", "halfwords", "quadwords", "text"])]
    pub(crate) words: Option<String>,
    /// The same as text, separated by semicolons; _ is any operand, or any part of one
    #[arg(long, value_name = "TEXT", conflicts_with = "words")]
    pub(crate) text: Option<String>,
    /// Bytes at any address; ?? is any byte
    #[arg(long, value_name = "BYTES", conflicts_with_all = ["words", "text"])]
    pub(crate) bytes: Option<String>,
    /// Little-endian halfwords of four digits at any address
    #[arg(long, value_name = "HALFWORDS", conflicts_with_all = ["words", "text", "bytes"])]
    pub(crate) halfwords: Option<String>,
    /// Little-endian quadwords of sixteen digits at any address
    #[arg(long, value_name = "QUADWORDS", conflicts_with_all = ["words", "text", "bytes", "halfwords"])]
    pub(crate) quadwords: Option<String>,
    /// Only the last match that lies below this vmaddr as a whole
    #[arg(long, value_name = "VMADDR", value_parser = number)]
    pub(crate) before: Option<u64>,
    /// Only in the image of a fileset with this entry id
    #[arg(long, value_name = "ID")]
    pub(crate) image: Option<String>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kc strings kernelcache
  kc strings kernelcache --contains panic
  kc strings kernelcache --all-sections --min 8

Strings are those of sections of C strings (S_CSTRING_LITERALS, __cstring, __os_log). With \
--all-sections, and of an image without sections, they are runs of at least 4 printable ASCII \
characters in all sections or segments.")]
pub(crate) struct Strings {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Only strings that contain TEXT
    #[arg(long, value_name = "TEXT")]
    pub(crate) contains: Option<String>,
    /// Text in all sections
    #[arg(long)]
    pub(crate) all_sections: bool,
    /// Only strings of at least N bytes
    #[arg(long, value_name = "N")]
    pub(crate) min: Option<usize>,
    /// Only of the image of a fileset with this entry id
    #[arg(long, value_name = "ID")]
    pub(crate) image: Option<String>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kc functions kernelcache --image com.apple.kernel
  kc functions kernelcache --containing 0xfffffe0007a00000

Functions are those of LC_FUNCTION_STARTS; each ends where the next one starts. Where an image has none, --containing \
guesses by prologues, and says so.")]
pub(crate) struct Functions {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Only the function that holds this place
    #[arg(long, value_name = "PLACE")]
    pub(crate) containing: Option<String>,
    /// Only of the image of a fileset with this entry id
    #[arg(long, value_name = "ID")]
    pub(crate) image: Option<String>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kc patch kernelcache boot.patch -o patched.macho

A line of PATCHES is one patch, as these:
  at 0xfffffe0007a00000: d503201f -> d65f03c0
  at offset 0x4000: bytes 1f 20 03 d5 -> c0 03 5f d6
  find d510109f d5034fdf f2e????? -> +2 d503201f
  find asm msr oslar_el1, xzr; msr daifset, #0xf -> +1 nop
All are checked first, and all are made or none. A container's payload is written, without the container.")]
pub(crate) struct Patch {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// The file of patches
    pub(crate) patches: PathBuf,
    /// Where to write; - for standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}
