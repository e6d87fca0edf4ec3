//! Files that exist only when they are whole.
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::guard::Temporary;
use crate::progress::Progress;
use crate::streams::Streams;

/// Writes `parts` one after the other to `path`, or to standard output for `-`.
///
/// A regular file is written under another name beside its place and then renamed, so that neither
/// an error nor a kill leaves half a file; it keeps the permissions of the file that it replaces,
/// and of a symbolic link what it leads to is replaced. Devices and pipes are written to as they
/// are. `input` must not be what is replaced.
pub(crate) fn write(
    streams: &mut Streams<'_>,
    path: &Path,
    input: &Path,
    parts: &[&[u8]],
) -> Result<(), Failure> {
    if path == Path::new("-") {
        for piece in pieces(parts) {
            streams.stdout.write_all(piece)?;
            if let Some(progress) = &streams.progress {
                progress.bytes(piece.len());
            }
        }
        return Ok(());
    }
    if is_same(path, input) {
        let why = Failure::refused("is the input; write to another file");
        return Err(why.in_file(path));
    }
    let special = fs::metadata(path).is_ok_and(|meta| !meta.is_file());
    let outcome = if special {
        OpenOptions::new()
            .write(true)
            .open(path)
            .and_then(|mut file| write_all(&mut file, parts, streams.progress.as_ref()))
    } else {
        // A link that leads nowhere yet is replaced itself.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        write_beside(&target, parts, streams.progress.as_ref())
    };
    outcome.map_err(Failure::writing(path))
}

/// Whether both names are of one file.
#[cfg(unix)]
fn is_same(path: &Path, input: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    let file = |path: &Path| {
        let meta = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        Some((meta.dev(), meta.ino()))
    };
    input != Path::new("-") && file(path).is_some_and(|output| file(input) == Some(output))
}

/// Whether both names are of one file.
#[cfg(not(unix))]
fn is_same(path: &Path, input: &Path) -> bool {
    let file = |path: &Path| fs::canonicalize(path).ok();
    file(path).is_some_and(|output| file(input) == Some(output))
}

/// Bytes that are written at once, so that it shows how far a large file is.
const PIECE: usize = 8 << 20;

fn pieces<'p>(parts: &'p [&'p [u8]]) -> impl Iterator<Item = &'p [u8]> {
    parts.iter().flat_map(|part| part.chunks(PIECE))
}

fn write_all(file: &mut File, parts: &[&[u8]], progress: Option<&Progress>) -> io::Result<()> {
    pieces(parts).try_for_each(|piece| {
        file.write_all(piece)?;
        if let Some(progress) = progress {
            progress.bytes(piece.len());
        }
        Ok(())
    })
}

fn write_beside(path: &Path, parts: &[&[u8]], progress: Option<&Progress>) -> io::Result<()> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not a file name"))?;
    let (temporary, mut file) = create_beside(path, name)?;
    let guard = Temporary::new(&temporary);
    if let Ok(replaced) = fs::metadata(path) {
        file.set_permissions(replaced.permissions())?;
    }
    write_all(&mut file, parts, progress)?;
    drop(file);
    fs::rename(&temporary, path)?;
    guard.keep();
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
