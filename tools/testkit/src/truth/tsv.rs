//! A truth as a table of text, for readers in other programs: one fact a line, columns behind tabs.
//!
//! The first column says what the line is, and with that what the others are:
//!
//! | line | columns |
//! |---|---|
//! | `image` | base, whether it is linear, UUID |
//! | `entry-point` | vmaddr, file offset, segment |
//! | `segment` | image, name, vmaddr, vmsize, file offset, filesize |
//! | `entry` | id, vmaddr, file offset, UUID |
//! | `symbol` | image, name, vmaddr, `external` or `local`, `SEGMENT,SECTION` of its record |
//! | `fixup` | vmaddr, file offset, kind, target, cache level, key, diversity, whether the address is blended in |
//!
//! An image is an entry's id, and `-` the outermost one. Addresses, sizes and offsets are
//! hexadecimal; what does not exist is `-`. Slots are in ascending order, all other lines in that
//! of the file. Sections, functions, strings and references are not in the table: a large file has
//! millions, and the tests that ask for them have the truth itself.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use crate::truth::{Fixup, Segment, Truth};

/// The outermost image, and what does not exist.
const NONE: &str = "-";

/// A number that may not exist.
struct Hex(Option<u64>);

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(number) => write!(f, "{number:#x}"),
            None => f.write_str(NONE),
        }
    }
}

/// `74657374-6B69-7420-7361-6D706C652031`.
fn uuid(bytes: [u8; 16]) -> String {
    let mut out = String::new();
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02X}");
    }
    out
}

impl Truth {
    /// Writes the table. Names must have no tab and no line feed, as those of testkit's files.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write_tsv(&self, out: &mut impl Write) -> io::Result<()> {
        let uuid_or_none = self.uuid.map_or_else(|| NONE.to_owned(), uuid);
        let base = Hex(self.base);
        writeln!(out, "image\t{base}\t{}\t{uuid_or_none}", self.linear)?;
        if let Some(entry) = &self.entry {
            let (vmaddr, file_offset) = (entry.vmaddr, entry.file_offset);
            writeln!(
                out,
                "entry-point\t{vmaddr:#x}\t{file_offset:#x}\t{}",
                entry.segment
            )?;
        }
        for segment in &self.segments {
            write_segment(NONE, segment, out)?;
        }
        for entry in &self.entries {
            let (vmaddr, file_offset) = (entry.vmaddr, entry.file_offset);
            let (id, uuid) = (&entry.id, uuid(entry.uuid));
            writeln!(out, "entry\t{id}\t{vmaddr:#x}\t{file_offset:#x}\t{uuid}")?;
            for segment in &entry.segments {
                write_segment(id, segment, out)?;
            }
        }
        for symbol in &self.symbols {
            let image = self.id(symbol.image).unwrap_or(NONE);
            let scope = if symbol.external { "external" } else { "local" };
            let (name, vmaddr) = (&symbol.name, symbol.vmaddr);
            let section = symbol.section.as_deref().unwrap_or(NONE);
            writeln!(
                out,
                "symbol\t{image}\t{name}\t{vmaddr:#x}\t{scope}\t{section}"
            )?;
        }
        for fixup in &self.fixups {
            write_fixup(fixup, out)?;
        }
        Ok(())
    }
}

fn write_segment(image: &str, segment: &Segment, out: &mut impl Write) -> io::Result<()> {
    let Segment {
        name,
        vmaddr,
        vmsize,
        file_offset,
        filesize,
    } = segment;
    writeln!(
        out,
        "segment\t{image}\t{name}\t{vmaddr:#x}\t{vmsize:#x}\t{file_offset:#x}\t{filesize:#x}"
    )
}

fn write_fixup(fixup: &Fixup, out: &mut impl Write) -> io::Result<()> {
    let key = fixup.auth.map_or(NONE, |auth| {
        ["IA", "IB", "DA", "DB"][usize::from(auth.key & 3)]
    });
    let address = match fixup.auth {
        None => NONE,
        Some(auth) if auth.address_diversity => "true",
        Some(_) => "false",
    };
    let diversity = Hex(fixup.auth.map(|auth| auth.diversity.into()));
    writeln!(
        out,
        "fixup\t{:#x}\t{:#x}\trebase\t{:#x}\t{}\t{key}\t{diversity}\t{address}",
        fixup.vmaddr, fixup.file_offset, fixup.target, fixup.cache_level
    )
}

#[cfg(test)]
mod tests {
    use crate::kernelcache::sample;

    #[test]
    fn every_fact_is_a_line() {
        let truth = sample::fileset().truth;
        let mut out = Vec::new();
        truth.write_tsv(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let rows: Vec<Vec<&str>> = text
            .lines()
            .map(|line| line.split('\t').collect())
            .collect();
        let of = |kind: &'static str| rows.iter().filter(move |row| row[0] == kind);
        let nested: usize = truth.entries.iter().map(|entry| entry.segments.len()).sum();
        for (kind, lines, columns) in [
            ("image", 1, 4),
            ("entry-point", 1, 4),
            ("segment", truth.segments.len() + nested, 7),
            ("entry", truth.entries.len(), 5),
            ("symbol", truth.symbols.len(), 6),
            ("fixup", truth.fixups.len(), 9),
        ] {
            assert_eq!(of(kind).count(), lines, "{kind}");
            assert!(of(kind).all(|row| row.len() == columns), "{kind}");
        }
        let uuid = "74657374-6B69-7420-7361-6D706C652031";
        assert_eq!(rows[0], ["image", "0xfffffe0007004000", "true", uuid]);
        let signed = of("fixup").find(|row| row[6] != "-").unwrap();
        assert!(signed[7].starts_with("0x") && signed[8] != "-");
    }
}
