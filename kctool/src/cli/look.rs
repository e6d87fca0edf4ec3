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

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kc cfg kernelcache _uart_puts
  kc cfg --dot kernelcache _uart_puts | dot -Tsvg -o graph.svg

A block has its first address, how many words it has, what ends it, and where the flow goes from \
there. A function has the bounds of LC_FUNCTION_STARTS; without them it goes on up to the next name. \
Where a branch by a register leads is not known, so that blocks may be called unreached that are not.")]
pub(crate) struct Cfg {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// An address in the function, or its symbol
    #[arg(value_name = "ADDR|SYMBOL")]
    pub(crate) place: String,
    /// Print the graph in Graphviz's language, each block with its instructions
    #[arg(long, conflicts_with_all = ["json", "json_lines"])]
    pub(crate) dot: bool,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}
