//! `kc entries` against the fileset entries that the `object` crate reads.

use std::fs;
use std::path::Path;

use object::LittleEndian;
use object::macho::MachHeader64;
use object::read::macho::{LoadCommandVariant, MachHeader as _};

use crate::fault::{Fault, Outcome};
use crate::tool::{kc, rows};

/// Compares identifier, address, file offset and UUID of every nested image;
/// counts the images, 0 for a file that is no fileset.
///
/// # Errors
/// When one differs.
pub(crate) fn compare(path: &Path, slice: &Path) -> Outcome<u64> {
    let data = fs::read(slice)?;
    let theirs = entries(&data)?;
    if theirs.is_empty() {
        // Of a static kernel kc lists kexts, for which object has no word.
        return Ok(0);
    }
    let ours: Vec<[String; 4]> = rows(kc(["entries", "--json"])?.arg(path))?
        .iter()
        .map(|row| {
            ["id", "vmaddr", "file_offset", "uuid"]
                .map(|name| row[name].as_str().unwrap_or_default().to_owned())
        })
        .collect();
    if ours == theirs {
        Ok(u64::try_from(ours.len()).unwrap_or(u64::MAX))
    } else {
        Err(Fault::new(format!("ours {ours:?}, object {theirs:?}")))
    }
}

fn entries(data: &[u8]) -> Outcome<Vec<[String; 4]>> {
    let header = MachHeader64::<LittleEndian>::parse(data, 0)?;
    let endian = header.endian()?;
    let mut commands = header.load_commands(endian, data, 0)?;
    let mut entries = Vec::new();
    while let Some(command) = commands.next()? {
        if let LoadCommandVariant::FilesetEntry(entry) = command.variant()? {
            let id = command.string(endian, entry.entry_id)?;
            let offset = entry.fileoff.get(endian);
            entries.push([
                String::from_utf8_lossy(id).into_owned(),
                format!("{:#x}", entry.vmaddr.get(endian)),
                format!("{offset:#x}"),
                uuid(data, offset)?,
            ]);
        }
    }
    Ok(entries)
}

/// The UUID of the image at `offset`, as text.
fn uuid(data: &[u8], offset: u64) -> Outcome<String> {
    let header = MachHeader64::<LittleEndian>::parse(data, offset)?;
    let bytes = header.uuid(LittleEndian, data, offset)?.unwrap_or_default();
    let hex: String = bytes.map(|byte| format!("{byte:02X}")).concat();
    let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default();
    Ok([
        part(0..8),
        part(8..12),
        part(12..16),
        part(16..20),
        part(20..32),
    ]
    .join("-"))
}
