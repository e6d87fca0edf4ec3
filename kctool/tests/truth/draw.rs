//! Addresses to ask for.

use testkit::rng::Rng;
use testkit::truth::{Segment, Truth};

/// The addresses of a segment that the file backs.
fn backed(segment: &Segment, file: u64) -> (u64, u64) {
    let left = file.saturating_sub(segment.file_offset);
    let size = segment.filesize.min(segment.vmsize).min(left);
    (segment.vmaddr, segment.vmaddr + size)
}

/// Places where answers change: of images in whose segments they lie.
fn edges(truth: &Truth) -> Vec<u64> {
    let mut out = Vec::new();
    for section in &truth.sections {
        out.extend([section.vmaddr, section.vmaddr + section.size]);
    }
    out.extend(truth.symbols.iter().map(|symbol| symbol.vmaddr));
    out.extend(truth.functions.iter().map(|function| function.vmaddr));
    out.extend(truth.strings.iter().map(|string| string.vmaddr));
    out.sort_unstable();
    out.dedup();
    out
}

/// `count` mapped addresses, half of them in kexts if there are any. Half of each are anywhere in a
/// segment, the others at most four bytes from where something starts or ends.
pub(crate) fn addresses(truth: &Truth, file: u64, count: usize, rng: &mut Rng) -> Vec<u64> {
    let nested = truth.entries.iter();
    let kexts = nested.filter(|entry| entry.id != "com.apple.kernel");
    let of_kexts: Vec<(u64, u64)> = kexts
        .flat_map(|entry| entry.segments.iter().chain(&entry.linkedit))
        .map(|segment| backed(segment, file))
        .filter(|(start, end)| start < end)
        .collect();
    let all: Vec<(u64, u64)> = truth
        .segments
        .iter()
        .map(|segment| backed(segment, file))
        .filter(|(start, end)| start < end)
        .collect();
    let holds = |ranges: &[(u64, u64)], at: u64| {
        let mut ranges = ranges.iter();
        ranges.any(|(start, end)| *start <= at && at < *end)
    };
    let edges = edges(truth);
    let mut out = Vec::new();
    while out.len() < count {
        let ranges = if out.len() % 2 == 0 && !of_kexts.is_empty() {
            &of_kexts
        } else {
            &all
        };
        let at = if rng.one_in(2) {
            let (start, end) = rng.pick(ranges).expect("something is mapped");
            start + rng.next_u64() % (end - start)
        } else {
            let edge = rng.pick(&edges).copied();
            edge.unwrap_or(ranges[0].0)
                .saturating_sub(4)
                .saturating_add(rng.next_u64() % 9)
        };
        if holds(ranges, at) {
            out.push(at);
        }
    }
    out
}
