//! Places of several regions that overlap, in order and each once, without a list of them all.
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

/// A place: vmaddr and file offset.
type At = (u64, u64);

/// Ascending iterators as one. Costs the logarithm of their number for each item.
pub(crate) struct Merged<'s> {
    sources: Vec<Box<dyn Iterator<Item = At> + 's>>,
    /// The next item of each source that has one, and the source.
    next: BinaryHeap<Reverse<(At, usize)>>,
    last: Option<At>,
}

impl<'s> Merged<'s> {
    pub(crate) fn new(mut sources: Vec<Box<dyn Iterator<Item = At> + 's>>) -> Self {
        let firsts = sources.iter_mut().enumerate();
        let next = firsts.filter_map(|(number, source)| Some(Reverse((source.next()?, number))));
        Self {
            next: next.collect(),
            sources,
            last: None,
        }
    }
}

impl Iterator for Merged<'_> {
    type Item = At;

    fn next(&mut self) -> Option<At> {
        loop {
            let mut first = self.next.peek_mut()?;
            let Reverse((at, number)) = *first;
            // In its place, so that the only source of most files costs no heap.
            match self.sources[number].next() {
                Some(following) => *first = Reverse((following, number)),
                None => drop(PeekMut::pop(first)),
            }
            if self.last != Some(at) {
                self.last = Some(at);
                return Some(at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{At, Merged};

    #[test]
    fn ascending_and_each_once() {
        let lists: [&[At]; 4] = [
            &[(1, 1), (5, 5), (9, 9)],
            &[],
            &[(1, 1), (1, 2), (5, 5)],
            &[(3, 3)],
        ];
        let sources =
            lists.map(|list| -> Box<dyn Iterator<Item = At>> { Box::new(list.iter().copied()) });
        let merged: Vec<At> = Merged::new(sources.into_iter().collect()).collect();
        assert_eq!(merged, [(1, 1), (1, 2), (3, 3), (5, 5), (9, 9)]);
    }
}
