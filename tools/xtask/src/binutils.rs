//! GNU's objdump and assembler for A64 of another suite of Debian than the machine's: binutils 2.44
//! of Debian 13, which our text follows, and 2.40 of Debian 12.
//!
//! No root of that suite is made: `debootstrap` wants a superuser and a mount. The programs are the
//! suite's own, with the libraries that they need beside them, and its dynamic linker starts them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{command, stdout, target_dir};
use crate::foreign;
use crate::step::{Failure, Outcome};

/// Of these machines, the dynamic linker of Debian.
const LINKER: &str = match std::env::consts::ARCH.as_bytes() {
    b"aarch64" => "ld-linux-aarch64.so.1",
    _ => "ld-linux-x86-64.so.2",
};

/// The programs that are called.
const PROGRAMS: [&str; 2] = ["objdump", "as"];

/// A release of binutils.
pub(crate) struct Release {
    /// What it is called.
    version: &'static str,
    /// The environment variable in which `a64-oracle` looks for its folder.
    variable: &'static str,
    /// The suite of Debian that has it.
    suite: &'static str,
    /// Libraries that the programs need, beside that of C.
    libraries: &'static [&'static str],
}

/// The release that our text follows.
pub(crate) const NEW: Release = Release {
    version: "2.44",
    variable: "A64_BINUTILS_2_44",
    suite: "trixie",
    libraries: &["libsframe1", "libjansson4", "libzstd1", "zlib1g"],
};

/// The release of which the differences are listed.
pub(crate) const OLD: Release = Release {
    version: "2.40",
    variable: "A64_BINUTILS_2_40",
    suite: "bookworm",
    libraries: &["libjansson4", "libzstd1", "zlib1g"],
};

impl Release {
    /// Tells `a64-oracle` where the programs are.
    ///
    /// # Errors
    /// As [`Self::folder`].
    pub(crate) fn offer<'c>(&self, oracle: &'c mut Command) -> Outcome<&'c mut Command> {
        Ok(oracle.env(self.variable, self.folder()?))
    }

    /// The folder of its programs: that of the machine's own if they are of this release, otherwise
    /// one below the build folder.
    ///
    /// # Errors
    /// When the packages cannot be downloaded, or a program is of another release.
    fn folder(&self) -> Outcome<PathBuf> {
        let system = Path::new("/usr/bin");
        if self.is_in(system) {
            return Ok(system.to_owned());
        }
        let folder = target_dir().join("binutils");
        let programs = folder.join(self.version);
        if !self.is_in(&programs) {
            let packages: Vec<String> = ["binutils-aarch64-linux-gnu", "libc6"]
                .iter()
                .chain(self.libraries)
                .map(|&package| package.to_owned())
                .collect();
            let root = foreign::root(&folder, self.suite, &packages)?;
            scripts(&root, &programs)?;
        }
        if self.is_in(&programs) {
            return Ok(programs);
        }
        Err(Failure::new(format!(
            "the programs in {} are not of binutils {}: Debian's {} has another release, or they do not start",
            programs.display(),
            self.version,
            self.suite
        )))
    }

    fn is_in(&self, folder: &Path) -> bool {
        PROGRAMS.iter().all(|name| {
            let program = folder.join(format!("aarch64-linux-gnu-{name}"));
            let said = stdout(command(program).arg("--version")).unwrap_or_default();
            let said = String::from_utf8_lossy(&said);
            let first = said.lines().next().unwrap_or_default();
            first.rsplit(' ').next() == Some(self.version)
        })
    }
}

/// Writes scripts that start the programs below `root` with its own libraries.
fn scripts(root: &Path, folder: &Path) -> Outcome<()> {
    let triple = format!("{}-linux-gnu", std::env::consts::ARCH);
    let root = fs::canonicalize(root)?;
    // Where `/lib` is a link to `/usr/lib`, the packages have their files below the latter or both.
    let libraries = [
        root.join("usr/lib").join(&triple),
        root.join("lib").join(&triple),
    ];
    let linker = libraries
        .iter()
        .map(|folder| folder.join(LINKER))
        .find(|linker| linker.exists())
        .ok_or_else(|| Failure::new(format!("there is no {LINKER} below {}", root.display())))?;
    let unfinished = folder.with_extension("new");
    fs::create_dir_all(&unfinished)?;
    for name in PROGRAMS {
        let program = format!("aarch64-linux-gnu-{name}");
        let text = format!(
            "#!/bin/sh\nexec '{}' --library-path '{}:{}' '{}' \"$@\"\n",
            linker.display(),
            libraries[0].display(),
            libraries[1].display(),
            root.join("usr/bin").join(&program).display(),
        );
        let script = unfinished.join(program);
        fs::write(&script, text)?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
    }
    if folder.exists() {
        // Of a build folder that was elsewhere.
        fs::remove_dir_all(folder)?;
    }
    fs::rename(&unfinished, folder)?;
    Ok(())
}
