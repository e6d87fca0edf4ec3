//! `kc translate` against the segments that the `object` crate reads, at every
//! boundary.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use object::LittleEndian;
use object::macho::MachHeader64;
use object::read::macho::{MachHeader as _, Segment as _};

use crate::fault::{Fault, Outcome};
use crate::tool::{kc, rows};

/// A segment in numbers.
#[derive(Debug, Clone, Copy)]
struct Range {
    vmaddr: u64,
    vmsize: u64,
    fileoff: u64,
    filesize: u64,
}

/// Translates the first and last byte of every segment, of its file bytes, and
/// the bytes beside them; counts the addresses. `slice_offset` is where the thin
/// file `slice` lies in the file that kc reads.
///
/// # Errors
/// When an outcome or an offset differs.
pub(crate) fn compare(path: &Path, slice: &Path, slice_offset: u64) -> Outcome<u64> {
    let data = fs::read(slice)?;
    let ranges = segments(&data)?;
    let end = u64::try_from(data.len()).unwrap_or(u64::MAX);
    let addresses: Vec<u64> = boundaries(&ranges).into_iter().collect();
    let mut command = kc(["translate", "--json"])?;
    command.arg(path);
    command.args(addresses.iter().map(|address| format!("{address:#x}")));
    let rows = rows(&mut command)?;
    if rows.len() != addresses.len() || rows.is_empty() {
        return Err(Fault::new(format!(
            "{} answers to {} addresses",
            rows.len(),
            addresses.len()
        )));
    }
    for (address, row) in addresses.iter().zip(rows) {
        let (outcome, offset) = expected(&ranges, *address, end);
        let offset = offset.map(|offset| format!("{:#x}", offset + slice_offset));
        if row["outcome"] != outcome || row["file_offset"].as_str() != offset.as_deref() {
            return Err(Fault::new(format!(
                "{address:#x}: ours {} {}, object {outcome} {offset:?}",
                row["outcome"], row["file_offset"]
            )));
        }
    }
    Ok(u64::try_from(addresses.len()).unwrap_or(u64::MAX))
}

fn segments(data: &[u8]) -> Outcome<Vec<Range>> {
    let header = MachHeader64::<LittleEndian>::parse(data, 0)?;
    let endian = header.endian()?;
    let mut commands = header.load_commands(endian, data, 0)?;
    let mut ranges = Vec::new();
    while let Some(command) = commands.next()? {
        if let Some((segment, _)) = command.segment_64()? {
            let (fileoff, filesize) = segment.file_range(endian);
            ranges.push(Range {
                vmaddr: segment.vmaddr(endian),
                vmsize: segment.vmsize(endian),
                fileoff,
                filesize,
            });
        }
    }
    Ok(ranges)
}

/// The addresses where something changes, and their neighbours.
fn boundaries(ranges: &[Range]) -> BTreeSet<u64> {
    ranges
        .iter()
        .flat_map(|range| {
            [
                range.vmaddr,
                range.vmaddr.wrapping_add(range.filesize),
                range.vmaddr.wrapping_add(range.vmsize),
            ]
        })
        .flat_map(|edge| [edge.wrapping_sub(1), edge, edge.wrapping_add(1)])
        .collect()
}

/// The slow and obvious answer: the first segment that holds the address.
fn expected(ranges: &[Range], address: u64, end: u64) -> (&'static str, Option<u64>) {
    let holder = ranges
        .iter()
        .find(|range| address >= range.vmaddr && address - range.vmaddr < range.vmsize);
    let Some(range) = holder else {
        return ("unmapped", None);
    };
    let within = address - range.vmaddr;
    if within >= range.filesize {
        return ("zero-fill", None);
    }
    match range.fileoff.checked_add(within) {
        Some(offset) if offset < end => ("mapped", Some(offset)),
        _ => ("past-end-of-file", None),
    }
}

#[cfg(test)]
mod tests {
    use super::{Range, boundaries, expected};

    #[test]
    fn the_model_tells_the_four_outcomes_apart() {
        let ranges = [Range {
            vmaddr: 0x1000,
            vmsize: 0x300,
            fileoff: 0x80,
            filesize: 0x200,
        }];
        assert_eq!(expected(&ranges, 0x1000, 0x100), ("mapped", Some(0x80)));
        assert_eq!(expected(&ranges, 0x1080, 0x100), ("past-end-of-file", None));
        assert_eq!(expected(&ranges, 0x1200, 0x100), ("zero-fill", None));
        assert_eq!(expected(&ranges, 0x1300, 0x100), ("unmapped", None));
        assert_eq!(boundaries(&ranges).len(), 9);
    }
}
