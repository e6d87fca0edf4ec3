//! `kc entry`: where the image starts to run.
use std::io::Write as _;

use macho_core::{FileType, MachO};

use crate::cli::Entry;
use crate::failure::Failure;
use crate::image::{entry_json, entry_line};
use crate::question::with_image;
use crate::report::{Report, Status};
use crate::streams::Streams;

/// Why this image, which has no entry point, has none.
pub(super) fn missing(image: &MachO<'_>) -> &'static str {
    if image.header().filetype == FileType::MH_CORE {
        // LC_THREAD says where its threads were when it was written, which is no start.
        "no entry point: a core has none, its threads were running"
    } else {
        "no entry point: neither LC_UNIXTHREAD nor LC_MAIN"
    }
}

pub(super) fn run(args: &Entry, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    with_image(&args.input, streams, |cache, payload, streams| {
        let Some(entry) = cache.entry_point()? else {
            return Err(Failure::refused(missing(&cache.image())));
        };
        let file = &args.input.file;
        let mut report = Report::single("entry", args.report, file, streams).of(payload);
        let done = if report.is_json() {
            report.answer(&entry_json(Some(entry)))
        } else {
            report
                .text()
                .and_then(|out| Ok(writeln!(out, "{}", entry_line(&entry))?))
        };
        report.end(done)
    })
}
