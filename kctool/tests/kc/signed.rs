//! A file with an export trie and a code signature.
use std::collections::BTreeMap;

use testkit::constants as c;
use testkit::macho::signature::Signature;
use testkit::macho::trie::{self, Export};
use testkit::macho::{Command, Header, MachFile, Segment};

/// Where the trie and the signature lie.
const TRIE: u32 = 0x800;
const SIGNATURE: u32 = 0xa00;

/// Exports of every kind.
pub(crate) fn exports() -> Vec<u8> {
    let reexport = |ordinal, name: &str| Export::Reexport {
        ordinal,
        name: name.to_owned(),
    };
    let regular = |flags, vmoffset| Export::Regular { flags, vmoffset };
    let exports: BTreeMap<String, Export> = [
        ("_main", regular(0, 0x10)),
        ("_mainframe", regular(4, 0x20)),
        ("_thread_local", regular(1, 0x30)),
        ("_absolute", regular(2, 0x1234)),
        ("_puts", reexport(1, "")),
        ("_old_name", reexport(2, "_new_name")),
        (
            "_memcpy",
            Export::Resolver {
                stub: 0x40,
                resolver: 0x50,
            },
        ),
    ]
    .map(|(name, export)| (name.to_owned(), export))
    .into();
    trie::build(&exports)
}

/// The file: `__TEXT`, a trie of `trie` and a signature of `signature`.
pub(crate) fn file(trie: Vec<u8>, signature: Vec<u8>) -> Vec<u8> {
    let text = Segment {
        name: "__TEXT".to_owned(),
        vmaddr: 0x1_0000_0000,
        vmsize: 0x4000,
        filesize: 0x1000,
        ..Segment::default()
    };
    let size = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap();
    MachFile {
        header: Header::default(),
        commands: vec![
            Command::Segment(text),
            Command::LinkeditData {
                cmd: c::LC_DYLD_EXPORTS_TRIE,
                dataoff: TRIE,
                datasize: size(&trie),
            },
            Command::LinkeditData {
                cmd: c::LC_CODE_SIGNATURE,
                dataoff: SIGNATURE,
                datasize: size(&signature),
            },
        ],
        contents: vec![(TRIE.into(), trie), (SIGNATURE.into(), signature)],
        min_len: 0x1000,
    }
    .build()
}

/// The whole file, one whose trie ends in damage, and two whose signature is damaged: a blob, and
/// the identifier.
pub(crate) fn files() -> [(&'static str, Vec<u8>); 4] {
    let signature = Signature::default().build();
    let mut cut = exports();
    let last = cut.len() - 1;
    // The last node's count of edges: there are none after it.
    cut[last] = 1;
    let mut blob = signature.clone();
    // Where the third entry of the index says its blob is.
    blob[32..36].fill(0xff);
    let mut identifier = signature.clone();
    // The directory starts after an index of three entries, its `identOffset` 20 bytes into it.
    identifier[36 + 20..36 + 24].fill(0xff);
    [
        ("signed", file(exports(), signature.clone())),
        ("cut-trie", file(cut, signature)),
        ("cut-blob", file(exports(), blob)),
        ("cut-identifier", file(exports(), identifier)),
    ]
}
