//! Header, every load command, every section.

use std::hint::black_box;

use macho_core::{CommandView, FileOffset, MachO};
use object::macho::MachHeader64;
use object::read::macho::{LoadCommandVariant, MachHeader as _, Segment as _};

use crate::image::{ENTRIES, Image, ImageShape};
use crate::measure::{Case, Goal, Group};

type Header = MachHeader64<object::LittleEndian>;
const LE: object::LittleEndian = object::LittleEndian;

/// The outer header alone, and with the headers of all nested images.
#[must_use]
pub fn groups() -> Vec<Group> {
    vec![
        Group {
            key: "parse-outer",
            title: "header, load commands and sections of a 107 MB collection's outer header"
                .to_owned(),
            item: "file",
            items: 1,
            same_answer: true,
            cases: cases(1),
            goals: goals(1.0),
        },
        Group {
            key: "parse-all",
            title: "the same with the headers of its 301 nested images".to_owned(),
            item: "image",
            items: ENTRIES + 1,
            same_answer: true,
            cases: cases(usize::try_from(ENTRIES + 1).unwrap_or(1)),
            goals: goals(1.2),
        },
    ]
}

fn goals(times: f64) -> Vec<Goal> {
    ["MachO", "MachO, parsed before"]
        .map(|ours| Goal::Times {
            ours,
            against: "object, low level",
            times,
        })
        .to_vec()
}

/// Where the headers of the first `count` images start: the outer one first.
fn headers(count: usize) -> Vec<u64> {
    let file: &'static [u8] = &Image::get(ImageShape::Linear).file;
    let mut all = vec![0];
    if let Ok(header) = Header::parse(file, 0)
        && let Ok(mut commands) = header.load_commands(LE, file, 0)
    {
        while let Ok(Some(command)) = commands.next() {
            if let Ok(LoadCommandVariant::FilesetEntry(entry)) = command.variant() {
                all.push(entry.fileoff.get(LE));
            }
        }
    }
    all.truncate(count);
    all
}

/// What every case adds up: the kind of each command, the vmaddrs of segments,
/// sections and fileset entries.
fn cases(count: usize) -> Vec<Case> {
    let file: &'static [u8] = &Image::get(ImageShape::Linear).file;
    let headers = headers(count);
    let all = headers.clone();
    let each = move |parse: fn(&'static [u8], u64) -> u64| {
        let headers = headers.clone();
        move || {
            headers.iter().fold(0_u64, |sum, &at| {
                sum.wrapping_add(parse(black_box(file), at))
            })
        }
    };
    let mut cases = ours(&all, &each);
    cases.push(Case::peer("object, low level", each(object_low)));
    cases.push(Case::peer("goblin", each(goblin)));
    cases.push(Case::limit("a raw walk", each(raw)));
    cases
}

fn ours<F: FnMut() -> u64 + 'static>(
    headers: &[u64],
    each: &impl Fn(fn(&'static [u8], u64) -> u64) -> F,
) -> Vec<Case> {
    vec![
        Case::ours("MachO", each(macho)),
        Case::ours("MachO, parsed before", parsed(headers)),
    ]
}

fn macho(file: &'static [u8], at: u64) -> u64 {
    MachO::parse_at(file, FileOffset::new(at)).map_or(0, |image| walk(&image))
}

/// The walk alone: a parse proves the skeleton once, object proves it in every
/// walk.
fn parsed(headers: &[u64]) -> impl FnMut() -> u64 + 'static {
    let file: &'static [u8] = &Image::get(ImageShape::Linear).file;
    let images: Vec<MachO<'static>> = headers
        .iter()
        .filter_map(|&at| MachO::parse_at(file, FileOffset::new(at)).ok())
        .collect();
    move || {
        images
            .iter()
            .fold(0_u64, |sum, image| sum.wrapping_add(walk(black_box(image))))
    }
}

fn walk(macho: &MachO<'_>) -> u64 {
    let mut sum = 0_u64;
    for command in macho.load_commands() {
        sum = sum.wrapping_add(u64::from(command.kind().0));
        match command.view() {
            Ok(CommandView::Segment64(segment)) => {
                sum = sum.wrapping_add(segment.vmaddr().get());
                for section in segment.sections() {
                    sum = sum.wrapping_add(section.vmaddr().get());
                }
            }
            Ok(CommandView::FilesetEntry(entry)) => {
                sum = sum.wrapping_add(entry.vmaddr().get());
            }
            Ok(_) => {}
            Err(_) => return 0,
        }
    }
    sum
}

fn object_low(file: &'static [u8], at: u64) -> u64 {
    let walk = || -> object::read::Result<u64> {
        let header = Header::parse(file, at)?;
        let mut commands = header.load_commands(LE, file, at)?;
        let mut sum = 0_u64;
        while let Some(command) = commands.next()? {
            sum = sum.wrapping_add(u64::from(command.cmd().0));
            match command.variant()? {
                LoadCommandVariant::Segment64(segment, data) => {
                    sum = sum.wrapping_add(segment.vmaddr.get(LE));
                    for section in segment.sections(LE, data)? {
                        sum = sum.wrapping_add(section.addr.get(LE));
                    }
                }
                LoadCommandVariant::FilesetEntry(entry) => {
                    sum = sum.wrapping_add(entry.vmaddr.get(LE));
                }
                _ => {}
            }
        }
        Ok(sum)
    };
    walk().unwrap_or_default()
}

/// goblin parses everything it knows, symbols and imports set aside: what it
/// does lazily is not asked for.
fn goblin(file: &'static [u8], at: u64) -> u64 {
    let walk = || -> goblin::error::Result<u64> {
        let offset = usize::try_from(at).unwrap_or(usize::MAX);
        let macho = goblin::mach::MachO::parse(file, offset)?;
        let mut sum = 0_u64;
        for command in &macho.load_commands {
            sum = sum.wrapping_add(u64::from(command.command.cmd()));
        }
        for command in &macho.load_commands {
            if let goblin::mach::load_command::CommandVariant::FilesetEntry(entry) =
                &command.command
            {
                sum = sum.wrapping_add(entry.vmaddr);
            }
        }
        for segment in &macho.segments {
            sum = sum.wrapping_add(segment.vmaddr);
            for section in segment {
                sum = sum.wrapping_add(section?.0.addr);
            }
        }
        Ok(sum)
    };
    walk().unwrap_or_default()
}

/// Nothing but the fields, at their known places, and Rust's bounds checks.
fn raw(file: &'static [u8], at: u64) -> u64 {
    let commands = &file[usize::try_from(at).unwrap_or(usize::MAX)..];
    let mut sum = 0_u64;
    let mut rest = &commands[32..][..u32_at(commands, 20) as usize];
    for _ in 0..u32_at(commands, 16) {
        let cmd = u32_at(rest, 0);
        let (command, next) = rest.split_at(u32_at(rest, 4) as usize);
        sum = sum.wrapping_add(u64::from(cmd));
        if cmd == 0x19 {
            sum = sum.wrapping_add(u64_at(command, 24));
            for section in command[72..].chunks_exact(80) {
                sum = sum.wrapping_add(u64_at(section, 32));
            }
        } else if cmd == 0x8000_0035 {
            sum = sum.wrapping_add(u64_at(command, 8));
        }
        rest = next;
    }
    sum
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..)
        .and_then(<[u8]>::first_chunk)
        .map_or(0, |field| u32::from_le_bytes(*field))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes
        .get(at..)
        .and_then(<[u8]>::first_chunk)
        .map_or(0, |field| u64::from_le_bytes(*field))
}
