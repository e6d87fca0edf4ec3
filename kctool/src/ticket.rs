//! The manifest inside a property list: what `.shsh2` files and signing servers' answers hold.
//!
//! Only the value of `ApImg4Ticket` in the outermost dictionary is read, in one pass over the file
//! and without recursion: a general reader follows nesting and shared references as deep and as
//! often as a hostile file asks.
use crate::failure::Failure;

/// The key of the manifest.
const KEY: &[u8] = b"ApImg4Ticket";

/// Larger property lists are refused. Real ones have less than 100 KiB.
const MAX_SIZE: usize = 16 << 20;

/// The manifest that a property list holds; `None` if `file` is not a property list.
///
/// # Errors
/// A property list that is damaged, too large or without a manifest is refused.
pub(crate) fn find(file: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
    let text = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    let binary = file.starts_with(b"bplist");
    let xml = [&b"<?xml"[..], b"<plist", b"<!DOCTYPE plist"];
    if !binary && !xml.iter().any(|start| text.starts_with(start)) {
        return Ok(None);
    }
    let what = if binary { "a binary" } else { "an XML" };
    let refused = |why: &str| {
        Failure::refused(format!(
            "neither a container nor a Mach-O file: {what} property list {why}"
        ))
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

/// Reads XML tag by tag.
fn from_xml(text: &[u8]) -> Found {
    let mut rest = text;
    let mut is_list = false;
    let mut depth = 0_usize;
    // The element that was opened last, if only text followed.
    let mut open: &[u8] = b"";
    // Whether the outermost dictionary's latest key is ours.
    let mut is_ours = false;
    while let Some(start) = rest.iter().position(|&byte| byte == b'<') {
        let (before, tag) = rest.split_at(start);
        let special = [
            (&b"<!--"[..], &b"-->"[..]),
            (b"<![CDATA[", b"]]>"),
            (b"<?", b"?>"),
            (b"<!", b">"),
        ];
        let special = special.iter().find(|(magic, _)| tag.starts_with(magic));
        let end = special.map_or(&b">"[..], |(_, end)| *end);
        let Some(len) = tag.windows(end.len()).position(|window| window == end) else {
            break;
        };
        rest = &tag[len + end.len()..];
        if special.is_some() {
            open = b"";
            continue;
        }
        let name = &tag[1..len];
        let is_empty = name.ends_with(b"/");
        let name_end = |byte: &u8| byte.is_ascii_whitespace();
        let name = name.split(name_end).next().unwrap_or_default();
        match name.strip_prefix(b"/") {
            Some(b"key") if depth == 1 => is_ours = open == b"key" && before == KEY,
            Some(b"data") if is_ours => {
                // Text that a comment interrupts is not put together.
                let ticket = base64(before).filter(|_| open == b"data");
                return ticket.map_or(Found::Damaged, Found::Ticket);
            }
            Some(b"dict" | b"array") => depth = depth.saturating_sub(1),
            Some(_) => {}
            None => {
                is_list |= name == b"plist";
                is_ours &= name == b"data";
                depth += usize::from(!is_empty && matches!(name, b"dict" | b"array"));
            }
        }
        open = name;
    }
    if is_list {
        Found::Nothing
    } else {
        Found::NotAList
    }
}

/// Base64 with white space anywhere; `None` of anything else.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let mut bits = 0_u32;
    let mut digits = 0_u32;
    let mut padding = 0_usize;
    for &byte in text.iter().filter(|byte| !byte.is_ascii_whitespace()) {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padding += 1;
                0
            }
            _ => return None,
        };
        if padding > 2 || (padding != 0 && byte != b'=') {
            return None;
        }
        bits = bits << 6 | u32::from(digit);
        digits += 1;
        if digits % 4 == 0 {
            out.extend_from_slice(&bits.to_be_bytes()[1..]);
        }
    }
    if digits % 4 != 0 {
        return None;
    }
    out.truncate(out.len() - padding);
    Some(out)
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
