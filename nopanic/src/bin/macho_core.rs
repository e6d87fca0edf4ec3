//! No panic is reachable from `macho-core`.
#![no_std]
#![no_main]

use macho_core::fileset::FilesetEntry;
use macho_core::segment::{Section, Segment};
use macho_core::{FileOffset, LoadCommand, MachO, Mode, SlidVmAddr, Slide, VmAddr, VmOffset};
use nopanic::{black_box, display, entry};

entry!(probe);

fn probe(bytes: &[u8], number: u64) {
    addresses(number, number.rotate_left(17));
    let offset = FileOffset::new(number);
    let images = [
        MachO::parse(bytes),
        MachO::parse_at(bytes, offset),
        MachO::parse_with(bytes, offset, Mode::Strict),
        MachO::parse_with(bytes, offset, Mode::Tolerant),
    ];
    for parsed in images {
        match parsed {
            Ok(image) => probe_image(&image),
            Err(error) => {
                black_box((error.kind(), error.what(), error.offset()));
                display(error.rebased(offset));
            }
        }
    }
}

fn addresses(a: u64, b: u64) {
    let (vmaddr, slide) = (VmAddr::new(a), Slide::new(b));
    black_box((
        vmaddr.checked_add(b),
        vmaddr.checked_sub(b),
        vmaddr.checked_distance_from(VmAddr::new(b)),
        vmaddr.checked_offset_from(VmAddr::new(b)),
        vmaddr.checked_add_offset(VmOffset::new(b)),
        slide.apply(vmaddr),
        slide.remove(SlidVmAddr::new(a)),
        slide.inverse(),
        Slide::between(vmaddr, SlidVmAddr::new(b)),
    ));
    display(vmaddr);
    display(slide);
}

#[inline(never)]
fn probe_image(image: &MachO<'_>) {
    black_box((
        image.header(),
        image.mode(),
        image.file_offset(),
        image.file(),
    ));
    image
        .load_commands()
        .for_each(|command| probe_command(&command));
    image.segments().for_each(|segment| probe_segment(&segment));
    image.sections().for_each(|section| probe_section(&section));
    image
        .fileset_entries()
        .flatten()
        .for_each(|entry| probe_entry(&entry));
    for tolerated in image.tolerated() {
        black_box(tolerated);
    }
    let _ = black_box(image.thread_state());
    let _ = black_box(image.uuid());
}

fn probe_command(command: &LoadCommand<'_>) {
    black_box((command.kind(), command.bytes(), command.file_offset()));
    display(command.kind());
}

fn probe_segment(segment: &Segment<'_>) {
    black_box(*segment);
    black_box((segment.name(), segment.data(), segment.nsects()));
    display(segment.name());
    segment
        .sections()
        .for_each(|section| probe_section(&section));
}

#[inline(never)]
fn probe_section(section: &Section<'_>) {
    black_box((section.name(), section.segment_name(), section.raw()));
    black_box((
        section.vmaddr(),
        section.size(),
        section.file_offset(),
        section.align(),
    ));
    black_box((section.kind(), section.attributes()));
    let _ = black_box(section.data());
    display(section.kind());
}

fn probe_entry(entry: &FilesetEntry<'_>) {
    black_box((entry.vmaddr(), entry.file_offset(), entry.load_command()));
    let _ = black_box(entry.id());
    let _ = black_box(entry.parse());
}
