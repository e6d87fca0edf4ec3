//! Links a flat image by `image.ld` of the crate `bare-metal`, which adds its folder to the search path.

fn main() {
    println!("cargo::rustc-link-arg-bins=-Timage.ld");
    println!("cargo::rustc-link-arg-bins=--oformat=binary");
}
