//! Tells the linker about the script `image.ld`: ours, and those of crates that use this one.

fn main() {
    let folder = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    // A search path reaches crates that depend on this one, an argument does not.
    println!("cargo::rustc-link-search={folder}");
    println!("cargo::rustc-link-arg-bins=-Timage.ld");
    println!("cargo::rustc-link-arg-bins=--oformat=binary");
    println!("cargo::rerun-if-changed=image.ld");
}
