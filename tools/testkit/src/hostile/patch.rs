//! A built file, and where its load commands are.

use crate::bytes::{get_u32, get_u64, index, put};
use crate::constants::LC_SEGMENT_64;
use crate::mutate::fields::load_commands;

/// Fields of `segment_command_64`, in bytes from its start.
pub(super) const VMADDR: usize = 24;
pub(super) const VMSIZE: usize = 32;
pub(super) const FILEOFF: usize = 40;
pub(super) const FILESIZE: usize = 48;
pub(super) const NSECTS: usize = 64;

/// Fields of `section_64`.
pub(super) const ADDR: usize = 32;
pub(super) const SIZE: usize = 40;
pub(super) const OFFSET: usize = 48;

/// A file to be patched.
pub(super) struct File(pub(super) Vec<u8>);

impl File {
    /// The first load command of this kind in the outermost image.
    pub(super) fn command(&self, kind: u32) -> usize {
        self.commands(kind)[0]
    }

    /// All load commands of this kind.
    pub(super) fn commands(&self, kind: u32) -> Vec<usize> {
        let commands = load_commands(&self.0, 0).into_iter();
        commands
            .map(|(at, _)| at)
            .filter(|at| get_u32(&self.0, *at) == Some(kind))
            .collect()
    }

    /// The load command of a segment.
    pub(super) fn segment(&self, name: &str) -> usize {
        let segments = self.commands(LC_SEGMENT_64);
        let found = segments
            .into_iter()
            .find(|at| self.name(at + 8) == name.as_bytes());
        found.expect("a segment of the sample")
    }

    /// The header of a section.
    pub(super) fn section(&self, name: &str) -> usize {
        let segments = self.commands(LC_SEGMENT_64).into_iter();
        let mut sections = segments.flat_map(|at| {
            let count = index(get_u32(&self.0, at + NSECTS).unwrap_or(0).into());
            (0..count).map(move |number| at + 72 + 80 * number)
        });
        let found = sections.find(|at| self.name(*at) == name.as_bytes());
        found.expect("a section of the sample")
    }

    fn name(&self, at: usize) -> &[u8] {
        let field = &self.0[at..at + 16];
        field.split(|byte| *byte == 0).next().unwrap_or_default()
    }

    pub(super) fn u32(&mut self, at: usize, value: u32) {
        put(&mut self.0, at, &value.to_le_bytes());
    }

    pub(super) fn u64(&mut self, at: usize, value: u64) {
        put(&mut self.0, at, &value.to_le_bytes());
    }

    pub(super) fn get(&self, at: usize) -> u64 {
        get_u64(&self.0, at).expect("inside")
    }

    pub(super) fn get_32(&self, at: usize) -> usize {
        index(get_u32(&self.0, at).expect("inside").into())
    }
}
