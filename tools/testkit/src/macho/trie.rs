//! The exports trie (`LC_DYLD_EXPORTS_TRIE`): names by shared prefix.

use std::collections::BTreeMap;

use crate::bytes::{Writer, index, len64};

/// What a terminal node says of one export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Export {
    /// `EXPORT_SYMBOL_FLAGS_KIND_*` flags and the vmoffset.
    Regular {
        /// Flags below `EXPORT_SYMBOL_FLAGS_REEXPORT`.
        flags: u64,
        /// Bytes from the mach header.
        vmoffset: u64,
    },
    /// `EXPORT_SYMBOL_FLAGS_REEXPORT` (8): the dylib's ordinal and its name for the symbol.
    Reexport {
        /// 1-based dylib ordinal.
        ordinal: u64,
        /// Name there; empty for the same.
        name: String,
    },
    /// `EXPORT_SYMBOL_FLAGS_STUB_AND_RESOLVER` (16).
    Resolver {
        /// vmoffset of the stub.
        stub: u64,
        /// vmoffset of the resolver.
        resolver: u64,
    },
}

#[derive(Default)]
struct Node {
    export: Option<Vec<u8>>,
    /// First byte to the rest of the edge's label and the child.
    children: Vec<(Vec<u8>, usize)>,
}

/// The trie's bytes, padded to 8; empty for no exports.
pub fn build(exports: &BTreeMap<String, Export>) -> Vec<u8> {
    if exports.is_empty() {
        return Vec::new();
    }
    let mut nodes = vec![Node::default()];
    for (name, export) in exports {
        insert(&mut nodes, name.as_bytes(), export.encode());
    }
    let offsets = settle(&nodes);
    let mut out = Writer::new();
    for (number, node) in nodes.iter().enumerate() {
        debug_assert_eq!(len64(out.len()), offsets[number]);
        write_node(&mut out, node, &offsets);
    }
    out.align(8);
    out.into_bytes()
}

impl Export {
    fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new();
        match self {
            Self::Regular { flags, vmoffset } => out.uleb(*flags).uleb(*vmoffset),
            Self::Reexport { ordinal, name } => out.uleb(8).uleb(*ordinal).cstr(name),
            Self::Resolver { stub, resolver } => out.uleb(16).uleb(*stub).uleb(*resolver),
        };
        out.into_bytes()
    }
}

fn insert(nodes: &mut Vec<Node>, name: &[u8], export: Vec<u8>) {
    let mut at = 0;
    let mut rest = name;
    loop {
        if rest.is_empty() {
            nodes[at].export = Some(export);
            return;
        }
        let Some(edge) = nodes[at]
            .children
            .iter()
            .position(|(label, _)| label[0] == rest[0])
        else {
            nodes.push(Node {
                export: Some(export),
                children: Vec::new(),
            });
            let child = nodes.len() - 1;
            nodes[at].children.push((rest.to_vec(), child));
            return;
        };
        let (label, child) = nodes[at].children[edge].clone();
        let common = label.iter().zip(rest).take_while(|(a, b)| a == b).count();
        if common < label.len() {
            // Split the edge: a node in the middle takes the old child.
            nodes.push(Node {
                export: None,
                children: vec![(label[common..].to_vec(), child)],
            });
            let middle = nodes.len() - 1;
            nodes[at].children[edge] = (label[..common].to_vec(), middle);
            at = middle;
        } else {
            at = child;
        }
        rest = &rest[common..];
    }
}

/// Offsets depend on the sizes of the offsets themselves: repeat until they stand still.
fn settle(nodes: &[Node]) -> Vec<u64> {
    let mut offsets = vec![0; nodes.len()];
    loop {
        let mut at = 0;
        let mut changed = false;
        for (number, node) in nodes.iter().enumerate() {
            changed |= offsets[number] != at;
            offsets[number] = at;
            let mut probe = Writer::new();
            write_node(&mut probe, node, &offsets);
            at += len64(probe.len());
        }
        if !changed {
            return offsets;
        }
    }
}

fn write_node(out: &mut Writer, node: &Node, offsets: &[u64]) {
    let export = node.export.as_deref().unwrap_or_default();
    out.uleb(len64(export.len())).bytes(export);
    out.u8(u8::try_from(node.children.len()).expect("a child per first byte"));
    for (label, child) in &node.children {
        out.bytes(label).u8(0).uleb(offsets[index(len64(*child))]);
    }
}
