//! Sorting in the caller's memory, without a panic that a wrong order could reach.

/// Sorts by `key`, ascending: heapsort, at most 2 n log2 n comparisons whatever the input. What is
/// sorted already costs one pass.
pub(crate) fn sort_by_key<T: Copy, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    if items.is_sorted_by_key(&key) {
        return;
    }
    let half = items.len() / 2;
    for root in (0..half).rev() {
        sink(items, root, &key);
    }
    let mut end = items.len();
    while let Some(last) = end.checked_sub(1) {
        let Some(heap) = items.get_mut(..end) else {
            return;
        };
        if let [first, .., final_one] = heap {
            core::mem::swap(first, final_one);
        }
        if let Some(heap) = items.get_mut(..last) {
            sink(heap, 0, &key);
        }
        end = last;
    }
}

/// Moves the item at `root` down until none below is greater.
fn sink<T: Copy, K: Ord>(heap: &mut [T], root: usize, key: &impl Fn(&T) -> K) {
    let mut at = root;
    loop {
        let left = at.saturating_mul(2).saturating_add(1);
        let right = left.saturating_add(1);
        let Some(mut child) = heap.get(left).copied() else {
            return;
        };
        let mut place = left;
        if let Some(other) = heap.get(right) {
            if key(other) > key(&child) {
                child = *other;
                place = right;
            }
        }
        let Some(own) = heap.get_mut(at) else {
            return;
        };
        let item = *own;
        if key(&item) >= key(&child) {
            return;
        }
        *own = child;
        if let Some(own) = heap.get_mut(place) {
            *own = item;
        }
        at = place;
    }
}

/// Numbers inside of larger records, which are sorted without moving the records.
pub(crate) trait Order {
    /// What the numbers are sorted by.
    type Key: Ord;

    /// How many numbers.
    fn len(&self) -> usize;
    /// The number at a place.
    fn get(&self, index: usize) -> u32;
    /// Changes the number at a place.
    fn set(&mut self, index: usize, number: u32);
    /// The key of a number.
    fn key(&self, number: u32) -> Self::Key;
}

/// As [`sort_by_key`], for numbers that do not lie side by side.
pub(crate) fn sort_order(order: &mut impl Order) {
    let len = order.len();
    let sorted = (1..len)
        .all(|index| order.key(order.get(index.wrapping_sub(1))) <= order.key(order.get(index)));
    if sorted {
        return;
    }
    for root in (0..len / 2).rev() {
        sink_number(order, root, len);
    }
    let mut end = len;
    while let Some(last) = end.checked_sub(1) {
        let (first, final_one) = (order.get(0), order.get(last));
        order.set(0, final_one);
        order.set(last, first);
        sink_number(order, 0, last);
        end = last;
    }
}

/// Moves the number at `root` down until none below, before `end`, is greater.
fn sink_number(order: &mut impl Order, root: usize, end: usize) {
    let mut at = root;
    loop {
        let left = at.saturating_mul(2).saturating_add(1);
        if left >= end {
            return;
        }
        let right = left.saturating_add(1);
        let mut place = left;
        if right < end && order.key(order.get(right)) > order.key(order.get(left)) {
            place = right;
        }
        let (item, child) = (order.get(at), order.get(place));
        if order.key(item) >= order.key(child) {
            return;
        }
        order.set(at, child);
        order.set(place, item);
        at = place;
    }
}

#[cfg(test)]
mod tests {
    use super::sort_by_key;

    #[test]
    fn as_the_standard_library() {
        let mut state = 1_u32;
        for len in 0..64 {
            let mut items = [0_u32; 64];
            for item in &mut items {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *item = (state >> 16) % 50;
            }
            let mut expected = items;
            let (ours, theirs) = (items.get_mut(..len), expected.get_mut(..len));
            if let (Some(ours), Some(theirs)) = (ours, theirs) {
                sort_by_key(ours, |item| *item);
                theirs.sort_unstable();
                assert_eq!(ours, theirs);
            }
        }
    }
}
