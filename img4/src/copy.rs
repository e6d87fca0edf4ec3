//! Copies inside the output: the fast ones move 16 bytes at a time and may write past their end,
//! into room that later output overwrites.

/// Bytes a fast copy may write past its end. With this much room left, [`wild_match`] and
/// [`wild_literals`] apply.
pub(crate) const SLACK: usize = 32;

/// Moves 16 bytes from `from` to `to`. Out of range, nothing happens: callers have checked the
/// range, this is what spares a panic path.
#[inline]
fn step16(output: &mut [u8], from: usize, to: usize) {
    let chunk = output.get(from..).and_then(<[u8]>::first_chunk::<16>);
    debug_assert!(chunk.is_some(), "the caller has left room");
    let Some(&chunk) = chunk else {
        return;
    };
    let place = output.get_mut(to..).and_then(<[u8]>::first_chunk_mut::<16>);
    debug_assert!(place.is_some(), "the caller has left room");
    if let Some(place) = place {
        *place = chunk;
    }
}

/// The same with 8 bytes.
#[inline]
fn step8(output: &mut [u8], from: usize, to: usize) {
    let chunk = output.get(from..).and_then(<[u8]>::first_chunk::<8>);
    debug_assert!(chunk.is_some(), "the caller has left room");
    let Some(&chunk) = chunk else {
        return;
    };
    let place = output.get_mut(to..).and_then(<[u8]>::first_chunk_mut::<8>);
    debug_assert!(place.is_some(), "the caller has left room");
    if let Some(place) = place {
        *place = chunk;
    }
}

/// Copies `len` bytes from `distance` back to `at`.
///
/// The caller has checked 1 <= distance <= at and `at + len + SLACK <= output.len()`.
#[inline]
pub(crate) fn wild_match(output: &mut [u8], at: usize, distance: usize, len: usize) {
    if distance >= 16 {
        let from = at.wrapping_sub(distance);
        step16(output, from, at);
        step16(output, from.wrapping_add(16), at.wrapping_add(16));
        let mut done = 32;
        while done < len {
            step16(output, from.wrapping_add(done), at.wrapping_add(done));
            done = done.wrapping_add(16);
        }
    } else {
        wild_near_match(output, at, distance, len);
    }
}

/// The multiple of a short distance that is at least 8, so that 8-byte steps do not overlap.
const SPREAD: [usize; 16] = [8, 8, 8, 9, 8, 10, 12, 14, 8, 9, 10, 11, 12, 13, 14, 15];

/// Distances below 16: the pattern repeats inside one step.
#[inline]
fn wild_near_match(output: &mut [u8], at: usize, distance: usize, len: usize) {
    debug_assert!(
        0 < distance && distance <= at,
        "the caller has checked the distance"
    );
    debug_assert!(
        at.saturating_add(len).saturating_add(SLACK) <= output.len(),
        "the caller has left room"
    );
    let from = at.wrapping_sub(distance);
    if distance == 1 {
        let byte = output.get(from).copied().unwrap_or_default();
        if let Some(place) = output.get_mut(at..at.wrapping_add(len)) {
            place.fill(byte);
        }
        return;
    }
    if distance < 8 {
        for i in 0..8usize {
            let byte = output
                .get(from.wrapping_add(i))
                .copied()
                .unwrap_or_default();
            if let Some(place) = output.get_mut(at.wrapping_add(i)) {
                *place = byte;
            }
        }
    } else {
        step8(output, from, at);
    }
    let spread = SPREAD.get(distance & 15).copied().unwrap_or(8);
    let mut done = 8usize;
    while done < len {
        let to = at.wrapping_add(done);
        step8(output, to.wrapping_sub(spread), to);
        done = done.wrapping_add(8);
    }
}

#[cfg(feature = "lzfse")]
/// Copies the first `len` bytes of `literals` to `at`.
///
/// The caller has checked `len + SLACK <= literals.len()` and `at + len + SLACK <= output.len()`.
#[inline]
pub(crate) fn wild_literals(output: &mut [u8], at: usize, literals: &[u8], len: usize) {
    let mut done = 0usize;
    loop {
        let (Some(chunk), Some(place)) = (
            literals.get(done..).and_then(<[u8]>::first_chunk::<16>),
            output
                .get_mut(at.wrapping_add(done)..)
                .and_then(<[u8]>::first_chunk_mut::<16>),
        ) else {
            return;
        };
        *place = *chunk;
        done = done.wrapping_add(16);
        if done >= len {
            return;
        }
    }
}

#[cfg(feature = "lzfse")]
/// Copies exactly `len` bytes from `distance` back to `at`; `None` if that reads before the output
/// or writes behind it.
pub(crate) fn exact_match(output: &mut [u8], at: usize, distance: usize, len: usize) -> Option<()> {
    let from = at.checked_sub(distance)?;
    let end = at.checked_add(len)?;
    if distance == 0 || end > output.len() {
        return None;
    }
    // from + len is below end, so the zip ends with the second range.
    for (from, to) in (from..end).zip(at..end) {
        let byte = *output.get(from)?;
        *output.get_mut(to)? = byte;
    }
    Some(())
}
