//! Which words are instructions: ours against exarmo-aarch64, for every word or every Nth.
//!
//! `cargo run --release -p benches --features peers --bin verdict [-- STEP]`

use std::collections::BTreeMap;
use std::process::ExitCode;

use aarch64_decode::decode;
use exarmo_aarch64::decode_word;

/// Counts of one run, and what only one of the two takes, by our name of the encoding.
#[derive(Default)]
struct Counts {
    words: u64,
    both: u64,
    only_ours: BTreeMap<&'static str, (u64, u32)>,
    only_theirs: Vec<u32>,
    theirs: u64,
}

fn main() -> ExitCode {
    let step: u32 = std::env::args()
        .nth(1)
        .map_or(Some(1), |text| text.parse().ok())
        .unwrap_or(0);
    if step == 0 {
        eprintln!("verdict: the step is a number above 0");
        return ExitCode::FAILURE;
    }
    let mut counts = Counts::default();
    let mut word = 0_u32;
    loop {
        counts.words += 1;
        let ours = decode(word)
            .ok()
            .filter(|instruction| instruction.group().name() != "apple");
        match (ours, decode_word(word).is_ok()) {
            (Some(_), true) => counts.both += 1,
            (None, false) => {}
            (Some(instruction), false) => {
                let entry = counts
                    .only_ours
                    .entry(instruction.encoding().name())
                    .or_insert((0, word));
                entry.0 += 1;
            }
            (None, true) => {
                counts.theirs += 1;
                if counts.only_theirs.len() < 20 {
                    counts.only_theirs.push(word);
                }
            }
        }
        let Some(next) = word.checked_add(step) else {
            break;
        };
        word = next;
    }
    let ours: u64 = counts.only_ours.values().map(|(count, _)| count).sum();
    println!(
        "{} words: {} instructions of both, {ours} only ours, {} only exarmo's",
        counts.words, counts.both, counts.theirs
    );
    for (name, (count, word)) in &counts.only_ours {
        println!("  only ours    {count:>10}  {name}, as {word:08x}");
    }
    for word in &counts.only_theirs {
        println!("  only exarmo's            {word:08x}");
    }
    ExitCode::SUCCESS
}
