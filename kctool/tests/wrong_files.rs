//! What people give to `kc` by mistake: each time the file is named, what it is, and the next step.
use std::fs;
use std::io;
use std::path::PathBuf;

use testkit::img4::Im4p;

/// The file's name, its bytes, what it is called and a word of the next step.
type Row = (&'static str, Vec<u8>, &'static str, &'static str);

fn start(bytes: &[u8]) -> Vec<u8> {
    let mut file = bytes.to_vec();
    // What follows a magic is no text.
    file.extend([0x00, 0x90, 0xff, 0x07].repeat(400));
    file
}

fn at(place: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = vec![0x91; place];
    file.extend(bytes);
    file.resize(place + 1024, 0x91);
    file
}

fn zip(name: &str) -> Vec<u8> {
    let mut file = start(b"PK\x03\x04");
    file.extend(b"PK\x01\x02");
    file.extend([0; 42]);
    file.extend(name.as_bytes());
    file.extend(b"PK\x05\x06");
    file.extend([0; 18]);
    file
}

fn dmg() -> Vec<u8> {
    let mut file = start(b"");
    let mut trailer = b"koly".to_vec();
    trailer.resize(512, 0);
    file.extend(trailer);
    file
}

#[rustfmt::skip]
fn rows() -> Vec<Row> {
    vec![
        ("empty", vec![], "an empty file", "copied or downloaded whole"),
        ("zeros", vec![0; 5000], "nothing but zeros", "copied or downloaded whole"),
        ("hole", [vec![0; 8192], vec![0x91]].concat(), "data that starts with 00 00", "--mapped"),
        ("short", vec![0x80, 1, 2, 3, 4], "starts with 80 01 02 03 04;", "copied or downloaded whole"),
        ("text", b"kernelcache\n".repeat(9), "a text file", "give kc a kernelcache"),
        ("script", b"#!/bin/sh\nexit\n".to_vec(), "a script", "give kc a kernelcache"),
        ("latin", "gr\u{fc}n ".repeat(50).into_bytes(), "a text file", "give kc a kernelcache"),
        ("vmlinux", start(b"\x7fELF"), "an ELF file", "readelf"),
        ("app.exe", start(b"MZ"), "a PE file", "llvm-readobj"),
        ("Mac.ipsw", zip("kernelcache.release.mac13g"), "firmware (.ipsw)", "unzip"),
        ("kernel.zip", zip("notes"), "a ZIP archive", "unzip"),
        ("none.zip", start(b"PK\x05\x06"), "an empty ZIP archive", "nothing inside"),
        ("root.dmg", dmg(), "a disk image (.dmg)", "attach"),
        ("secret.dmg", start(b"encrcdsa"), "an encrypted disk image", "hdiutil"),
        ("root.aea", start(b"AEA1"), "an encrypted archive (AEA)", "key"),
        ("cache", start(b"dyld_v1  arm64e\0"), "a dyld shared cache", "ipsw dyld"),
        ("Info.plist", start(b"bplist00"), "a binary property list", "manifest"),
        ("a.plist", b"<?xml version=\"1.0\"?><plist version=\"1.0\"><dict/></plist>".to_vec(),
            "an XML property list without", "manifest"),
        ("b.plist", b"<plist version=\"1.0\"><dict/></plist>".to_vec(), "property list without", "manifest"),
        ("k.gz", start(b"\x1f\x8b"), "gzip compressed", "gunzip"),
        ("k.xz", start(b"\xfd7zXZ\0"), "xz compressed", "unxz"),
        ("k.bz2", start(b"BZh9"), "bzip2 compressed", "bunzip2"),
        ("k.zst", start(b"\x28\xb5\x2f\xfd"), "zstd compressed", "unzstd"),
        ("k.lz4", start(b"\x04\x22\x4d\x18"), "lz4 compressed", "unlz4"),
        ("k.7z", start(b"7z\xbc\xaf\x27\x1c"), "a 7z archive", "7z x"),
        ("k.rar", start(b"Rar!"), "a RAR archive", "unrar"),
        ("k.tar", at(257, b"ustar"), "a tar archive", "tar -x"),
        ("k.xar", start(b"xar!"), "an installer package", "xar -x"),
        ("k.aar", start(b"AA01"), "an Apple Archive", "aa extract"),
        ("k.yaa", start(b"YAA1"), "an Apple Archive", "aa extract"),
        ("k.pbzx", start(b"pbzx"), "a compressed Apple Archive", "aa extract"),
        ("soc.dtb", start(b"\xd0\x0d\xfe\xed"), "a device tree", "dtc"),
        ("old", start(b"\xce\xfa\xed\xfe"), "a 32-bit Mach-O file", "64-bit"),
        ("older", start(b"\xfe\xed\xfa\xce"), "a 32-bit Mach-O file of a big-endian", "64-bit"),
        ("ppc64", start(b"\xfe\xed\xfa\xcf"), "a Mach-O file of a big-endian processor", "arm64"),
        ("lib.a", start(b"!<arch>\n"), "a static library", "ar x"),
        ("a.bc", start(b"BC\xc0\xde"), "LLVM bitcode", "clang"),
        ("b.bc", start(b"\xde\xc0\x17\x0b"), "LLVM bitcode", "clang"),
        ("cert.pem", b"-----BEGIN CERTIFICATE-----\nMIIB\n".to_vec(), "PEM text", "base64"),
        ("apfs.img", at(32, b"NXSB"), "an APFS container", "mount"),
        ("hfs.img", at(1024, b"H+\0\x04"), "an HFS+ file system", "mount"),
        ("ext.img", at(1080, b"\x53\xef"), "an ext file system", "mount"),
        ("disc.iso", at(0x8001, b"CD001"), "a CD image", "mount"),
        ("noise", vec![0x91; 4096], "data that starts with 91 91 91", "--mapped"),
        ("code.bin", [0xc0, 3, 0x5f, 0xd6].repeat(300), "data that starts with c0 03 5f d6",
            "disasm --raw"),
        ("tree.im4p", Im4p::stored("dtre", &[3; 400]).build(), "of type dtre is no Mach-O",
            "data that starts with 03"),
        ("disk.im4p", Im4p::stored("rdsk", &dmg()).build(), "of type rdsk is no Mach-O",
            "a disk image"),
        ("logo.im4p", Im4p::lzfse("logo", b"a picture of an apple\n").build(),
            "of type logo is no Mach-O", "a text file"),
    ]
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn run(line: &[&str]) -> (u8, String) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let args = std::iter::once(&"kc").chain(line);
    let status = kctool::run(args, &mut io::empty(), &mut stdout, &mut stderr);
    (status, String::from_utf8(stderr).unwrap())
}

#[test]
fn wrong_files_are_named() {
    let folder = std::env::temp_dir().join(format!("kc-wrong-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let folder = Folder(folder);
    let right = folder.0.join("right");
    fs::write(&right, testkit::kernelcache::sample::tiny().bytes).unwrap();
    let right = right.to_str().unwrap();
    for (name, bytes, what, next) in rows() {
        let path = folder.0.join(name);
        fs::write(&path, bytes).unwrap();
        let path = path.to_str().unwrap();
        for line in [
            &["entry", path][..],
            &["disasm", path],
            &["entries", "--json", path],
            &["diff", right, path],
            &["diff", path, right],
        ] {
            let (status, text) = run(line);
            assert_eq!(status, 1, "{line:?}: {text}");
            assert_eq!(text.lines().count(), 1, "{line:?}: {text}");
            for part in [path, what, next] {
                assert!(text.contains(part), "{line:?}: {text:?} has no {part:?}");
            }
            assert!(!text.contains("bad magic"), "{line:?}: {text}");
        }
    }
}
