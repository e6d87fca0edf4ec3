//! The subcommands that show a table of `__LINKEDIT`.
use clap::Args;

use super::input::InputArgs;
use super::report::ReportArgs;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kc exports libexample.dylib
  kc exports --image com.apple.kernel kernelcache

Shown is what the export tries say (LC_DYLD_EXPORTS_TRIE, or export_off of LC_DYLD_INFO): what \
other images may bind to. An image of a kernel collection has none; kc symbols lists its symbols.")]
pub(crate) struct Exports {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Only of the image of a fileset with this entry id
    #[arg(long, value_name = "ID")]
    pub(crate) image: Option<String>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kc signature libexample.dylib
  kc signature --json program | jq -r '.rows[].entitlements'

Shown is the index of the code signature (LC_CODE_SIGNATURE), its first code directory with the \
cdhash, and the entitlements. Nothing is verified: neither the hashes of pages nor who signed.")]
pub(crate) struct Signature {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Only of the image of a fileset with this entry id
    #[arg(long, value_name = "ID")]
    pub(crate) image: Option<String>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}
