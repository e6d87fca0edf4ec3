//! Files written by pyimg4, another writer of the format. Needs Python with pyimg4, so it runs on request:
//!
//! ```text
//! IMG4_PYTHON=python3 IMG4_INPUT=some-mach-o cargo test -p img4 --test pyimg4 -- --ignored
//! ```
//! Without `IMG4_INPUT` the input is this test's own executable.

use std::path::{Path, PathBuf};
use std::process::Command;

use img4::{Codec, FourCc, Img4, Scratch, SizeSource};

#[test]
#[ignore = "needs Python with pyimg4"]
fn payloads_of_pyimg4_are_byte_exact() {
    let python = std::env::var("IMG4_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let input = std::env::var_os("IMG4_INPUT")
        .map_or_else(|| std::env::current_exe().unwrap(), PathBuf::from);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pyimg4");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pyimg4/make.py");
    let status = Command::new(&python)
        .args([&script, &input, &folder])
        .status()
        .unwrap();
    assert!(status.success(), "{python} {}: {status}", script.display());

    let data = std::fs::read(&input).unwrap();
    for (name, codec, source) in [
        ("none", Codec::Stored, SizeSource::Data),
        ("lzss", Codec::CompLzss, SizeSource::CompHeader),
        ("lzfse", Codec::Lzfse, SizeSource::CompressionInfo),
    ] {
        let file = std::fs::read(folder.join(name).with_extension("im4p")).unwrap();
        let payload = Img4::parse(&file).unwrap().payload().unwrap();
        assert_eq!(payload.fourcc(), FourCc::new(*b"krnl"));
        assert_eq!(payload.description(), format!("pyimg4 {name}").as_bytes());
        let plan = payload.plan().unwrap();
        assert_eq!((plan.codec(), plan.size_source()), (codec, source));
        let mut output = vec![0; plan.size_within(1 << 32).unwrap()];
        let done = payload
            .decompress_into(&mut output, &mut Scratch::new())
            .unwrap();
        assert!(output == data, "{name}: {} bytes", output.len());
        assert!(done.extra.is_empty());
    }
}
