//! Builds the decision tree that identifies a word in a fixed number of steps.
//!
//! A slot holds a leaf (an encoding) or a node; a node selects one of its slots by a multiplicative
//! hash of some bits of the word, `base + ((word & mask) * magic >> shift)`, found so that words of
//! different encodings never share a slot. Words of no encoding may land anywhere: the comparison
//! with the encoding's fixed bits refuses them. The walk takes the same number of steps for every
//! word: a leaf stays where it is.

mod builder;
mod hash;
mod packed;
mod pattern;

pub(crate) use pattern::{LEAF, Pattern};

use builder::{Builder, Node};
use packed::Packed;

/// The root is indexed by bits 31:21.
pub(crate) const ROOT_SHIFT: u32 = 21;
const ROOT_BITS: u32 = 11;
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

/// Builds the tree. `patterns` are sorted by priority (the first that matches wins).
pub(crate) fn build(patterns: &[Pattern]) -> Tree {
    let mut builder = Builder::new(patterns);
    let everything: Vec<u16> = (0..patterns.len()).map(|i| i as u16).collect();
    let known = !0_u32 << ROOT_SHIFT;
    let mut roots = Vec::new();
    for top in 0..(1_u32 << ROOT_BITS) {
        let bits = top << ROOT_SHIFT;
        let set = builder.candidates(&everything, known, bits);
        let root = builder.build(&set, known, bits, 2);
        // The walk takes a first step for every word, so what bits 31:21 decide becomes a node of
        // one slot.
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
    // Lay out the nodes and their slots by section, so that a build without SVE or SME drops the
    // tail.
    let mut position = vec![usize::MAX; builder.nodes.len()];
    let mut node_ends = [0; 3];
    let mut order = Vec::new();
    for section in 0..3_u8 {
        for (index, (node, own, _)) in builder.nodes.iter().enumerate() {
            if matches!(node, Node::Split { .. }) && *own == section {
                position[index] = order.len();
                order.push(index);
            }
        }
        node_ends[usize::from(section)] = order.len();
    }
    let word = |index: usize| -> u16 {
        match &builder.nodes[index].0 {
            Node::Leaf(id) => LEAF | id,
            Node::Split { .. } => position[index] as u16,
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
                nodes[position[index]] = [*mask, *magic, (base as u32) << 16 | shift];
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
