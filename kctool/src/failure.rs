//! Why a command has no answer.
use std::fmt;
use std::io;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::json::hex_or_null;
use crate::printable::Printable;

/// Why a command has no answer, as one line for the user.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// Reading or writing failed.
    Io {
        /// The file, where it is one.
        path: Option<PathBuf>,
        /// What the system said.
        source: io::Error,
    },
    /// A file that is written cannot be.
    Output {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The failure is about this file of the command line.
    InFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        failure: Box<Failure>,
        /// What to do, after a semicolon, or nothing.
        next: &'static str,
    },
    /// The container is damaged, encrypted or over a limit.
    Img4(img4::Error),
    /// The Mach-O image is damaged.
    MachO(macho_core::Error),
    /// The image is damaged, and it lies inside a container: offsets count from its payload.
    InPayload(kc_offsets::Error),
    /// The kernelcache makes no sense.
    KernelCache(kc_offsets::Error),
    /// The tables of the image whose header lies there share bytes with other tables, and the file
    /// is too small for all of them.
    Shared(macho_core::FileOffset),
    /// What should be an image is something else.
    NotAnImage {
        /// The file on the command line.
        path: PathBuf,
        /// The type of the payload that it should be in, if the file is a container.
        of: Option<String>,
        /// What it is, and the next step.
        what: String,
    },
    /// The question makes no sense for this input.
    Refused(String),
}

impl Failure {
    /// The question makes no sense for this input.
    pub(crate) fn refused(text: impl Into<String>) -> Self {
        Self::Refused(text.into())
    }

    /// Attaches the file that an input or output error is about.
    pub(crate) fn at(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = Some(path.to_owned());
        |source| Self::Io { path, source }
    }

    /// Attaches the file that could not be written.
    pub(crate) fn writing(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| Self::Output { path, source }
    }

    /// The same failure with the file that it is about, if it is one of the file's bytes.
    pub(crate) fn of(self, path: &std::path::Path, is_strict: bool) -> Self {
        let next = match &self {
            Self::Img4(error) if error.kind() == img4::ErrorKind::Encrypted => DECRYPT,
            Self::Img4(_) => COPY,
            Self::MachO(error) => after(error.kind(), is_strict),
            Self::InPayload(error) | Self::KernelCache(error) => match error.kind() {
                kc_offsets::ErrorKind::MachO(kind) => after(kind, is_strict),
                _ => return self,
            },
            Self::Shared(_) => AGAIN,
            _ => return self,
        };
        Self::InFile {
            path: path.to_owned(),
            failure: Box::new(self),
            next,
        }
    }

    /// The same failure with the file that it is about, if it does not name it.
    pub(crate) fn in_file(self, path: &std::path::Path) -> Self {
        match self {
            Self::InFile { .. }
            | Self::Io { .. }
            | Self::Output { .. }
            | Self::NotAnImage { .. } => self,
            other => Self::InFile {
                path: path.to_owned(),
                failure: Box::new(other),
                next: "",
            },
        }
    }

    /// The same failure without the file that it is about.
    pub(crate) fn without_file(self) -> Self {
        match self {
            Self::InFile { failure, .. } => *failure,
            other => other,
        }
    }
}

const COPY: &str = "; was it copied or downloaded whole?";
const AGAIN: &str = "; it is damaged: copy or download it again";
const DECRYPT: &str = "; kc info shows its keybags: decrypt it first";
const TOLERATE: &str = "; leave --strict out to read what can be read";

/// What to do about an image that is damaged.
fn after(kind: macho_core::ErrorKind, is_strict: bool) -> &'static str {
    use macho_core::ErrorKind;

    match kind {
        _ if is_strict => TOLERATE,
        ErrorKind::Truncated | ErrorKind::FileSizeTooLarge | ErrorKind::SizeofcmdsTooLarge => COPY,
        _ => AGAIN,
    }
}

/// The name of a file of the command line, where `-` is standard input.
fn shown(path: &std::path::Path) -> Printable<'_> {
    if path == std::path::Path::new("-") {
        return Printable::text("standard input");
    }
    Printable::path(path)
}

/// What the system said of a file, and what to do.
fn system(
    f: &mut fmt::Formatter<'_>,
    path: &std::path::Path,
    source: &io::Error,
    is_output: bool,
) -> fmt::Result {
    let path = shown(path);
    let text = match (source.kind(), is_output) {
        (io::ErrorKind::NotFound, false) => "there is no such file; is the path right?",
        (io::ErrorKind::NotFound, true) => "there is no such folder; create it first",
        (io::ErrorKind::PermissionDenied, false) => {
            "permission denied; ls -l shows who may read it"
        }
        (io::ErrorKind::PermissionDenied, true) => "permission denied; write to another folder",
        (io::ErrorKind::IsADirectory, true) => "is a directory; name a file in it",
        (io::ErrorKind::StorageFull, true) => "no space is left there; write to another disk",
        _ => return write!(f, "{path}: {source}"),
    };
    write!(f, "{path}: {text}")
}

impl Failure {
    /// The same failure; of an input or output error its text.
    pub(crate) fn copy(&self) -> Self {
        match self {
            Self::Io { .. } | Self::Output { .. } | Self::NotAnImage { .. } => {
                Self::Refused(self.to_string())
            }
            Self::InFile {
                path,
                failure,
                next,
            } => Self::InFile {
                path: path.clone(),
                failure: Box::new(failure.copy()),
                next,
            },
            Self::Img4(error) => Self::Img4(*error),
            Self::MachO(error) => Self::MachO(*error),
            Self::InPayload(error) => Self::InPayload(*error),
            Self::KernelCache(error) => Self::KernelCache(*error),
            Self::Shared(offset) => Self::Shared(*offset),
            Self::Refused(text) => Self::Refused(text.clone()),
        }
    }

    /// The same failure, with the remark that its offset counts from the payload of a container, if
    /// it lies in one.
    pub(crate) fn inside(self, in_payload: bool) -> Self {
        match self {
            Self::MachO(error) if in_payload => Self::InPayload(error.into()),
            Self::KernelCache(error)
                if in_payload && matches!(error.kind(), kc_offsets::ErrorKind::MachO(_)) =>
            {
                Self::InPayload(error)
            }
            other => other,
        }
    }

    /// `{ structure, reason, file_offset }`.
    pub(crate) fn json(&self) -> Value {
        let (structure, offset, text) = match self {
            Self::Img4(error) => (
                Some(error.structure().name()),
                Some(error.offset()),
                error.to_string(),
            ),
            Self::MachO(error) => (
                Some(error.structure().name()),
                Some(error.offset().get()),
                error.to_string(),
            ),
            Self::InPayload(error) | Self::KernelCache(error) => (
                Some(error.structure().name()),
                error.offset().map(macho_core::FileOffset::get),
                error.to_string(),
            ),
            Self::Shared(offset) => (Some("mach_header_64"), Some(offset.get()), self.to_string()),
            Self::InFile { failure, .. } => return failure.json(),
            Self::Io { .. } | Self::Output { .. } | Self::NotAnImage { .. } | Self::Refused(_) => {
                (None, None, self.to_string())
            }
        };
        // The parts that have fields of their own.
        let mut reason = text.as_str();
        if let Some(structure) = structure {
            reason = reason.strip_prefix(structure).unwrap_or(reason);
            reason = reason.strip_prefix(": ").unwrap_or(reason);
        }
        if let Some(offset) = offset {
            let end = format!(" at file offset {offset:#x}");
            reason = reason.strip_suffix(end.as_str()).unwrap_or(reason);
        }
        json!({
            "structure": structure,
            "reason": reason,
            "file_offset": hex_or_null(offset),
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io {
                path: Some(path),
                source,
            } => system(f, path, source, false),
            Self::Io { path: None, source } => write!(f, "{source}"),
            Self::Output { path, source } => system(f, path, source, true),
            Self::InFile {
                path,
                failure,
                next,
            } => {
                write!(f, "{}: {failure}{next}", shown(path))
            }
            Self::Img4(error) => write!(f, "{error}"),
            Self::MachO(error) => write!(f, "{error}"),
            Self::InPayload(error) => write!(f, "{error} of the payload"),
            Self::KernelCache(error) => write!(f, "{error}"),
            Self::Shared(offset) => write!(
                f,
                "mach_header_64: tables share bytes, and the file is too small for all of them \
                 at file offset {:#x}",
                offset.get()
            ),
            Self::NotAnImage { path, of, what } => {
                write!(f, "{}: ", shown(path))?;
                match of {
                    Some(kind) => {
                        let kind = Printable::text(kind);
                        write!(f, "the payload of type {kind} is no Mach-O file but {what}")
                    }
                    None => write!(f, "no kernelcache and no Mach-O file but {what}"),
                }
            }
            Self::Refused(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } | Self::Output { source, .. } => Some(source),
            Self::InFile { failure, .. } => failure.source(),
            Self::Img4(error) => Some(error),
            Self::MachO(error) => Some(error),
            Self::InPayload(error) | Self::KernelCache(error) => Some(error),
            Self::Shared(_) | Self::NotAnImage { .. } | Self::Refused(_) => None,
        }
    }
}

impl From<io::Error> for Failure {
    fn from(source: io::Error) -> Self {
        Self::Io { path: None, source }
    }
}

impl From<img4::Error> for Failure {
    fn from(error: img4::Error) -> Self {
        Self::Img4(error)
    }
}

impl From<macho_core::Error> for Failure {
    fn from(error: macho_core::Error) -> Self {
        Self::MachO(error)
    }
}

impl From<kc_offsets::Error> for Failure {
    fn from(error: kc_offsets::Error) -> Self {
        Self::KernelCache(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Io {
            path: None,
            source: error.into(),
        }
    }
}
