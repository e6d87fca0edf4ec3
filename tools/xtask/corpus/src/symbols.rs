//! `kc symbols` against `llvm-nm`.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::fault::{Fault, Outcome};
use crate::tool::{kc, of_damaged, text, without_complaint};

/// A symbol: address if it has one, letter, name.
type Line<'a> = (Option<u64>, &'a str, &'a str);

/// Compares every symbol in the order of the table; counts them.
///
/// # Errors
/// When a symbol differs, one side has more, or llvm-nm complains of the file.
pub(crate) fn compare(path: &Path, slice: &Path) -> Outcome<u64> {
    // Without --no-dyldinfo, llvm-nm adds symbols that it makes up from the export trie and the
    // function starts when the header has MH_NLIST_OUTOFSYNC_WITH_DYLDINFO.
    let nm = |file: &Path| {
        without_complaint(
            Command::new("llvm-nm-22")
                .args(["--no-sort", "--no-dyldinfo"])
                .arg(file),
        )
    };
    let mut theirs = nm(slice)?;
    let kext = slice.with_extension("kext");
    for bytes in kexts(path, slice)? {
        fs::write(&kext, bytes)?;
        theirs.push_str(&nm(&kext)?);
        fs::remove_file(&kext)?;
    }
    // Names of Objective-C blocks hold control characters, which kc does not send to a terminal.
    let theirs = escaped(&theirs);
    let ours = text(kc(["symbols"])?.arg(path))?;
    let (ours, theirs) = (lines(&ours), lines(&theirs));
    for (number, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        if ours != theirs {
            return Err(Fault::new(format!(
                "symbol {number}: ours {ours:x?}, llvm-nm {theirs:x?}"
            )));
        }
    }
    if ours.len() != theirs.len() {
        return Err(Fault::new(format!(
            "{} symbols, llvm-nm has {}",
            ours.len(),
            theirs.len()
        )));
    }
    Ok(u64::try_from(ours.len()).unwrap_or(u64::MAX))
}

/// The kexts of a prelinked kernel, each a whole file inside of it that `llvm-nm` does not look
/// for.
fn kexts(path: &Path, slice: &Path) -> Outcome<Vec<Vec<u8>>> {
    let info = of_damaged(kc(["info", "--json"])?.arg(path))?["answer"].take();
    if info["shape"] != "prelinked kernel" {
        return Ok(Vec::new());
    }
    let file = fs::read(slice)?;
    let rows = info["entries"].as_array().cloned().unwrap_or_default();
    let offsets = rows.iter().filter_map(|row| row["file_offset"].as_str());
    offsets
        .map(|offset| {
            let digits = offset.trim_start_matches("0x");
            let start = usize::from_str_radix(digits, 16)
                .map_err(|_| Fault::new(format!("kc entries: file offset {offset}")))?;
            Ok(file.get(start..).unwrap_or_default().to_vec())
        })
        .collect()
}

/// Characters that are not shown, and backslashes, as kc writes them.
fn escaped(listing: &str) -> String {
    let mut text = String::with_capacity(listing.len());
    for character in listing.chars() {
        let is_hidden = character.is_control() || character == '\\';
        if is_hidden && character != '\n' {
            text.extend(character.escape_default());
        } else {
            text.push(character);
        }
    }
    text
}

/// `0000000100003f50 T _main`, or without the address. What has no letter of
/// its own (an empty line, an image's name) is left out.
fn lines(listing: &str) -> Vec<Line<'_>> {
    listing.lines().filter_map(line).collect()
}

fn line(line: &str) -> Option<Line<'_>> {
    let indented = line.starts_with(' ');
    let (address, rest) = if indented {
        (None, line.trim_start())
    } else {
        let (address, rest) = line.split_once(' ')?;
        let digits = address.trim_start_matches("0x");
        (Some(u64::from_str_radix(digits, 16).ok()?), rest)
    };
    let (letter, name) = rest.split_once(' ').unwrap_or((rest, ""));
    // llvm-nm also says whose name an indirect symbol stands for.
    let name = match name.split_once(" (indirect for ") {
        Some((name, _)) if letter == "I" => name,
        _ => name,
    };
    (letter.len() == 1).then_some((address, letter, name))
}

#[cfg(test)]
mod tests {
    use super::{escaped, lines};

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(escaped("a\u{1}b\\\n"), "a\\u{1}b\\\\\n");
    }

    #[test]
    fn both_listings_read_alike() {
        let theirs = "\na.out:\n0000000100003f50 T _main\n                 U _puts\n";
        let ours = "0x0000000100003f50 T _main\n                   U _puts\n";
        assert_eq!(lines(ours), lines(theirs));
        assert_eq!(lines(ours).len(), 2);
        assert_eq!(lines(ours)[0], (Some(0x1_0000_3f50), "T", "_main"));
    }
}
