//! What a loader reads from the flattened device tree: memory, initrd, command line.
//!
//! Layout: Devicetree Specification 0.4, chapter 5. Every number in it is big-endian.

use core::ops::Range;

const MAGIC: u32 = 0xd00d_feed;
const BEGIN_NODE: u32 = 1;
const END_NODE: u32 = 2;
const PROP: u32 = 3;
const NOP: u32 = 4;

/// The tree's answers. What the tree does not say is empty.
#[derive(Clone, Debug, Default)]
pub struct DeviceTree<'a> {
    /// Physical addresses of the first memory bank.
    pub memory: Range<u64>,
    /// Physical addresses of the initrd.
    pub initrd: Range<u64>,
    /// `bootargs` of `/chosen`.
    pub command_line: &'a str,
}

/// Bytes of the whole tree, by the first eight of them; `None` where they are not a tree's.
pub fn size(header: &[u8]) -> Option<usize> {
    (be32(header, 0)? == MAGIC)
        .then(|| be32(header, 4))?
        .and_then(|size| usize::try_from(size).ok())
}

impl<'a> DeviceTree<'a> {
    /// Reads the tree; `None` where it is damaged. Looks at each token once.
    pub fn parse(tree: &'a [u8]) -> Option<Self> {
        let field = |at| usize::try_from(be32(tree, at)?).ok();
        let structure = tree.get(field(8)?..)?;
        let strings = tree.get(field(12)?..)?;
        let mut found = Self::default();
        let mut node: &[u8] = b"";
        let mut depth = 0_u32;
        let mut at = 0_usize;
        loop {
            let token = be32(structure, at)?;
            at = at.checked_add(4)?;
            match token {
                BEGIN_NODE => {
                    let name = text(structure, at)?;
                    depth = depth.checked_add(1)?;
                    // The root is node 1; its children are the ones that are asked about.
                    node = if depth == 2 { name } else { b"" };
                    at = padded(at.checked_add(name.len())?.checked_add(1)?)?;
                }
                END_NODE => {
                    depth = depth.checked_sub(1)?;
                    node = b"";
                }
                PROP => {
                    let len = usize::try_from(be32(structure, at)?).ok()?;
                    let name = usize::try_from(be32(structure, at.checked_add(4)?)?).ok()?;
                    at = at.checked_add(8)?;
                    let value = structure.get(at..at.checked_add(len)?)?;
                    at = padded(at.checked_add(len)?)?;
                    found.property(node, text(strings, name)?, value);
                }
                NOP => {}
                _ => return Some(found),
            }
        }
    }

    fn property(&mut self, node: &[u8], name: &[u8], value: &'a [u8]) {
        if node == b"chosen" {
            match name {
                b"linux,initrd-start" => self.initrd.start = cells(value).unwrap_or(0),
                b"linux,initrd-end" => self.initrd.end = cells(value).unwrap_or(0),
                b"bootargs" => {
                    let line = value.strip_suffix(b"\0").unwrap_or(value);
                    self.command_line = core::str::from_utf8(line).unwrap_or("");
                }
                _ => {}
            }
        // virt has two cells for an address and two for a size.
        } else if node.starts_with(b"memory@")
            && name == b"reg"
            && let Some((start, size)) = value.get(..16).and_then(|reg| reg.split_at_checked(8))
            && let (Some(start), Some(size)) = (cells(start), cells(size))
        {
            self.memory = start..start.saturating_add(size);
        }
    }
}

/// A number of one or two cells.
fn cells(value: &[u8]) -> Option<u64> {
    match value.len() {
        4 => be32(value, 0).map(u64::from),
        8 => value.first_chunk().map(|bytes| u64::from_be_bytes(*bytes)),
        _ => None,
    }
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_be_bytes(*bytes))
}

/// The bytes before the next 0.
fn text(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let tail = bytes.get(at..)?;
    tail.get(..tail.iter().position(|&byte| byte == 0)?)
}

fn padded(at: usize) -> Option<usize> {
    at.checked_next_multiple_of(4)
}
