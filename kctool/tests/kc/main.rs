//! The command line from the outside, but in this process.
mod bridges;
mod cli;
mod common;
mod escapes;
mod extracted;
mod files;
mod fixups;
mod linkedit;
mod loaded;
mod map;
mod mapped;
mod signed;
mod terminal;
