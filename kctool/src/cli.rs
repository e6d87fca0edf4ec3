//! The command line.
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::number::{number, size, slide};
use crate::terminal::When;

mod code;
mod input;
mod linkedit;
mod load;
mod look;
mod report;

pub(crate) use code::{Find, Functions, Patch, Strings, Xrefs};
pub(crate) use input::InputArgs;
pub(crate) use linkedit::{Exports, Signature};
pub(crate) use load::{Load, Rebase};
pub(crate) use look::{Cfg, Map};
pub(crate) use report::{Form, ReportArgs};

/// Takes a macOS kernelcache from its IMG4 container to a disassembled entry point.
///
/// FILE is an IMG4, an IM4P, a fat file or a plain Mach-O; `-` is standard input. Containers are
/// unwrapped and decompressed in memory. File offsets count from the start of the file inside the
/// IMG4 container, which for a plain file is the file itself; in a fat file they count from its
/// start.
#[derive(Debug, Parser)]
#[command(name = "kc", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Examples:
  kc info kernelcache                    what it is, where it starts
  kc disasm kernelcache                  the code at the entry point
  kc translate kernelcache 0xfffffe0007004000
  kc extract kernelcache -o kernelcache.macho

Read Asahi Linux's reverse engineering policy before you disassemble macOS code:
https://asahilinux.org/copyright/")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// When to print in colour
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        global = true,
        hide_possible_values = true,
        help_heading = "Answer"
    )]
    pub(crate) color: When,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show container, manifest, header, entry point, segments, entries and versions
    Info(Info),
    /// Write the payload of a container, decompressed, and its manifest
    Extract(Extract),
    /// Show the Mach-O header and every load command with all its fields
    Headers(Headers),
    /// Show where the image starts to run
    Entry(Entry),
    /// Translate addresses to file offsets, and back
    Translate(Translate),
    /// Write the file's bytes behind a range of addresses
    Carve(Carve),
    /// Show which image, segment, section and symbol own an address
    Owner(Owner),
    /// List the images inside a fileset, the kexts of a prelinked kernel
    Entries(Entries),
    /// List symbols, of a fileset those of every image
    Symbols(Symbols),
    /// List what the export tries say
    Exports(Exports),
    /// Show what the code signature says: code directory, cdhash, entitlements
    Signature(Signature),
    /// Count or list fixups: chains, threads, opcodes, relocations
    Fixups(Fixups),
    /// Disassemble, from the entry point unless told otherwise
    Disasm(Disasm),
    /// Compare two kernelcaches: segments, images, kexts, symbols
    Diff(Diff),
    /// Plan a load at a physical address, and write the memory as a loader leaves it
    Load(Load),
    /// Write the same file, linked at other addresses
    Rebase(Rebase),
    /// List what refers to an address, a symbol or a string
    Xrefs(Xrefs),
    /// Find instructions or bytes by a masked pattern
    Find(Find),
    /// List C strings
    Strings(Strings),
    /// List functions, or the one that holds an address
    Functions(Functions),
    /// Check patches and write a patched copy
    Patch(Patch),
    /// Draw memory against file: segments, images, holes, fixups, entry point
    Map(Map),
    /// Draw the control flow graph of a function
    Cfg(Cfg),
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kc info kernelcache
  kc info --json kernelcache | jq .answer.entry
  kc info device.shsh2

A property list that holds ApImg4Ticket is read as the manifest in it.")]
pub(crate) struct Info {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kc extract kernelcache -o kernelcache.macho
  kc extract kernelcache --manifest kernelcache.im4m
  kc extract kernelcache -o - | llvm-otool -l -
  kc extract kernelcache --image com.apple.kernel -o kernel.macho
  kc extract kernelcache --all-images kexts

The payload's digest is compared with the manifest's. A payload that differs is not written; one \
that cannot be compared is written and called unverified. No signature is checked. A fat payload is \
written whole unless --arch names a slice. An image of a collection becomes a file of its own with \
its symbols and function starts; its pointers are plain addresses, and 0 where this file does not \
say the address.")]
pub(crate) struct Extract {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Where to write the payload; - for standard output
    #[arg(short, long, value_name = "FILE", required_unless_present_any = ["manifest", "trailer", "all_images"])]
    pub(crate) output: Option<PathBuf>,
    /// Where to write the manifest (IM4M); - for standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,
    /// Where to write the bytes after a complzss or complzvn stream (a monitor image)
    #[arg(long, value_name = "FILE")]
    pub(crate) trailer: Option<PathBuf>,
    /// Write the payload's bytes as they are in the container, compressed or encrypted
    #[arg(long, requires = "output", conflicts_with_all = ["damaged", "arch"])]
    pub(crate) raw: bool,
    /// Write the payload although what the container says of it is wrong; the status is then 3
    #[arg(long, requires = "output")]
    pub(crate) damaged: bool,
    /// Write the payload although its digest differs from the manifest's
    #[arg(long)]
    pub(crate) accept_digest_mismatch: bool,
    /// Write only the image with this entry id, as a file of its own
    #[arg(long, value_name = "ID", requires = "output", conflicts_with_all = ["raw", "damaged"])]
    pub(crate) image: Option<String>,
    /// Write each image inside to a file of its own in this folder
    #[arg(long, value_name = "DIR", conflicts_with_all = ["output", "raw", "damaged", "image"])]
    pub(crate) all_images: Option<PathBuf>,
    /// Where to write what the image's signed pointers were signed with, as JSON
    #[arg(long, value_name = "FILE", requires = "image")]
    pub(crate) signed: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kc headers kernelcache
  kc headers --image com.apple.kernel kernelcache
  kc headers --json kernelcache | jq '.rows[] | select(.cmd == \"LC_UNIXTHREAD\")'

Field names are those of mach-o/loader.h.")]
pub(crate) struct Headers {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// The image of a fileset with this entry id, instead of the outer one
    #[arg(long, value_name = "ID")]
    pub(crate) image: Option<String>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  kc entry kernelcache

The entry point is pc of LC_UNIXTHREAD, or entryoff of LC_MAIN; its file offset is found through the \
segment that holds it.")]
pub(crate) struct Entry {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kc translate kernelcache 0xfffffe0007004000 0xfffffe0007a00000
  kc translate kernelcache --from-offset 0x4000
  kc translate kernelcache --slide 0x9c04000 0xfffffe0010c08000
  kc translate kernelcache --slide 0x9c04000 --virt-base 0xfffffe0010c08000 \\
      --phys-base 0x80210c000 0xfffffe0010c08000

Outcomes: mapped (a byte of the file), zero-fill (memory of a segment that the file does not back), \
past-end-of-file (the segment claims a byte that the file does not have), unmapped (no segment).")]
pub(crate) struct Translate {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Addresses, or file offsets with --from-offset
    #[arg(required = true, value_name = "ADDR", value_parser = number)]
    pub(crate) addresses: Vec<u64>,
    /// The numbers are file offsets
    #[arg(long, conflicts_with = "from_phys")]
    pub(crate) from_offset: bool,
    /// The numbers are physical addresses
    #[arg(long, requires = "phys_base")]
    pub(crate) from_phys: bool,
    /// Run-time address minus vmaddr; the addresses given are then run-time addresses
    #[arg(long, value_name = "BYTES", value_parser = slide, allow_hyphen_values = true)]
    pub(crate) slide: Option<u64>,
    /// Run-time address that --phys-base is mapped at
    #[arg(long, value_name = "ADDR", value_parser = number, requires = "phys_base")]
    pub(crate) virt_base: Option<u64>,
    /// Physical address of --virt-base: shows physical addresses
    #[arg(long, value_name = "ADDR", value_parser = number, requires = "virt_base")]
    pub(crate) phys_base: Option<u64>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kc carve kernelcache --at 0xfffffe0007004000 --len 64K -o piece.bin
  kc carve kernelcache --from-offset --at 0x4000 --len 0x100 -o - | xxd")]
pub(crate) struct Carve {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// First address
    #[arg(long, value_name = "ADDR", value_parser = number)]
    pub(crate) at: u64,
    /// Number of bytes, also with K, M or G
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) len: u64,
    /// Where to write; - for standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// --at is a file offset
    #[arg(long)]
    pub(crate) from_offset: bool,
    /// Write zeros where memory is zero-filled, instead of refusing
    #[arg(long, conflicts_with = "from_offset")]
    pub(crate) zero_fill: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kc owner kernelcache 0xfffffe0007a00000
  kc owner kernelcache --slide 0x9c04000 0xfffffe0010c08000

An address in a segment of one nested image belongs to that image; what several claim, as the shared \
__LINKEDIT, and what none does belongs to the outer image.")]
pub(crate) struct Owner {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Places: addresses, symbols, IMAGE:SYMBOL, entry, each also with +BYTES
    #[arg(required = true, value_name = "PLACE")]
    pub(crate) addresses: Vec<String>,
    /// Run-time address minus vmaddr; the addresses given are then run-time addresses
    #[arg(long, value_name = "BYTES", value_parser = slide, allow_hyphen_values = true)]
    pub(crate) slide: Option<u64>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  kc entries kernelcache")]
pub(crate) struct Entries {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

/// A tool that reads symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SymbolFormat {
    /// As nm -p prints them, without headings
    Nm,
    /// A Python script for IDA
    Ida,
    /// A Python script for Ghidra
    Ghidra,
    /// A Python script for Binary Ninja
    Binja,
    /// A JSON symbol file for LLDB, `target symbols add`
    Lldb,
    /// A map of perf (perf-PID.map): code only
    Perf,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kc symbols kernelcache
  kc symbols --image com.apple.kernel kernelcache
  kc symbols --format ida kernelcache > names.py

Types are those of nm: T text, D data, B zero-fill, S other section, A absolute, U undefined, \
C common, I indirect, - debugging; small letters are local. What --format writes for other tools \
has the symbols with an address (nm: all).")]
pub(crate) struct Symbols {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Only the image of a fileset with this entry id
    #[arg(long, value_name = "ID")]
    pub(crate) image: Option<String>,
    /// Show debugging symbols (stabs) too
    #[arg(short = 'a', long)]
    pub(crate) debug: bool,
    /// Write them for another tool
    #[arg(long, value_enum, conflicts_with_all = ["json", "json_lines", "debug"])]
    pub(crate) format: Option<SymbolFormat>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kc fixups kernelcache
  kc fixups --list kernelcache
  kc fixups --image com.apple.kernel kernelcache
  kc fixups --list --json kernelcache | jq '.rows[] | select(.key == \"IA\")'

Of a damaged chain the rest of the page is left out; the other slots are shown, and the status is 3.")]
pub(crate) struct Fixups {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// The image of a fileset with this entry id, instead of the outer one
    #[arg(long, value_name = "ID")]
    pub(crate) image: Option<String>,
    /// For each segment how many slots of which kind it has (the default)
    #[arg(long, conflicts_with = "list")]
    pub(crate) summary: bool,
    /// Every slot: vmaddr, file offset, kind, target, key, diversity
    #[arg(long)]
    pub(crate) list: bool,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

/// How instructions are spelled.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SyntaxName {
    /// As llvm-objdump
    Llvm,
    /// As GNU objdump 2.44
    Gnu,
    /// As Apple's otool
    Apple,
}

/// A column of the disassembly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Column {
    /// vmaddr of the word
    Address,
    /// File offset of the word
    Offset,
    /// The word in hexadecimal
    Word,
    /// The instruction
    Text,
    /// Cycles to the last result on Apple's cores, as LLVM schedules for them; - where its model
    /// does not say
    Latency,
    /// Symbols, resolved addresses, strings
    Comment,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kc disasm kernelcache
  kc disasm kernelcache _panic
  kc disasm kernelcache --function 0xfffffe0007a00010
  kc disasm kernelcache --at 0xfffffe0007a00000 --count 20
  kc disasm kernelcache --image com.apple.kernel --section __TEXT_EXEC,__text
  kc disasm --raw --base 0xfffffe0007a00000 piece.bin
  kc disasm --raw --columns text --syntax gnu words.bin

Words that are no instruction print as .inst. With --raw --columns text there is one line a word.")]
pub(crate) struct Disasm {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// A function, to its end, or from another place: an address, a symbol, IMAGE:SYMBOL, entry,
    /// segment:NAME, section:SEG,SECT, each also with +BYTES
    #[arg(value_name = "PLACE", conflicts_with_all = ["at", "raw", "section", "function"])]
    pub(crate) place: Option<String>,
    /// The whole function that holds this place
    #[arg(long, value_name = "PLACE", conflicts_with_all = ["at", "raw", "section"])]
    pub(crate) function: Option<String>,
    /// A whole section
    #[arg(long, value_name = "SEG,SECT", conflicts_with_all = ["at", "raw"])]
    pub(crate) section: Option<String>,
    /// In the image of a fileset with this entry id
    #[arg(long, value_name = "ID", conflicts_with = "raw")]
    pub(crate) image: Option<String>,
    /// First address, a multiple of 4
    #[arg(long, value_name = "ADDR", value_parser = number)]
    pub(crate) at: Option<u64>,
    /// Number of words (default: 64; with --section, --raw or a named PLACE all)
    #[arg(long, value_name = "N", value_parser = number)]
    pub(crate) count: Option<u64>,
    /// FILE holds nothing but words
    #[arg(long, conflicts_with_all = ["at", "image"])]
    pub(crate) raw: bool,
    /// Address of the first word of a --raw file
    #[arg(long, value_name = "ADDR", value_parser = number, requires = "raw")]
    pub(crate) base: Option<u64>,
    /// How to spell instructions
    #[arg(long, value_enum, default_value = "llvm")]
    pub(crate) syntax: SyntaxName,
    /// What to print of each word, in this order
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "address,word,text,comment",
        conflicts_with_all = ["json", "json_lines"]
    )]
    pub(crate) columns: Vec<Column>,
    /// Compare every word with bad64
    #[arg(long, conflicts_with_all = ["json", "json_lines"])]
    pub(crate) cross_check: bool,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kc diff kernelcache.old kernelcache.new
  kc diff --symbols kernelcache.old kernelcache.new

Segments are matched by name, images and kexts by id, or by UUID where only one file has the id, symbols by image and name. Where \
most segments and images moved by the same distance, that is said once. A symbol has moved if its distance from its image's \
header differs. Symbols that are not defined in a section (debugging, undefined, common, absolute) are not compared. Both files \
are read with the same options. The status is 0 whether they differ or not.")]
pub(crate) struct Diff {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// What to compare it with
    pub(crate) other: PathBuf,
    /// List symbols, instead of only counting them
    #[arg(long)]
    pub(crate) symbols: bool,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}
