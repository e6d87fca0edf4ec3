//! `kc rebase`: the same file, linked at other addresses.
use std::io::Write;
use std::path::Path;

use kc_offsets::rebase;
use macho_core::Slide;
use serde_json::json;

use crate::cli::Rebase;
use crate::failure::Failure;
use crate::json;
use crate::output;
use crate::question::with_image;
use crate::streams::Streams;

pub(super) fn run(args: &Rebase, streams: &mut Streams<'_>) -> Result<(), Failure> {
    with_image(&args.input, streams, |cache, payload, streams| {
        let mut copy = payload.bytes.to_vec();
        let done = rebase(cache, &mut copy, Slide::new(args.slide))?;
        output::write(streams, &args.output, &[&copy])?;
        let out: &mut dyn Write = if args.output == Path::new("-") {
            &mut *streams.stderr
        } else {
            &mut *streams.stdout
        };
        if args.json {
            let report = json!({
                "slide": json::hex(args.slide),
                "images": done.images,
                "addresses": done.addresses,
                "symbols": done.symbols,
                "slots": done.slots,
            });
            return json::write(out, &report);
        }
        writeln!(
            out,
            "moved {} addresses, {} symbols and {} slots of {} images",
            done.addresses, done.symbols, done.slots, done.images
        )?;
        Ok(())
    })
}
