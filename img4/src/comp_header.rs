//! The header of complzss and complzvn payloads.
//!
//! 384 bytes, big-endian: signature "comp", type "lzss" or "lzvn", adler32 of the output, uncompressed size, compressed size,
//! prelink version, 10 reserved words, platform name (64 bytes), root path (256 bytes).
//! Source: kext_tools `kernelcache.h:22-34` (`PrelinkedKernelHeader`).

use crate::debug::debug_view;
use crate::error::{Error, ErrorKind, Structure};

/// A parsed `PrelinkedKernelHeader`.
#[derive(Clone, Copy)]
pub struct CompHeader<'a> {
    adler32: u32,
    uncompressed_size: u32,
    compressed_size: u32,
    prelink_version: u32,
    platform_name: &'a [u8; 64],
    root_path: &'a [u8; 256],
    offset: u64,
}

debug_view!(CompHeader<'_>, |header| {
    adler32: header.adler32,
    uncompressed_size: header.uncompressed_size,
    compressed_size: header.compressed_size,
    prelink_version: header.prelink_version,
    offset: header.offset,
});

impl<'a> CompHeader<'a> {
    /// Bytes of the header.
    pub const SIZE: usize = 384;

    /// Splits the header off `data`; the caller has looked at the first eight bytes.
    pub(crate) fn parse(data: &'a [u8], offset: u64) -> Result<(Self, &'a [u8]), Error> {
        let truncated = Error::new(ErrorKind::Truncated, Structure::CompHeader, offset);
        let mut rest = data.get(8..).ok_or(truncated)?;
        let mut word = || {
            let (bytes, after) = rest.split_first_chunk::<4>()?;
            rest = after;
            Some(u32::from_be_bytes(*bytes))
        };
        let (Some(adler32), Some(uncompressed_size), Some(compressed_size), Some(prelink_version)) =
            (word(), word(), word(), word())
        else {
            return Err(truncated);
        };
        let rest = rest.get(40..).ok_or(truncated)?;
        let (platform_name, rest) = rest.split_first_chunk().ok_or(truncated)?;
        let (root_path, rest) = rest.split_first_chunk().ok_or(truncated)?;
        let header = Self {
            adler32,
            uncompressed_size,
            compressed_size,
            prelink_version,
            platform_name,
            root_path,
            offset,
        };
        Ok((header, rest))
    }

    /// Adler-32 of the decompressed bytes.
    pub const fn adler32(&self) -> u32 {
        self.adler32
    }

    /// Bytes after decompression.
    pub const fn uncompressed_size(&self) -> u32 {
        self.uncompressed_size
    }

    /// Bytes of the compressed stream after this header.
    pub const fn compressed_size(&self) -> u32 {
        self.compressed_size
    }

    /// 1 or more: the kernel can be slid.
    pub const fn prelink_version(&self) -> u32 {
        self.prelink_version
    }

    /// The platform's name, up to the first zero byte.
    pub fn platform_name(&self) -> &'a [u8] {
        until_zero(self.platform_name)
    }

    /// The root path, up to the first zero byte.
    pub fn root_path(&self) -> &'a [u8] {
        until_zero(self.root_path)
    }

    pub(crate) const fn offset(&self) -> u64 {
        self.offset
    }

    /// Compares the checksum of `output` with the declared one.
    pub(crate) fn check(&self, output: &[u8]) -> Result<(), Error> {
        if adler2::adler32_slice(output) == self.adler32 {
            Ok(())
        } else {
            Err(Error::new(
                ErrorKind::ChecksumMismatch,
                Structure::CompHeader,
                self.offset,
            ))
        }
    }
}

fn until_zero(bytes: &[u8]) -> &[u8] {
    bytes.split(|&byte| byte == 0).next().unwrap_or_default()
}
