//! What a kernel says of itself: the string `version`.
//!
//! XNU `config/newvers.pl` writes it, with `_SOC` at the end for the kernel of one machine:
//! `Darwin Kernel Version 24.5.0: DATE; BUILDER:TREE/CONFIG_ARCH`. It is twice in `__TEXT,__const`
//! of the kernel, the second time after the `@(#)VERSION: ` of `what`
//! (`config/version.c.template`).
use macho_core::{MachO, Name};

use crate::kernelcache::{KernelCache, Shape};

const PREFIX: &[u8] = b"Darwin Kernel Version ";

/// The most bytes of the string: what XNU's panic log prints of it (`osfmk/kern/debug.c`,
/// `%.512s`).
const MOST: usize = 512;

/// The kernel's version string, and its parts as far as it has them. A kernel that somebody built
/// has a builder and a tree of any form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DarwinVersion<'a> {
    /// All of it, from `Darwin` on.
    pub text: Name<'a>,
    /// The version of Darwin, as `24.5.0`; with a letter and a number of builds that are no
    /// release.
    pub release: Name<'a>,
    /// When it was built, as `Tue Apr 22 19:54:49 PDT 2025`.
    pub date: Option<Name<'a>>,
    /// Who built it; `root` for Apple's.
    pub builder: Option<Name<'a>>,
    /// The sources, as `xnu-11417.121.6~2`.
    pub tree: Option<Name<'a>>,
    /// `RELEASE`, `DEVELOPMENT`, `KASAN` and others.
    pub config: Option<Name<'a>>,
    /// `ARM64`, also of arm64e, or `X86_64`.
    pub arch: Option<Name<'a>>,
    /// Which build, as `T6000`: one serves several chips.
    pub soc: Option<Name<'a>>,
}

/// What is before and after the first `at`.
fn split_once<'a>(bytes: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let place = bytes.windows(at.len()).position(|window| window == at)?;
    let (before, rest) = bytes.split_at_checked(place)?;
    Some((before, rest.get(at.len()..)?))
}

impl<'a> DarwinVersion<'a> {
    /// Reads a version string, which may have a NUL and anything after it; `None` of other text.
    ///
    /// ```
    /// use kc_offsets::DarwinVersion;
    ///
    /// let text = b"Darwin Kernel Version 20.6.0: Wed Jun 23 00:26:27 PDT 2021; \
    ///              root:xnu-7195.141.2~5/RELEASE_ARM64_T8101\0";
    /// let version = DarwinVersion::parse(text).unwrap();
    /// assert_eq!(version.release, "20.6.0");
    /// assert_eq!(version.tree.unwrap(), "xnu-7195.141.2~5");
    /// assert_eq!(version.soc.unwrap(), "T8101");
    /// ```
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        if !text.starts_with(PREFIX) {
            return None;
        }
        let text = text.get(..MOST).unwrap_or(text);
        let len = text.iter().position(|&byte| byte == 0);
        let text = len.and_then(|len| text.get(..len)).unwrap_or(text);
        let rest = text.strip_prefix(PREFIX)?;
        let (release, rest) = split_once(rest, b": ").unwrap_or((rest, b""));
        let mut version = Self {
            text: Name::new(text),
            release: Name::new(release),
            date: None,
            builder: None,
            tree: None,
            config: None,
            arch: None,
            soc: None,
        };
        if release.is_empty() {
            return None;
        }
        version.add_build(rest);
        Some(version)
    }

    /// Adds what `DATE; BUILDER:TREE/CONFIG_ARCH_SOC` says.
    fn add_build(&mut self, build: &'a [u8]) {
        let Some((date, build)) = split_once(build, b"; ") else {
            return;
        };
        self.date = Some(Name::new(date));
        let Some((builder, path)) = split_once(build, b":") else {
            return;
        };
        self.builder = Some(Name::new(builder));
        let slash = path.iter().rposition(|&byte| byte == b'/');
        let Some((tree, machine)) = slash.and_then(|at| path.split_at_checked(at)) else {
            return;
        };
        self.tree = Some(Name::new(tree));
        let machine = machine.get(1..).unwrap_or_default();
        let Some((config, machine)) = split_once(machine, b"_") else {
            return;
        };
        self.config = Some(Name::new(config));
        // The one architecture whose name has the separator in it.
        let (arch, soc) = match machine.strip_prefix(b"X86_64") {
            Some(rest) => (&b"X86_64"[..], rest.strip_prefix(b"_")),
            None => {
                split_once(machine, b"_").map_or((machine, None), |(arch, soc)| (arch, Some(soc)))
            }
        };
        self.arch = Some(Name::new(arch));
        self.soc = soc.map(Name::new);
    }

    /// The first version string in `bytes`.
    fn find(bytes: &'a [u8]) -> Option<Self> {
        let mut rest = bytes;
        while let Some(at) = rest.iter().position(|byte| Some(byte) == PREFIX.first()) {
            rest = rest.get(at..)?;
            if let Some(found) = Self::parse(rest) {
                return Some(found);
            }
            rest = rest.get(1..)?;
        }
        None
    }
}

impl<'a> KernelCache<'a> {
    /// What the kernel says of itself; `None` without a kernel, as in a collection of kexts alone,
    /// or if the kernel is damaged. Costs a pass over its `__TEXT,__const`.
    pub fn darwin_version(&self) -> Option<DarwinVersion<'a>> {
        let kernel: MachO<'a> = if self.shape() == Shape::Fileset {
            let mut entries = self.entries().flatten();
            let kernel = entries.find(|entry| entry.id == "com.apple.kernel")?;
            kernel.image().ok()?
        } else {
            self.image()
        };
        let mut sections = kernel
            .sections()
            .filter(|section| section.segment_name() == "__TEXT" && section.name() == "__const");
        sections.find_map(|section| DarwinVersion::find(section.data().ok()?))
    }
}
