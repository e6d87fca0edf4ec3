//! The manifest inside a property list: what `.shsh2` files and signing servers' answers hold.
//!
//! Only the value of `ApImg4Ticket` in the outermost dictionary is read, in one pass over the file
//! and without recursion: a reader that builds a tree follows nesting and shared references as deep
//! and as often as a hostile file asks.
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::failure::Failure;

/// The key of the manifest.
const KEY: &[u8] = b"ApImg4Ticket";

/// Larger property lists are refused. Real ones have less than 100 KiB.
const MAX_SIZE: usize = 16 << 20;

/// The manifest that a property list holds; `None` if `file`, which is at `path`, is not a property
/// list.
///
/// # Errors
/// A property list that is damaged, too large or without a manifest is refused.
pub(crate) fn find(file: &[u8], path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    let text = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    let binary = file.starts_with(b"bplist");
    let xml = [&b"<?xml"[..], b"<plist", b"<!DOCTYPE plist"];
    if !binary && !xml.iter().any(|start| text.starts_with(start)) {
        return Ok(None);
    }
    let what = if binary { "a binary" } else { "an XML" };
    let refused = |why: &str| Failure::NotAnImage {
        path: path.to_owned(),
        of: None,
        what: format!(
            "{what} property list {why}; kc takes those that hold a manifest, as .shsh2 files do"
        ),
    };
    if file.len() > MAX_SIZE {
        return Err(refused("of more than 16 MiB"));
    }
    let found = if binary {
        from_binary(file).unwrap_or(Found::Damaged)
    } else {
        from_xml(text)
    };
    match found {
        Found::Ticket(ticket) => Ok(Some(ticket)),
        Found::NotAList => Ok(None),
        Found::Nothing => Err(refused("without ApImg4Ticket")),
        Found::Damaged => Err(refused("that is damaged")),
    }
}

/// What a file that starts like a property list is.
enum Found {
    Ticket(Vec<u8>),
    /// A property list without the key, or with a value of another type.
    Nothing,
    /// A property list that cannot be read.
    Damaged,
    /// XML without a `plist` element.
    NotAList,
}

/// Reads XML event by event.
fn from_xml(text: &[u8]) -> Found {
    let mut reader = Reader::from_reader(text);
    let mut is_list = false;
    let mut depth = 0_usize;
    // The text of the element that was opened last.
    let mut text = Vec::new();
    // Whether the outermost dictionary's latest key is ours.
    let mut is_ours = false;
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                let name = tag.name();
                is_list |= name.as_ref() == b"plist";
                is_ours &= name.as_ref() == b"data";
                depth += usize::from(matches!(name.as_ref(), b"dict" | b"array"));
                text.clear();
            }
            Ok(Event::Empty(tag)) => {
                is_list |= tag.name().as_ref() == b"plist";
                is_ours = false;
            }
            Ok(Event::Text(part)) => text.extend_from_slice(&part),
            Ok(Event::CData(part)) => text.extend_from_slice(&part),
            Ok(Event::End(tag)) => match tag.name().as_ref() {
                b"key" if depth == 1 => is_ours = text == KEY,
                b"data" if is_ours => {
                    text.retain(|byte| !byte.is_ascii_whitespace());
                    return STANDARD.decode(&text).map_or(Found::Damaged, Found::Ticket);
                }
                b"dict" | b"array" => depth = depth.saturating_sub(1),
                _ => {}
            },
            Ok(Event::Eof) if is_list => return Found::Nothing,
            Err(_) if is_list => return Found::Damaged,
            Ok(Event::Eof) | Err(_) => return Found::NotAList,
            Ok(_) => {}
        }
    }
}

/// A big-endian number of at most 8 bytes, as a place in the file.
fn number(bytes: &[u8]) -> Option<usize> {
    if bytes.is_empty() || bytes.len() > 8 {
        return None;
    }
    let value = bytes
        .iter()
        .fold(0, |value, &byte| value << 8 | u64::from(byte));
    usize::try_from(value).ok()
}

/// The objects of a binary property list.
struct Binary<'a> {
    file: &'a [u8],
    /// Where each object starts: numbers of `offset_size` bytes.
    offsets: &'a [u8],
    offset_size: usize,
}

impl<'a> Binary<'a> {
    /// The type (the high half of an object's first byte), its count, and the bytes after both.
    fn object(&self, reference: usize) -> Option<(u8, usize, &'a [u8])> {
        let at = reference.checked_mul(self.offset_size)?;
        let offset = self.offsets.get(at..)?.get(..self.offset_size)?;
        let (&marker, rest) = self.file.get(number(offset)?..)?.split_first()?;
        if marker & 15 != 15 {
            return Some((marker >> 4, usize::from(marker & 15), rest));
        }
        // The count is an integer object of its own.
        let (&size, rest) = rest.split_first()?;
        if !(0x10..=0x13).contains(&size) {
            return None;
        }
        let (count, rest) = rest.split_at_checked(1 << (size & 3))?;
        Some((marker >> 4, number(count)?, rest))
    }
}

/// Reads the top-level dictionary; `None` if the file is damaged.
fn from_binary(file: &[u8]) -> Option<Found> {
    const DATA: u8 = 4;
    const ASCII: u8 = 5;
    const DICTIONARY: u8 = 13;
    // Six unused bytes, two sizes, then the number of objects, the top object, the offsets' place.
    let (body, trailer) = file.split_last_chunk::<32>()?;
    let offset_size = usize::from(trailer[6]);
    let reference_size = usize::from(trailer[7]);
    let objects = number(&trailer[8..16])?;
    let offsets = body.get(number(&trailer[24..32])?..)?;
    let binary = Binary {
        file: body,
        offsets: offsets.get(..objects.checked_mul(offset_size)?)?,
        offset_size,
    };
    let (kind, count, rest) = binary.object(number(&trailer[16..24])?)?;
    if kind != DICTIONARY {
        return Some(Found::Nothing);
    }
    let (keys, rest) = rest.split_at_checked(count.checked_mul(reference_size)?)?;
    let values = rest.get(..keys.len())?;
    if reference_size == 0 {
        return None;
    }
    let pairs = keys
        .chunks_exact(reference_size)
        .zip(values.chunks_exact(reference_size));
    for (key, value) in pairs {
        let (kind, len, bytes) = binary.object(number(key)?)?;
        if kind != ASCII || bytes.get(..len)? != KEY {
            continue;
        }
        let (kind, len, bytes) = binary.object(number(value)?)?;
        if kind != DATA {
            break;
        }
        return Some(Found::Ticket(bytes.get(..len)?.to_vec()));
    }
    Some(Found::Nothing)
}
