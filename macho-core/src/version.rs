//! Versions, and the commands that carry them.
use core::fmt;
use core::iter::FusedIterator;

use crate::debug::debug_view;
use crate::error::{Error, ErrorKind, Structure};
use crate::load_command::{LoadCommand, View};
use crate::raw::load_command::{
    BuildToolVersion, BuildVersionCommand, Platform, SourceVersionCommand, Tool,
};

/// X.Y.Z in 16, 8 and 8 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u32);

impl Version {
    /// X, 0 to 65535.
    pub const fn major(self) -> u32 {
        self.0 >> 16
    }

    /// Y, 0 to 255.
    pub const fn minor(self) -> u32 {
        (self.0 >> 8) & 0xff
    }

    /// Z, 0 to 255.
    pub const fn patch(self) -> u32 {
        self.0 & 0xff
    }
}

impl fmt::Display for Version {
    /// `X.Y`, or `X.Y.Z` where Z is not 0.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major(), self.minor())?;
        if self.patch() != 0 {
            write!(f, ".{}", self.patch())?;
        }
        Ok(())
    }
}

/// A.B.C.D.E in 24, 10, 10, 10 and 10 bits: the version of the sources (`LC_SOURCE_VERSION`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceVersion(pub u64);

impl SourceVersion {
    /// A, B, C, D and E.
    pub const fn parts(self) -> [u64; 5] {
        let bits = self.0;
        [
            bits >> 40,
            (bits >> 30) & 0x3ff,
            (bits >> 20) & 0x3ff,
            (bits >> 10) & 0x3ff,
            bits & 0x3ff,
        ]
    }
}

impl fmt::Display for SourceVersion {
    /// `A.B`, then as many parts as reach the last one that is not 0.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.parts();
        let last = parts
            .iter()
            .rposition(|&part| part != 0)
            .unwrap_or(0)
            .max(1);
        for (index, part) in parts.iter().enumerate().take(last.saturating_add(1)) {
            if index > 0 {
                f.write_str(".")?;
            }
            write!(f, "{part}")?;
        }
        Ok(())
    }
}

impl<'a> View<'a> for SourceVersion {
    #[inline]
    fn view(command: &LoadCommand<'a>) -> Result<Self, Error> {
        let raw: &SourceVersionCommand = command.exact(Structure::SourceVersionCommand)?;
        Ok(Self(raw.version.get()))
    }
}

/// Platform, oldest system and tools of the build: `LC_BUILD_VERSION`.
#[derive(Clone, Copy)]
pub struct BuildVersion<'a> {
    /// The platform.
    pub platform: Platform,
    /// Oldest system version.
    pub minos: Version,
    /// Version of the SDK.
    pub sdk: Version,
    tools: &'a [BuildToolVersion],
}

debug_view!(BuildVersion<'_>, |build| {
    platform: build.platform,
    minos: build.minos,
    sdk: build.sdk,
    tools: build.tools.len(),
});

impl<'a> BuildVersion<'a> {
    /// The tools of the build, in file order.
    pub fn tools(&self) -> BuildTools<'a> {
        BuildTools {
            rest: self.tools.iter(),
        }
    }
}

impl<'a> View<'a> for BuildVersion<'a> {
    #[inline]
    fn view(command: &LoadCommand<'a>) -> Result<Self, Error> {
        const WHAT: Structure = Structure::BuildVersionCommand;
        const FIXED: u64 = 24;
        let raw: &BuildVersionCommand = command.raw(WHAT)?;
        let Some(tools) = command.data().get_array(FIXED, u64::from(raw.ntools.get())) else {
            return Err(command.data().error(ErrorKind::CountTooLarge, WHAT, 0));
        };
        Ok(Self {
            platform: Platform(raw.platform.get()),
            minos: Version(raw.minos.get()),
            sdk: Version(raw.sdk.get()),
            tools,
        })
    }
}

/// A tool of the build and its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuildTool {
    /// The tool.
    pub tool: Tool,
    /// Its version.
    pub version: Version,
}

/// The tools of a [`BuildVersion`].
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct BuildTools<'a> {
    rest: core::slice::Iter<'a, BuildToolVersion>,
}

debug_view!(BuildTools<'_>, |tools| {
    left: tools.rest.len(),
});

impl Iterator for BuildTools<'_> {
    type Item = BuildTool;

    fn next(&mut self) -> Option<BuildTool> {
        let raw = self.rest.next()?;
        Some(BuildTool {
            tool: Tool(raw.tool.get()),
            version: Version(raw.version.get()),
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rest.size_hint()
    }
}

impl ExactSizeIterator for BuildTools<'_> {}
impl FusedIterator for BuildTools<'_> {}
