//! Debian packages, installed where they are missing.

use crate::command::{command, run, succeeds};
use crate::step::{Failure, Outcome};

/// A Debian package and how to see that it is there.
pub(crate) struct Package {
    pub(crate) name: &'static str,
    /// A command that succeeds only when it is installed.
    pub(crate) probe: &'static [&'static str],
}

/// Makes sure that the linker of LLVM is there, for toolchains without one.
///
/// # Errors
/// When it cannot be installed.
pub(crate) fn lld() -> Outcome<()> {
    apt_install(&[Package {
        name: "lld-22",
        probe: &["ld.lld-22", "--version"],
    }])
}

/// Makes sure that QEMU is there.
///
/// # Errors
/// When it cannot be installed.
pub(crate) fn qemu() -> Outcome<()> {
    apt_install(&[QEMU])
}

/// Makes sure that Valgrind is there; only counting instructions needs it.
///
/// # Errors
/// When it cannot be installed.
pub(crate) fn valgrind() -> Outcome<()> {
    apt_install(&[Package {
        name: "valgrind",
        probe: &["valgrind", "--version"],
    }])
}

/// Runs the images of `bare-metal/`.
pub(crate) const QEMU: Package = Package {
    name: "qemu-system-arm",
    probe: &["qemu-system-aarch64", "--version"],
};

/// Makes sure that npm is there; only the corpus needs it.
///
/// # Errors
/// When it cannot be installed.
pub(crate) fn npm() -> Outcome<()> {
    apt_install(&[Package {
        name: "npm",
        probe: &["npm", "--version"],
    }])
}

fn is_there(package: &Package) -> bool {
    package
        .probe
        .split_first()
        .is_some_and(|(program, arguments)| succeeds(command(program).args(arguments)))
}

/// Installs those that are missing.
///
/// # Errors
/// When apt-get fails, or a package's probe still fails behind it.
pub(crate) fn apt_install(packages: &[Package]) -> Outcome<()> {
    let missing: Vec<&str> = packages
        .iter()
        .filter(|package| !is_there(package))
        .map(|package| package.name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("installing Debian packages: {}", missing.join(" "));
    apt_get(&["update", "--quiet"])?;
    let mut arguments = vec!["install", "--quiet", "--yes", "--no-install-recommends"];
    arguments.extend(&missing);
    apt_get(&arguments)?;
    match packages.iter().find(|package| !is_there(package)) {
        None => Ok(()),
        Some(package) => Err(Failure::new(format!(
            "`{}` fails although the package {} is installed",
            package.probe.join(" "),
            package.name
        ))),
    }
}

/// apt-get as root: directly, or through sudo when it asks for no password.
fn apt_get(arguments: &[&str]) -> Outcome<()> {
    let is_root = succeeds(command("sh").args(["-c", "test \"$(id -u)\" = 0"]));
    let mut program = if is_root {
        command("apt-get")
    } else {
        let mut sudo = command("sudo");
        sudo.args(["--non-interactive", "apt-get"]);
        sudo
    };
    run(program
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive"))
    .map_err(|failure| {
        Failure::new(format!(
            "{failure}; as root: apt-get {}",
            arguments.join(" ")
        ))
    })
}
