//! Measures the family against its peers.
//!
//! Absolute times drift by half on a shared machine, so every figure we publish
//! is a ratio: ours and the peers' code run in turn, in one process, on one
//! thread and on the same input, and only the time that the thread ran counts. A workload is written once, as a [`Group`] of
//! closures over prepared inputs; `cargo bench -p benches` times them one by
//! one, the binary `ratios` interleaves them and prints the ratios beside the
//! goals of the project.
//!
//! | module | what it measures | against |
//! |---|---|---|
//! | [`translate`] | vmaddr to file offset | object, goblin, a page table, one subtraction |
//! | [`parse`] | header, load commands, sections | object, goblin, a raw walk |
//! | [`symbols`] | symbols with their names | object, goblin, a raw walk |
//! | [`fixups`] | chained fixups | object |
//! | [`decode`] | words to instructions to text | bad64, exarmo, fARM64, yaxpeax, disarm |
//! | [`search`] | masked patterns in code | reading the words |
//! | [`img4`] | decompression | lzfse_rust, the reference C, img4lib |

pub mod apply;
pub mod decode;
pub mod fixups;
#[cfg(feature = "foreign")]
pub mod foreign;
pub mod image;
pub mod img4;
pub mod input;
pub mod measure;
pub mod owner;
pub mod parse;
pub mod report;
pub mod search;
pub mod symbols;
pub mod translate;
pub mod words;

pub use measure::{Case, Goal, Group};

/// Every group, in the order of the published tables.
#[must_use]
pub fn groups(input: &input::Input) -> Vec<Group> {
    let mut all = translate::groups();
    all.extend(parse::groups());
    all.extend(symbols::groups());
    all.extend(fixups::groups());
    all.extend(apply::groups());
    all.extend(owner::groups());
    all.extend(decode::groups(input));
    all.extend(search::groups(input));
    all.extend(img4::groups(input));
    all
}
