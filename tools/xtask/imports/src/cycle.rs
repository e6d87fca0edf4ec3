//! Loops in a graph of modules.
use std::collections::VecDeque;

use crate::graph::Graph;

/// A shortest loop of each group of modules that hang together, as the modules on it in order; the
/// shortest first.
#[must_use]
pub fn shortest(graph: &Graph) -> Vec<Vec<usize>> {
    let mut loops: Vec<Vec<usize>> = (0..graph.len())
        .filter_map(|start| shortest_from(graph, start))
        .collect();
    loops.sort_by_key(Vec::len);
    // Of the loops through one group the first is enough.
    let mut kept: Vec<Vec<usize>> = Vec::new();
    for found in loops {
        if !kept.iter().any(|other| joined(graph, other[0], found[0])) {
            kept.push(found);
        }
    }
    kept
}

/// A shortest path from a module back to itself.
fn shortest_from(graph: &Graph, start: usize) -> Option<Vec<usize>> {
    let before = reach(graph, start);
    let mut path = vec![before[start]?];
    while let Some(last) = path.last().copied().filter(|last| *last != start) {
        path.push(before[last]?);
    }
    path.reverse();
    Some(path)
}

/// For every module that `start` leads to the module before it on a shortest way.
fn reach(graph: &Graph, start: usize) -> Vec<Option<usize>> {
    let mut before = vec![None; graph.len()];
    let mut waiting = VecDeque::from([start]);
    while let Some(module) = waiting.pop_front() {
        for next in graph[module].keys() {
            if before[*next].is_none() {
                before[*next] = Some(module);
                waiting.push_back(*next);
            }
        }
    }
    before
}

/// Whether each leads to the other.
fn joined(graph: &Graph, a: usize, b: usize) -> bool {
    a == b || (reach(graph, a)[b].is_some() && reach(graph, b)[a].is_some())
}
