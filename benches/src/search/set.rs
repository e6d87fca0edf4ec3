//! The search for sixty patterns at once, against the search for one.

use std::hint::black_box;
use std::rc::Rc;

use aarch64_decode::{Pattern, PatternCell, PatternSet, Patterns};

use crate::input::Input;
use crate::measure::{Case, Goal, Group};

/// As many as a patch finder has.
const PATTERNS: usize = 60;
/// Two words and up to five more.
const MOST: usize = 6;
/// Cells that suffice.
const CELLS: usize = 2 * PATTERNS + 5120;

/// Patterns of two to seven words from places all over the code; every second word of one is exact,
/// and of the others all operands are open.
fn patterns(code: &[u32]) -> Vec<Vec<Pattern>> {
    let step = code.len() / (PATTERNS + 1);
    let pattern = |number: usize| {
        let words = code.iter().skip((number + 1) * step);
        let words = words.take(number % MOST + 2).enumerate();
        words
            .map(|(at, word)| match Pattern::like(*word) {
                Some(open) if at % 2 == 1 => open,
                _ => Pattern::word(*word),
            })
            .collect()
    };
    (0..PATTERNS).map(pattern).collect()
}

/// All matches of all patterns, in one pass.
fn at_once(name: &'static str, all: &[Vec<Pattern>], code: &Rc<[u32]>) -> Case {
    let (all, code) = (all.to_vec(), Rc::clone(code));
    Case::ours(name, move || {
        let all: Vec<&[Pattern]> = all.iter().map(Vec::as_slice).collect();
        let mut memory = vec![PatternCell::EMPTY; CELLS];
        let set = PatternSet::build(black_box(&all), &mut memory).expect("as many cells");
        set.find_iter(&code).map(|found| found.at as u64).sum()
    })
}

const SIXTY: &str = "sixty in one pass";
const ONE: &str = "a set of one";
/// The search for each of the patterns by itself: sixty times the time of one.
const ONE_BY_ONE: &str = "sixty, one after the other";

fn one_by_one(all: &Rc<[Vec<Pattern>]>, code: &Rc<[u32]>) -> Case {
    fn one<const N: usize>(pattern: &[Pattern], code: &[u32]) -> u64 {
        let pattern: [Pattern; N] = pattern.try_into().expect("as many words");
        let found = black_box(Patterns::new(pattern));
        found.find_iter(code).map(|at| at as u64).sum()
    }
    let (all, code) = (Rc::clone(all), Rc::clone(code));
    Case::ours(ONE_BY_ONE, move || {
        let found = all.iter().map(|pattern| match pattern.len() {
            2 => one::<2>(pattern, &code),
            3 => one::<3>(pattern, &code),
            4 => one::<4>(pattern, &code),
            5 => one::<5>(pattern, &code),
            6 => one::<6>(pattern, &code),
            _ => one::<7>(pattern, &code),
        });
        found.fold(0, u64::wrapping_add)
    })
}

/// Sixty patterns in one pass, and in sixty.
pub(super) fn group(input: &Input) -> Group {
    let code: Rc<[u32]> = input.code.as_slice().into();
    let all: Rc<[Vec<Pattern>]> = patterns(&code).into();
    let limit = Rc::clone(&code);
    Group {
        key: "search-set",
        title: format!("search for sixty patterns, {}", input.code_source),
        item: "word",
        items: code.len() as u64,
        same_answer: false,
        cases: vec![
            at_once(SIXTY, &all, &code),
            at_once(ONE, &all[..1], &code),
            one_by_one(&all, &code),
            Case::limit("reading the words", move || {
                let all = limit
                    .iter()
                    .fold(0_u32, |sum, word| sum.wrapping_add(*word));
                u64::from(all)
            }),
        ],
        goals: vec![Goal::Times {
            ours: SIXTY,
            against: ONE,
            times: 1.0 / 3.0,
        }],
    }
}
