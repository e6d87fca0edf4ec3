//! Arguments that say what the input is.
use std::path::PathBuf;

use clap::Args;
use macho_core::Pointers;

use crate::mapped::pointers;
use crate::number::{number, size};

/// The input, and how to read it.
#[derive(Clone, Debug, Args)]
pub(crate) struct InputArgs {
    /// IMG4, IM4P, fat file or Mach-O; - for standard input, all of which is read into memory
    pub(crate) file: PathBuf,
    /// Slice of a fat file (default: arm64e.x1, arm64e, arm64.x1, arm64, else the only one)
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub(crate) arch: Option<String>,
    /// FILE is memory with the image loaded, as kc load writes it or a dump; SLIDE is what its
    /// pointers were slid by, or raw where no fixups were applied [default: 0]
    #[arg(long, value_name = "SLIDE", value_parser = pointers, num_args = 0..=1, require_equals = true,
        allow_hyphen_values = true, default_missing_value = "0", conflicts_with = "arch", help_heading = "Input")]
    pub(crate) mapped: Option<Pointers>,
    /// Where in the memory the header of the image is (default: it is looked for)
    #[arg(long, value_name = "OFFSET", value_parser = number, requires = "mapped", help_heading = "Input")]
    pub(crate) header: Option<u64>,
    /// Refuse what the format forbids, also what real loaders accept
    #[arg(long, help_heading = "Input")]
    pub(crate) strict: bool,
    /// Say what the format forbids and kc reads all the same, as kc info always does
    #[arg(long, help_heading = "Input")]
    pub(crate) remarks: bool,
    /// Most bytes that a payload may decompress to
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "1G", help_heading = "Input")]
    pub(crate) max_size: u64,
}
