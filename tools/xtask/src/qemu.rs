//! `cargo xtask qemu`: the images of `bare-metal/`, built and booted. The package `kc-qemu` makes
//! the inputs, runs QEMU and compares.

use std::fs;
use std::path::PathBuf;

use crate::bare::{TARGETS, Toolchain};
use crate::command::{cargo, command, root, run, target_dir, tee};
use crate::packages;
use crate::step::{Checked, Failure, Outcome};

/// The most bytes that the loader image may have.
const LOADER_LIMIT: u64 = 200 * 1024;

/// `cargo xtask qemu [--whole]`: with the option also a collection of 100 MB, and every word of the
/// monitor printed.
///
/// # Errors
/// When an image does not build, a boot goes wrong, or the loader is too large.
pub(crate) fn qemu(arguments: &[String]) -> Outcome<()> {
    match arguments {
        [] => step(),
        [option] if option == "--whole" => whole(),
        _ => Err(Failure::new("qemu takes --whole and nothing else")),
    }
    .map(|checked| println!("{checked}"))
}

/// Step: every boot but those that take minutes.
///
/// # Errors
/// As [`qemu`].
pub(crate) fn step() -> Outcome<Checked> {
    boot(&[])
}

/// Step: the boots that take minutes, too.
///
/// # Errors
/// As [`qemu`].
pub(crate) fn whole() -> Outcome<Checked> {
    boot(&["--whole"])
}

fn boot(options: &[&str]) -> Outcome<Checked> {
    packages::qemu()?;
    let mut boots = 0_u64;
    for target in TARGETS {
        let loader = image(target, "loader", "")?;
        let size = fs::metadata(&loader)?.len();
        println!("loader for {target}: {size} bytes, limit {LOADER_LIMIT}");
        if size > LOADER_LIMIT {
            return Err(Failure::new(format!("the loader has {size} bytes")));
        }
        let mut command = kc_qemu();
        command
            .arg(target_dir().join("qemu"))
            .arg("--loader")
            .arg(&loader)
            .arg("--monitor")
            .arg(image(target, "monitor", "")?)
            .arg("--faults")
            .arg(image(target, "loader", "faults")?)
            .args(options);
        tee(&mut command, |line| boots += boots_in(line).unwrap_or(0))?;
    }
    tee(
        kc_qemu()
            .arg(target_dir().join("qemu"))
            .arg("--loader")
            .arg(c_loader()?),
        |line| boots += boots_in(line).unwrap_or(0),
    )?;
    boots += new_user()?;
    Ok(Checked::new(boots, "boots print what they must"))
}

/// Builds a binary of `bare-metal/`, in a build folder of its own for its features, and gives its
/// path.
fn image(target: &str, binary: &str, features: &str) -> Outcome<PathBuf> {
    let mut cargo = Toolchain::get()?.cargo(&format!("bare-metal{features}"));
    cargo
        .current_dir(root().join("bare-metal"))
        .args(["build", "--quiet", "--release", "--locked"])
        .args(["--target", target, "--bin", binary, "--features", features]);
    let folder = build_folder(&cargo);
    run(&mut cargo)?;
    Ok(folder.join(target).join("release").join(binary))
}

/// Builds the loader in C, `bare-metal/c`, over the static library of kc-capi, and gives its path.
fn c_loader() -> Outcome<PathBuf> {
    const TARGET: &str = "aarch64-unknown-none-softfloat";
    let mut cargo = Toolchain::get()?.cargo("c-loader");
    cargo
        .args(["rustc", "--quiet", "--release", "--package", "kc-capi"])
        .args(["--crate-type", "staticlib", "--target", TARGET]);
    let folder = build_folder(&cargo);
    run(&mut cargo)?;
    let sources = root().join("bare-metal");
    let elf = folder.join("loader.elf");
    run(command("aarch64-linux-gnu-gcc")
        .args(["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror"])
        .args(["-ffreestanding", "-fno-builtin", "-nostdlib", "-static"])
        .args(["-fno-pic", "-no-pie", "-fno-stack-protector"])
        .args(["-mgeneral-regs-only", "-mstrict-align", "-I"])
        .arg(root().join("bindings/c/include"))
        .arg("-Wl,--gc-sections,--build-id=none,--no-warn-rwx-segments")
        .arg("-T")
        .arg(sources.join("image.ld"))
        .args([sources.join("c/start.S"), sources.join("c/loader.c")])
        .arg(folder.join(TARGET).join("release/libkc_capi.a"))
        .arg("-o")
        .arg(&elf))?;
    let image = folder.join("loader");
    run(command("aarch64-linux-gnu-objcopy")
        .args(["-O", "binary"])
        .args([&elf, &image]))?;
    let size = fs::metadata(&image)?.len();
    println!("loader in C: {size} bytes, limit {LOADER_LIMIT}");
    if size > LOADER_LIMIT {
        return Err(Failure::new(format!("the loader in C has {size} bytes")));
    }
    Ok(image)
}

/// Where a cargo of a toolchain builds.
fn build_folder(cargo: &std::process::Command) -> PathBuf {
    let target = cargo
        .get_envs()
        .find(|(name, _)| *name == "CARGO_TARGET_DIR");
    target
        .and_then(|(_, value)| value)
        .map(PathBuf::from)
        .unwrap_or_default()
}

/// Runs the commands of docs/src/bare-metal.md in an empty folder, and counts the kernels that they
/// boot.
fn new_user() -> Outcome<u64> {
    if matches!(Toolchain::get()?, Toolchain::Debian(_)) {
        println!("docs/src/bare-metal.md needs rustup, which gives no bare target here");
        return Ok(0);
    }
    let page = fs::read_to_string(root().join("docs/src/bare-metal.md"))?;
    let folder = std::env::temp_dir().join(format!("kernelcache-loader-{}", std::process::id()));
    fs::create_dir(&folder)?;
    let mut shell = command("sh");
    shell
        .current_dir(&folder)
        .args(["-euc", &shell_blocks(&page)])
        .env("KERNELCACHE", root())
        .env("CARGO_TARGET_DIR", target_dir().join("new-user"));
    let mut last = String::new();
    let outcome = tee(&mut shell, |line| line.clone_into(&mut last));
    fs::remove_dir_all(&folder)?;
    outcome?;
    if last == "payload: ok" {
        Ok(1)
    } else {
        Err(Failure::new(
            "the commands of docs/src/bare-metal.md boot no kernel",
        ))
    }
}

/// The lines of every block that is marked `sh`.
fn shell_blocks(page: &str) -> String {
    let mut script = String::new();
    let mut inside = false;
    for line in page.lines() {
        match line {
            "```sh run-by=qemu" => inside = true,
            "```" => inside = false,
            _ if inside => {
                script.push_str(line);
                script.push('\n');
            }
            _ => {}
        }
    }
    script
}

fn kc_qemu() -> std::process::Command {
    let mut command = cargo();
    command.args(["run", "--quiet", "--release", "--package", "kc-qemu", "--"]);
    command
}

/// The number of `N boots`.
fn boots_in(line: &str) -> Option<u64> {
    line.strip_suffix(" boots")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{boots_in, shell_blocks};

    #[test]
    fn boots_are_counted() {
        assert_eq!(boots_in("12 boots"), Some(12));
        assert_eq!(boots_in("ok   12 boots went right"), None);
    }

    #[test]
    fn commands_are_taken_from_their_blocks() {
        let page = "a\n```sh run-by=qemu\nb\nc\n```\n```text\nd\n```\n```sh run-by=qemu\ne\n```\n\
                    ```sh\nf\n```\n";
        assert_eq!(shell_blocks(page), "b\nc\ne\n");
    }
}
