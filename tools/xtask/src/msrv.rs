//! The oldest compiler that the project promises to build with.

use crate::bare::{LIBRARIES, all_features};
use crate::command::{cargo, root, stdout, target_dir};
use crate::debian::DebianRust;
use crate::step::{Checked, Failure, Outcome};

/// The promise; `rust-version` in the top manifest says the same.
const OLDEST: &str = "1.85";

/// Step: the libraries and `kc` check with Debian's rustc-web of that version.
///
/// # Errors
/// When one does not, or Debian no longer has the compiler.
pub(crate) fn check() -> Outcome<Checked> {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml"))?;
    if !manifest.contains(&format!("rust-version = \"{OLDEST}\"")) {
        return Err(Failure::new(format!(
            "Cargo.toml no longer says rust-version = \"{OLDEST}\""
        )));
    }
    let rust = DebianRust::unpack(&target_dir().join("msrv"), &format!("{OLDEST}."), false)?;
    println!("{}", rust.rustc_version()?);
    let mut ours = 0_u32;
    let libraries = LIBRARIES
        .iter()
        .map(|library| (library.package, Some(library)));
    for (package, library) in libraries.chain([("kctool", None)]) {
        let mut command = cargo();
        rust.prepare(&mut command)
            .env("CARGO_TARGET_DIR", target_dir().join("msrv/build"))
            .args(["check", "--message-format=json-render-diagnostics"])
            .args(["--package", package]);
        if let Some(library) = library {
            command.args(all_features(library)?);
        }
        let messages = stdout(&mut command)?;
        // A package id ends in the folder, then `#kc-macho-core@0.1.0`, or `#0.1.0` if the
        // folder has the package's name.
        let folder = library.map_or(package, |library| library.folder);
        let id = format!("/{folder}#");
        ours += String::from_utf8_lossy(&messages)
            .lines()
            .filter(|line| line.contains("\"compiler-artifact\"") && line.contains(&id))
            .map(|_| 1)
            .sum::<u32>();
    }
    Ok(Checked::new(ours, format!("targets check with {OLDEST}")))
}
