//! A question about the image inside the input.
use kc_offsets::KernelCache;

use crate::cli::InputArgs;
use crate::container::{self, Payload};
use crate::failure::Failure;
use crate::image::{note_contradiction, note_tolerated};
use crate::streams::Streams;

/// Opens the input, unwraps it, and asks `question` of the image inside.
pub(crate) fn with_image<T>(
    args: &InputArgs,
    streams: &mut Streams<'_>,
    question: impl FnOnce(&KernelCache<'_>, &Payload<'_>, &mut Streams<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let input = container::open(args, streams.stdin)?;
    let payload =
        container::payload(&input, args).map_err(|failure| failure.of(&args.file, args.strict))?;
    let image = payload
        .image(args)
        .map_err(|failure| failure.of(&args.file, args.strict))?;
    if args.remarks {
        note_tolerated(&image, streams)?;
        note_contradiction(payload.contradiction(args, &image), streams)?;
    }
    let cache = KernelCache::new(image);
    question(&cache, &payload, streams)
        .map_err(|failure| payload.inside(failure).of(&args.file, args.strict))
}
