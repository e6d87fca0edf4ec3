//! The program that runs in QEMU: assembled from `harness.s`, which has its own ELF header.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::tools::{ASSEMBLER, Folder, OBJCOPY, run};

const SOURCE: &str = include_str!("harness.s");

/// The program in a folder that goes away with the value.
pub(super) struct Program {
    _folder: Folder,
    path: PathBuf,
}

impl Program {
    /// # Errors
    /// When LLVM's tools are missing or refuse the source.
    pub(super) fn assemble() -> Result<Self, Fault> {
        let folder = Folder::new()?;
        let source = folder.file("harness.s", SOURCE.as_bytes())?;
        let object = folder.file("harness.o", &[])?;
        let path = folder.file("harness", &[])?;
        let arguments = ["-triple=aarch64", "-mattr=+all", "-filetype=obj", "-o"];
        run(&ASSEMBLER, &arguments, &[&object, &source])?;
        let arguments = ["-O", "binary", "--only-section=.text"];
        run(&OBJCOPY, &arguments, &[&object, &path])?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        Ok(Self {
            _folder: folder,
            path,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}
