//! Builds for bare metal: the four libraries and the C interface, with every feature.

use std::fmt;
use std::fs;
use std::process::Command;
use std::sync::OnceLock;

use crate::command::{cargo, command, root, run, stdout, succeeds, target_dir};
use crate::debian::DebianRust;
use crate::packages;
use crate::step::{Checked, Failure, Outcome};

/// The bare targets: with and without floating-point registers.
pub(crate) const TARGETS: [&str; 2] = ["aarch64-unknown-none", "aarch64-unknown-none-softfloat"];

/// A library that promises to work there.
pub(crate) struct Library {
    /// The name of the package.
    pub(crate) package: &'static str,
    /// The name in Rust's source, with underscores.
    pub(crate) krate: &'static str,
    /// The folder, from the top of the repository.
    pub(crate) folder: &'static str,
}

/// The libraries.
pub(crate) const LIBRARIES: [Library; 5] = [
    Library {
        package: "kc-macho-core",
        krate: "macho_core",
        folder: "macho-core",
    },
    Library {
        package: "img4",
        krate: "img4",
        folder: "img4",
    },
    Library {
        package: "aarch64-decode",
        krate: "aarch64_decode",
        folder: "aarch64-decode",
    },
    Library {
        package: "kc-offsets",
        krate: "kc_offsets",
        folder: "kc-offsets",
    },
    Library {
        package: "kc-capi",
        krate: "kc_capi",
        folder: "bindings/c",
    },
];

/// Features that bring a host-only dependency.
const HOST_ONLY: [&str; 1] = ["bad64"];

/// What builds for the bare targets.
pub(crate) enum Toolchain {
    /// The machine's own, with the targets that rustup installed.
    Own,
    /// Debian's, which builds `core` from its sources.
    Debian(DebianRust),
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own => f.write_str("the machine's own toolchain"),
            Self::Debian(rust) => write!(
                f,
                "Debian's rustc-web {} with -Zbuild-std=core, because rustup gives no bare target here",
                rust.version
            ),
        }
    }
}

impl Toolchain {
    /// The toolchain, installed by the first call.
    ///
    /// `KC_BARE=debian` in the environment chooses Debian's, to try that way.
    ///
    /// # Errors
    /// When neither way works.
    pub(crate) fn get() -> Outcome<&'static Self> {
        static TOOLCHAIN: OnceLock<Result<Toolchain, String>> = OnceLock::new();
        TOOLCHAIN
            .get_or_init(|| Self::install().map_err(|failure| failure.to_string()))
            .as_ref()
            .map_err(|why| Failure::new(why.clone()))
    }

    fn install() -> Outcome<Self> {
        let forced = std::env::var("KC_BARE").is_ok_and(|value| value == "debian");
        if !forced {
            if has_targets()? {
                return Ok(Self::Own);
            }
            println!("$ rustup target add {}", TARGETS.join(" "));
            if succeeds(command("rustup").args(["target", "add"]).args(TARGETS)) && has_targets()? {
                return Ok(Self::Own);
            }
        }
        packages::lld()?;
        DebianRust::unpack(&target_dir().join("debian-rust"), "", true).map(Self::Debian)
    }

    /// A cargo that can build for the bare targets, with a build folder of
    /// its own under `target/`.
    pub(crate) fn cargo(&self, folder: &str) -> Command {
        let mut command = cargo();
        match self {
            Self::Own => {
                command.env("CARGO_TARGET_DIR", target_dir().join(folder));
            }
            Self::Debian(rust) => {
                rust.prepare(&mut command)
                    .env(
                        "CARGO_TARGET_DIR",
                        target_dir().join(format!("{folder}-debian")),
                    )
                    // -Z options on a released compiler.
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("CARGO_UNSTABLE_BUILD_STD", "core,alloc");
                for target in TARGETS {
                    let name = target.to_uppercase().replace('-', "_");
                    command.env(format!("CARGO_TARGET_{name}_LINKER"), "ld.lld-22");
                }
            }
        }
        command
    }
}

/// Whether the machine's own compiler has the library of every bare target.
fn has_targets() -> Outcome<bool> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    for target in TARGETS {
        let folder =
            stdout(command(&rustc).args(["--print", "target-libdir", "--target", target]))?;
        let folder = String::from_utf8_lossy(&folder).trim().to_owned();
        let has_core = fs::read_dir(folder).is_ok_and(|entries| {
            entries
                .filter_map(Result::ok)
                .any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-"))
        });
        if !has_core {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Step: each library, with no feature, each feature alone, the default ones
/// and all of them, for both targets.
///
/// # Errors
/// When one does not build, or warns.
pub(crate) fn build() -> Outcome<Checked> {
    let toolchain = Toolchain::get()?;
    let mut builds = 0_u32;
    for library in LIBRARIES {
        for features in feature_sets(&library)? {
            let mut command = toolchain.cargo("bare");
            command
                .args([
                    "check",
                    "--quiet",
                    "--release",
                    "--package",
                    library.package,
                ])
                // Also what no other build sees: a feature left out.
                .env("RUSTFLAGS", "-D warnings");
            for target in TARGETS {
                command.args(["--target", target]);
            }
            command.args(&features);
            run(&mut command)?;
            builds += 2;
        }
    }
    Ok(Checked::new(builds, "builds without std"))
}

/// The arguments that choose each set of features worth building.
fn feature_sets(library: &Library) -> Outcome<Vec<Vec<String>>> {
    let manifest = fs::read_to_string(root().join(library.folder).join("Cargo.toml"))?;
    let features = features_in(&manifest);
    let only = |list: &str| {
        vec![
            "--no-default-features".to_owned(),
            "--features".to_owned(),
            list.to_owned(),
        ]
    };
    let mut sets = vec![vec!["--no-default-features".to_owned()]];
    if features.iter().any(|feature| feature == "default") {
        sets.push(Vec::new());
    }
    let usable: Vec<&str> = features
        .iter()
        .map(String::as_str)
        .filter(|feature| *feature != "default" && !HOST_ONLY.contains(feature))
        .collect();
    sets.extend(usable.iter().map(|feature| only(feature)));
    if usable.len() > 1 {
        sets.push(only(&usable.join(",")));
    }
    Ok(sets)
}

/// The arguments that choose every feature without a host-only dependency.
///
/// # Errors
/// When the manifest cannot be read.
pub(crate) fn all_features(library: &Library) -> Outcome<Vec<String>> {
    Ok(feature_sets(library)?.pop().unwrap_or_default())
}

/// The names in a manifest's `[features]` table.
fn features_in(manifest: &str) -> Vec<String> {
    manifest
        .lines()
        .skip_while(|line| line.trim() != "[features]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.starts_with(['#', ' ', ']']))
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name.trim().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::features_in;

    #[test]
    fn features_are_read_from_the_manifest() {
        let manifest = "[package]\nname = \"a\"\n\n[features]\ndefault = [\"b\"]\n# c = 1\nb = []\n\n[dependencies]\nd = \"1\"\n";
        assert_eq!(features_in(manifest), ["default", "b"]);
        assert!(features_in("[package]\nname = \"a\"\n").is_empty());
    }
}
