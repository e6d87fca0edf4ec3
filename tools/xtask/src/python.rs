//! The Python package: its wheel built, installed in an environment of its own, and tested.

use std::path::{Path, PathBuf};

use crate::command::{cargo, command, root, run, stdout, succeeds, target_dir, tee};
use crate::step::{Checked, Failure, Outcome};

/// What builds, tests and checks the package, in the versions that it was made with.
const TOOLS: [&str; 3] = ["maturin==1.16.0", "pytest==9.2.0", "mypy==2.4.1"];

/// `cargo xtask python`: the wheel as it is published, into `target/wheels`, and a Python that has
/// it.
///
/// # Errors
/// When a tool cannot be installed, or the wheel does not build.
pub(crate) fn wheel(_arguments: &[String]) -> Outcome<()> {
    let environment = environment()?;
    let wheel = build(&environment, "release")?;
    install(&environment, &wheel)?;
    println!("{}", wheel.display());
    println!("{}", environment.join("bin/python").display());
    Ok(())
}

/// Step: the wheel without optimisation across crates, the package's tests, and its types.
///
/// # Errors
/// When the wheel does not build, a test fails, or the stubs differ from the module.
pub(crate) fn step() -> Outcome<Checked> {
    let environment = environment()?;
    install(&environment, &build(&environment, "suite")?)?;
    let shapes = target_dir().join("python-shapes");
    run(cargo()
        .args(["run", "--quiet", "--release", "--package", "testkit"])
        .args(["--bin", "mkshapes", "--"])
        .arg(&shapes))?;
    run(cargo().args(["build", "--quiet", "--release", "--package", "kctool"]))?;

    let package = root().join("bindings/python");
    let python = environment.join("bin/python");
    let mut passed = 0_u64;
    tee(
        command(&python)
            .current_dir(&package)
            .args(["-m", "pytest", "--quiet", "-p", "no:cacheprovider", "tests"])
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("KERNELCACHE_SHAPES", &shapes)
            .env("KERNELCACHE_KC", target_dir().join("release/kc")),
        |line| {
            let counts = line.split_once(" passed").map(|(before, _)| before);
            let number = counts.and_then(|before| before.rsplit(' ').next());
            passed = number.and_then(|text| text.parse().ok()).unwrap_or(passed);
        },
    )?;
    if passed == 0 {
        return Err(Failure::new("pytest ran no test"));
    }
    let cache = target_dir().join("mypy");
    run(command(&python)
        .current_dir(&package)
        .args(["-m", "mypy", "--strict", "--cache-dir"])
        .arg(&cache)
        .args(["tests", "examples"]))?;
    // stubtest imports the installed package and compares each name and signature.
    run(command(environment.join("bin/stubtest"))
        .current_dir(&cache)
        .args(["--ignore-disjoint-bases", "kernelcache"]))?;
    Ok(Checked::new(
        passed,
        "tests of the Python package, and its stubs agree with it",
    ))
}

/// The environment, with [`TOOLS`] in it.
fn environment() -> Outcome<PathBuf> {
    let environment = target_dir().join("python-package");
    let python = environment.join("bin/python");
    let installed = stdout(command(&python).args(["-m", "pip", "freeze"]));
    let installed = installed.map(|list| String::from_utf8_lossy(&list).into_owned());
    let has = |tool: &&str| {
        installed
            .as_ref()
            .is_ok_and(|list| list.lines().any(|line| line == *tool))
    };
    if !TOOLS.iter().all(has) {
        println!(
            "installing {} into {}",
            TOOLS.join(", "),
            environment.display()
        );
        run(command("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&environment))?;
        run(pip(&environment).args(TOOLS))?;
    }
    if succeeds(command(&python).args(["-c", "import maturin, pytest, mypy"])) {
        Ok(environment)
    } else {
        Err(Failure::new("maturin, pytest or mypy cannot be imported"))
    }
}

fn pip(environment: &Path) -> std::process::Command {
    let mut pip = command(environment.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet"])
        .arg("--disable-pip-version-check");
    pip
}

/// The wheel that maturin makes with a profile of `bindings/python/Cargo.toml`.
fn build(environment: &Path, profile: &str) -> Outcome<PathBuf> {
    let folder = target_dir().join("wheels").join(profile);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    run(command(environment.join("bin/maturin"))
        .current_dir(root().join("bindings/python"))
        .env("CARGO_TARGET_DIR", target_dir().join("python-build"))
        .args([
            "build",
            "--quiet",
            "--locked",
            "--profile",
            profile,
            "--out",
        ])
        .arg(&folder))?;
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "whl") {
            return Ok(path);
        }
    }
    Err(Failure::new("maturin made no wheel"))
}

fn install(environment: &Path, wheel: &Path) -> Outcome<()> {
    run(pip(environment)
        .args(["--force-reinstall", "--no-deps"])
        .arg(wheel))
}
