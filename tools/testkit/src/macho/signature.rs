//! A code signature (`LC_CODE_SIGNATURE`): a super blob with a code directory and entitlements, all
//! big-endian (`osfmk/kern/cs_blobs.h`). Its hashes are made up, and nobody signed it.

use crate::bytes::len32;

const SUPER_BLOB: u32 = 0xfade_0cc0;
const DIRECTORY: u32 = 0xfade_0c02;
const REQUIREMENTS: u32 = 0xfade_0c01;
const ENTITLEMENTS: u32 = 0xfade_7171;

/// What a signature says.
#[derive(Debug, Clone)]
pub struct Signature {
    /// Identifier of the code directory.
    pub identifier: String,
    /// Identifier of the team.
    pub team: String,
    /// Flags of the code directory.
    pub flags: u32,
    /// Kind of hash: 1 SHA-1, 2 SHA-256, 4 SHA-384.
    pub hash_type: u8,
    /// Bytes of the file that are covered.
    pub code_limit: u32,
    /// The entitlements, a property list.
    pub entitlements: String,
}

impl Default for Signature {
    fn default() -> Self {
        Self {
            identifier: "org.example.signed".to_owned(),
            team: "TESTKIT".to_owned(),
            // Ad hoc, hardened runtime, signed by a linker.
            flags: 0x3_0002,
            hash_type: 2,
            code_limit: 0x800,
            entitlements:
                "<plist version=\"1.0\">\n<dict>\n\t<key>org.example.allowed</key>\n\t<true/>\n\
                           </dict>\n</plist>\n"
                    .to_owned(),
        }
    }
}

fn blob(magic: u32, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(magic.to_be_bytes());
    out.extend((8 + len32(content.len())).to_be_bytes());
    out.extend(content);
    out
}

impl Signature {
    /// A code directory of version 0x20400 with one page hash of made-up bytes.
    pub fn directory(&self) -> Vec<u8> {
        const HEADER: u32 = 88;
        let size: u8 = match self.hash_type {
            1 => 20,
            4 => 48,
            _ => 32,
        };
        let team = HEADER + len32(self.identifier.len()) + 1;
        let hashes = team + len32(self.team.len()) + 1;
        let mut out = Vec::new();
        for word in [0x2_0400, self.flags, hashes, HEADER, 0, 1, self.code_limit] {
            out.extend(word.to_be_bytes());
        }
        // Size and kind of the hash, platform, page size.
        out.extend([size, self.hash_type, 0, 12]);
        // Two spare words around the offsets of scatter and team, and the 64-bit code limit.
        for word in [0, 0, team, 0, 0, 0] {
            out.extend(word.to_be_bytes());
        }
        // The executable segment: base, size, main binary.
        for long in [0_u64, 0x800, 1] {
            out.extend(long.to_be_bytes());
        }
        for name in [&self.identifier, &self.team] {
            out.extend(name.as_bytes());
            out.push(0);
        }
        out.extend(vec![7; size.into()]);
        blob(DIRECTORY, &out)
    }

    /// The super blob.
    pub fn build(&self) -> Vec<u8> {
        let blobs = [
            (0_u32, self.directory()),
            (2, blob(REQUIREMENTS, &[0; 4])),
            (5, blob(ENTITLEMENTS, self.entitlements.as_bytes())),
        ];
        let mut at = 12 + 8 * len32(blobs.len());
        let mut index = Vec::new();
        index.extend(len32(blobs.len()).to_be_bytes());
        for (slot, blob) in &blobs {
            index.extend(slot.to_be_bytes());
            index.extend(at.to_be_bytes());
            at += len32(blob.len());
        }
        for (_, blob) in &blobs {
            index.extend(blob);
        }
        blob(SUPER_BLOB, &index)
    }
}
