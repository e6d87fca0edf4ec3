//! Builds the decision tree that identifies a word in a fixed number of steps.
//!
//! A slot holds a leaf (an encoding) or a node; a node selects one of its slots by a multiplicative hash of some bits of the word,
//! `base + ((word & mask) * magic >> shift)`, found so that words of different encodings never share a slot. Words of no encoding may land
//! anywhere: the comparison with the encoding's fixed bits refuses them. The walk takes the same number of steps for every word: a leaf
//! stays where it is.

use std::collections::{BTreeSet, HashMap};

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
/// The leaf of undefined words, which is compared with nothing.
const UNDEFINED: u16 = 1;
/// A node tests at most this many bits.
const MOST_BITS: usize = 9;
/// The same for the vector extensions, of which the size of the tables matters more than the number of steps.
const MOST_VECTOR_BITS: usize = 6;
/// Bytes of a node.
const NODE_BYTES: usize = 12;
/// Multipliers tried for each size of table.
const TRIES: u32 = 4000;

/// The finished tree.
pub(crate) struct Tree {
    /// Node per value of bits 31:21.
    pub(crate) root: Vec<u16>,
    /// Mask, multiplier, `base << 16 | shift` per node.
    pub(crate) nodes: Vec<[u32; 3]>,
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

struct Builder<'p> {
    patterns: &'p [Pattern],
    nodes: Vec<(Node, u8, usize)>,
    known: HashMap<Node, usize>,
    memo: HashMap<(Vec<u16>, u32, u32), usize>,
    reached: Vec<bool>,
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

/// A small generator with a fixed seed: the same tables in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as u32
    }
}

/// Multipliers that move the runs of `mask` next to each other below bit 32, in every order.
fn gathering(mask: u32) -> Vec<u32> {
    let mut runs = Vec::new();
    let mut rest = mask;
    while rest != 0 {
        let low = rest.trailing_zeros();
        let width = (rest >> low).trailing_ones();
        runs.push((low, width));
        rest &= !(((1_u64 << width) - 1) as u32).wrapping_shl(low);
    }
    let mut result = Vec::new();
    let mut orders: Vec<Vec<(u32, u32)>> = vec![Vec::new()];
    for _ in 0..runs.len() {
        orders = orders
            .iter()
            .flat_map(|o| {
                runs.iter()
                    .filter(|r| !o.contains(r))
                    .map(|r| [o.as_slice(), &[*r]].concat())
                    .collect::<Vec<_>>()
            })
            .collect();
        if orders.len() > 800 {
            orders.truncate(800);
        }
    }
    for order in orders {
        let mut top = 32;
        let mut magic = 0_u32;
        for (low, width) in order {
            top -= width;
            if top < low {
                magic = 0;
                break;
            }
            magic = magic.wrapping_add(1_u32.wrapping_shl(top - low));
        }
        if magic != 0 {
            result.push(magic);
        }
    }
    result
}

/// A multiplier and a shift that send the values to slots so that different children never share one; the smallest table found.
fn hash(mask: u32, children: &[(u32, usize)], distinct: usize) -> (u32, u32, usize) {
    let span = 32 - mask.leading_zeros() - mask.trailing_zeros();
    let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ u64::from(mask));
    let least = distinct.next_power_of_two().trailing_zeros().max(1);
    let mut table: Vec<usize> = Vec::new();
    let gathering = gathering(mask);
    for bits in least..=span {
        let fixed = gathering.len() as u32 + 1;
        for attempt in 0..fixed + TRIES {
            let magic = if attempt == 0 {
                1_u32 << mask.leading_zeros()
            } else if attempt < fixed {
                gathering[attempt as usize - 1]
            } else {
                random.next() & random.next()
            };
            table.clear();
            table.resize(1 << bits, usize::MAX);
            let fits = children.iter().all(|&(value, child)| {
                let slot = (value.wrapping_mul(magic) >> (32 - bits)) as usize;
                if table[slot] == usize::MAX || table[slot] == child {
                    table[slot] = child;
                    return true;
                }
                false
            });
            if fits {
                return (magic, 32 - bits, 1 << bits);
            }
        }
    }
    unreachable!("a table of the whole span always fits")
}

impl Builder<'_> {
    /// Whether some pattern is of no vector extension.
    fn has_base(&self, set: &[u16]) -> bool {
        set.iter()
            .any(|&i| self.patterns[usize::from(i)].section == 0)
    }

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

    /// The bits to test, and the steps that are needed. A second step costs a branch that is hard to predict, so one step is taken where
    /// it costs little more.
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

    fn intern(&mut self, node: Node, section: u8, depth: usize) -> usize {
        if let Some(&index) = self.known.get(&node) {
            return index;
        }
        self.nodes.push((node.clone(), section, depth));
        self.known.insert(node, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    fn build(&mut self, set: &[u16], known: u32, bits: u32, steps: usize) -> usize {
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

/// Slots of several nodes in one table. No word of an encoding comes to a node's empty slot, so the leaf of another node may be there:
/// the comparison with the encoding's fixed bits refuses the word.
#[derive(Default)]
struct Packed {
    /// What is in the slot, and whether some node has it empty.
    slots: Vec<(Option<u16>, bool)>,
}

impl Packed {
    /// Whether a slot that one node has empty may hold this: a leaf that is compared.
    fn harmless(value: u16) -> bool {
        value & LEAF != 0 && value != LEAF | UNDEFINED
    }

    fn fits(&self, own: &[Option<u16>], base: usize) -> bool {
        own.iter().zip(base..).all(|(own, at)| {
            match (*own, self.slots.get(at).copied().unwrap_or((None, false))) {
                (None, (Some(there), _)) => Self::harmless(there),
                (Some(own), (Some(there), _)) => own == there,
                (Some(own), (None, empty)) => !empty || Self::harmless(own),
                (None, (None, _)) => true,
            }
        })
    }

    /// Puts a node's slots at the first place from `first` on where they fit.
    fn add(&mut self, own: &[Option<u16>], first: usize) -> usize {
        let base = (first..self.slots.len())
            .find(|&base| self.fits(own, base))
            .unwrap_or(self.slots.len());
        if self.slots.len() < base + own.len() {
            self.slots.resize(base + own.len(), (None, false));
        }
        for (slot, own) in self.slots[base..].iter_mut().zip(own) {
            match own {
                Some(value) => slot.0 = Some(*value),
                None => slot.1 = true,
            }
        }
        base
    }
}

/// Builds the tree. `patterns` are sorted by priority (the first that matches wins).
pub(crate) fn build(patterns: &[Pattern]) -> Tree {
    let mut builder = Builder {
        patterns,
        nodes: Vec::new(),
        known: HashMap::new(),
        memo: HashMap::new(),
        reached: vec![false; patterns.len()],
        costs: HashMap::new(),
    };
    let everything: Vec<u16> = (0..patterns.len()).map(|i| i as u16).collect();
    let known = !0_u32 << ROOT_SHIFT;
    let mut roots = Vec::new();
    for top in 0..(1_u32 << ROOT_BITS) {
        let bits = top << ROOT_SHIFT;
        let set = builder.candidates(&everything, known, bits);
        let root = builder.build(&set, known, bits, 2);
        // The walk takes a first step for every word, so what bits 31:21 decide becomes a node of one slot.
        roots.push(match builder.nodes[root].0 {
            Node::Split { .. } => root,
            Node::Leaf(_) => {
                let section = set
                    .iter()
                    .map(|&i| patterns[usize::from(i)].section)
                    .max()
                    .unwrap_or(0);
                let node = Node::Split {
                    mask: 0,
                    magic: 0,
                    shift: 0,
                    children: vec![Some(root)],
                };
                builder.intern(node, section, 1)
            }
        });
    }
    let used = roots.iter().map(|&r| builder.nodes[r].2).max().unwrap_or(0);
    // Lay out the nodes and their slots by section, so that a build without SVE or SME drops the tail.
    let mut place = vec![usize::MAX; builder.nodes.len()];
    let mut node_ends = [0; 3];
    let mut order = Vec::new();
    for section in 0..3_u8 {
        for (index, (node, own, _)) in builder.nodes.iter().enumerate() {
            if matches!(node, Node::Split { .. }) && *own == section {
                place[index] = order.len();
                order.push(index);
            }
        }
        node_ends[usize::from(section)] = order.len();
    }
    let word = |index: usize| -> u16 {
        match &builder.nodes[index].0 {
            Node::Leaf(id) => LEAF | id,
            Node::Split { .. } => place[index] as u16,
        }
    };
    let mut nodes = vec![[0; 3]; order.len()];
    let mut packed = Packed::default();
    let mut slot_ends = [0; 3];
    let mut start = 0;
    for section in 0..3 {
        let first = packed.slots.len();
        // The fullest first: the sparse ones fit between them.
        let mut rest: Vec<usize> = order[start..node_ends[section]].to_vec();
        rest.sort_by_key(|&index| match &builder.nodes[index].0 {
            Node::Split { children, .. } => {
                std::cmp::Reverse((children.iter().flatten().count(), children.len()))
            }
            Node::Leaf(_) => std::cmp::Reverse((0, 0)),
        });
        for index in rest {
            if let Node::Split {
                mask,
                magic,
                shift,
                children,
            } = &builder.nodes[index].0
            {
                let own: Vec<Option<u16>> = children.iter().map(|c| c.map(&word)).collect();
                let base = packed.add(&own, first);
                nodes[place[index]] = [*mask, *magic, (base as u32) << 16 | shift];
            }
        }
        start = node_ends[section];
        slot_ends[section] = packed.slots.len();
    }
    assert!(
        packed.slots.len() <= 0xffff && nodes.len() < usize::from(LEAF),
        "the tree outgrew its words"
    );
    let slots = packed.slots.iter().map(|s| s.0.unwrap_or(LEAF)).collect();
    Tree {
        root: roots.iter().map(|&r| word(r)).collect(),
        nodes,
        node_ends,
        slots,
        slot_ends,
        depth: used,
        unreached: (0..patterns.len())
            .filter(|&i| !builder.reached[i])
            .collect(),
    }
}
