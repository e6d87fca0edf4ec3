//! `kc extract` and `kc info` on IM4P files that pyimg4 wrote.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::fault::{Fault, Outcome};
use crate::tool::{document, kc, output};

/// What pyimg4 is told, and what `kc info` calls it.
const CODECS: [(&[&str], &str); 3] = [
    (&[], "none"),
    (&["--lzss"], "complzss"),
    (&["--lzfse"], "lzfse"),
];

/// Packs a file with every codec that pyimg4 writes, and takes it out again;
/// counts the bytes that came back.
///
/// # Errors
/// When a byte differs, or `kc info` says another size, codec or fourcc.
pub(crate) fn compare(path: &Path, scratch: &Path) -> Outcome<u64> {
    let pyimg4 = std::env::var_os("KC_PYIMG4").unwrap_or_else(|| "pyimg4".into());
    let original = fs::read(path)?;
    fs::create_dir_all(scratch)?;
    let packed = scratch.join("packed.im4p");
    let unpacked = scratch.join("unpacked");
    let mut bytes = 0;
    for (arguments, codec) in CODECS {
        output(
            Command::new(&pyimg4)
                .args(["im4p", "create", "--input"])
                .arg(path)
                .arg("--output")
                .arg(&packed)
                .args(["--fourcc", "krnl"])
                .args(arguments),
        )?;
        describe(&packed, codec, original.len())?;
        output(kc(["extract"])?.arg(&packed).arg("--output").arg(&unpacked))?;
        if fs::read(&unpacked)? != original {
            return Err(Fault::new(format!(
                "{}: kc extract of a payload with codec {codec} differs",
                path.display()
            )));
        }
        bytes += u64::try_from(original.len()).unwrap_or(u64::MAX);
        fs::remove_file(&packed)?;
        fs::remove_file(&unpacked)?;
    }
    Ok(bytes)
}

/// `kc info` names the size, the codec and the fourcc.
fn describe(packed: &Path, codec: &str, size: usize) -> Outcome<()> {
    let json = document(kc(["info", "--json"])?.arg(packed))?;
    let payload = &json["answer"]["container"]["payload"];
    let ours = (
        payload["fourcc"].as_str(),
        payload["codec"].as_str(),
        payload["size"].as_u64(),
    );
    let theirs = (
        Some("krnl"),
        Some(codec),
        Some(u64::try_from(size).unwrap_or(u64::MAX)),
    );
    if ours == theirs {
        Ok(())
    } else {
        Err(Fault::new(format!(
            "kc info says {ours:?}, pyimg4 wrote {theirs:?}: {payload}"
        )))
    }
}
