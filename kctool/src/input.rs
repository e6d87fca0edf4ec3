//! The bytes of a file or of standard input.
use std::fs::File;
use std::io::Read;
use std::ops::Deref;
use std::path::Path;

use crate::failure::Failure;

/// The whole input.
pub(crate) enum Input {
    Mapped(memmap2::Mmap),
    Owned(Vec<u8>),
    /// The manifest that the file, a property list, holds.
    Ticket(Vec<u8>),
}

impl Input {
    /// Maps the file, or reads `stdin` for the path `-`.
    ///
    /// Standard input and files that cannot be mapped (pipes) are read up to `limit` bytes.
    pub(crate) fn open(path: &Path, stdin: &mut dyn Read, limit: u64) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return read(stdin, limit);
        }
        let mut file = File::open(path).map_err(Failure::at(path))?;
        let kind = file.metadata().map_err(Failure::at(path))?;
        if kind.is_dir() {
            let why = Failure::refused("is a directory; give kc a file in it");
            return Err(why.in_file(path));
        }
        if !kind.is_file() || kind.len() == 0 {
            return read(&mut file, limit);
        }
        map(&file).map(Self::Mapped).map_err(Failure::at(path))
    }
}

fn read(from: &mut dyn Read, limit: u64) -> Result<Input, Failure> {
    let mut bytes = Vec::new();
    from.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|len| len > limit) {
        return Err(Failure::refused(format!(
            "input of more than {limit} bytes; --max-size raises the limit"
        )));
    }
    Ok(Input::Owned(bytes))
}

#[expect(
    unsafe_code,
    reason = "mapping a file is unsafe because another process may change it; every reader here \
              treats the bytes as hostile and reads each field once, and a truncated file ends \
              the process with SIGBUS as it would for any tool that maps its input"
)]
fn map(file: &File) -> std::io::Result<memmap2::Mmap> {
    // SAFETY: the map is private to this process and read-only; see the reason above.
    unsafe { memmap2::Mmap::map(file) }
}

impl Deref for Input {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Owned(bytes) | Self::Ticket(bytes) => bytes,
        }
    }
}
