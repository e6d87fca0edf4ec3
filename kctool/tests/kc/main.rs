//! The command line from the outside, but in this process.
mod cli;
mod common;
mod escapes;
mod files;
mod fixups;
mod linkedit;
mod loaded;
mod mapped;
mod signed;
mod terminal;
