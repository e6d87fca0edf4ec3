//! What people do by mistake, with files and on the command line: each time a message says what is
//! wrong, where, and what to do next.
use std::fs;
use std::io;
use std::path::PathBuf;

use testkit::img4::{Im4m, Im4p, img4, signed_like};
use testkit::kernelcache::sample;
use testkit::macho::fat::{Slice, wrap};

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

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("kc-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn put(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.0.join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

#[test]
fn wrong_files_are_named() {
    let folder = Folder::new("wrong");
    let right = folder.put("right", &sample::tiny().bytes);
    let mut count = 0;
    for (name, bytes, what, next) in rows() {
        let path = folder.put(name, &bytes);
        for line in [
            &["entry", &path][..],
            &["disasm", &path],
            &["entries", "--json", &path],
            &["diff", &right, &path],
            &["diff", &path, &right],
        ] {
            let (status, text) = run(line);
            assert_eq!(status, 1, "{line:?}: {text}");
            assert_eq!(text.lines().count(), 1, "{line:?}: {text}");
            for part in [path.as_str(), what, next] {
                assert!(text.contains(part), "{line:?}: {text:?} has no {part:?}");
            }
            assert!(!text.contains("bad magic"), "{line:?}: {text}");
        }
        count += 1;
    }
    assert!(count + mistakes().len() >= 85, "{count} files");
}

/// A command line in which `@NAME` is a file of [`files`], the status, what is wrong or where, and
/// a word of the next step.
type Mistake = (&'static str, u8, &'static str, &'static str);

#[rustfmt::skip]
fn mistakes() -> Vec<Mistake> {
    vec![
        // Places.
        ("info @missing", 1, "missing: there is no such file", "is the path right?"),
        ("diff @right @missing", 1, "missing: there is no such file", "is the path right?"),
        ("diff @missing @right", 1, "missing: there is no such file", "is the path right?"),
        ("info @folder", 1, "folder: is a directory", "give kc a file in it"),
        ("extract @right -o @right", 1, "right: is the input", "write to another file"),
        ("rebase @right --slide 0x4000 -o @right", 1, "right: is the input", "write to another file"),
        ("extract @right -o @folder", 1, "folder: is a directory", "name a file in it"),
        ("extract @right -o @nowhere/out", 1, "nowhere/out: there is no such folder", "create it first"),
        ("carve @right --at 0xfffffe0007004000 --len 4 -o @nowhere/out", 1, "there is no such folder", "create it first"),
        ("patch @right @missing -o @out", 1, "missing: there is no such file", "is the path right?"),
        ("patch @right @empty -o @out", 1, "empty: no patch is in it", "kc patch --help"),
        ("info -", 1, "standard input: ", "copied or downloaded whole"),
        // Files that are damaged, or whose container is of another kind.
        ("entry @cut.macho", 1, "cut.macho: mach_header_64", "copied or downloaded whole"),
        ("diff @right @cut.macho", 1, "cut.macho: mach_header_64", "copied or downloaded whole"),
        ("diff @cut.macho @right", 1, "cut.macho: mach_header_64", "copied or downloaded whole"),
        ("entry @cut.img4", 1, "cut.img4: ", "copied or downloaded whole"),
        ("extract @cut.img4 -o @out", 1, "cut.img4: ", "copied or downloaded whole"),
        ("entry @cut.lzfse", 1, "cut.lzfse: ", "copied or downloaded whole"),
        ("disasm @encrypted", 1, "encrypted: IM4P: encrypted", "decrypt it first"),
        ("entry @manifest", 1, "manifest: a manifest or restore info alone", "kc info"),
        ("extract @plain.im4p --manifest @out", 1, "plain.im4p: no manifest (IM4M) is in it", "kc info"),
        ("extract @plain.im4p --trailer @out", 1, "plain.im4p: no bytes follow the compressed stream", "leave --trailer out"),
        ("extract @manifest -o @out --raw", 1, "manifest: no payload is in it", "kc info"),
        ("extract @other.img4 -o @out", 1, "digest differs from the manifest's", "--accept-digest-mismatch"),
        ("entry @signed --max-size 1K", 1, "size over the limit", "--max-size raises the limit"),
        ("info @fat", 1, "no slice for arm64", "--arch takes one of: x86_64, x86_64"),
        ("info @memory --mapped", 1, "memory: no header of a loaded image", "--header says where it is") ,
        // Options and operands.
        ("disasm @right --at fffffe0007004000", 2, "'fffffe0007004000' for '--at <ADDR>'", "hexadecimal numbers start with 0x"),
        ("translate @right kernel", 2, "'kernel' for '<ADDR>...'", "not a number"),
        ("carve @right --at 0x10 --len 4X -o @out", 2, "'4X' for '--len <SIZE>'", "--help"),
        ("carve @right --len 4 -o @out", 2, "--at <ADDR>", "--help"),
        ("extract @right", 2, "--output <FILE>", "--help"),
        ("load @right", 2, "--phys-base <ADDR>", "--help"),
        ("disasm @right --syntax intel", 2, "'intel' for '--syntax <SYNTAX>'", "possible values: llvm, gnu, apple"),
        ("disasm @right --adr 0x10", 2, "unexpected argument '--adr'", "'--arch'"),
        ("info --color sometimes @right", 2, "'sometimes' for '--color <WHEN>'", "--help"),
        ("info", 2, "<FILE>", "--help"),
        ("inof @right", 2, "unrecognized subcommand 'inof'", "'info'"),
        ("@right", 2, "unrecognized subcommand", "kc info FILE"),
        ("disasm @right --section __TEXT_EXEC", 1, "not __TEXT_EXEC", "--section takes SEGMENT,SECTION"),
        ("headers --image org.example.nosuch @right", 1, "no image with the entry id org.example.nosuch", "kc entries"),
    ]
}

/// The files that [`mistakes`] name.
fn files(folder: &Folder) {
    let right = sample::tiny().bytes;
    folder.put("right", &right);
    folder.put("empty", b"");
    folder.put("memory", &[0x91; 0x4000]);
    fs::create_dir_all(folder.0.join("folder")).unwrap();
    folder.put("cut.macho", &right[..100]);
    let plain = Im4p::lzfse("krnl", &right);
    let signed = signed_like(&plain);
    folder.put("cut.img4", &signed[..signed.len() / 2]);
    folder.put("signed", &signed);
    let stream = &plain.data;
    folder.put("cut.lzfse", &stream[..stream.len() - 40]);
    folder.put("plain.im4p", &plain.build());
    let mut encrypted = plain.clone();
    encrypted.keybags = vec![(1, vec![0x11; 16], vec![0x22; 32])];
    folder.put("encrypted", &encrypted.build());
    let manifest = Im4m::covering("krnl", &[0; 48]).build();
    folder.put("other.img4", &img4(&plain.build(), Some(&manifest), None));
    folder.put("manifest", &manifest);
    let mut x86 = sample::tiny().bytes;
    x86[4..8].copy_from_slice(&0x0100_0007_u32.to_le_bytes());
    let slice = Slice {
        cputype: 0x0100_0007,
        cpusubtype: 3,
        align: 14,
        bytes: x86,
    };
    folder.put("fat", &wrap(&[slice.clone(), slice], true).0);
}

#[test]
fn mistakes_are_explained() {
    let folder = Folder::new("mistakes");
    files(&folder);
    for (line, status, what, next) in mistakes() {
        let words = line.split(' ').map(|word| match word.strip_prefix('@') {
            Some(name) => folder.0.join(name).to_str().unwrap().to_owned(),
            None => word.to_owned(),
        });
        let words: Vec<String> = words.collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (ended, text) = run(&words);
        assert_eq!(ended, status, "{line}: {text}");
        if status == 1 {
            assert_eq!(text.lines().count(), 1, "{line}: {text}");
            assert!(text.starts_with("kc: "), "{line}: {text}");
        }
        for part in [what, next] {
            assert!(text.contains(part), "{line}: {text:?} has no {part:?}");
        }
        assert!(!text.contains("bad magic"), "{line}: {text}");
        assert!(!folder.0.join("out").exists(), "{line}");
    }
}
