//! Chooses the bits that each node tests.

use std::collections::{BTreeSet, HashMap};

use super::hash::hash;
use super::pattern::Pattern;

/// A node tests at most this many bits.
const MOST_BITS: usize = 9;
/// The same for the vector extensions, of which the size of the tables matters more than the number
/// of steps.
const MOST_VECTOR_BITS: usize = 6;
/// Bytes of a node.
const NODE_BYTES: usize = 12;

/// A leaf, or a choice of slots.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Node {
    Leaf(u16),
    Split {
        mask: u32,
        magic: u32,
        shift: u32,
        children: Vec<Option<usize>>,
    },
}

/// A set with the known bits that matter to it, and the steps that may be taken.
type Key = (Vec<u16>, u32, u32, usize);
/// Candidates left, and the bits that led there.
type Cell = (Vec<u16>, u32);

/// What is known of the tree while it grows.
pub(super) struct Builder<'p> {
    patterns: &'p [Pattern],
    /// Node, section and depth.
    pub(super) nodes: Vec<(Node, u8, usize)>,
    known: HashMap<Node, usize>,
    memo: HashMap<(Vec<u16>, u32, u32), usize>,
    /// Which patterns have a leaf.
    pub(super) reached: Vec<bool>,
    costs: HashMap<Key, Option<(usize, u32)>>,
}

/// Whether every word with these known bits matches the pattern, and whether any does.
fn relation(pattern: &Pattern, known: u32, bits: u32) -> (bool, bool) {
    let common = pattern.mask & known;
    let any = (pattern.value ^ bits) & common == 0;
    (any && pattern.mask & !known == 0, any)
}

/// The `index`-th value of the bits of `mask`.
fn deposit(mask: u32, index: u32) -> u32 {
    let mut rest = mask;
    let mut value = 0;
    let mut bit = 0;
    while rest != 0 {
        let low = rest & rest.wrapping_neg();
        if index >> bit & 1 != 0 {
            value |= low;
        }
        rest ^= low;
        bit += 1;
    }
    value
}

impl<'p> Builder<'p> {
    pub(super) fn new(patterns: &'p [Pattern]) -> Self {
        Self {
            patterns,
            nodes: Vec::new(),
            known: HashMap::new(),
            memo: HashMap::new(),
            reached: vec![false; patterns.len()],
            costs: HashMap::new(),
        }
    }

    /// Whether some pattern is of no vector extension.
    fn has_base(&self, set: &[u16]) -> bool {
        set.iter()
            .any(|&i| self.patterns[usize::from(i)].section == 0)
    }

    /// Candidates by priority; those behind one that always matches are dropped.
    pub(super) fn candidates(&self, from: &[u16], known: u32, bits: u32) -> Vec<u16> {
        let mut result = Vec::new();
        for &index in from {
            let (all, any) = relation(&self.patterns[usize::from(index)], known, bits);
            if any {
                result.push(index);
            }
            if all {
                break;
            }
        }
        result
    }

    /// The sets that remain for each value of the tested bits.
    fn cells(&self, sets: &[Cell], known: u32, bit: u32) -> Vec<Cell> {
        let mut result = Vec::with_capacity(sets.len() * 2);
        for (set, bits) in sets {
            for value in [*bits, *bits | bit] {
                result.push((self.candidates(set, known | bit, value), value));
            }
        }
        result
    }

    /// Bits to test: greedily the one that leaves the fewest candidates in a cell.
    fn choose(&self, set: &[u16], known: u32, bits: u32, most: usize) -> Vec<u32> {
        let mut order = Vec::new();
        let mut mask = 0_u32;
        let mut sets = vec![(set.to_vec(), bits & known)];
        while mask.count_ones() < most as u32 {
            if sets.iter().all(|(set, _)| set.len() <= 1) {
                break;
            }
            let mut relevant = 0;
            for (set, _) in sets.iter().filter(|(set, _)| set.len() > 1) {
                for &i in set {
                    relevant |= self.patterns[usize::from(i)].mask;
                }
            }
            relevant &= !(known | mask);
            let mut best: Option<(usize, u32, Vec<Cell>)> = None;
            for position in 0..32 {
                let bit = 1_u32 << position;
                if relevant & bit == 0 {
                    continue;
                }
                let cells = self.cells(&sets, known | mask, bit);
                let score = cells
                    .iter()
                    .map(|(set, _)| set.len().saturating_sub(1) * set.len())
                    .sum::<usize>()
                    * 16
                    + cells.iter().filter(|(set, _)| !set.is_empty()).count();
                if best.as_ref().is_none_or(|b| score < b.0) {
                    best = Some((score, bit, cells));
                }
            }
            let Some((_, bit, cells)) = best else { break };
            mask |= bit;
            order.push(bit);
            sets = cells
                .into_iter()
                .filter(|(set, _)| !set.is_empty())
                .collect();
        }
        order
    }

    /// The hash of a node that tests `mask`, and what is left below it.
    fn split(&self, set: &[u16], known: u32, bits: u32, mask: u32) -> Vec<(u32, Vec<u16>)> {
        (0..(1_u32 << mask.count_ones()))
            .map(|index| deposit(mask, index))
            .map(|value| {
                (
                    value,
                    self.candidates(set, known | mask, bits & known | value),
                )
            })
            .filter(|(_, child)| !child.is_empty())
            .collect()
    }

    /// The cheapest mask for a set within `depth` steps: slots and nodes below it, in bytes.
    fn cost(&mut self, set: &[u16], known: u32, bits: u32, depth: usize) -> Option<(usize, u32)> {
        if set.len() <= 1 {
            return Some((0, 0));
        }
        if depth == 0 {
            return None;
        }
        let relevant = set
            .iter()
            .fold(0, |all, &i| all | self.patterns[usize::from(i)].mask);
        let key = (
            set.to_vec(),
            known & relevant,
            bits & known & relevant,
            depth,
        );
        if let Some(&hit) = self.costs.get(&key) {
            return hit;
        }
        let most = if self.has_base(set) {
            MOST_BITS
        } else {
            MOST_VECTOR_BITS
        };
        let order = self.choose(set, known, bits, most);
        let mut best: Option<(usize, u32)> = None;
        let mut mask = 0;
        for (count, &bit) in order.iter().enumerate() {
            mask |= bit;
            let complete = count + 1 == order.len();
            if !complete && (depth == 1 || count < 1) {
                continue;
            }
            let below = self.split(set, known, bits, mask);
            let mut total = NODE_BYTES;
            let mut seen: HashMap<(Vec<u16>, u32), usize> = HashMap::new();
            let mut children = Vec::new();
            let mut fits = true;
            for (value, child) in &below {
                let wanted = child
                    .iter()
                    .fold(0, |all, &i| all | self.patterns[usize::from(i)].mask);
                let name = (
                    child.clone(),
                    if child.len() > 1 { value & wanted } else { 0 },
                );
                let next = seen.len();
                let number = if let Some(&number) = seen.get(&name) {
                    number
                } else {
                    let Some((cost, _)) =
                        self.cost(child, known | mask, bits & known | value, depth - 1)
                    else {
                        fits = false;
                        break;
                    };
                    total += cost;
                    seen.insert(name, next);
                    next
                };
                children.push((*value, number));
                if best.is_some_and(|b| total >= b.0) {
                    fits = false;
                    break;
                }
            }
            if !fits {
                continue;
            }
            total += 2 * hash(mask, &children, seen.len()).2;
            if best.is_none_or(|b| total < b.0) {
                best = Some((total, mask));
            }
        }
        self.costs.insert(key, best);
        best
    }

    /// The bits to test, and the steps that are needed. A second step costs a branch that is hard
    /// to predict, so one step is taken where it costs little more.
    fn shape(&mut self, set: &[u16], known: u32, bits: u32, steps: usize) -> (u32, usize) {
        if let (Some((one, mask)), Some((two, _))) = (
            self.cost(set, known, bits, 1),
            self.cost(set, known, bits, 2),
        ) {
            if self.has_base(set) && one <= 2 * two + 64 || one <= two {
                return (mask, 1);
            }
        }
        let mut steps = steps.max(1);
        loop {
            if let Some((_, mask)) = self.cost(set, known, bits, steps) {
                return (mask, steps);
            }
            steps += 1;
        }
    }

    /// The number of a node, the same for equal ones.
    pub(super) fn intern(&mut self, node: Node, section: u8, depth: usize) -> usize {
        if let Some(&index) = self.known.get(&node) {
            return index;
        }
        self.nodes.push((node.clone(), section, depth));
        self.known.insert(node, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// The node of a set, in at most `steps` steps if they suffice.
    pub(super) fn build(&mut self, set: &[u16], known: u32, bits: u32, steps: usize) -> usize {
        if set.len() <= 1 {
            let id = match set.first() {
                Some(&i) => {
                    self.reached[usize::from(i)] = true;
                    self.patterns[usize::from(i)].id
                }
                None => 0,
            };
            return self.intern(Node::Leaf(id), 0, 0);
        }
        let relevant = set
            .iter()
            .fold(0, |all, &i| all | self.patterns[usize::from(i)].mask);
        let key = (set.to_vec(), known & relevant, bits & known & relevant);
        if let Some(&index) = self.memo.get(&key) {
            return index;
        }
        let (mask, steps) = self.shape(set, known, bits, steps);
        let mut children = Vec::new();
        let mut depth = 0;
        for index in 0..(1_u32 << mask.count_ones()) {
            let value = deposit(mask, index);
            let (known, bits) = (known | mask, bits & known | value);
            let child = self.candidates(set, known, bits);
            if child.is_empty() {
                continue;
            }
            let child = self.build(&child, known, bits, steps - 1);
            depth = depth.max(self.nodes[child].2);
            children.push((value, child));
        }
        let mut distinct = BTreeSet::new();
        for &(_, child) in &children {
            distinct.insert(child);
        }
        let (magic, shift, size) = hash(mask, &children, distinct.len());
        let mut slots = vec![None; size];
        for &(value, child) in &children {
            slots[(value.wrapping_mul(magic) >> shift) as usize] = Some(child);
        }
        let section = set
            .iter()
            .map(|&i| self.patterns[usize::from(i)].section)
            .max()
            .unwrap_or(0);
        let index = self.intern(
            Node::Split {
                mask,
                magic,
                shift,
                children: slots,
            },
            section,
            depth + 1,
        );
        self.memo.insert(key, index);
        index
    }
}
