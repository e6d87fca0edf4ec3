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
    // Reads the man pages of kc.
    Package {
        name: "mandoc",
        probe: &["dpkg", "-s", "mandoc"],
    },
    // Builds the loader in C.
    Package {
        name: "gcc-aarch64-linux-gnu",
        probe: &["aarch64-linux-gnu-gcc", "--version"],
    },
    // Runs pyimg4 and Capstone, second opinions on IMG4 and on what instructions read and write.
    Package {
        name: "python3",
        probe: &["python3", "--version"],
    },
    Package {
        name: "python3-venv",
        probe: &["python3", "-c", "import venv, ensurepip"],
    },
];

/// Python packages and their modules, in the versions that the comparisons were made with.
const PYTHON: [(&str, &str); 2] = [
    ("pyimg4==0.8.8", "pyimg4"),
    ("capstone==6.0.0a4", "capstone"),
];

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
    let python = python()?;
    println!("pyimg4 and Capstone: {}", python.display());
    // Packages, two Rust components, the toolchain, the Python packages.
    Ok(Checked::new(
        PACKAGES.len() + 3 + PYTHON.len(),
        "tools are there",
    ))
}

/// cargo's name for a Rust component.
fn short(component: &'static str) -> &'static str {
    match component {
        "rustfmt" => "fmt",
        other => other,
    }
}

/// The Python that has [`PYTHON`]'s packages, in an environment of its own under the build folder.
///
/// # Errors
/// When they cannot be installed.
pub(crate) fn python() -> Outcome<PathBuf> {
    let environment = target_dir().join("python");
    let python = environment.join("bin/python");
    let modules = PYTHON.map(|(_, module)| module).join(", ");
    let import = format!("import {modules}");
    if !succeeds(command(&python).args(["-c", &import])) {
        println!("installing {modules} into {}", environment.display());
        run(command("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&environment))?;
        run(command(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ])
            .args(PYTHON.map(|(package, _)| package)))?;
    }
    if succeeds(command(&python).args(["-c", &import])) {
        Ok(python)
    } else {
        Err(Failure::new(format!(
            "{modules} are installed but cannot be imported"
        )))
    }
}
