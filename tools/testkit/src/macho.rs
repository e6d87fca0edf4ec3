//! Writes Mach-O headers and load commands: what to say is the caller's, how it is laid out is here.

pub mod command;
pub mod every;
pub mod fat;
pub mod signature;
pub mod symtab;
pub mod trie;

pub use command::{Command, Section, Segment, Thread};

use crate::bytes::{Writer, len32};
use crate::constants::{CPU_SUBTYPE_ARM64_ALL, CPU_TYPE_ARM64, MH_EXECUTE, MH_MAGIC_64};

/// Size of `mach_header_64` in bytes.
pub const HEADER_SIZE: usize = 32;

/// `mach_header_64` but for the counts, which follow from the commands.
#[derive(Debug, Clone, Copy)]
pub struct Header {
    /// `cputype`.
    pub cputype: u32,
    /// `cpusubtype`.
    pub cpusubtype: u32,
    /// `filetype`.
    pub filetype: u32,
    /// `flags`.
    pub flags: u32,
}

impl Default for Header {
    fn default() -> Self {
        Self {
            cputype: CPU_TYPE_ARM64,
            cpusubtype: CPU_SUBTYPE_ARM64_ALL,
            filetype: MH_EXECUTE,
            flags: 0,
        }
    }
}

/// The header and its load commands, as bytes.
pub fn header_bytes(header: &Header, commands: &[Command]) -> Vec<u8> {
    let mut body = Writer::new();
    for command in commands {
        command.encode(&mut body);
    }
    let mut out = Writer::new();
    out.u32(MH_MAGIC_64)
        .u32(header.cputype)
        .u32(header.cpusubtype)
        .u32(header.filetype)
        .u32(len32(commands.len()))
        .u32(len32(body.len()))
        .u32(header.flags)
        .u32(0)
        .bytes(body.as_bytes());
    out.into_bytes()
}

/// A Mach-O assembled from parts at given file offsets; no layout is computed.
///
/// It lets a test say exactly what the file holds, right or wrong.
#[derive(Debug, Clone, Default)]
pub struct MachFile {
    /// The header.
    pub header: Header,
    /// The load commands in order.
    pub commands: Vec<Command>,
    /// Contents: file offset and bytes. The header is written last, at 0.
    pub contents: Vec<(u64, Vec<u8>)>,
    /// The file is at least this long, in bytes.
    pub min_len: u64,
}

impl MachFile {
    /// The file's bytes.
    pub fn build(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (offset, bytes) in &self.contents {
            place(&mut out, *offset, bytes);
        }
        place(&mut out, 0, &header_bytes(&self.header, &self.commands));
        if crate::bytes::len64(out.len()) < self.min_len {
            out.resize(crate::bytes::index(self.min_len), 0);
        }
        out
    }
}

/// Writes `bytes` at `offset`, growing `out` with zeros as needed.
pub fn place(out: &mut Vec<u8>, offset: u64, bytes: &[u8]) {
    let start = crate::bytes::index(offset);
    let end = start + bytes.len();
    if out.len() < end {
        out.resize(end, 0);
    }
    out[start..end].copy_from_slice(bytes);
}
