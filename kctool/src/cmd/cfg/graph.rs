//! The basic blocks of a function, by what each instruction does to the flow of control.
use std::collections::BTreeSet;

use aarch64_decode::{Flow, decode};

/// What a block ends with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The next block starts here: something branches to it.
    Next,
    Branch,
    Conditional,
    Return,
    ExceptionReturn,
    Indirect,
    Exception,
    /// A word that is no instruction.
    Undefined,
    /// The function's last word, from which the flow goes on.
    Past,
}

impl End {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Branch => "branch",
            Self::Conditional => "conditional",
            Self::Return => "return",
            Self::ExceptionReturn => "exception-return",
            Self::Indirect => "indirect",
            Self::Exception => "exception",
            Self::Undefined => "undefined",
            Self::Past => "past-end",
        }
    }
}

/// Where the flow goes from a block.
#[derive(Clone, Copy)]
pub(super) struct Edge {
    pub(super) to: u64,
    /// `next`, `branch`, `taken` or `not-taken`.
    pub(super) kind: &'static str,
}

/// Instructions that run one after the other.
pub(super) struct Block {
    pub(super) start: u64,
    /// The address after its last instruction.
    pub(super) end: u64,
    pub(super) ends_with: End,
    /// None, one or two.
    pub(super) edges: Vec<Edge>,
    /// Calls of subroutines, and of handlers of exceptions.
    pub(super) calls: u64,
    /// Whether a path of these edges leads here from the start.
    pub(super) is_reached: bool,
}

/// The words of a function, and where they lie.
#[derive(Clone, Copy)]
pub(super) struct Code<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) start: u64,
}

impl<'a> Code<'a> {
    pub(super) fn end(self) -> u64 {
        let whole = self.bytes.len() / 4 * 4;
        self.start.saturating_add(whole as u64)
    }

    /// The words from an address on, with their addresses.
    pub(super) fn words_from(self, vmaddr: u64) -> impl Iterator<Item = (u64, u32)> + use<'a> {
        let skipped = usize::try_from(vmaddr - self.start).unwrap_or(usize::MAX);
        let words = self
            .bytes
            .get(skipped..)
            .unwrap_or_default()
            .chunks_exact(4);
        words.enumerate().map(move |(number, word)| {
            let word = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
            (vmaddr + 4 * number as u64, word)
        })
    }

    fn contains(self, vmaddr: u64) -> bool {
        (self.start..self.end()).contains(&vmaddr) && (vmaddr - self.start) % 4 == 0
    }
}

/// What a word does to the flow: how a block ends with it, if it does, and where it branches.
fn step(word: u32, vmaddr: u64) -> (Option<End>, Option<u64>, bool) {
    let Ok(instruction) = decode(word) else {
        return (Some(End::Undefined), None, false);
    };
    match instruction.flow(vmaddr) {
        Flow::Branch(target) => (Some(End::Branch), Some(target), false),
        Flow::Conditional(target) => (Some(End::Conditional), Some(target), false),
        Flow::Return => (Some(End::Return), None, false),
        Flow::ExceptionReturn => (Some(End::ExceptionReturn), None, false),
        Flow::Indirect => (Some(End::Indirect), None, false),
        Flow::Exception => (Some(End::Exception), None, false),
        Flow::Call(_) | Flow::IndirectCall | Flow::SystemCall => (None, None, true),
        _ => (None, None, false),
    }
}

/// What stands between functions and after them: `udf #0` and `nop`.
const PADDING: [u32; 2] = [0, 0xd503_201f];

/// The blocks in ascending order. What follows the end of a block and is only padding belongs to
/// none, unless something branches to it.
pub(super) fn blocks(code: Code<'_>) -> Vec<Block> {
    let leaders = leaders(code);
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<Block> = None;
    for (vmaddr, word) in code.words_from(code.start) {
        let is_leader = leaders.contains(&vmaddr);
        if is_leader {
            if let Some(block) = open.take() {
                blocks.push(ended(block, vmaddr, End::Next, None));
            }
        }
        if open.is_none() && !is_leader && PADDING.contains(&word) {
            continue;
        }
        let mut block = open.take().unwrap_or(Block {
            start: vmaddr,
            end: vmaddr,
            ends_with: End::Past,
            edges: Vec::new(),
            calls: 0,
            is_reached: false,
        });
        let (end, target, is_call) = step(word, vmaddr);
        block.calls += u64::from(is_call);
        match end {
            Some(end) => blocks.push(ended(block, vmaddr + 4, end, target)),
            None => open = Some(block),
        }
    }
    if let Some(block) = open {
        blocks.push(ended(block, code.end(), End::Past, None));
    }
    reach(&mut blocks);
    blocks
}

/// Addresses at which a block starts, besides those after the end of one.
fn leaders(code: Code<'_>) -> BTreeSet<u64> {
    let mut leaders = BTreeSet::from([code.start]);
    for (vmaddr, word) in code.words_from(code.start) {
        let (_, target, _) = step(word, vmaddr);
        leaders.extend(target.filter(|target| code.contains(*target)));
        if matches!(step(word, vmaddr).0, Some(End::Conditional)) {
            leaders.insert(vmaddr + 4);
        }
    }
    leaders
}

fn ended(mut block: Block, end: u64, ends_with: End, target: Option<u64>) -> Block {
    block.end = end;
    block.ends_with = ends_with;
    let next = |kind| Edge { to: end, kind };
    match (ends_with, target) {
        (End::Next | End::Past, _) => block.edges.push(next("next")),
        (End::Branch, Some(to)) => block.edges.push(Edge { to, kind: "branch" }),
        (End::Conditional, Some(to)) => {
            block.edges.push(Edge { to, kind: "taken" });
            block.edges.push(next("not-taken"));
        }
        _ => {}
    }
    block
}

/// The number of the block that starts there.
pub(super) fn block_at(blocks: &[Block], start: u64) -> Option<usize> {
    blocks
        .binary_search_by_key(&start, |block| block.start)
        .ok()
}

fn reach(blocks: &mut [Block]) {
    let mut next = vec![0];
    while let Some(number) = next.pop() {
        let Some(block) = blocks.get_mut(number) else {
            continue;
        };
        if std::mem::replace(&mut block.is_reached, true) {
            continue;
        }
        let targets: Vec<u64> = block.edges.iter().map(|edge| edge.to).collect();
        let found = targets.into_iter().filter_map(|to| block_at(blocks, to));
        next.extend(found);
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, End, blocks};

    fn of(words: &[u32]) -> Vec<(u64, u64, End, Vec<u64>, bool)> {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let code = Code {
            bytes: &bytes,
            start: 0x1000,
        };
        let blocks = blocks(code).into_iter();
        blocks
            .map(|block| {
                let edges = block.edges.iter().map(|edge| edge.to).collect();
                (
                    block.start,
                    block.end,
                    block.ends_with,
                    edges,
                    block.is_reached,
                )
            })
            .collect()
    }

    #[test]
    fn a_loop_with_padding_after_it() {
        // cbz x0, +12; sub x0, x0, #1; b -8; ret; nop; udf #0
        let words = [
            0xb400_0060,
            0xd100_0400,
            0x17ff_fffe,
            0xd65f_03c0,
            0xd503_201f,
            0,
        ];
        let expected = [
            (0x1000, 0x1004, End::Conditional, vec![0x100c, 0x1004], true),
            (0x1004, 0x100c, End::Branch, vec![0x1000], true),
            (0x100c, 0x1010, End::Return, vec![], true),
        ];
        assert!(of(&words) == expected);
    }

    #[test]
    fn what_is_past_the_end_and_what_nobody_reaches() {
        // br x1; add x0, x0, #1; b.eq +0x40; bl +8; an undefined word; nop
        let words = [
            0xd61f_0020,
            0x9100_0400,
            0x5400_0200,
            0x9400_0002,
            0xffff_ffff,
            0xd503_201f,
        ];
        let expected = [
            (0x1000, 0x1004, End::Indirect, vec![], true),
            (
                0x1004,
                0x100c,
                End::Conditional,
                vec![0x1048, 0x100c],
                false,
            ),
            (0x100c, 0x1014, End::Undefined, vec![], false),
        ];
        assert!(of(&words) == expected);
        assert!(of(&[0x9100_0400]) == [(0x1000, 0x1004, End::Past, vec![0x1004], true)]);
        assert!(of(&[]).is_empty());
    }
}
