//! Peers written in C, from shared objects that the user built and named in the
//! environment; nothing of them is in this repository.
//!
//! disarm (github.com/aengelke/disarm, BSD-3-Clause): `KC_BENCH_DISARM`.
//! lzfse (github.com/lzfse/lzfse, BSD-3-Clause): `KC_BENCH_LZFSE`.
//! lzss.c of img4lib (github.com/xerub/img4lib): `KC_BENCH_LZSS`.
#![expect(
    unsafe_code,
    reason = "foreign functions are unsafe to load and to call; the libraries under test have none"
)]

use std::ffi::c_char;
use std::hint::black_box;
use std::rc::Rc;

use libloading::{Library, Symbol};

use crate::input::Foreign;
use crate::measure::Case;
use crate::words::over;

/// disarm's `struct Da64Inst`: u16, five operands of four bytes, a u64.
#[repr(C)]
#[derive(Clone, Copy)]
struct Inst {
    mnem: u16,
    ops: [u32; 5],
    imm: u64,
}

type Classify = unsafe extern "C" fn(u32) -> u32;
type Decode = unsafe extern "C" fn(u32, *mut Inst);
type Format = unsafe extern "C" fn(*const Inst, u64, *mut c_char);
type Coder = unsafe extern "C" fn(*mut u8, usize, *const u8, usize, *mut u8) -> usize;
type Lzss = unsafe extern "C" fn(*mut u8, *const u8, u32) -> i32;
type Adler = unsafe extern "C" fn(*const u8, i32) -> u32;

/// Loads a function and keeps its library for ever. A path that is set but does
/// not work is reported, so that a peer is never left out unnoticed.
fn function<T: Copy>(path: Option<&std::path::Path>, name: &str) -> Option<T> {
    let path = path?;
    // SAFETY: the user names a library of theirs; its initialisers run. The type
    // is the one in the library's public header.
    let loaded = unsafe {
        Library::new(path).and_then(|library| {
            let library = Box::leak(Box::new(library));
            let symbol: Symbol<'_, T> = library.get(name.as_bytes())?;
            Ok(*symbol)
        })
    };
    loaded
        .inspect_err(|error| eprintln!("{}: {error}", path.display()))
        .ok()
}

const EMPTY: Inst = Inst {
    mnem: 0,
    ops: [0; 5],
    imm: 0,
};

/// `da64_classify`.
pub fn disarm_identify(foreign: &Foreign, words: &Rc<[u32]>) -> Option<Case> {
    let classify: Classify = function(foreign.disarm.as_deref(), "da64_classify")?;
    // SAFETY: takes any word, touches no memory of ours.
    let each = move |word, _| u64::from(unsafe { classify(word) });
    Some(Case::peer("disarm (C)", over(words, each)))
}

/// `da64_decode`.
pub fn disarm_decode(foreign: &Foreign, words: &Rc<[u32]>) -> Option<Case> {
    let decode: Decode = function(foreign.disarm.as_deref(), "da64_decode")?;
    let mut inst = EMPTY;
    let each = move |word, _| {
        // SAFETY: writes one Inst, whose layout is that of the header.
        unsafe { decode(word, &raw mut inst) };
        u64::from(black_box(&inst).mnem != 0)
    };
    Some(Case::peer("disarm (C)", over(words, each)))
}

/// `da64_decode` and `da64_format_abs`.
pub fn disarm_text(foreign: &Foreign, words: &Rc<[u32]>) -> Option<Case> {
    let decode: Decode = function(foreign.disarm.as_deref(), "da64_decode")?;
    let format: Format = function(foreign.disarm.as_deref(), "da64_format_abs")?;
    let mut inst = EMPTY;
    let mut text: [c_char; 128] = [0; 128];
    let each = move |word, pc| {
        // SAFETY: as above; the header asks for a buffer of 128 bytes.
        unsafe {
            decode(word, &raw mut inst);
            format(&raw const inst, pc, text.as_mut_ptr());
        }
        u64::from(black_box(&text)[0] != 0)
    };
    Some(Case::peer("disarm (C), no aliases", over(words, each)))
}

/// `lzfse_decode_buffer` over one whole stream.
pub fn lzfse(foreign: &Foreign, packed: &Rc<[u8]>, size: usize) -> Option<Case> {
    let decode: Coder = function(foreign.lzfse.as_deref(), "lzfse_decode_buffer")?;
    let packed = Rc::clone(packed);
    // One byte more, so that a full buffer is not mistaken for a cut stream.
    let mut out = vec![0_u8; size + 1];
    Some(Case::peer("reference C", move || {
        // SAFETY: both lengths are those of the buffers; a null scratch makes the
        // library allocate its own.
        let written = unsafe {
            decode(
                out.as_mut_ptr(),
                out.len(),
                packed.as_ptr(),
                packed.len(),
                std::ptr::null_mut(),
            )
        };
        crate::measure::sum(&out[..written])
    }))
}

/// `decompress_lzss` over one whole stream, then `lzadler32` over the output, as
/// img4lib does it.
pub fn lzss(foreign: &Foreign, packed: &[u8], size: usize) -> Option<Case> {
    let decode: Lzss = function(foreign.lzss.as_deref(), "decompress_lzss")?;
    let adler: Adler = function(foreign.lzss.as_deref(), "lzadler32")?;
    let packed = packed.to_vec();
    let len = u32::try_from(packed.len()).ok()?;
    let wanted = i32::try_from(size).ok()?;
    let mut out = vec![0_u8; size];
    Some(Case::peer("img4lib (C), with its checksum", move || {
        // SAFETY: the function writes without a limit, and this stream was made
        // from `size` bytes.
        let written = unsafe {
            let written = decode(out.as_mut_ptr(), packed.as_ptr(), len);
            black_box(adler(out.as_ptr(), wanted));
            written
        };
        crate::measure::sum(&out[..usize::try_from(written).unwrap_or(0)])
    }))
}
