//! What a copy of the libraries calls at each decision: it asks which mutant was chosen.
//!
//! This file becomes the crate `chosen` of the copy. A mutant has a number from 1; the environment
//! says which one is chosen (`CHOSEN_MUTANT`), or names a file that is to receive the number of
//! every decision reached (`CHOSEN_REACHED`).

use std::fs::File;
use std::io::Write;
use std::ops::Not;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// The environment was not read yet.
const UNREAD: u32 = u32::MAX;
/// No mutant: the decisions that are reached are written down.
const RECORD: u32 = u32::MAX - 1;
/// More numbers than there are mutants.
const MOST: usize = 1 << 16;

static CHOSEN: AtomicU32 = AtomicU32::new(UNREAD);
static FILE: OnceLock<File> = OnceLock::new();
static REACHED: [AtomicBool; MOST] = [const { AtomicBool::new(false) }; MOST];

/// Which mutant of the decision `id` is chosen, from 0; a greater number than it has if none is.
#[inline]
fn pick(id: u32) -> u32 {
    let chosen = CHOSEN.load(Ordering::Relaxed);
    if chosen >= RECORD {
        return slow(id, chosen);
    }
    chosen.wrapping_sub(id)
}

#[cold]
fn slow(id: u32, chosen: u32) -> u32 {
    if chosen == UNREAD {
        let chosen = read();
        CHOSEN.store(chosen, Ordering::Relaxed);
        return pick(id);
    }
    let first = REACHED
        .get(id as usize)
        .is_some_and(|reached| !reached.swap(true, Ordering::Relaxed));
    if first {
        if let Some(mut file) = FILE.get() {
            // A number that is not written makes the run find too few tests, never too many kills.
            let _ = file.write_all(&id.to_le_bytes());
        }
    }
    u32::MAX
}

fn read() -> u32 {
    if let Some(path) = std::env::var_os("CHOSEN_REACHED") {
        let file = File::options().create(true).append(true).open(path);
        if let Ok(file) = file {
            let _ = FILE.set(file);
        }
        return RECORD;
    }
    let number = std::env::var("CHOSEN_MUTANT").ok();
    number.and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Whether the only mutant of this decision is chosen.
#[inline]
pub fn on(id: u32) -> bool {
    pick(id) == 0
}

/// Whether it is not.
#[inline]
pub fn off(id: u32) -> bool {
    pick(id) != 0
}

/// A condition: false, true.
#[inline]
pub fn cond(id: u32, value: bool) -> bool {
    match pick(id) {
        0 => false,
        1 => true,
        _ => value,
    }
}

/// A loop's condition: false.
#[inline]
pub fn go_on(id: u32, value: bool) -> bool {
    pick(id) != 0 && value
}

/// `!value`: without it.
#[inline]
pub fn not<T: Not<Output = T>>(id: u32, value: T) -> T {
    if pick(id) == 0 { value } else { !value }
}

/// `a < b`: with equality, negated.
#[inline]
pub fn lt<A: PartialOrd<B> + ?Sized, B: ?Sized>(id: u32, a: &A, b: &B) -> bool {
    match pick(id) {
        0 => a <= b,
        1 => !(a < b),
        _ => a < b,
    }
}

/// `a < b`: with equality.
#[inline]
pub fn moved_lt<A: PartialOrd<B> + ?Sized, B: ?Sized>(id: u32, a: &A, b: &B) -> bool {
    if pick(id) == 0 { a <= b } else { a < b }
}

/// `a <= b`: without equality.
#[inline]
pub fn moved_le<A: PartialOrd<B> + ?Sized, B: ?Sized>(id: u32, a: &A, b: &B) -> bool {
    if pick(id) == 0 { a < b } else { a <= b }
}

/// `a > b`: with equality.
#[inline]
pub fn moved_gt<A: PartialOrd<B> + ?Sized, B: ?Sized>(id: u32, a: &A, b: &B) -> bool {
    if pick(id) == 0 { a >= b } else { a > b }
}

/// `a >= b`: without equality.
#[inline]
pub fn moved_ge<A: PartialOrd<B> + ?Sized, B: ?Sized>(id: u32, a: &A, b: &B) -> bool {
    if pick(id) == 0 { a > b } else { a >= b }
}

/// `a <= b`: without equality, negated.
#[inline]
pub fn le<A: PartialOrd<B> + ?Sized, B: ?Sized>(id: u32, a: &A, b: &B) -> bool {
    match pick(id) {
        0 => a < b,
        1 => !(a <= b),
        _ => a <= b,
    }
}

/// `a > b`: with equality, negated.
#[inline]
pub fn gt<A: PartialOrd<B> + ?Sized, B: ?Sized>(id: u32, a: &A, b: &B) -> bool {
    match pick(id) {
        0 => a >= b,
        1 => !(a > b),
        _ => a > b,
    }
}

/// `a >= b`: without equality, negated.
#[inline]
pub fn ge<A: PartialOrd<B> + ?Sized, B: ?Sized>(id: u32, a: &A, b: &B) -> bool {
    match pick(id) {
        0 => a > b,
        1 => !(a >= b),
        _ => a >= b,
    }
}

/// `a == b`: negated.
#[inline]
pub fn eq<A: PartialEq<B> + ?Sized, B: ?Sized>(id: u32, a: &A, b: &B) -> bool {
    if pick(id) == 0 { a != b } else { a == b }
}

/// `a != b`: negated.
#[inline]
pub fn ne<A: PartialEq<B> + ?Sized, B: ?Sized>(id: u32, a: &A, b: &B) -> bool {
    if pick(id) == 0 { a == b } else { a != b }
}

/// `a.min(b)`: `a`, `b`.
#[inline]
pub fn min<T: Ord>(id: u32, a: T, b: T) -> T {
    match pick(id) {
        0 => a,
        1 => b,
        _ => a.min(b),
    }
}

/// `a.max(b)`: `a`, `b`.
#[inline]
pub fn max<T: Ord>(id: u32, a: T, b: T) -> T {
    match pick(id) {
        0 => a,
        1 => b,
        _ => a.max(b),
    }
}

/// An integer of any width.
pub trait Integer: Copy {
    /// One more.
    #[must_use]
    fn up(self) -> Self;
    /// One less.
    #[must_use]
    fn down(self) -> Self;
}

macro_rules! integers {
    ($($name:ty)*) => {
        $(impl Integer for $name {
            #[inline]
            fn up(self) -> Self {
                self.wrapping_add(1)
            }
            #[inline]
            fn down(self) -> Self {
                self.wrapping_sub(1)
            }
        })*
    };
}
integers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

/// A number: one more, one less.
#[inline]
pub fn shift<T: Integer>(id: u32, value: T) -> T {
    match pick(id) {
        0 => value.up(),
        1 => value.down(),
        _ => value,
    }
}

/// A number: one more.
#[inline]
pub fn up<T: Integer>(id: u32, value: T) -> T {
    if pick(id) == 0 { value.up() } else { value }
}

/// A number: one less.
#[inline]
pub fn down<T: Integer>(id: u32, value: T) -> T {
    if pick(id) == 0 { value.down() } else { value }
}
