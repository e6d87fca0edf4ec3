//! IMG4 containers: what is inside, does its digest match, decompress it.

use core::mem::{MaybeUninit, size_of};

use img4::{Codec, Container, DigestCheck, Img4, Payload, Scratch};

use crate::error::{Failure, finish, kc_error, kc_status};
use crate::memory::{bytes, bytes_mut};

/// Kinds of container, in [`kc_container`]`.kind`: none, the bytes are the file itself.
pub const KC_CONTAINER_NONE: u32 = 0;
/// IMG4: payload, manifest and restore info.
pub const KC_CONTAINER_IMG4: u32 = 1;
/// IM4P: a payload alone.
pub const KC_CONTAINER_IM4P: u32 = 2;

/// Codecs, in [`kc_container`]`.codec`: not compressed.
pub const KC_CODEC_STORED: u32 = 0;
/// LZFSE (with LZVN blocks).
pub const KC_CODEC_LZFSE: u32 = 1;
/// LZSS behind a header of 384 bytes.
pub const KC_CODEC_LZSS: u32 = 2;
/// LZVN behind a header of 384 bytes.
pub const KC_CODEC_LZVN: u32 = 3;
/// Encrypted, and the container does not say.
pub const KC_CODEC_UNKNOWN: u32 = 4;

/// Outcomes of [`kc_container_check_digest`]: the payload has the digest that the manifest gives.
/// That says that they belong together, and nothing about who signed the manifest.
pub const KC_DIGEST_MATCHES: u32 = 0;
/// The payload's digest is another.
pub const KC_DIGEST_DIFFERS: u32 = 1;
/// There is no manifest, or it has no digest of this payload that can be computed.
pub const KC_DIGEST_UNVERIFIED: u32 = 2;

/// What a file contains.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct kc_container {
    /// `KC_CONTAINER_*`.
    pub kind: u32,
    /// `KC_CODEC_*`.
    pub codec: u32,
    /// The payload's four-character code and a NUL, as "krnl"; empty without a container.
    pub fourcc: [u8; 8],
    /// Whether the payload is encrypted, so that it cannot be decompressed.
    pub encrypted: bool,
    /// Whether there is a manifest.
    pub has_manifest: bool,
    /// Bytes after decompression; 0 where an encrypted payload does not say.
    pub size: u64,
    /// The payload's data, compressed or not: in the file.
    pub data: *const u8,
    /// Bytes of it.
    pub data_len: usize,
}

/// Words of a [`kc_scratch`].
pub const KC_SCRATCH_WORDS: usize = 6144;

/// Working memory of the LZFSE decoder, 48 KiB: a static, not the stack. Need not be initialised.
#[repr(C)]
pub struct kc_scratch {
    words: [MaybeUninit<u64>; KC_SCRATCH_WORDS],
}

const _: () = assert!(size_of::<Scratch>() <= size_of::<kc_scratch>());
const _: () = assert!(align_of::<Scratch>() <= align_of::<kc_scratch>());

/// The container that `file` is; DER's SEQUENCE tag cannot start a Mach-O or a fat file.
fn img4(file: &[u8]) -> Result<Option<(Img4<'_>, Payload<'_>)>, Failure> {
    if file.first() != Some(&0x30) {
        return Ok(None);
    }
    let img4 = Img4::parse(file)?;
    match img4.payload() {
        Some(payload) => Ok(Some((img4, payload))),
        None => Err(Failure::not_found(
            "IMG4: no payload, a manifest or restore info alone",
        )),
    }
}

fn describe(file: &[u8]) -> Result<kc_container, Failure> {
    let none = kc_container {
        kind: KC_CONTAINER_NONE,
        codec: KC_CODEC_STORED,
        fourcc: [0; 8],
        encrypted: false,
        has_manifest: false,
        size: wide(file.len()),
        data: file.as_ptr(),
        data_len: file.len(),
    };
    let Some((img4, payload)) = img4(file)? else {
        return Ok(none);
    };
    let plan = payload.plan()?;
    let [a, b, c, d] = payload.fourcc().bytes();
    Ok(kc_container {
        kind: if img4.container() == Container::Img4 {
            KC_CONTAINER_IMG4
        } else {
            KC_CONTAINER_IM4P
        },
        codec: match plan.codec() {
            Codec::Stored => KC_CODEC_STORED,
            Codec::Lzfse => KC_CODEC_LZFSE,
            Codec::CompLzss => KC_CODEC_LZSS,
            Codec::CompLzvn => KC_CODEC_LZVN,
            _ => KC_CODEC_UNKNOWN,
        },
        fourcc: [a, b, c, d, 0, 0, 0, 0],
        encrypted: plan.is_encrypted(),
        has_manifest: img4.manifest().is_some(),
        size: plan.size().unwrap_or(0),
        data: payload.data().as_ptr(),
        data_len: payload.data().len(),
    })
}

/// A length as C's `uint64_t`.
fn wide(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

fn digest(file: &[u8]) -> Result<u32, Failure> {
    let Some((img4, payload)) = img4(file)? else {
        return Ok(KC_DIGEST_UNVERIFIED);
    };
    let check = img4
        .manifest()
        .map(|manifest| payload.check_digest(&manifest));
    Ok(match check {
        Some(check) if check.matches() => KC_DIGEST_MATCHES,
        Some(DigestCheck::Differs) => KC_DIGEST_DIFFERS,
        _ => KC_DIGEST_UNVERIFIED,
    })
}

fn decompress(file: &[u8], output: &mut [u8], scratch: &mut Scratch) -> Result<usize, Failure> {
    if let Some((_, payload)) = img4(file)? {
        return Ok(payload.decompress_into(output, scratch)?.written);
    }
    match output.split_at_mut_checked(file.len()) {
        Some((front, _)) if front.len() == file.len() => front.copy_from_slice(file),
        _ => {
            let what = "the output buffer is smaller than the file";
            return Err(Failure::Other(kc_status::KC_BUFFER_TOO_SMALL, what));
        }
    }
    Ok(file.len())
}

/// Says what `file` contains: an IMG4, an IM4P, or anything else, which is then the payload itself.
///
/// # Safety
/// The contract of every pointer, at the top of this header. `error` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kc_container_open(
    file: *const u8,
    len: usize,
    container: *mut kc_container,
    error: *mut kc_error,
) -> kc_status {
    // SAFETY: the caller's promise.
    unsafe { finish(describe(bytes(file, len)), container, error) }
}

/// Compares the payload's digest with the manifest's; reads the whole payload. `*outcome` becomes
/// one of `KC_DIGEST_*`.
///
/// # Safety
/// The contract of every pointer, at the top of this header. `error` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kc_container_check_digest(
    file: *const u8,
    len: usize,
    outcome: *mut u32,
    error: *mut kc_error,
) -> kc_status {
    // SAFETY: the caller's promise.
    unsafe { finish(digest(bytes(file, len)), outcome, error) }
}

/// Decompresses the payload into `output`, or copies it where it is not compressed; `*written`
/// becomes the number of bytes. `kc_container.size` says how many it takes.
///
/// # Safety
/// The contract of every pointer, at the top of this header. `written` and `error` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kc_container_decompress(
    file: *const u8,
    len: usize,
    output: *mut u8,
    capacity: usize,
    scratch: *mut kc_scratch,
    written: *mut usize,
    error: *mut kc_error,
) -> kc_status {
    if scratch.is_null() {
        // SAFETY: the caller's promise.
        return unsafe { finish(Err(Failure::argument("scratch is NULL")), written, error) };
    }
    // SAFETY: large and aligned enough (asserted above); a Scratch consists of integers, of which
    // all zeros are valid.
    let scratch = unsafe {
        let place = scratch.cast::<MaybeUninit<Scratch>>();
        place.write_bytes(0, 1);
        (*place).assume_init_mut()
    };
    // SAFETY: the caller's promise.
    unsafe {
        let outcome = decompress(bytes(file, len), bytes_mut(output, capacity), scratch);
        finish(outcome, written, error)
    }
}
