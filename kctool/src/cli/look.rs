//! The subcommands that draw.
use std::path::PathBuf;

use clap::Args;

use super::input::InputArgs;
use super::report::ReportArgs;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kc map kernelcache
  kc map --svg kernelcache.svg kernelcache

Each letter is a segment. Memory is not to scale where the file has no bytes, and every part of it \
has a character if there are enough.")]
pub(crate) struct Map {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Write a picture in place of the text, for paper and for dark screens; - for standard output
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "json_lines", "width"])]
    pub(crate) svg: Option<PathBuf>,
    /// Characters of a line (default: the terminal's, elsewhere 80)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(20..=1000))]
    pub(crate) width: Option<u16>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}
