//! Debian's builds of Rust, unpacked into a folder of the build directory and
//! not installed. They give the oldest compiler that the project promises to
//! work with, and the library sources where rustup gives no bare targets.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{command, run, stdout};
use crate::step::{Failure, Outcome};

/// A compiler unpacked from Debian's packages.
pub(crate) struct DebianRust {
    root: PathBuf,
    /// The package version.
    pub(crate) version: String,
}

impl DebianRust {
    /// Downloads and unpacks the newest `rustc-web` whose version starts with
    /// `prefix`, with the library sources if wanted.
    ///
    /// # Errors
    /// When Debian has no such version, or a download fails.
    pub(crate) fn unpack(folder: &Path, prefix: &str, with_sources: bool) -> Outcome<Self> {
        let done = folder.join("version");
        let root = folder.join("root");
        if let Ok(version) = fs::read_to_string(&done) {
            return Ok(Self { root, version });
        }
        let version = newest(prefix)?;
        println!(
            "unpacking Debian's rustc-web {version} into {}",
            folder.display()
        );
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(&root)?;

        // 1.85.0+dfsg3-1 -> libstd-rust-web-1.85, the compiler proper.
        let driver = match version.splitn(3, '.').collect::<Vec<_>>().as_slice() {
            [major, minor, _] => format!("libstd-rust-web-{major}.{minor}={version}"),
            _ => return Err(Failure::new(format!("strange version {version:?}"))),
        };
        let mut packages = vec![
            format!("rustc-web={version}"),
            format!("libstd-rust-web-dev={version}"),
        ];
        packages.extend(llvm_of(&driver)?);
        packages.push(driver);
        if with_sources {
            packages.push(format!("rust-web-src={version}"));
        }
        run(command("apt-get")
            .args(["download", "--quiet"])
            .args(&packages)
            .current_dir(folder))?;
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "deb") {
                run(command("dpkg").arg("-x").arg(&path).arg(&root))?;
                fs::remove_file(&path)?;
            }
        }
        // Written last: an unpacking that was cut short starts anew.
        fs::write(&done, &version)?;
        Ok(Self { root, version })
    }

    /// Makes `cargo` use this compiler. cargo itself stays the machine's own.
    pub(crate) fn prepare<'c>(&self, cargo: &'c mut Command) -> &'c mut Command {
        let libraries = self.root.join("usr/lib");
        let triple = format!("{}-linux-gnu", std::env::consts::ARCH);
        cargo
            .env("RUSTC", self.root.join("usr/bin/rustc"))
            .env("LD_LIBRARY_PATH", libraries.join(triple))
            .env_remove("RUSTUP_TOOLCHAIN")
    }

    /// What the compiler says it is.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) fn rustc_version(&self) -> Outcome<String> {
        let mut rustc = command(self.root.join("usr/bin/rustc"));
        let output = stdout(self.prepare(&mut rustc).arg("--version"))?;
        Ok(String::from_utf8_lossy(&output).trim().to_owned())
    }
}

/// The newest version of rustc-web that starts with `prefix`.
fn newest(prefix: &str) -> Outcome<String> {
    find_newest(prefix).or_else(|_| {
        // An empty package list looks the same as a missing package.
        run(command("apt-get").args(["update", "--quiet"]))?;
        find_newest(prefix)
    })
}

fn find_newest(prefix: &str) -> Outcome<String> {
    // Lines such as `rustc-web | 1.85.0+dfsg3-1~deb12u3 | http://...`, newest first.
    let table = stdout(command("apt-cache").args(["madison", "rustc-web"]))?;
    String::from_utf8_lossy(&table)
        .lines()
        .filter_map(|line| line.split('|').nth(1))
        .map(str::trim)
        .find(|version| version.starts_with(prefix))
        .map(str::to_owned)
        .ok_or_else(|| Failure::new(format!("Debian has no rustc-web {prefix}*")))
}

/// The LLVM library that the compiler's package depends on.
fn llvm_of(driver: &str) -> Outcome<Option<String>> {
    let text = stdout(command("apt-cache").args(["show", driver]))?;
    let text = String::from_utf8_lossy(&text);
    Ok(text
        .lines()
        .find_map(|line| line.strip_prefix("Depends: "))
        .into_iter()
        .flat_map(|depends| depends.split(", "))
        .filter_map(|depend| depend.split_whitespace().next())
        .find(|name| name.starts_with("libllvm"))
        .map(str::to_owned))
}
