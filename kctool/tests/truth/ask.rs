//! Runs `kc` in this process on a built kernelcache, and looks up what its builder says.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;

use serde_json::Value;
use testkit::bytes::{get_u32, index, len64};
use testkit::constants::S_ATTR_PURE_INSTRUCTIONS;
use testkit::rng::Rng;
use testkit::truth::{Built, Truth};

use crate::draw;

/// Fails a question with a message.
macro_rules! wrong {
    ($($message:tt)*) => { return Err(format!($($message)*)) };
}
pub(crate) use wrong;

/// A built kernelcache on disk.
pub(crate) struct Shape {
    pub(crate) built: Built,
    /// Addresses to ask for.
    pub(crate) addresses: Vec<u64>,
    path: PathBuf,
    known: RefCell<HashMap<u64, Name>>,
}

/// What an address is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) image: Option<String>,
    pub(crate) segment: String,
    pub(crate) section: Option<String>,
    /// Names to choose from, none if there is no symbol; and the distance from it.
    pub(crate) symbols: Vec<String>,
    pub(crate) distance: u64,
}

impl Name {
    /// Whether `text`, as `symbol` or `symbol+0x10`, is the address's name.
    pub(crate) fn is(&self, text: &Value) -> bool {
        let Some(text) = text.as_str() else {
            return self.symbols.is_empty();
        };
        self.symbols.iter().any(|symbol| match self.distance {
            0 => text == symbol,
            distance => text == format!("{symbol}+{distance:#x}"),
        })
    }
}

impl Drop for Shape {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.path));
    }
}

impl Shape {
    pub(crate) fn new(name: &str, built: Built, addresses: usize, seed: u64) -> Self {
        let file = format!("kc-truth-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(file);
        std::fs::write(&path, &built.bytes).unwrap();
        let mut rng = Rng::new(seed);
        let size = len64(built.bytes.len());
        let addresses = draw::addresses(&built.truth, size, addresses, &mut rng);
        Self {
            built,
            addresses,
            path,
            known: RefCell::default(),
        }
    }

    pub(crate) fn truth(&self) -> &Truth {
        &self.built.truth
    }

    /// The rows of `kc COMMAND FILE ARGS --json`, or why there are none.
    pub(crate) fn ask(&self, command: &str, args: &[String]) -> Result<Vec<Value>, String> {
        let mut line = vec!["kc".to_owned(), command.to_owned()];
        line.push(self.path.to_str().unwrap().to_owned());
        line.extend_from_slice(args);
        line.push("--json".to_owned());
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let status = kctool::run(&line, &mut &[][..], &mut stdout, &mut stderr);
        let shown = line[3..line.len().min(9)].join(" ");
        if status != 0 {
            let error = String::from_utf8_lossy(&stderr);
            wrong!("kc {command} {shown}: status {status}: {}", error.trim());
        }
        let document = serde_json::from_slice::<Value>(&stdout);
        let mut document = document.map_err(|error| format!("kc {command} {shown}: {error}"))?;
        match document["rows"].take() {
            Value::Array(rows) => Ok(rows),
            _ => wrong!("kc {command} {shown}: no rows"),
        }
    }

    /// What the truth calls an address.
    pub(crate) fn name(&self, vmaddr: u64) -> Option<Name> {
        if let Some(name) = self.known.borrow().get(&vmaddr) {
            return Some(name.clone());
        }
        let truth = self.truth();
        let location = truth.location(vmaddr)?;
        let mut name = Name {
            image: truth.id(location.image).map(str::to_owned),
            segment: location.segment.name.clone(),
            section: location.section.map(|section| section.name.clone()),
            symbols: location
                .names
                .iter()
                .map(|name| (*name).to_owned())
                .collect(),
            distance: location.distance(vmaddr).unwrap_or(0),
        };
        if name.symbols.is_empty() {
            // A function without a symbol is called by its start.
            let mut functions = truth.functions.iter();
            let holds = functions.find(|function| {
                let into = vmaddr.checked_sub(function.vmaddr);
                function.image == location.image && into.is_some_and(|into| into < function.size)
            });
            if let Some(function) = holds {
                name.symbols = vec![format!("fn_{:x}", function.vmaddr)];
                name.distance = vmaddr - function.vmaddr;
            }
        }
        self.known.borrow_mut().insert(vmaddr, name.clone());
        Some(name)
    }

    /// Checks `image` and `symbol` of a row.
    pub(crate) fn check_name(&self, vmaddr: u64, row: &Value) -> Result<(), String> {
        let Some(name) = self.name(vmaddr) else {
            wrong!("{vmaddr:#x} is not mapped: {row}");
        };
        let image = row["image"].as_str();
        if image != name.image.as_deref() || !name.is(&row["symbol"]) {
            wrong!("{row}: the truth says {name:?}");
        }
        Ok(())
    }

    /// The word at an address of the file.
    pub(crate) fn word(&self, vmaddr: u64) -> Option<u32> {
        let at = index(self.truth().file_offset(vmaddr)?);
        get_u32(&self.built.bytes, at)
    }

    /// Code: image, name of the segment and section, start and end. Sections of instructions, or,
    /// if the file has no sections, the segment of m1n1's code.
    pub(crate) fn code(&self) -> Vec<(Option<usize>, String, u64, u64)> {
        let truth = self.truth();
        if truth.sections.is_empty() {
            let text = truth.segments.iter().find(|s| s.name == "TEXT").unwrap();
            return vec![(None, String::new(), text.vmaddr, text.vmaddr + text.vmsize)];
        }
        let code = truth
            .sections
            .iter()
            .filter(|section| section.flags & S_ATTR_PURE_INSTRUCTIONS != 0);
        code.map(|section| {
            let name = format!("{},{}", section.segment, section.name);
            let end = section.vmaddr + section.size;
            (section.image, name, section.vmaddr, end)
        })
        .collect()
    }
}

/// A hexadecimal field of a row.
pub(crate) fn hex(row: &Value, field: &str) -> Result<u64, String> {
    let text = row[field].as_str();
    let digits = text.and_then(|text| text.strip_prefix("0x"));
    let number = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
    number.ok_or_else(|| format!("no number in {field} of {row}"))
}

/// A hexadecimal field that may be null.
pub(crate) fn hex_or_none(row: &Value, field: &str) -> Result<Option<u64>, String> {
    if row[field].is_null() {
        return Ok(None);
    }
    hex(row, field).map(Some)
}

/// A text that may be null.
pub(crate) fn text(row: &Value, field: &str) -> Option<String> {
    row[field].as_str().map(str::to_owned)
}

/// An address as `kc` takes it.
pub(crate) fn address(vmaddr: u64) -> String {
    format!("{vmaddr:#x}")
}

/// That both have the same items, in any order; how many.
pub(crate) fn same<T: Ord + std::fmt::Debug>(
    mut ours: Vec<T>,
    mut truth: Vec<T>,
) -> Result<usize, String> {
    ours.sort();
    truth.sort();
    if ours == truth {
        return Ok(truth.len());
    }
    let missing = truth.iter().find(|item| ours.binary_search(item).is_err());
    let invented = ours.iter().find(|item| truth.binary_search(item).is_err());
    let (have, want) = (ours.len(), truth.len());
    wrong!("{have} for {want}; missing: {missing:?}; invented: {invented:?}");
}
