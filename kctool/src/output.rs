//! Files that exist only when they are whole.
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::streams::Streams;

/// Writes `parts` one after the other to `path`, or to standard output for `-`.
///
/// A regular file is written under another name beside its place and then renamed, so that neither
/// an error nor a kill leaves half a file. Devices and pipes are written to as they are.
pub(crate) fn write(
    streams: &mut Streams<'_>,
    path: &Path,
    parts: &[&[u8]],
) -> Result<(), Failure> {
    if path == Path::new("-") {
        for part in parts {
            streams.stdout.write_all(part)?;
        }
        return Ok(());
    }
    let special = fs::metadata(path).is_ok_and(|meta| !meta.is_file());
    let outcome = if special {
        OpenOptions::new()
            .write(true)
            .open(path)
            .and_then(|mut file| write_all(&mut file, parts))
    } else {
        write_beside(path, parts)
    };
    outcome.map_err(Failure::at(path))
}

fn write_all(file: &mut File, parts: &[&[u8]]) -> io::Result<()> {
    parts.iter().try_for_each(|part| file.write_all(part))
}

/// Removes the file it names unless told that it was renamed.
struct Temporary(Option<PathBuf>);

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            drop(fs::remove_file(path));
        }
    }
}

fn write_beside(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not a file name"))?;
    let (temporary, mut file) = create_beside(path, name)?;
    let mut guard = Temporary(Some(temporary.clone()));
    write_all(&mut file, parts)?;
    drop(file);
    fs::rename(&temporary, path)?;
    guard.0 = None;
    Ok(())
}

fn create_beside(path: &Path, name: &std::ffi::OsStr) -> io::Result<(PathBuf, File)> {
    let mut attempt = 0_u32;
    loop {
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}-{attempt}.tmp", std::process::id()));
        let temporary = path.with_file_name(hidden);
        match OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&temporary)
        {
            Ok(file) => return Ok((temporary, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 100 => {
                attempt += 1;
            }
            Err(error) => return Err(error),
        }
    }
}
