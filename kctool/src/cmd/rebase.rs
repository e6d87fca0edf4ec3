//! `kc rebase`: the same file, linked at other addresses.
use std::io::Write as _;

use kc_offsets::rebase;
use macho_core::Slide;
use serde_json::json;

use crate::cli::Rebase;
use crate::failure::Failure;
use crate::json;
use crate::output;
use crate::question::with_image;
use crate::report::{Report, Status};
use crate::streams::Streams;

pub(super) fn run(args: &Rebase, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    with_image(&args.input, streams, |cache, payload, streams| {
        let mut copy = payload.bytes.to_vec();
        let done = rebase(cache, &mut copy, Slide::new(args.slide))?;
        output::write(streams, &args.output, &args.input.file, &[&copy])?;
        let file = &args.input.file;
        let mut out = Report::single("rebase", args.report, file, streams)
            .of(payload)
            .beside(Some(&args.output));
        let done = if out.is_json() {
            let report = json!({
                "slide": json::hex(args.slide),
                "images": done.images,
                "addresses": done.addresses,
                "symbols": done.symbols,
                "slots": done.slots,
            });
            out.answer(&report)
        } else {
            out.text().and_then(|out| {
                Ok(writeln!(
                    out,
                    "moved {} addresses, {} symbols and {} slots of {} images",
                    done.addresses, done.symbols, done.slots, done.images
                )?)
            })
        };
        out.end(done)
    })
}
