//! Writes the payloads that boot in QEMU, each as an IMG4 compressed with LZFSE.
//!
//! `cargo run -p testkit --bin mkboot -- DIR`; `DIR/SHAPE.img4` are written.

use std::path::PathBuf;

use testkit::img4::{Im4p, signed_like};
use testkit::kernelcache::boot;

fn main() -> std::io::Result<()> {
    let Some(dir) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: mkboot DIR");
        std::process::exit(2);
    };
    std::fs::create_dir_all(&dir)?;
    for (shape, built) in [
        ("fileset", boot::fileset()),
        ("prelinked", boot::prelinked()),
        ("bare", boot::bare()),
        ("shuffled", boot::shuffled()),
        ("m1n1", boot::m1n1()),
    ] {
        let img4 = signed_like(&Im4p::lzfse("krnl", &built.bytes));
        std::fs::write(dir.join(format!("{shape}.img4")), img4)?;
        std::fs::write(dir.join(format!("{shape}.macho")), built.bytes)?;
    }
    Ok(())
}
