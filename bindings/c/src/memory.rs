//! From C's pointers to Rust's references: the one place that does it.

/// The bytes at `data`; an empty slice where there are none.
///
/// # Safety
/// `data` points to `len` readable bytes that do not change while `'a` lasts, or `len` is 0.
pub(crate) unsafe fn bytes<'a>(data: *const u8, len: usize) -> &'a [u8] {
    if data.is_null() || len == 0 {
        return &[];
    }
    // SAFETY: the caller's promise; not null.
    unsafe { core::slice::from_raw_parts(data, len) }
}

/// As [`bytes`], for writing.
///
/// # Safety
/// `data` points to `len` writable bytes that nothing else uses while `'a` lasts, or `len` is 0.
pub(crate) unsafe fn bytes_mut<'a>(data: *mut u8, len: usize) -> &'a mut [u8] {
    if data.is_null() || len == 0 {
        return &mut [];
    }
    // SAFETY: the caller's promise; not null.
    unsafe { core::slice::from_raw_parts_mut(data, len) }
}

/// Writes an object that C owns, where there is one.
///
/// # Safety
/// `out` is NULL, or valid and aligned for writing.
pub(crate) unsafe fn put<T>(out: *mut T, value: T) {
    if !out.is_null() {
        // SAFETY: the caller's promise; not null.
        unsafe { out.write(value) };
    }
}
