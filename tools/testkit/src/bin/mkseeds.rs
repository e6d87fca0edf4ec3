//! Writes the fuzz targets' first inputs: one folder a target.
//!
//! `cargo run -p testkit --bin mkseeds -- DIR`; `DIR/TARGET/NAME` are written.

use std::path::PathBuf;

use testkit::seeds;

fn main() -> std::io::Result<()> {
    let Some(dir) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: mkseeds DIR");
        std::process::exit(2);
    };
    let targets = [
        ("macho_parse", seeds::macho()),
        ("macho_object", seeds::macho()),
        ("fixups", seeds::fixups()),
        ("translate", seeds::macho()),
        ("map", seeds::macho()),
        ("prelink_info", seeds::prelink_info()),
        ("img4_parse", seeds::img4()),
        ("decompress", seeds::streams()),
        ("lzfse_peer", seeds::streams()),
        ("decode_text", seeds::words()),
        ("decode_bad64", seeds::words()),
        ("a64_encode", seeds::words()),
        ("cpu", seeds::words()),
        ("asm", seeds::lines()),
        ("construct", seeds::calls()),
        ("capi", seeds::capi()),
        ("kc", seeds::kc()),
        ("probes", seeds::probes()),
    ];
    for (target, files) in targets {
        let folder = dir.join(target);
        std::fs::create_dir_all(&folder)?;
        for (name, bytes) in files {
            std::fs::write(folder.join(name), bytes)?;
        }
    }
    Ok(())
}
