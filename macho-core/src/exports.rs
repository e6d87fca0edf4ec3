//! The exports trie (`LC_DYLD_EXPORTS_TRIE`, or `export_off` of `LC_DYLD_INFO`).
//!
//! A node is the size of its export (0 for none), the export, a count of edges, and the edges: a
//! C string and the offset of the child. Offsets come from the file, so children may point
//! anywhere: at an ancestor (a cycle), or at one node from many parents, which makes a small table
//! a tree of exponential size. Two bounds stop both: a stack of the caller's, and a count of visits.
//! A tree has one edge to each node, and its nodes share no byte: so a walk whose nodes have more
//! bytes together than the table is no tree's, and ends. It costs at most the table's bytes.
use crate::addr::VmOffset;
use crate::bytes::{Bytes, widen};
use crate::debug::debug_view;
use crate::error::{Error, ErrorKind, Structure};
use crate::name::Name;
use crate::raw::linkedit::{ExportFlags, ExportKind};
use crate::uleb;

const WHAT: Structure = Structure::ExportsTrie;

/// An exports trie, not yet walked.
#[derive(Clone, Copy, Debug)]
pub struct Exports<'a> {
    bytes: Bytes<'a>,
}

/// Where an export is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExportTarget<'a> {
    /// In this image, or for an absolute symbol its value.
    Address(VmOffset),
    /// In this image, chosen at run time.
    Resolver {
        /// The stub that non-lazy pointers use.
        stub: VmOffset,
        /// The function that finds the address.
        resolver: VmOffset,
    },
    /// In another library.
    Reexport {
        /// The library, counted from 1 in the order of the load commands.
        ordinal: u64,
        /// The name there; empty for the same one.
        name: Name<'a>,
    },
}

/// What the trie says about one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Export<'a> {
    /// Kind of the symbol.
    pub kind: ExportKind,
    /// Flags, without the kind's bits.
    pub flags: ExportFlags,
    /// Where it is found.
    pub target: ExportTarget<'a>,
}

/// A node: its export if it has one, where its edges are, and the bytes up to those.
struct Node<'a> {
    export: Option<Export<'a>>,
    edges: ExportFrame,
    len: u64,
}

/// An edge: where it is in the table, its label, where its child is, and its bytes.
struct Edge<'a> {
    at: u64,
    label: &'a [u8],
    child: u64,
    len: u64,
}

/// A position in a node's edges: what a walk has on its stack for each level. Opaque.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExportFrame {
    /// Next edge, from the start of the table.
    position: u64,
    /// Bytes of the name down to this node.
    name_len: usize,
    /// Edges still to be read.
    remaining: u8,
}

impl<'a> Exports<'a> {
    pub(crate) const EMPTY: Self = Self {
        bytes: Bytes::new(&[]),
    };

    pub(crate) const fn new(bytes: Bytes<'a>) -> Self {
        Self { bytes }
    }

    /// The table's bytes.
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes.data()
    }

    /// Finds one export by name, without a buffer. Costs at most one step for each byte of the
    /// nodes on the way, and no more than the table's bytes.
    ///
    /// Real files have edges without a label that lead to a leaf (numpy's `libgfortran.5.dylib`):
    /// such an edge is followed where no other one fits. Of labels that are prefixes of each other
    /// in one node the longest that fits is followed, and the others are not tried.
    ///
    /// # Errors
    /// A node or number outside the table; `Cycle` where edges without a label lead on and on.
    pub fn find(&self, name: &[u8]) -> Result<Option<Export<'a>>, Error> {
        if self.bytes.data().is_empty() {
            return Ok(None);
        }
        let mut rest = name;
        let mut node = self.node(0)?;
        let mut left = self.bytes.len();
        self.take(&mut left, node.len, 0)?;
        loop {
            if rest.is_empty() && node.export.is_some() {
                return Ok(node.export);
            }
            let mut best: Option<(Edge<'a>, &[u8])> = None;
            while let Some(edge) = self.edge(&mut node.edges)? {
                self.take(&mut left, edge.len, edge.at)?;
                let longer = best
                    .as_ref()
                    .is_none_or(|(best, _)| edge.label.len() > best.label.len());
                if let Some(tail) = rest.strip_prefix(edge.label).filter(|_| longer) {
                    best = Some((edge, tail));
                }
            }
            let Some((edge, tail)) = best else {
                return Ok(None);
            };
            rest = tail;
            node = self.node(edge.child)?;
            self.take(&mut left, node.len, edge.at)?;
        }
    }

    /// Walks all exports, depth first. `stack` bounds the depth, `name` the length of a name; 128
    /// levels and 4,096 bytes serve real files.
    ///
    /// Not an `Iterator`: each name is assembled in `name` and lives until the next call.
    pub fn walk<'s>(&self, stack: &'s mut [ExportFrame], name: &'s mut [u8]) -> ExportWalk<'a, 's> {
        ExportWalk {
            exports: *self,
            stack,
            name,
            depth: 0,
            left: self.bytes.len(),
            started: false,
            ended: self.bytes.data().is_empty(),
        }
    }

    /// Takes the bytes of a node or an edge of those that a tree has left.
    fn take(&self, left: &mut u64, bytes: u64, at: u64) -> Result<(), Error> {
        let cycle = self.bytes.error(ErrorKind::Cycle, WHAT, at);
        *left = left.checked_sub(bytes).ok_or(cycle)?;
        Ok(())
    }

    fn node(&self, offset: u64) -> Result<Node<'a>, Error> {
        let (size, start) = uleb::read(self.bytes, offset, WHAT)?;
        let Some(terminal) = self.bytes.get(start, size) else {
            return Err(self.bytes.error(ErrorKind::IndexOutOfBounds, WHAT, offset));
        };
        let export = if size == 0 {
            None
        } else {
            Some(export(terminal)?)
        };
        let end = start.saturating_add(size);
        let Some(&remaining) = self.bytes.from(end).and_then(|tail| tail.data().first()) else {
            return Err(self.bytes.error(ErrorKind::IndexOutOfBounds, WHAT, end));
        };
        let position = end.saturating_add(1);
        let edges = ExportFrame {
            position,
            name_len: 0,
            remaining,
        };
        let len = position.saturating_sub(offset);
        Ok(Node { export, edges, len })
    }

    /// The next edge: where it is, its label, its child.
    fn edge(&self, frame: &mut ExportFrame) -> Result<Option<Edge<'a>>, Error> {
        let Some(remaining) = frame.remaining.checked_sub(1) else {
            return Ok(None);
        };
        frame.remaining = remaining;
        let at = frame.position;
        let label = self.bytes.c_string(at, WHAT, self.bytes.file_offset(at))?;
        let behind = at.saturating_add(widen(label.len())).saturating_add(1);
        let (child, position) = uleb::read(self.bytes, behind, WHAT)?;
        if child >= self.bytes.len() {
            return Err(self.bytes.error(ErrorKind::IndexOutOfBounds, WHAT, behind));
        }
        frame.position = position;
        let len = position.saturating_sub(at);
        let edge = Edge {
            at,
            label,
            child,
            len,
        };
        Ok(Some(edge))
    }
}

/// Reads what a node says about its name.
fn export(terminal: Bytes<'_>) -> Result<Export<'_>, Error> {
    let (bits, position) = uleb::read(terminal, 0, WHAT)?;
    let [low, ..] = bits.to_le_bytes();
    let kind = ExportKind(low & 3);
    let flags = ExportFlags::from_bits_retain(bits & !3);
    let (first, position) = uleb::read(terminal, position, WHAT)?;
    let target = if flags.contains(ExportFlags::EXPORT_SYMBOL_FLAGS_REEXPORT) {
        let name = terminal.c_string(position, WHAT, terminal.file_offset(0))?;
        ExportTarget::Reexport {
            ordinal: first,
            name: Name::new(name),
        }
    } else if flags.contains(ExportFlags::EXPORT_SYMBOL_FLAGS_STUB_AND_RESOLVER) {
        let (second, _) = uleb::read(terminal, position, WHAT)?;
        ExportTarget::Resolver {
            stub: VmOffset::new(first),
            resolver: VmOffset::new(second),
        }
    } else {
        ExportTarget::Address(VmOffset::new(first))
    };
    Ok(Export {
        kind,
        flags,
        target,
    })
}

/// A walk over an exports trie. Ends after the first error.
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct ExportWalk<'a, 's> {
    exports: Exports<'a>,
    stack: &'s mut [ExportFrame],
    name: &'s mut [u8],
    /// Frames in use.
    depth: usize,
    /// Bytes of nodes that a tree has left.
    left: u64,
    started: bool,
    ended: bool,
}

debug_view!(ExportWalk<'_, '_>, |walk| {
    exports: walk.exports,
    depth: walk.depth,
    deepest: walk.stack.len(),
    longest_name: walk.name.len(),
    ended: walk.ended,
});

impl<'a> ExportWalk<'a, '_> {
    /// The next name and what the trie says about it.
    ///
    /// # Errors
    /// A node, string or number outside the table; `TooDeep` where the stack or the name does not
    /// suffice; `Cycle` where the table is no tree.
    #[expect(
        clippy::should_implement_trait,
        reason = "the name borrows the walk's buffer"
    )]
    pub fn next(&mut self) -> Option<Result<(Name<'_>, Export<'a>), Error>> {
        if self.ended {
            return None;
        }
        match self.advance() {
            Ok(Some((len, export))) => {
                debug_assert!(len <= self.name.len(), "the name was written there");
                let name = self.name.get(..len).unwrap_or_default();
                Some(Ok((Name::new(name), export)))
            }
            Ok(None) => {
                self.ended = true;
                None
            }
            Err(error) => {
                self.ended = true;
                Some(Err(error))
            }
        }
    }

    /// Goes on to the next node with an export; the length of its name.
    fn advance(&mut self) -> Result<Option<(usize, Export<'a>)>, Error> {
        if !self.started {
            self.started = true;
            if let Some(export) = self.enter(0, 0)? {
                return Ok(Some((0, export)));
            }
        }
        loop {
            let Some(top) = self.depth.checked_sub(1) else {
                return Ok(None);
            };
            let Some(frame) = self.stack.get_mut(top) else {
                return Ok(None);
            };
            let start = frame.name_len;
            let Some(edge) = self.exports.edge(frame)? else {
                self.depth = top;
                continue;
            };
            let Edge {
                at, label, child, ..
            } = edge;
            self.exports.take(&mut self.left, edge.len, at)?;
            let end = start.saturating_add(label.len());
            match self
                .name
                .get_mut(start..)
                .and_then(|tail| tail.get_mut(..label.len()))
            {
                Some(room) => room.copy_from_slice(label),
                None => return Err(self.exports.bytes.error(ErrorKind::TooDeep, WHAT, at)),
            }
            if let Some(export) = self.enter(child, end)? {
                return Ok(Some((end, export)));
            }
        }
    }

    /// Puts a node on the stack; its export.
    fn enter(&mut self, offset: u64, name_len: usize) -> Result<Option<Export<'a>>, Error> {
        let bytes = self.exports.bytes;
        let node = self.exports.node(offset)?;
        self.exports.take(&mut self.left, node.len, offset)?;
        let Some(frame) = self.stack.get_mut(self.depth) else {
            return Err(bytes.error(ErrorKind::TooDeep, WHAT, offset));
        };
        *frame = ExportFrame {
            name_len,
            ..node.edges
        };
        self.depth = self.depth.saturating_add(1);
        Ok(node.export)
    }
}
