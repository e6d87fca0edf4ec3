//! Installs what the checks need and the machine does not have: Debian
//! packages, the bare-metal targets, pyimg4. What is there already is left
//! alone.

use std::path::PathBuf;

use crate::bare::Toolchain;
use crate::command::{cargo, command, run, succeeds, target_dir};
use crate::packages::{Package, QEMU, apt_install};
use crate::step::{Checked, Failure, Outcome};

const PACKAGES: &[Package] = &[
    // Builds bad64, and links host programs.
    Package {
        name: "gcc",
        probe: &["cc", "--version"],
    },
    // libFuzzer is C++.
    Package {
        name: "g++",
        probe: &["c++", "--version"],
    },
    Package {
        name: "libc6-dev",
        probe: &["test", "-e", "/usr/include/stdio.h"],
    },
    // bindgen, which bad64 runs, loads libclang.
    Package {
        name: "clang",
        probe: &["clang", "--version"],
    },
    Package {
        name: "libclang-dev",
        probe: &["dpkg", "-s", "libclang-dev"],
    },
    // Second opinions on Mach-O files and on A64 text.
    Package {
        name: "llvm-22",
        probe: &["llvm-objdump-22", "--version"],
    },
    Package {
        name: "binutils-aarch64-linux-gnu",
        probe: &["aarch64-linux-gnu-objdump", "--version"],
    },
    QEMU,
    // Builds the loader in C.
    Package {
        name: "gcc-aarch64-linux-gnu",
        probe: &["aarch64-linux-gnu-gcc", "--version"],
    },
    // Runs pyimg4, the second opinion on IMG4.
    Package {
        name: "python3",
        probe: &["python3", "--version"],
    },
    Package {
        name: "python3-venv",
        probe: &["python3", "-c", "import venv, ensurepip"],
    },
];

/// The version that the comparisons were made with.
const PYIMG4: &str = "pyimg4==0.8.8";

/// Installs what is missing; counts what is there in the end.
///
/// # Errors
/// When something is still missing afterwards.
pub(crate) fn install() -> Outcome<Checked> {
    apt_install(PACKAGES)?;
    for component in ["rustfmt", "clippy"] {
        if !succeeds(cargo().args([short(component), "--version"])) {
            println!("installing the Rust component {component}");
            run(command("rustup").args(["component", "add", component]))?;
        }
    }
    let toolchain = Toolchain::get()?;
    println!("bare-metal targets: {toolchain}");
    let python = pyimg4()?;
    println!("pyimg4: {}", python.display());
    // Packages, two Rust components, the toolchain, pyimg4.
    Ok(Checked::new(PACKAGES.len() + 4, "tools are there"))
}

/// cargo's name for a Rust component.
fn short(component: &'static str) -> &'static str {
    match component {
        "rustfmt" => "fmt",
        other => other,
    }
}

/// The Python that has pyimg4, in an environment of its own under the build
/// folder.
///
/// # Errors
/// When it cannot be installed.
pub(crate) fn pyimg4() -> Outcome<PathBuf> {
    let environment = target_dir().join("pyimg4");
    let python = environment.join("bin/python");
    if !succeeds(command(&python).args(["-c", "import pyimg4"])) {
        println!("installing {PYIMG4} into {}", environment.display());
        run(command("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&environment))?;
        run(command(&python).args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            PYIMG4,
        ]))?;
    }
    if succeeds(command(&python).args(["-c", "import pyimg4"])) {
        Ok(python)
    } else {
        Err(Failure::new("pyimg4 is installed but cannot be imported"))
    }
}
