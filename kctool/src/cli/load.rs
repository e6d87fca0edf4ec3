//! Arguments of the subcommands that load an image.
use std::path::PathBuf;

use clap::Args;

use super::input::InputArgs;
use super::report::ReportArgs;
use crate::number::{number, slide};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kc load kernelcache --phys-base 0x800000000
  kc load kernelcache --phys-base 0x801dc4000 --slide 0x1dc0000 -o memory.bin

The lowest segment goes to the physical base, and all others as far behind it as their addresses are. The memory has zeros where \
the file has no bytes. It is what a boot loader leaves: the kernel of a fileset rewrites its pointers, load commands and symbols \
itself, so they are as in the file; of a static kernel its own header, its symbols, non-lazy symbol pointers and local relocations \
are slid. --apply-fixups does the kernel's work in its place, for emulators, analysis and images that do not fix themselves up: \
pointers as they are at the slide, without signatures, and headers and symbols as in the file. A pointer into another collection \
is then an error, as its base is not known.")]
pub(crate) struct Load {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Physical address of the lowest byte
    #[arg(long, value_name = "ADDR", value_parser = number)]
    pub(crate) phys_base: u64,
    /// Run-time address less the image's own; -N for downwards
    #[arg(long, value_name = "BYTES", value_parser = slide, allow_hyphen_values = true, default_value = "0")]
    pub(crate) slide: u64,
    /// Rewrite the pointers in the kernel's place; XNU must not be started then
    #[arg(long)]
    pub(crate) apply_fixups: bool,
    /// Load as m1n1 does: end a segment PYLD 4 bytes after what the file has of it
    #[arg(long)]
    pub(crate) cut_payload: bool,
    /// Where to write the memory; - for standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kc rebase kernelcache --slide 0x1dc0000 -o moved.macho
  kc rebase moved.macho --slide -0x1dc0000 -o same.macho

Segments, sections, entry points, fileset entries, defined symbols and absolute pointers move, in every image; the second \
example gives the first one's input again. Pointers as they are at run time are another thing: see kc load. A container's \
payload is written, without the container.")]
pub(crate) struct Rebase {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// How far up, a multiple of 16 KiB; -N for downwards
    #[arg(long, value_name = "BYTES", value_parser = slide, allow_hyphen_values = true)]
    pub(crate) slide: u64,
    /// Where to write; - for standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}
