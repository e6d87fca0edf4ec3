//! Writers of IMG4, IM4P, IM4M and IM4R, and of the codecs inside an IM4P.
//!
//! Nothing here is checked: a test may ask for a container that contradicts itself.

#![expect(
    clippy::cast_possible_truncation,
    reason = "lengths and fields are cut to their width on purpose"
)]

use crate::{lzss, lzvn};

/// One DER element: identifier octets, length, contents.
pub fn tlv(tag: &[u8], contents: &[u8]) -> Vec<u8> {
    let mut out = tag.to_vec();
    let len = contents.len();
    if len < 0x80 {
        out.push(len as u8);
    } else {
        let digits = len.to_be_bytes();
        let digits = &digits[len.leading_zeros() as usize / 8..];
        out.push(0x80 | digits.len() as u8);
        out.extend_from_slice(digits);
    }
    out.extend_from_slice(contents);
    out
}

/// SEQUENCE of the parts.
pub fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(&[0x30], &parts.concat())
}

/// SET of the parts.
pub fn set(parts: &[&[u8]]) -> Vec<u8> {
    tlv(&[0x31], &parts.concat())
}

/// IA5String.
pub fn ia5(text: &str) -> Vec<u8> {
    tlv(&[0x16], text.as_bytes())
}

/// OCTET STRING.
pub fn octets(bytes: &[u8]) -> Vec<u8> {
    tlv(&[0x04], bytes)
}

/// A non-negative INTEGER in its shortest form.
pub fn integer(value: u64) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let skip = (value.leading_zeros() as usize / 8).min(7);
    let mut digits = bytes[skip..].to_vec();
    if digits[0] & 0x80 != 0 {
        digits.insert(0, 0);
    }
    tlv(&[0x02], &digits)
}

/// BOOLEAN.
pub fn boolean(value: bool) -> Vec<u8> {
    tlv(&[0x01], &[if value { 0xff } else { 0 }])
}

/// `[number]`, constructed; numbers up to 30.
pub fn context(number: u8, contents: &[u8]) -> Vec<u8> {
    tlv(&[0xa0 | number], contents)
}

/// `[PRIVATE name]`, constructed: 0xff, then the name as a number in base 128.
pub fn private(name: &str, contents: &[u8]) -> Vec<u8> {
    let name: [u8; 4] = name.as_bytes().try_into().expect("four characters");
    let number = u32::from_be_bytes(name);
    let mut tag = vec![0xff];
    let groups = number.max(1).ilog2() / 7;
    for group in (0..=groups).rev() {
        let more = if group == 0 { 0 } else { 0x80 };
        tag.push((number >> (7 * group)) as u8 & 0x7f | more);
    }
    tlv(&tag, contents)
}

/// `[PRIVATE name] { SEQUENCE { IA5 name, value } }`: a property, or with a SET as value an object
/// of a manifest.
pub fn property(name: &str, value: &[u8]) -> Vec<u8> {
    private(name, &sequence(&[&ia5(name), value]))
}

/// An IM4P to be written.
#[derive(Clone, Debug, Default)]
pub struct Im4p {
    /// The four-character code, such as `krnl`.
    pub fourcc: String,
    /// The description.
    pub description: String,
    /// The data as it will stand in the file.
    pub data: Vec<u8>,
    /// Key bags as (kind, iv, key); empty: no KBAG.
    pub keybags: Vec<(u64, Vec<u8>, Vec<u8>)>,
    /// Algorithm and uncompressed size; `None`: not declared.
    pub compression: Option<(u64, u64)>,
    /// Finished properties for `PAYP`; empty: no PAYP.
    pub properties: Vec<Vec<u8>>,
    /// Finished elements after all that.
    pub unknown: Vec<u8>,
}

impl Im4p {
    /// `data` as it is.
    pub fn stored(fourcc: &str, data: &[u8]) -> Self {
        Self {
            fourcc: fourcc.into(),
            description: "testkit".into(),
            data: data.to_vec(),
            ..Self::default()
        }
    }

    /// `data` compressed with LZFSE, the size declared.
    pub fn lzfse(fourcc: &str, data: &[u8]) -> Self {
        Self {
            compression: Some((1, data.len() as u64)),
            ..Self::stored(fourcc, &lzfse(data))
        }
    }

    /// `data` compressed with LZSS behind its header.
    pub fn lzss(fourcc: &str, data: &[u8]) -> Self {
        Self::stored(fourcc, &comp(*b"lzss", data, &lzss::compress(data)))
    }

    /// `data` compressed with LZVN behind its header.
    pub fn lzvn(fourcc: &str, data: &[u8]) -> Self {
        Self::stored(fourcc, &comp(*b"lzvn", data, &lzvn::compress(data)))
    }

    /// The file.
    pub fn build(&self) -> Vec<u8> {
        let mut parts = vec![
            ia5("IM4P"),
            ia5(&self.fourcc),
            ia5(&self.description),
            octets(&self.data),
        ];
        if !self.keybags.is_empty() {
            let bags: Vec<u8> = self
                .keybags
                .iter()
                .flat_map(|(kind, iv, key)| sequence(&[&integer(*kind), &octets(iv), &octets(key)]))
                .collect();
            parts.push(octets(&sequence(&[&bags])));
        }
        if let Some((algorithm, size)) = self.compression {
            parts.push(sequence(&[&integer(algorithm), &integer(size)]));
        }
        if !self.properties.is_empty() {
            let set = set(&[&self.properties.concat()]);
            parts.push(context(0, &sequence(&[&ia5("PAYP"), &set])));
        }
        parts.push(self.unknown.clone());
        sequence(&[&parts.concat()])
    }
}

/// An IM4M to be written. Its signature and certificates are fillers.
#[derive(Clone, Debug, Default)]
pub struct Im4m {
    /// Finished properties of the device, see [`property`].
    pub properties: Vec<Vec<u8>>,
    /// Objects: name and finished properties.
    pub objects: Vec<(String, Vec<Vec<u8>>)>,
}

impl Im4m {
    /// A manifest for one object with the given digest, as a T8103 would have it but for the
    /// signature.
    pub fn covering(fourcc: &str, digest: &[u8]) -> Self {
        Self {
            properties: vec![
                property("BORD", &integer(0x26)),
                property("CHIP", &integer(0x8103)),
                property("CPRO", &boolean(true)),
                property("ECID", &integer(0x0011_2233_4455_6677)),
            ],
            objects: vec![(
                fourcc.into(),
                vec![
                    property("DGST", &octets(digest)),
                    property("EKEY", &boolean(true)),
                    property("EPRO", &boolean(true)),
                    property("ESEC", &boolean(false)),
                ],
            )],
        }
    }

    /// The file.
    pub fn build(&self) -> Vec<u8> {
        let mut entries = vec![property("MANP", &set(&[&self.properties.concat()]))];
        for (name, properties) in &self.objects {
            entries.push(property(name, &set(&[&properties.concat()])));
        }
        let manb = property("MANB", &set(&[&entries.concat()]));
        sequence(&[
            &ia5("IM4M"),
            &integer(0),
            &set(&[&manb]),
            &octets(&[0x5a; 64]),
            &sequence(&[]),
        ])
    }
}

/// An IM4R with the given finished properties.
pub fn im4r(properties: &[Vec<u8>]) -> Vec<u8> {
    sequence(&[&ia5("IM4R"), &set(&[&properties.concat()])])
}

/// An IMG4 around finished parts.
pub fn img4(im4p: &[u8], im4m: Option<&[u8]>, im4r: Option<&[u8]>) -> Vec<u8> {
    let im4m = im4m.map_or(Vec::new(), |im4m| context(0, im4m));
    let im4r = im4r.map_or(Vec::new(), |im4r| context(1, im4r));
    sequence(&[&ia5("IMG4"), im4p, &im4m, &im4r])
}

/// An IMG4 whose manifest covers the payload with its SHA-384.
pub fn signed_like(im4p: &Im4p) -> Vec<u8> {
    use sha2::Digest as _;
    let payload = im4p.build();
    let digest = sha2::Sha384::digest(&payload);
    let manifest = Im4m::covering(&im4p.fourcc, &digest).build();
    img4(&payload, Some(&manifest), None)
}

/// LZFSE blocks of `data`.
pub fn lzfse(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    lzfse_rust::LzfseEncoder::default()
        .encode_bytes(data, &mut out)
        .expect("encoding into memory");
    out
}

/// A 384-byte comp header and the stream after it.
pub fn comp(codec: [u8; 4], data: &[u8], stream: &[u8]) -> Vec<u8> {
    let mut out = b"comp".to_vec();
    out.extend_from_slice(&codec);
    for word in [
        adler32(data),
        data.len() as u32,
        stream.len() as u32,
        1, // prelink version: can be slid
    ] {
        out.extend_from_slice(&word.to_be_bytes());
    }
    out.resize(384, 0);
    out.extend_from_slice(stream);
    out
}

/// Adler-32 (RFC 1950, 8.2), the plain way.
pub fn adler32(data: &[u8]) -> u32 {
    let (mut a, mut b) = (1u32, 0u32);
    for &byte in data {
        a = (a + u32::from(byte)) % 65521;
        b = (b + a) % 65521;
    }
    b << 16 | a
}
