//! Why a command has no answer.
use std::fmt;
use std::io;
use std::path::PathBuf;

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
    /// The container is damaged, encrypted or over a limit.
    Img4(img4::Error),
    /// The Mach-O image is damaged.
    MachO(macho_core::Error),
    /// The image is damaged, and it lies inside a container: offsets count from its payload.
    InPayload(kc_offsets::Error),
    /// The kernelcache makes no sense.
    KernelCache(kc_offsets::Error),
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
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io {
                path: Some(path),
                source,
            } => write!(f, "{}: {source}", path.display()),
            Self::Io { path: None, source } => write!(f, "{source}"),
            Self::Img4(error) => write!(f, "{error}"),
            Self::MachO(error) => write!(f, "{error}"),
            Self::InPayload(error) => write!(f, "{error} of the payload"),
            Self::KernelCache(error) => write!(f, "{error}"),
            Self::Refused(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Img4(error) => Some(error),
            Self::MachO(error) => Some(error),
            Self::InPayload(error) | Self::KernelCache(error) => Some(error),
            Self::Refused(_) => None,
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
