//! The smallest images: what a parse proves and what the walks yield.
use macho_core::{
    ErrorKind, FileOffset, FileType, LoadCommandKind, MachO, Mode, Structure, VmAddr,
};

fn header(filetype: u32, ncmds: u32, commands: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let size = u32::try_from(commands.len()).unwrap();
    for word in [
        0xfeed_facf,
        0x0100_000c,
        0xc000_0002,
        filetype,
        ncmds,
        size,
        0,
        0_u32,
    ] {
        file.extend(word.to_le_bytes());
    }
    file.extend(commands);
    file
}

fn segment(name: &str, vmaddr: u64, vmsize: u64, fileoff: u64, filesize: u64) -> Vec<u8> {
    let mut command = Vec::new();
    command.extend(0x19_u32.to_le_bytes());
    command.extend(72_u32.to_le_bytes());
    let mut segname = [0; 16];
    segname[..name.len()].copy_from_slice(name.as_bytes());
    command.extend(segname);
    for field in [vmaddr, vmsize, fileoff, filesize] {
        command.extend(field.to_le_bytes());
    }
    for field in [7, 5, 0, 0_u32] {
        command.extend(field.to_le_bytes());
    }
    command
}

fn unixthread(pc: u64) -> Vec<u8> {
    let mut command = Vec::new();
    for field in [5, 0x120, 6, 68_u32] {
        command.extend(field.to_le_bytes());
    }
    for register in 0..32_u64 {
        command.extend(register.to_le_bytes());
    }
    command.extend(pc.to_le_bytes());
    command.extend([0; 8]);
    command
}

#[test]
fn entry_and_segments() {
    let mut commands = unixthread(0x8010);
    commands.extend(segment("__TEXT_EXEC", 0x8000, 0x4000, 0, 0x100));
    let file = header(12, 2, &commands);
    let image = MachO::parse(&file).unwrap();
    assert_eq!(image.header().filetype, FileType::MH_FILESET);
    let kinds: Vec<_> = image
        .load_commands()
        .map(|command| command.kind())
        .collect();
    assert_eq!(
        kinds,
        [
            LoadCommandKind::LC_UNIXTHREAD,
            LoadCommandKind::LC_SEGMENT_64
        ]
    );
    let state = image.thread_state().unwrap().unwrap();
    assert_eq!(state.pc, VmAddr::new(0x8010));
    assert_eq!(
        (state.x[28], state.fp, state.lr, state.sp),
        (28, 29, 30, 31)
    );
    let segment = image.segments().next().unwrap();
    assert_eq!(segment.name(), "__TEXT_EXEC");
    assert_eq!(segment.file_offset(), FileOffset::new(0));
    assert_eq!(segment.data(), &file[..0x100]);
    assert_eq!(image.uuid(), Ok(None));
    assert_eq!(image.tolerated().count(), 0);
}

#[test]
fn segment_past_the_end_is_tolerated_and_reported() {
    let file = header(12, 1, &segment("PYLD", 0, 0x400_0000, 0x20, 0x400_0000));
    let error = MachO::parse(&file).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
    assert_eq!(error.structure(), Structure::SegmentCommand64);
    assert_eq!(error.offset(), FileOffset::new(0x20));
    let image = MachO::parse_with(&file, FileOffset::new(0), Mode::Tolerant).unwrap();
    assert_eq!(image.tolerated().collect::<Vec<_>>(), [error]);
    let segment = image.segments().next().unwrap();
    assert_eq!(
        (segment.filesize(), segment.data()),
        (0x400_0000, &file[0x20..])
    );
}

#[test]
fn uuid_prints_as_apple_prints_it() {
    let mut command = Vec::new();
    command.extend(0x1b_u32.to_le_bytes());
    command.extend(24_u32.to_le_bytes());
    command.extend(0..16_u8);
    let file = header(2, 1, &command);
    let uuid = MachO::parse(&file).unwrap().uuid().unwrap().unwrap();
    assert_eq!(uuid.to_string(), "00010203-0405-0607-0809-0A0B0C0D0E0F");
}
