//! The project's chores: test, gen, corpus, fuzz, bench.

fn main() {}
