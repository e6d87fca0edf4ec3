//! Functions, strings, references and places of patterns, one by one.
use std::sync::Arc;

use aarch64_decode::{Pattern, PatternCell, PatternError, PatternSet};
use kc_offsets::code::{
    AddressRange, CodeSetMatches, CodeXrefs, PointerXrefs, c_strings, code_regions,
};
use macho_core::{MachO, VmAddr};
use pyo3::prelude::*;

use crate::error::Failure;
use crate::owned::{Opened, Walk};
use crate::text;

/// The bounds of a function.
#[pyclass(frozen, module = "kernelcache")]
pub(crate) struct Function {
    /// Unslid address of its first instruction.
    #[pyo3(get)]
    pub(crate) start: u64,
    /// The first byte after it.
    #[pyo3(get)]
    pub(crate) end: u64,
    /// Its symbol; None without one.
    #[pyo3(get)]
    pub(crate) name: Option<String>,
    /// The id of its image; None of the outer one.
    #[pyo3(get)]
    pub(crate) image: Option<String>,
}

impl Function {
    pub(crate) fn new(lookup: &kc_offsets::Lookup<'_, '_>, function: kc_offsets::Function) -> Self {
        let name = lookup
            .name_at(function.start)
            .filter(|(_, offset)| *offset == 0);
        let name = name.and_then(|(named, _)| named.name.name());
        let image = lookup.images().get(function.image);
        Self {
            start: function.start.get(),
            end: function.end.get(),
            name: name.map(|name| text::name(name.as_bytes())),
            image: image.and_then(|image| image.id).map(|id| id.to_string()),
        }
    }
}

#[pymethods]
impl Function {
    fn __len__(&self) -> usize {
        usize::try_from(self.end.saturating_sub(self.start)).unwrap_or(usize::MAX)
    }

    fn __contains__(&self, address: u64) -> bool {
        (self.start..self.end).contains(&address)
    }

    fn __repr__(&self) -> String {
        let name = self.name.as_deref().unwrap_or("(no name)");
        format!("<Function {name} {:#x}..{:#x}>", self.start, self.end)
    }
}

/// A C string of an image.
#[pyclass(frozen, module = "kernelcache")]
pub(crate) struct CString {
    /// Unslid address of the first byte.
    #[pyo3(get)]
    address: u64,
    /// Where it lies, from the start of the Mach-O file.
    #[pyo3(get)]
    file_offset: u64,
    /// The text; bytes that are not UTF-8 are `\xNN`.
    #[pyo3(get)]
    text: String,
}

#[pymethods]
impl CString {
    fn __str__(&self) -> String {
        self.text.clone()
    }

    fn __repr__(&self) -> String {
        format!("<CString {:#x} {}>", self.address, text::quoted(&self.text))
    }
}

/// Something that refers to an address.
#[pyclass(frozen, module = "kernelcache")]
pub(crate) struct Xref {
    /// Where the instruction or the pointer is, unslid.
    #[pyo3(get)]
    address: u64,
    /// Where it lies, from the start of the Mach-O file.
    #[pyo3(get)]
    file_offset: u64,
    /// What it refers to.
    #[pyo3(get)]
    target: u64,
    /// "address", "load", "store", "update", "literal", "branch", "conditional", "call", or
    /// "pointer" of data.
    #[pyo3(get)]
    kind: String,
}

#[pymethods]
impl Xref {
    fn __repr__(&self) -> String {
        format!(
            "<Xref {:#x} {} {:#x}>",
            self.address, self.kind, self.target
        )
    }
}

/// A place where a pattern matches.
#[pyclass(frozen, module = "kernelcache")]
pub(crate) struct Match {
    /// Unslid address of the first word.
    #[pyo3(get)]
    address: u64,
    /// Where it lies, from the start of the Mach-O file.
    #[pyo3(get)]
    file_offset: u64,
}

#[pymethods]
impl Match {
    fn __repr__(&self) -> String {
        format!("<Match {:#x}>", self.address)
    }
}

macro_rules! iterator {
    ($(#[$doc:meta])* $name:ident of $item:ident) => {
        $(#[$doc])*
        #[pyclass(frozen, module = "kernelcache")]
        pub(crate) struct $name(Walk<$item>);

        #[pymethods]
        impl $name {
            fn __iter__(this: Bound<'_, Self>) -> Bound<'_, Self> {
                this
            }

            fn __next__(&self) -> Option<$item> {
                self.0.next()
            }
        }
    };
}

iterator!(
    /// An iterator of [`Function`].
    Functions of Function
);
iterator!(
    /// An iterator of [`CString`].
    CStrings of CString
);
iterator!(
    /// An iterator of [`Xref`].
    Xrefs of Xref
);
iterator!(
    /// An iterator of [`Match`].
    Matches of Match
);

/// The images that can be read, as their numbers and they themselves; one of them if it is named.
fn machos(
    opened: &Opened,
    wanted: Option<usize>,
) -> Result<impl Iterator<Item = MachO<'_>> + Send, Failure> {
    let images = opened.images()?;
    let wanted = wanted.map(|number| images.first(number));
    let all = images.machos();
    Ok(all
        .filter(move |(number, _)| wanted.is_none_or(|wanted| wanted == *number))
        .map(|(_, image)| image))
}

impl Functions {
    pub(crate) fn new(owner: &Arc<Opened>, image: Option<usize>) -> Result<Self, Failure> {
        Ok(Self(Walk::new(owner, |opened| {
            let lookup = opened.lookup()?;
            let wanted = image.map(|number| lookup.images().first(number));
            let functions = lookup.functions();
            let functions = functions
                .filter(move |function| wanted.is_none_or(|wanted| wanted == function.image));
            let items = functions.map(move |function| Function::new(&lookup, function));
            Ok::<_, Failure>(Box::new(items))
        })?))
    }
}

impl CStrings {
    pub(crate) fn new(
        owner: &Arc<Opened>,
        image: Option<usize>,
        min: usize,
    ) -> Result<Self, Failure> {
        Ok(Self(Walk::new(owner, |opened| {
            let strings = machos(opened, image)?.flat_map(|image| c_strings(&image));
            let strings = strings.filter(move |string| string.bytes.len() >= min);
            let items = strings.map(|string| CString {
                address: string.vmaddr.get(),
                file_offset: string.file_offset.get(),
                text: text::name(string.bytes),
            });
            Ok::<_, Failure>(Box::new(items))
        })?))
    }
}

impl Xrefs {
    /// What refers to one of `len` bytes from `address` on: code of all images, then pointers.
    pub(crate) fn new(owner: &Arc<Opened>, address: u64, len: u64) -> Result<Self, Failure> {
        Ok(Self(Walk::new(owner, |opened| {
            let range = AddressRange::new(VmAddr::new(address), len);
            let code = machos(opened, None)?
                .flat_map(move |image| CodeXrefs::new(code_regions(&image), range))
                .map(|xref| Xref {
                    address: xref.vmaddr.get(),
                    file_offset: xref.file_offset.get(),
                    target: xref.target.get(),
                    kind: format!("{:?}", xref.kind).to_lowercase(),
                });
            let pointers = PointerXrefs::new(&opened.image(), range)
                .filter_map(Result::ok)
                .map(|xref| Xref {
                    address: xref.vmaddr.get(),
                    file_offset: xref.file_offset.get(),
                    target: xref.target.get(),
                    kind: "pointer".to_owned(),
                });
            Ok::<_, Failure>(Box::new(code.chain(pointers)))
        })?))
    }
}

/// Words of which some bits are open, one after the other.
pub(crate) fn patterns(text: &str) -> Result<Vec<Pattern>, Failure> {
    let wrong = || {
        Failure::new(
            "BadPattern",
            format!(
                "{}: words of eight hexadecimal digits with `?` for any, or lines of assembly \
                 with `_` for any operand, separated by `;`",
                text::quoted(text)
            ),
        )
    };
    let is_word = |word: &str| {
        word.len() == 8
            && word
                .bytes()
                .all(|byte| byte == b'?' || byte.is_ascii_hexdigit())
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    if !words.is_empty() && words.iter().all(|word| is_word(word)) {
        let hex = |digits: String| u32::from_str_radix(&digits, 16).map_err(|_| wrong());
        return words
            .into_iter()
            .map(|word| {
                let mask = |c: char| if c == '?' { '0' } else { 'f' };
                let mask = hex(word.chars().map(mask).collect())?;
                Ok(Pattern::new(mask, hex(word.replace('?', "0"))?))
            })
            .collect();
    }
    let lines = text.split([';', '\n']).map(str::trim);
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        return Err(wrong());
    }
    lines
        .into_iter()
        .map(|line| Pattern::from_text(line).map_err(|error| Failure::from(error).of(line)))
        .collect()
}

impl Matches {
    /// Where the words of one pattern follow one another in the code of all images.
    pub(crate) fn new(owner: &Arc<Opened>, words: &[Pattern]) -> Result<Self, Failure> {
        Ok(Self(Walk::new(owner, |opened| {
            let regions: Vec<_> = machos(opened, None)?.collect();
            let words = words.to_vec();
            let items = regions
                .into_iter()
                .flat_map(move |image| find(&image, &words));
            Ok::<_, Failure>(Box::new(items))
        })?))
    }
}

fn find(image: &MachO<'_>, words: &[Pattern]) -> Vec<Match> {
    let patterns = [words];
    let Err(PatternError::BufferTooSmall { needed }) = PatternSet::build(&patterns, &mut []) else {
        return Vec::new();
    };
    let mut cells = vec![PatternCell::EMPTY; needed];
    let Ok(set) = PatternSet::build(&patterns, &mut cells) else {
        return Vec::new();
    };
    CodeSetMatches::new(code_regions(image), set)
        .map(|(_, found)| Match {
            address: found.vmaddr.get(),
            file_offset: found.file_offset.get(),
        })
        .collect()
}
