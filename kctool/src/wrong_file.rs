//! What a file is that `kc` does not read, by its first bytes, and what to do with it.
use std::fmt;

/// A kind of file: how it is called, and the next step.
pub(crate) struct Kind {
    what: &'static str,
    next: &'static str,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what, self.next)
    }
}

const fn kind(what: &'static str, next: &'static str) -> Kind {
    Kind { what, next }
}

/// Kinds that bytes at a place tell: the place, the bytes, the kind.
#[rustfmt::skip]
const MAGICS: [(usize, &[u8], Kind); 35] = [
    (0, b"\xce\xfa\xed\xfe", kind("a 32-bit Mach-O file", "kc reads 64-bit ones")),
    (0, b"\xfe\xed\xfa\xce", kind("a 32-bit Mach-O file of a big-endian processor",
        "kc reads 64-bit ones of little-endian processors")),
    (0, b"\xfe\xed\xfa\xcf", kind("a Mach-O file of a big-endian processor",
        "kc reads those of arm64 and x86_64")),
    (0, b"\x7fELF", kind("an ELF file", "readelf and objdump read it")),
    (0, b"MZ", kind("a PE file, as Windows and EFI have", "llvm-readobj and objdump read it")),
    (0, b"dyld_v1", kind("a dyld shared cache",
        "kc reads kernelcaches; ipsw dyld or dyld_info read it")),
    (0, b"!<arch>\n", kind("a static library",
        "extract its object files with ar x, and give kc one of them")),
    (0, b"BC\xc0\xde", kind("LLVM bitcode", "compile it with llc or clang first")),
    (0, b"\xde\xc0\x17\x0b", kind("LLVM bitcode", "compile it with llc or clang first")),
    (0, b"\xd0\x0d\xfe\xed", kind("a device tree (DTB)", "dtc -I dtb reads it")),
    (0, b"bplist", kind("a binary property list",
        "kc takes those that hold a manifest, as .shsh2 files do")),
    (0, b"<?xml", kind("an XML file", "give kc a kernelcache or a Mach-O file")),
    (0, b"<plist", kind("a property list",
        "kc takes those that hold a manifest, as .shsh2 files do")),
    (0, b"PK\x05\x06", kind("an empty ZIP archive", "there is nothing inside")),
    (0, b"AA01", kind("an Apple Archive", "aa extract unpacks it")),
    (0, b"YAA1", kind("an Apple Archive", "aa extract unpacks it")),
    (0, b"pbz", kind("a compressed Apple Archive", "aa extract unpacks it")),
    (0, b"xar!", kind("an installer package (xar)", "xar -x unpacks it")),
    (0, b"\x1f\x8b", kind("data that gzip compressed", "gunzip it first")),
    (0, b"\xfd7zXZ\0", kind("data that xz compressed", "unxz it first")),
    (0, b"BZh", kind("data that bzip2 compressed", "bunzip2 it first")),
    (0, b"\x28\xb5\x2f\xfd", kind("data that zstd compressed", "unzstd it first")),
    (0, b"\x04\x22\x4d\x18", kind("data that lz4 compressed", "unlz4 it first")),
    (0, b"7z\xbc\xaf\x27\x1c", kind("a 7z archive", "7z x unpacks it")),
    (0, b"Rar!", kind("a RAR archive", "unrar x unpacks it")),
    (0, b"encrcdsa", kind("an encrypted disk image",
        "attach it with hdiutil, and give kc a kernelcache inside")),
    (0, b"AEA1", kind("an encrypted archive (AEA)", "aea decrypt needs its key")),
    (0, b"-----BEGIN", kind("PEM text",
        "IMG4 files are DER: base64 -d the part between the lines")),
    (0, b"#!", kind("a script", "give kc a kernelcache or a Mach-O file")),
    (0, b"\xca\xfe\xba\xbe\0\0\0", kind("a Java class, or a fat file that is damaged",
        "javap reads a class")),
    (32, b"NXSB", kind("an APFS container", "mount it, and give kc a kernelcache inside")),
    (257, b"ustar", kind("a tar archive", "tar -x unpacks it")),
    (1024, b"H+\0\x04", kind("an HFS+ file system", "mount it, and give kc a kernelcache inside")),
    (1080, b"\x53\xef", kind("an ext file system", "mount it, and give kc a kernelcache inside")),
    (0x8001, b"CD001", kind("a CD image", "mount it, and give kc a kernelcache inside")),
];

const EMPTY: Kind = kind("an empty file", "was it copied or downloaded whole?");
const ZEROS: Kind = kind("nothing but zeros", "was it copied or downloaded whole?");
const TEXT: Kind = kind("a text file", "give kc a kernelcache or a Mach-O file");
const IPSW: Kind = kind(
    "a ZIP archive with a kernelcache inside, as firmware (.ipsw) is",
    "unzip it, and give kc the file kernelcache.*",
);
const ZIP: Kind = kind(
    "a ZIP archive",
    "unzip it, and give kc a kernelcache inside",
);
const DISK: Kind = kind(
    "a disk image (.dmg)",
    "attach or unpack it, and give kc a kernelcache inside",
);

/// Bytes at the end of a ZIP archive in which the names of its files are looked for.
const DIRECTORY: usize = 1 << 20;

/// What the file is, if its bytes tell.
pub(crate) fn identify(bytes: &[u8]) -> Option<&'static Kind> {
    // Of a large file its beginning tells.
    let start = &bytes[..bytes.len().min(4096)];
    if bytes.is_empty() {
        return Some(&EMPTY);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        let directory = &bytes[bytes.len().saturating_sub(DIRECTORY)..];
        let name = b"kernelcache.";
        let is_ipsw = directory.windows(name.len()).any(|window| window == name);
        return Some(if is_ipsw { &IPSW } else { &ZIP });
    }
    let known = MAGICS
        .iter()
        .find(|(at, magic, _)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(magic)));
    if let Some((_, _, kind)) = known {
        return Some(kind);
    }
    let trailer = bytes.len().checked_sub(512).map(|at| &bytes[at..]);
    if trailer.is_some_and(|trailer| trailer.starts_with(b"koly")) {
        return Some(&DISK);
    }
    let is_zero = |bytes: &[u8]| bytes.iter().all(|&byte| byte == 0);
    if is_zero(start) && is_zero(bytes) {
        return Some(&ZEROS);
    }
    let is_text = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0x80..);
    // A character may be cut in two.
    let is_utf8 =
        std::str::from_utf8(start).map_or_else(|error| error.error_len().is_none(), |_| true);
    (is_utf8 && start.iter().all(is_text)).then_some(&TEXT)
}

/// What a file is that is neither a container nor a Mach-O file, and the next step.
pub(crate) fn describe(bytes: &[u8]) -> String {
    if let Some(kind) = identify(bytes) {
        return kind.to_string();
    }
    let start: Vec<String> = bytes
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let next = if bytes.len() < 32 {
        "that is shorter than any header: was it copied or downloaded whole?"
    } else {
        "memory is read with --mapped, plain code with kc disasm --raw"
    };
    format!("data that starts with {}; {next}", start.join(" "))
}
