//! Writes `bindings/c/include/kernelcache.h` from the crate's sources: `kc-header ROOT [--check]`.
use std::error::Error;
use std::fs;
use std::path::PathBuf;

/// What every user has to know before the first declaration.
const HEAD: &str = "\
/* The kernelcache crates for C. Written by `cargo xtask header` from bindings/c/src; do not edit.
 *
 * Nothing allocates: every buffer is the caller's. Every call that can fail returns a kc_status, and fills a kc_error where
 * the caller gave one.
 *
 * The contract of every pointer:
 * - a pointer with a length points to that many readable (for output: writable) bytes, or the length is 0;
 * - a pointer to one object is NULL where the call says so, else valid, aligned and, for output, writable;
 * - memory that a call only reads does not change during the call; what a handle was opened from stays as it is as long
 *   as the handle is used;
 * - output memory overlaps no input of the same call.
 *
 * Addresses are uint64_t: vmaddr in the image's own, unslid space; slid with the slide added; phys where a loader puts it.
 * File offsets count from the start of the outermost file.
 *
 * Who applies fixups: XNU does, to its own collection, when it starts; a loader calls kc_load and kc_slide_static_kernel, and
 * not kc_apply_fixups, which does the kernel's work in its place, for emulators and analysis.
 */";

fn header(crate_folder: &PathBuf) -> Result<String, Box<dyn Error>> {
    let config = cbindgen::Config {
        language: cbindgen::Language::C,
        cpp_compat: true,
        header: Some(HEAD.to_owned()),
        include_guard: Some("KERNELCACHE_H".to_owned()),
        usize_is_size_t: true,
        // Those that a freestanding compiler has.
        no_includes: true,
        sys_includes: vec!["stdbool.h".into(), "stddef.h".into(), "stdint.h".into()],
        documentation_style: cbindgen::DocumentationStyle::C,
        line_length: 100,
        ..cbindgen::Config::default()
    };
    let bindings = cbindgen::generate_with_config(crate_folder, config)?;
    let mut text = Vec::new();
    bindings.write(&mut text);
    // Links of rustdoc mean nothing in C.
    Ok(String::from_utf8(text)?
        .replace("`]`", "")
        .replace("[`", "`")
        .replace("`]", "`")
        .replace("# Safety", "Safety"))
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let root = PathBuf::from(arguments.next().ok_or("usage: kc-header ROOT [--check]")?);
    let check = arguments.next().is_some_and(|option| option == "--check");
    let kept = root.join("bindings/c/include/kernelcache.h");
    let text = header(&root.join("bindings/c"))?;
    if !check {
        return Ok(fs::write(kept, text)?);
    }
    if fs::read_to_string(&kept)? != text {
        return Err(format!(
            "{} is not what kc-capi says: run `cargo xtask header`",
            kept.display()
        )
        .into());
    }
    Ok(())
}
