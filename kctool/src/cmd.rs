//! One file for each subcommand.
use crate::cli::{Cli, Command};
use crate::failure::Failure;
use crate::report::Status;
use crate::streams::Streams;

mod carve;
mod cfg;
mod diff;
mod disasm;
mod entries;
mod entry;
mod exports;
mod extract;
mod find;
mod fixups;
mod functions;
mod headers;
mod info;
mod load;
mod map;
mod owner;
mod patch;
mod rebase;
mod signature;
mod strings;
mod symbols;
mod translate;
mod xrefs;

pub(crate) fn run(cli: &Cli, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    match &cli.command {
        Command::Info(args) => info::run(args, streams),
        Command::Extract(args) => extract::run(args, streams),
        Command::Headers(args) => headers::run(args, streams),
        Command::Entry(args) => entry::run(args, streams),
        Command::Translate(args) => translate::run(args, streams),
        Command::Carve(args) => carve::run(args, streams),
        Command::Owner(args) => owner::run(args, streams),
        Command::Entries(args) => entries::run(args, streams),
        Command::Symbols(args) => symbols::run(args, streams),
        Command::Exports(args) => exports::run(args, streams),
        Command::Signature(args) => signature::run(args, streams),
        Command::Fixups(args) => fixups::run(args, streams),
        Command::Disasm(args) => disasm::run(args, streams),
        Command::Diff(args) => diff::run(args, streams),
        Command::Load(args) => load::run(args, streams),
        Command::Rebase(args) => rebase::run(args, streams),
        Command::Xrefs(args) => xrefs::run(args, streams),
        Command::Find(args) => find::run(args, streams),
        Command::Strings(args) => strings::run(args, streams),
        Command::Functions(args) => functions::run(args, streams),
        Command::Patch(args) => patch::run(args, streams),
        Command::Map(args) => map::run(args, streams),
        Command::Cfg(args) => cfg::run(args, streams),
    }
}
