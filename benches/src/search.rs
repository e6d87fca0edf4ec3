//! The search for masked patterns in code.

mod set;

use std::hint::black_box;
use std::rc::Rc;

use aarch64_decode::{Pattern, Patterns, Reference, References, Referrers};

use crate::input::Input;
use crate::measure::{Case, Goal, Group};

/// msr oslar_el1, xzr: no program has it, so the whole of the code is searched.
const ABSENT: Patterns<1> = Patterns::new([Pattern::word(0xd510_109f)]);
/// adrp of any page to x0, add of any number to it, bl to anywhere: a call with a string, in many
/// places.
const CALL: Patterns<3> = Patterns::new([
    Pattern::new(0x9f00_001f, 0x9000_0000),
    Pattern::new(0xff80_03ff, 0x9100_0000),
    Pattern::new(0xfc00_0000, 0x9400_0000),
]);

/// One pattern that is nowhere and three words that are in many places, against reading the words.
#[must_use]
pub fn groups(input: &Input) -> Vec<Group> {
    let code: Rc<[u32]> = input.code.as_slice().into();
    let bytes: Rc<[u8]> = code.iter().flat_map(|word| word.to_le_bytes()).collect();
    let text: Rc<[u32]> = input.code.iter().copied().cycle().take(TEXT).collect();
    let text_bytes: Rc<[u8]> = text.iter().flat_map(|word| word.to_le_bytes()).collect();
    let group = |key, title: &str, cases, goals| Group {
        key,
        title: format!("{title}, {}", input.code_source),
        item: "word",
        items: if key.starts_with("references") {
            text.len() as u64
        } else {
            code.len() as u64
        },
        same_answer: false,
        cases,
        goals,
    };
    let half = |cases: [&'static str; 2]| {
        let goals = cases.map(|ours| Goal::Times {
            ours,
            against: "reading the words",
            times: 0.5,
        });
        goals.to_vec()
    };
    let one = cases(ABSENT, &code, &bytes);
    let three = cases(CALL, &code, &bytes);
    let (addresses, all) = references(&text, &text_bytes);
    vec![
        group(
            "references",
            "search for adrp pairs of one address",
            addresses,
            half(["far away", "in the middle of the data"]),
        ),
        group(
            "references-all",
            "search for adrp pairs, branches and calls of one address",
            all,
            vec![],
        ),
        group(
            "search",
            "search for one pattern",
            one,
            half(["words", "bytes"]),
        ),
        group(
            "search-three",
            "search for three patterns in a row",
            three,
            vec![],
        ),
        set::group(input),
    ]
}

fn cases<const N: usize>(patterns: Patterns<N>, code: &Rc<[u32]>, bytes: &Rc<[u8]>) -> Vec<Case> {
    let words = (Rc::clone(code), Rc::clone(code), Rc::clone(code));
    let bytes = Rc::clone(bytes);
    vec![
        Case::ours("words", move || {
            let patterns = black_box(patterns);
            patterns.find_iter(&words.0).map(|at| at as u64).sum()
        }),
        Case::ours("bytes", move || {
            let patterns = black_box(patterns);
            patterns.find_bytes_iter(&bytes).map(|at| at as u64).sum()
        }),
        Case::peer("one word at a time, as C patch finders do", move || {
            let patterns = black_box(patterns);
            let windows = words.1.windows(N).enumerate();
            windows
                .filter(|(_, window)| {
                    let mut pairs = patterns.words().iter().zip(*window);
                    pairs.all(|(own, word)| own.matches(*word))
                })
                .map(|(at, _)| at as u64)
                .sum()
        }),
        // Vectors of words are added up: no search can do with less.
        Case::limit("reading the words", move || {
            let all = words
                .2
                .iter()
                .fold(0_u32, |sum, word| sum.wrapping_add(*word));
            u64::from(all)
        }),
    ]
}

/// Words of a kernel's `__TEXT_EXEC`: the code of the input over and over, 32 MiB.
const TEXT: usize = 1 << 23;

/// Where the code of the search for references is taken to lie; as in a kernel, 256 MiB and more
/// lie around it.
const BASE: u64 = 0xffff_fe00_1800_0000;

/// The search for what refers to an address: one that nothing comes near, and one that has its
/// share of pages around it.
fn references(code: &Rc<[u32]>, bytes: &Rc<[u8]>) -> (Vec<Case>, Vec<Case>) {
    let middle = middle(code);
    let case = |name, address: u64, branches| {
        let bytes = Rc::clone(bytes);
        Case::ours(name, move || {
            let found = Referrers::new(&bytes, BASE, address, address);
            let count = if branches {
                found.count()
            } else {
                found.without_branches().count()
            };
            count as u64
        })
    };
    let reading = || {
        let words = Rc::clone(code);
        Case::limit("reading the words", move || {
            let all = words
                .iter()
                .fold(0_u32, |sum, word| sum.wrapping_add(*word));
            u64::from(all)
        })
    };
    let words = Rc::clone(code);
    let naive = Case::peer("every word followed, registers tracked", move || {
        let mut references = References::new();
        let found = (BASE..).step_by(4).zip(words.iter());
        let found = found
            .filter(|(pc, word)| references.next(**word, *pc) == Some(Reference::Address(middle)));
        found.count() as u64
    });
    (
        vec![
            case("far away", BASE.wrapping_sub(1 << 40), false),
            case("in the middle of the data", middle, false),
            naive,
            reading(),
        ],
        vec![
            case("far away", BASE.wrapping_sub(1 << 40), true),
            case("in the middle of the data", middle, true),
            reading(),
        ],
    )
}

/// The median of the addresses that pairs name: as many of the pages as anywhere lie around it.
fn middle(code: &[u32]) -> u64 {
    let mut references = References::new();
    let mut named: Vec<u64> = (BASE..)
        .step_by(4)
        .zip(code)
        .filter_map(|(pc, word)| match references.next(*word, pc) {
            Some(Reference::Address(address)) => Some(address),
            _ => None,
        })
        .collect();
    named.sort_unstable();
    named.get(named.len() / 2).copied().unwrap_or(BASE)
}
