//! One file for each subcommand.
use kc_offsets::KernelCache;

use crate::Streams;
use crate::cli::{Cli, Command, InputArgs};
use crate::container::{self, Payload};
use crate::failure::Failure;
use crate::image::note_tolerated;

mod carve;
mod diff;
mod disasm;
mod entries;
mod entry;
mod extract;
mod find;
mod fixups;
mod functions;
mod headers;
mod info;
mod load;
mod owner;
mod patch;
mod rebase;
mod strings;
mod symbols;
mod translate;
mod xrefs;

pub(crate) fn run(cli: &Cli, streams: &mut Streams<'_>) -> Result<(), Failure> {
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
    }
}

/// Opens the input, unwraps it, and asks `question` of the image inside.
fn with_image(
    args: &InputArgs,
    streams: &mut Streams<'_>,
    question: impl FnOnce(&KernelCache<'_>, &Payload<'_>, &mut Streams<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let input = container::open(args, streams.stdin)?;
    let payload = container::payload(&input, args)?;
    let image = payload.image(args)?;
    note_tolerated(&image, streams)?;
    let cache = KernelCache::new(image);
    question(&cache, &payload, streams).map_err(|failure| payload.inside(failure))
}
