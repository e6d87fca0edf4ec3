//! A file of m1n1's shape: MH_FILESET without entries, whose payload segment runs past the end.
//!
//! The shape: AsahiLinux/m1n1 wraps itself with segments `_HDR`, `TEXT`, `RODA`, `DATA`, `PYLD`
//! and an LC_UNIXTHREAD; there is no `__TEXT`. No byte of m1n1 is used.

use crate::bytes::{index, len64};
use crate::constants::{
    CPU_SUBTYPE_ARM64E_KERNEL, CPU_TYPE_ARM64, LC_UNIXTHREAD, MACOS_BASE, MH_FILESET, PAGE,
    VM_PROT_EXECUTE, VM_PROT_READ, VM_PROT_WRITE,
};
use crate::macho::{Command, Header, MachFile, Segment, Thread};
use crate::object::Object;
use crate::truth::{self, Built, Shape, Truth};

/// What to build.
#[derive(Debug, Clone)]
pub struct M1n1 {
    /// Words of the TEXT segment.
    pub code: Vec<u8>,
    /// Bytes that PYLD has in the file, at its start.
    pub payload: Vec<u8>,
    /// `vmsize` and `filesize` of PYLD.
    pub payload_size: u64,
    /// vmaddr of the header.
    pub base: u64,
    /// Bytes from the start of TEXT to the entry point.
    pub entry: u64,
}

impl M1n1 {
    /// The usual one: the code section of `object`, and 64 MiB of payload of which the file holds
    /// a few bytes.
    pub fn new(object: &Object) -> Self {
        Self {
            code: object.sections[0].data.clone(),
            payload: b"payload: appended by whoever boots this".to_vec(),
            payload_size: 64 << 20,
            base: MACOS_BASE,
            entry: 0,
        }
    }

    /// Builds the file; it ends with the payload's bytes.
    pub fn build(&self) -> Built {
        let code_size = len64(self.code.len()).next_multiple_of(PAGE);
        // Name, file-backed bytes, bytes in memory, protection.
        let plan: [(&str, u64, u64, u32); 5] = [
            ("_HDR", PAGE, PAGE, VM_PROT_READ),
            ("TEXT", code_size, code_size, VM_PROT_READ | VM_PROT_EXECUTE),
            ("RODA", PAGE, PAGE, VM_PROT_READ),
            ("DATA", PAGE, 2 * PAGE, VM_PROT_READ | VM_PROT_WRITE),
            (
                "PYLD",
                self.payload_size,
                self.payload_size,
                VM_PROT_READ | VM_PROT_WRITE,
            ),
        ];
        let (mut fileoff, mut vmaddr) = (0, self.base);
        let mut segments = Vec::new();
        for (name, filesize, vmsize, protection) in plan {
            segments.push(Segment {
                name: name.to_owned(),
                vmaddr,
                vmsize,
                fileoff,
                filesize,
                maxprot: protection,
                initprot: protection,
                ..Segment::default()
            });
            fileoff += filesize;
            vmaddr += vmsize;
        }
        let entry = truth::Entry {
            vmaddr: segments[1].vmaddr + self.entry,
            file_offset: segments[1].fileoff + self.entry,
            segment: "TEXT".to_owned(),
        };
        let mut commands = vec![Command::Thread {
            cmd: LC_UNIXTHREAD,
            state: Box::new(Thread::at(entry.vmaddr)),
        }];
        commands.extend(segments.iter().cloned().map(Command::Segment));
        let file = MachFile {
            header: Header {
                cputype: CPU_TYPE_ARM64,
                cpusubtype: CPU_SUBTYPE_ARM64E_KERNEL,
                filetype: MH_FILESET,
                flags: 0,
            },
            commands,
            contents: vec![
                (segments[1].fileoff, self.code.clone()),
                (segments[4].fileoff, self.payload.clone()),
            ],
            min_len: 0,
        };
        let bytes = file.build();
        debug_assert!(bytes.len() < index(fileoff));
        let truth = Truth {
            shape: Shape::M1n1,
            base: Some(self.base),
            linear: false,
            entry: Some(entry),
            segments: segments
                .into_iter()
                .map(|segment| truth::Segment {
                    name: segment.name,
                    vmaddr: segment.vmaddr,
                    vmsize: segment.vmsize,
                    file_offset: segment.fileoff,
                    filesize: segment.filesize,
                })
                .collect(),
            ..Truth::default()
        };
        Built { bytes, truth }
    }
}
