//! `kc entry`: where the image starts to run.
use crate::cli::Entry;
use crate::failure::Failure;
use crate::image::{entry_json, entry_line};
use crate::json;
use crate::question::with_image;
use crate::streams::Streams;

pub(super) fn run(args: &Entry, streams: &mut Streams<'_>) -> Result<(), Failure> {
    with_image(&args.input, streams, |cache, _, streams| {
        let Some(entry) = cache.entry_point()? else {
            return Err(Failure::refused(
                "no entry point: neither LC_UNIXTHREAD nor LC_MAIN",
            ));
        };
        if args.json {
            return json::write(streams.stdout, &entry_json(Some(entry)));
        }
        Ok(writeln!(streams.stdout, "{}", entry_line(&entry))?)
    })
}
