//! Load commands of the top image.

use crate::bytes::{Writer, off32};
use crate::constants::{LC_UNIXTHREAD, VM_PROT_READ};
use crate::link::protection;
use crate::macho::{Command, Section, Segment};
use crate::truth;

/// `LC_UNIXTHREAD` with `x86_THREAD_STATE64`, all registers zero but rip.
pub(super) fn x86_thread(pc: u64) -> Command {
    const FLAVOR: u32 = 4;
    const COUNT: u32 = 42;
    let mut body = Writer::new();
    body.u32(FLAVOR).u32(COUNT);
    for register in 0..COUNT / 2 {
        body.u64(if register == 16 { pc } else { 0 });
    }
    Command::Raw {
        cmd: LC_UNIXTHREAD,
        body: body.into_bytes(),
    }
}

/// The top image's segment; only `__PRELINK_INFO` has a section.
pub(super) fn top_segment(segment: &truth::Segment) -> Segment {
    let protection = match segment.name.as_str() {
        name if name.starts_with("__REGION") => VM_PROT_READ,
        name => protection(name),
    };
    let mut sections = Vec::new();
    if segment.name == "__PRELINK_INFO" {
        sections.push(Section {
            name: "__info".to_owned(),
            segment: segment.name.clone(),
            addr: segment.vmaddr,
            size: segment.vmsize,
            offset: off32(segment.file_offset),
            ..Section::default()
        });
    }
    Segment {
        name: segment.name.clone(),
        vmaddr: segment.vmaddr,
        vmsize: segment.vmsize,
        fileoff: segment.file_offset,
        filesize: segment.filesize,
        maxprot: protection,
        initprot: protection,
        flags: 0,
        sections,
    }
}
