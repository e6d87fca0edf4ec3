//! Builds the decision tree that identifies a word in a fixed number of steps.
//!
//! A slot holds a leaf (an encoding) or a node; a node selects one of its slots by a run of at most eight bits of the word.
//! The walk from the root takes the same number of steps for every word: a leaf stays where it is.

use std::collections::{HashMap, HashSet};

/// A set of words with what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Pattern {
    /// Bits that are tested.
    pub(crate) mask: u32,
    /// Their value.
    pub(crate) value: u32,
    /// Leaf.
    pub(crate) id: u16,
    /// Section (0 base, 1 sve, 2 sme): a later section's slots come later.
    pub(crate) section: u8,
}

/// The root is indexed by bits 31:21.
pub(crate) const ROOT_SHIFT: u32 = 21;
const ROOT_BITS: u32 = 11;

/// Marks a slot that holds a leaf; the other bits are the encoding.
pub(crate) const LEAF: u16 = 0x8000;

/// The finished tree.
pub(crate) struct Tree {
    /// Slot per value of bits 31:21.
    pub(crate) root: Vec<u16>,
    /// `base << 16 | mask << 8 | shift` per node.
    pub(crate) nodes: Vec<u32>,
    /// Number of nodes up to the end of each section.
    pub(crate) node_ends: [usize; 3],
    /// Children of all nodes: a node, or a leaf.
    pub(crate) slots: Vec<u16>,
    /// Number of slots up to the end of each section.
    pub(crate) slot_ends: [usize; 3],
    /// Steps needed below the root.
    pub(crate) depth: usize,
    /// Patterns that are never reached (index into the input).
    pub(crate) unreached: Vec<usize>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Node {
    Leaf(u16),
    Split {
        shift: u32,
        mask: u32,
        children: Vec<usize>,
    },
}

type Cache = HashMap<(Vec<u16>, u32, u32, usize), Option<(usize, u32, u32)>>;

struct Builder<'p> {
    patterns: &'p [Pattern],
    nodes: Vec<(Node, u8)>,
    known: HashMap<Node, usize>,
    memo: HashMap<(Vec<u16>, u32, u32), usize>,
    reached: Vec<bool>,
}

/// Whether every word with these known bits matches the pattern, and whether any does.
fn relation(pattern: &Pattern, known: u32, bits: u32) -> (bool, bool) {
    let common = pattern.mask & known;
    let any = (pattern.value ^ bits) & common == 0;
    (any && pattern.mask & !known == 0, any)
}

impl Builder<'_> {
    /// Candidates by priority; those behind one that always matches are dropped.
    fn candidates(&self, from: &[u16], known: u32, bits: u32) -> Vec<u16> {
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

    /// A set is decided when one candidate is left, or when all left mean the same leaf.
    fn decided(set: &[u16]) -> bool {
        set.len() <= 1
    }

    /// Bits that some candidate tests.
    fn relevant(&self, set: &[u16]) -> u32 {
        set.iter()
            .fold(0, |bits, &i| bits | self.patterns[usize::from(i)].mask)
    }

    fn windows(&self, set: &[u16], known: u32, bits: u32, keep: usize) -> Vec<(usize, u32, u32)> {
        // Bits worth testing: tested by some candidate, not known yet.
        let mut relevant = 0;
        for &i in set {
            relevant |= self.patterns[usize::from(i)].mask & !known;
        }
        let mut list = Vec::new();
        for shift in 0..32 {
            if relevant & (1 << shift) == 0 {
                continue;
            }
            for width in 1..=8 {
                if shift + width > 32 || relevant & (1 << (shift + width - 1)) == 0 {
                    continue;
                }
                let window = ((1_u32 << width) - 1) << shift;
                let mut distinct: HashSet<Vec<u16>> = HashSet::new();
                let mut worst = 0;
                let mut total = 0;
                for v in 0..(1_u32 << width) {
                    let child = self.candidates(set, known | window, bits & !window | (v << shift));
                    worst = worst.max(child.len());
                    let size = child.len();
                    if distinct.insert(child) {
                        total += size.saturating_sub(1).pow(2);
                    }
                }
                if worst == set.len() && distinct.len() == 1 {
                    continue;
                }
                list.push(((1_usize << width) + 3 * total, shift, window >> shift));
            }
        }
        // The best few of each width, so that both shallow and small trees are tried.
        list.sort_unstable();
        let mut taken = [0_usize; 9];
        list.retain(|&(_, _, mask)| {
            let width = mask.count_ones() as usize;
            taken[width] += 1;
            taken[width] <= keep
        });
        list
    }

    /// Slots needed below this set, trying the best few windows; `None` if `depth` does not suffice.
    fn cost(
        &self,
        set: &[u16],
        known: u32,
        bits: u32,
        depth: usize,
        cache: &mut Cache,
    ) -> Option<(usize, u32, u32)> {
        if Self::decided(set) {
            return Some((0, 0, 0));
        }
        if depth == 0 {
            return None;
        }
        let relevant = self.relevant(set);
        let key = (
            set.to_vec(),
            known & relevant,
            bits & known & relevant,
            depth,
        );
        if let Some(hit) = cache.get(&key) {
            return *hit;
        }
        let mut best: Option<(usize, u32, u32)> = None;
        let windows = self.windows(set, known, bits, if depth > 1 { 2 } else { 30 });
        for &(_, shift, mask) in &windows {
            let window = mask << shift;
            let mut total = mask as usize + 1;
            let mut seen: HashSet<Vec<u16>> = HashSet::new();
            let mut fits = true;
            for v in 0..=mask {
                let (known, bits) = (known | window, bits & !window | (v << shift));
                let child = self.candidates(set, known, bits);
                if seen.contains(&child) {
                    continue;
                }
                let Some((cost, _, _)) = self.cost(&child, known, bits, depth - 1, cache) else {
                    fits = false;
                    break;
                };
                total += cost;
                seen.insert(child);
                if best.is_some_and(|b| total >= b.0) {
                    fits = false;
                    break;
                }
            }
            if fits && best.is_none_or(|b| total < b.0) {
                best = Some((total, shift, mask));
            }
        }
        cache.insert(key, best);
        best
    }

    fn intern(&mut self, node: Node, section: u8) -> usize {
        if let Some(&index) = self.known.get(&node) {
            return index;
        }
        self.nodes.push((node.clone(), section));
        self.known.insert(node, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    fn build(
        &mut self,
        set: &[u16],
        known: u32,
        bits: u32,
        depth: usize,
        cache: &mut Cache,
    ) -> Option<usize> {
        if Self::decided(set) {
            let id = match set.first() {
                Some(&i) => {
                    self.reached[usize::from(i)] = true;
                    self.patterns[usize::from(i)].id
                }
                None => 0,
            };
            return Some(self.intern(Node::Leaf(id), 0));
        }
        let relevant = self.relevant(set);
        let key = (set.to_vec(), known & relevant, bits & known & relevant);
        if let Some(&index) = self.memo.get(&key) {
            return Some(index);
        }
        let (_, shift, mask) = self.cost(set, known, bits, depth, cache)?;
        let window = mask << shift;
        let mut children = Vec::new();
        for v in 0..=mask {
            let (known, bits) = (known | window, bits & !window | (v << shift));
            let child = self.candidates(set, known, bits);
            children.push(self.build(&child, known, bits, depth - 1, cache)?);
        }
        let section = set
            .iter()
            .map(|&i| self.patterns[usize::from(i)].section)
            .max()
            .unwrap_or(0);
        let index = self.intern(
            Node::Split {
                shift,
                mask,
                children,
            },
            section,
        );
        self.memo.insert(key, index);
        Some(index)
    }
}

/// Builds the tree. `patterns` are sorted by priority (the first that matches wins).
/// `depth` is the number of steps that may be spent to save slots.
pub(crate) fn build(patterns: &[Pattern], depth: usize) -> Option<Tree> {
    let mut builder = Builder {
        patterns,
        nodes: Vec::new(),
        known: HashMap::new(),
        memo: HashMap::new(),
        reached: vec![false; patterns.len()],
    };
    let everything: Vec<u16> = (0..patterns.len()).map(|i| i as u16).collect();
    let mut roots = Vec::new();
    let known = !0_u32 << ROOT_SHIFT;
    let mut used = 0;
    // Equal candidate sets under different root values share their walk.
    let mut cache = HashMap::new();
    for top in 0..(1_u32 << ROOT_BITS) {
        let bits = top << ROOT_SHIFT;
        let set = builder.candidates(&everything, known, bits);
        let mut wanted = 0;
        while builder
            .cost(&set, known, bits, wanted, &mut cache)
            .is_none()
        {
            wanted += 1;
            if wanted > 8 {
                return None;
            }
        }
        let wanted = wanted.max(depth);
        used = used.max(if set.len() > 1 { wanted } else { 0 });
        roots.push(builder.build(&set, known, bits, wanted, &mut cache)?);
    }
    // Lay out the nodes and their slots by section, so that a build without SVE or SME drops the tail.
    let mut place = vec![usize::MAX; builder.nodes.len()];
    let mut node_ends = [0; 3];
    let mut slot_ends = [0; 3];
    let mut nodes = Vec::new();
    let mut order = Vec::new();
    let mut next = 0_usize;
    for section in 0..3_u8 {
        for (index, (node, own)) in builder.nodes.iter().enumerate() {
            if let Node::Split { shift, mask, .. } = node {
                if *own == section {
                    place[index] = nodes.len();
                    nodes.push((next as u32) << 16 | mask << 8 | shift);
                    next += *mask as usize + 1;
                    order.push(index);
                }
            }
        }
        node_ends[usize::from(section)] = nodes.len();
        slot_ends[usize::from(section)] = next;
    }
    assert!(
        next <= 0xffff && nodes.len() < usize::from(LEAF),
        "the tree outgrew its words"
    );
    let word = |index: usize| -> u16 {
        match &builder.nodes[index].0 {
            Node::Leaf(id) => LEAF | id,
            Node::Split { .. } => place[index] as u16,
        }
    };
    let mut slots = Vec::new();
    for index in order {
        if let Node::Split { children, .. } = &builder.nodes[index].0 {
            slots.extend(children.iter().map(|&child| word(child)));
        }
    }
    Some(Tree {
        root: roots.iter().map(|&r| word(r)).collect(),
        nodes,
        node_ends,
        slots,
        slot_ends,
        depth: used,
        unreached: (0..patterns.len())
            .filter(|&i| !builder.reached[i])
            .collect(),
    })
}
