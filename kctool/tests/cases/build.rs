//! Builds the files of the cases, and asks `kc` about them.

use serde_json::{Value, json};
use testkit::bytes::{Writer, len32, len64};
use testkit::constants as c;
use testkit::macho::symtab::{Nlist, Strings, records};
use testkit::macho::{Command, Header, MachFile, Section, Segment};

/// 16 KiB.
pub(crate) const PAGE: u64 = c::PAGE;
pub(crate) const CODE: u32 = c::S_ATTR_PURE_INSTRUCTIONS | c::S_ATTR_SOME_INSTRUCTIONS;
pub(crate) const NOP: u32 = 0xd503_201f;
pub(crate) const RET: u32 = 0xd65f_03c0;

/// A file on disk that is removed at the end.
pub(crate) struct Disk(pub(crate) std::path::PathBuf);

impl Drop for Disk {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

impl Disk {
    pub(crate) fn new(name: &str, bytes: &[u8]) -> Self {
        let file = format!("kc-case-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(file);
        std::fs::write(&path, bytes).unwrap();
        Self(path)
    }

    /// Status, standard output and standard error of `kc LINE --json`; `@` is the file.
    pub(crate) fn run(&self, line: &str) -> (u8, Vec<u8>, String) {
        self.with(line, &["--json"])
    }

    /// The same without `--json`.
    pub(crate) fn text(&self, line: &str) -> (u8, String, String) {
        let (status, stdout, stderr) = self.with(line, &[]);
        (status, String::from_utf8(stdout).unwrap(), stderr)
    }

    fn with(&self, line: &str, more: &[&str]) -> (u8, Vec<u8>, String) {
        let path = self.0.to_str().unwrap();
        let words = line.split_whitespace();
        let words = words.map(|word| if word == "@" { path } else { word });
        let words = std::iter::once("kc")
            .chain(words)
            .chain(more.iter().copied());
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let status = kctool::run(words, &mut &[][..], &mut stdout, &mut stderr);
        (status, stdout, String::from_utf8(stderr).unwrap())
    }

    /// The rows or the answer that `kc LINE --json` prints.
    pub(crate) fn ask(&self, line: &str) -> Result<Value, String> {
        let (status, stdout, stderr) = self.run(line);
        if status != 0 {
            return Err(format!("kc {line}: status {status}: {}", stderr.trim()));
        }
        parsed(line, &stdout)
    }

    /// That the fields which `expected` has are so in every row, and that there are no more rows.
    pub(crate) fn expect(&self, line: &str, expected: &Value) -> Result<(), String> {
        let rows = self.ask(line)?;
        matches(line, &rows, expected)
    }
}

/// The rows of a document, or its answer if it has no rows.
pub(crate) fn parsed(line: &str, stdout: &[u8]) -> Result<Value, String> {
    let document = serde_json::from_slice::<Value>(stdout);
    let mut document = document.map_err(|error| format!("kc {line}: {error}"))?;
    let field = if document["rows"].is_null() {
        "answer"
    } else {
        "rows"
    };
    Ok(document[field].take())
}

pub(crate) fn matches(line: &str, rows: &Value, expected: &Value) -> Result<(), String> {
    let (rows, expected) = (rows.as_array().unwrap(), expected.as_array().unwrap());
    let same = rows.len() == expected.len()
        && rows.iter().zip(expected).all(|(row, expected)| {
            let mut fields = expected.as_object().unwrap().iter();
            fields.all(|(field, value)| row[field] == *value)
        });
    if same {
        return Ok(());
    }
    let rows = Value::Array(rows.clone());
    Err(format!("kc {line}: {rows}, not {}", json!(expected)))
}

/// A segment that starts at `vmaddr`, its bytes at `fileoff`; sections are given by name, offset in
/// the segment, size and flags.
pub(crate) fn segment(
    name: &str,
    (vmaddr, vmsize): (u64, u64),
    (fileoff, filesize): (u64, u64),
    sections: &[(&str, u64, u64, u32)],
) -> Segment {
    let sections = sections
        .iter()
        .map(|&(section, into, size, flags)| Section {
            name: section.to_owned(),
            segment: name.to_owned(),
            addr: vmaddr + into,
            size,
            offset: if filesize == 0 {
                0
            } else {
                u32::try_from(fileoff + into).unwrap()
            },
            align: 2,
            flags,
            ..Section::default()
        });
    let has_code = name.starts_with("__TEXT");
    let protection = c::VM_PROT_READ | if has_code { c::VM_PROT_EXECUTE } else { 0 };
    Segment {
        name: name.to_owned(),
        vmaddr,
        vmsize,
        fileoff,
        filesize,
        maxprot: protection,
        initprot: protection,
        flags: 0,
        sections: sections.collect(),
    }
}

pub(crate) fn symbol(name: &str, n_type: u8, n_sect: u8, n_value: u64) -> Nlist {
    Nlist {
        name: name.to_owned(),
        n_type,
        n_sect,
        n_desc: 0,
        n_value,
    }
}

pub(crate) fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// An image's link-edit data: what was put so far, and where it lies.
pub(crate) struct Linkedit {
    at: u64,
    bytes: Writer,
    pub(crate) commands: Vec<Command>,
}

impl Linkedit {
    pub(crate) fn at(at: u64) -> Self {
        Self {
            at,
            bytes: Writer::new(),
            commands: Vec::new(),
        }
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) -> (u32, u32) {
        self.bytes.align(8);
        let at = u32::try_from(self.at).unwrap() + len32(self.bytes.len());
        self.bytes.bytes(bytes);
        (at, len32(bytes.len()))
    }

    pub(crate) fn symbols(&mut self, symbols: &[Nlist]) {
        let mut strings = Strings::default();
        let (symoff, _) = self.put(&records(symbols, &mut strings));
        let (stroff, strsize) = self.put(&strings.into_bytes());
        self.commands.push(Command::Symtab {
            symoff,
            nsyms: len32(symbols.len()),
            stroff,
            strsize,
        });
    }

    pub(crate) fn data(&mut self, cmd: u32, bytes: &[u8]) {
        let (dataoff, datasize) = self.put(bytes);
        self.commands.push(Command::LinkeditData {
            cmd,
            dataoff,
            datasize,
        });
    }

    /// The whole file.
    pub(crate) fn file(
        self,
        header: Header,
        segments: Vec<Segment>,
        vmaddr: u64,
        mut contents: Vec<(u64, Vec<u8>)>,
    ) -> Vec<u8> {
        let size = len64(self.bytes.len());
        let mut commands: Vec<Command> = segments.into_iter().map(Command::Segment).collect();
        if vmaddr != 0 {
            let place = (vmaddr, PAGE);
            let last = segment("__LINKEDIT", place, (self.at, size), &[]);
            commands.push(Command::Segment(last));
        }
        commands.extend(self.commands);
        contents.push((self.at, self.bytes.into_bytes()));
        let file = MachFile {
            header,
            commands,
            contents,
            min_len: 0,
        };
        file.build()
    }
}

pub(crate) fn kernel_header() -> Header {
    Header {
        cpusubtype: c::CPU_SUBTYPE_ARM64E_KERNEL,
        filetype: c::MH_EXECUTE,
        ..Header::default()
    }
}
