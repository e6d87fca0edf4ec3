//! Turns the A64 specification text into the decoder's tables.

fn main() {}
