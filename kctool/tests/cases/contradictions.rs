//! Files that contradict themselves: `--strict` refuses them, and `kc info` remarks on them once.
use serde_json::Value;
use testkit::constants as c;

use crate::build::{
    CODE, Disk, Linkedit, PAGE, RET, kernel_header, parsed, segment, symbol, words,
};

const BASE: u64 = 0xffff_fe00_0700_4000;

/// A kernel with one section, a symbol and where its function starts.
fn kernel() -> Vec<u8> {
    let mut linkedit = Linkedit::at(2 * PAGE);
    linkedit.symbols(&[symbol("_start", c::N_SECT | c::N_EXT, 1, BASE + PAGE)]);
    linkedit.data(c::LC_FUNCTION_STARTS, &[0x80, 0x80, 1, 0]);
    let sections = [("__text", PAGE, 8, CODE)];
    let text = segment("__TEXT", (BASE, 2 * PAGE), (0, 2 * PAGE), &sections);
    let code = words(&[RET, RET]);
    linkedit.file(
        kernel_header(),
        vec![text],
        BASE + 2 * PAGE,
        vec![(PAGE, code)],
    )
}

/// Where the first command with this `cmd` starts.
fn find(file: &[u8], cmd: u32) -> usize {
    let mut at = 32;
    while word(file, at) != cmd {
        at += usize::try_from(word(file, at + 4)).unwrap();
    }
    at
}

fn word(file: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(file[at..at + 4].try_into().unwrap())
}

/// The last step of every contradiction: what is changed, where, and what is said of it.
type Change = (
    &'static str,
    fn(&mut [u8]) -> usize,
    &'static str,
    &'static str,
);

fn put(file: &mut [u8], at: usize, value: u32) {
    file[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

const CHANGES: &[Change] = &[
    (
        "overlap",
        |file| {
            let (symtab, starts) = (find(file, c::LC_SYMTAB), find(file, c::LC_FUNCTION_STARTS));
            let strings = word(file, symtab + 16);
            put(file, starts + 8, strings);
            starts + 8
        },
        "function starts: overlaps another range",
        "owner",
    ),
    (
        "outside",
        |file| {
            // addr of the first section, below the segment.
            let section = find(file, c::LC_SEGMENT_64) + 72;
            let low = word(file, section + 32);
            put(file, section + 32, low - 0x10_0000);
            section
        },
        "section_64: section outside its segment",
        "owner",
    ),
    (
        "twice",
        |file| {
            let starts = find(file, c::LC_FUNCTION_STARTS);
            put(file, starts, c::LC_DYLD_CHAINED_FIXUPS);
            put(file, starts + 12, 0);
            // A third command follows only if one is put behind the last.
            let commands = usize::try_from(word(file, 20)).unwrap();
            let (ncmds, end) = (word(file, 16), 32 + commands);
            file.copy_within(starts..starts + 16, end);
            put(file, 16, ncmds + 1);
            put(file, 20, u32::try_from(commands + 16).unwrap());
            end
        },
        "load_command: a second one of a kind that is there once",
        "owner",
    ),
    (
        "group",
        |file| {
            // Whoever reads a table reports that it is past the end, and so does `kc info`.
            let symtab = find(file, c::LC_SYMTAB);
            put(file, symtab + 20, 0x10_0000);
            symtab + 16
        },
        "string table: reaches past the end of the file",
        "",
    ),
];

/// Every subcommand's `--strict` refuses; without it `kc info` remarks, the others if they are
/// asked.
pub(crate) fn said_once() -> Result<(), String> {
    let good = Disk::new("consistent", &kernel());
    for line in [
        "info --strict @",
        "info @",
        "owner --strict @ 0xfffffe0007008000",
    ] {
        let (status, _, stderr) = good.text(line);
        if (status, stderr.as_str()) != (0, "") {
            return Err(format!("{line} of a good file: {status}: {stderr}"));
        }
    }
    for (name, change, reason, asked) in CHANGES {
        let mut bytes = kernel();
        let at = change(&mut bytes);
        let file = Disk::new(name, &bytes);
        let said = format!("{reason} at file offset {at:#x}\n");
        let path = file.0.display();
        let reason = said.trim_end();
        let strict = format!("kc: {path}: {reason}; leave --strict out to read what can be read\n");
        let tolerant = format!("kc: tolerated: {said}");
        for line in [
            "info --strict @",
            "headers --strict @",
            "owner --strict @ 0x0",
        ] {
            let (status, stdout, stderr) = file.text(line);
            if (status, stdout.as_str(), &stderr) != (1, "", &strict) {
                return Err(format!("{name}: {line}: {status}: {stderr}"));
            }
        }
        let (status, stdout, stderr) = file.run("info @");
        let answer = parsed("info @", &stdout)?;
        let listed = &answer["tolerated"];
        let expected = Value::from(vec![said.trim_end()]);
        if status != 0 || stderr != tolerant || *listed != expected {
            return Err(format!("{name}: info: {status}: {stderr}: {listed}"));
        }
        if !asked.is_empty() {
            // Only on request, since every subcommand would say it again.
            for (option, remarks) in [("", ""), ("--remarks", tolerant.as_str())] {
                let line = format!("{asked} {option} @ 0xfffffe0007008000");
                let (status, _, stderr) = file.text(&line);
                if status != 0 || stderr != remarks {
                    return Err(format!("{name}: {line}: {status}: {stderr}"));
                }
            }
        }
    }
    Ok(())
}
