//! The differences of the many: symbols, and segments of images inside.
use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::facts::{Fact, Numbered};
use crate::printable::NameLimit;

/// What differs.
pub(super) struct Difference<'f> {
    id: &'f str,
    name: &'f [u8],
    earlier: u64,
    /// What each of the two has.
    pub(super) values: (Option<u64>, Option<u64>),
}

impl Difference<'_> {
    /// `IMAGE NAME`.
    pub(super) fn name(&self, names: &mut NameLimit) -> String {
        let name = names.shown(self.name).to_string();
        format!("{} {}", self.id, Numbered(&name, self.earlier))
    }
}

/// The facts of two files, sorted so that equal ones meet.
pub(super) struct Merge<'f, 'a> {
    before: Vec<Fact<'a>>,
    after: Vec<Fact<'a>>,
    /// The ids of both by the numbers that sorted facts have.
    ids: Vec<&'f str>,
}

impl<'f, 'a> Merge<'f, 'a> {
    /// Sorts the facts by id, name and order in the file; ids and facts of each of the two files.
    pub(super) fn new(
        before: (&'f [String], Vec<Fact<'a>>),
        after: (&'f [String], Vec<Fact<'a>>),
    ) -> Self {
        let both = before.0.iter().chain(after.0);
        let mut numbers: BTreeMap<&str, usize> = both.map(|id| (id.as_str(), 0)).collect();
        for (number, place) in numbers.values_mut().enumerate() {
            *place = number;
        }
        let sorted = |(ids, mut facts): (&[String], Vec<Fact<'a>>)| {
            for fact in &mut facts {
                fact.image = numbers[ids[fact.image].as_str()];
            }
            facts.sort_by(order);
            facts
        };
        let (before, after) = (sorted(before), sorted(after));
        Self {
            before,
            after,
            ids: numbers.into_keys().collect(),
        }
    }

    /// What differs, in order.
    pub(super) fn differences(&self) -> impl Iterator<Item = Difference<'_>> {
        let mut before = self.before.iter().peekable();
        let mut after = self.after.iter().peekable();
        let mut last: Option<&Fact<'_>> = None;
        let mut earlier = 0;
        std::iter::from_fn(move || {
            loop {
                let which = match (before.peek(), after.peek()) {
                    (None, None) => return None,
                    (Some(_), None) => Ordering::Less,
                    (None, Some(_)) => Ordering::Greater,
                    (Some(before), Some(after)) => order(before, after),
                };
                let ours = before.next_if(|_| which != Ordering::Greater);
                let theirs = after.next_if(|_| which != Ordering::Less);
                let fact = ours.or(theirs)?;
                let repeats = last.is_some_and(|last| order(last, fact) == Ordering::Equal);
                earlier = if repeats { earlier + 1 } else { 0 };
                last = Some(fact);
                let values = (ours.map(|fact| fact.value), theirs.map(|fact| fact.value));
                if values.0 != values.1 {
                    return Some(Difference {
                        id: self.ids[fact.image],
                        name: fact.name,
                        earlier,
                        values,
                    });
                }
            }
        })
    }
}

fn order(one: &Fact<'_>, two: &Fact<'_>) -> Ordering {
    let by_name = || {
        // Many symbols may share one long string.
        if std::ptr::eq(one.name, two.name) {
            Ordering::Equal
        } else {
            one.name.cmp(two.name)
        }
    };
    one.image.cmp(&two.image).then_with(by_name)
}

#[cfg(test)]
mod tests {
    use super::{Fact, Merge};

    #[test]
    fn equal_names_of_an_image_meet_in_their_order() {
        let fact = |image, name: &'static str, value| Fact {
            image,
            name: name.as_bytes(),
            value,
        };
        let ours = ["b".to_owned(), "a".to_owned()];
        let theirs = ["a".to_owned(), "c".to_owned()];
        let before = vec![
            fact(1, "x", 1),
            fact(0, "x", 2),
            fact(1, "x", 3),
            fact(1, "w", 9),
        ];
        let after = vec![
            fact(0, "x", 1),
            fact(1, "x", 2),
            fact(0, "x", 4),
            fact(0, "x", 5),
        ];
        let merge = Merge::new((&ours, before), (&theirs, after));
        let mut names = super::NameLimit::new(1000);
        let all = merge.differences();
        let all: Vec<_> = all
            .map(|found| (found.name(&mut names), found.values))
            .collect();
        let expected = [
            ("a w".to_owned(), (Some(9), None)),
            ("a x (2)".to_owned(), (Some(3), Some(4))),
            ("a x (3)".to_owned(), (None, Some(5))),
            ("b x".to_owned(), (Some(2), None)),
            ("c x".to_owned(), (None, Some(2))),
        ];
        assert_eq!(all, expected);
    }
}
