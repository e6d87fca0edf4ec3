//! `-- FILE`: disassembles a fileset's code word by word, with names for addresses.
use aarch64_decode::{Symbols, Syntax, TextBuffer, decode};
use kc_offsets::{Error, KernelCache, code::code_regions};
use macho_core::MachO;
use std::{collections::BTreeMap, fmt::Write as _};

/// Names by address.
struct Names(BTreeMap<u64, String>);

impl Symbols for Names {
    fn symbol(&self, address: u64) -> Option<(&str, u64)> {
        let (start, name) = self.0.range(..=address).next_back()?;
        Some((name, address - start))
    }
}

fn sweep(image: &MachO<'_>, text: &mut String) -> Result<(), Error> {
    let mut names = BTreeMap::new();
    for symbol in image.symbols()? {
        names.insert(symbol.vmaddr().get(), symbol.name()?.to_string());
    }
    let names = Names(names);
    let mut buffer = TextBuffer::new();
    for region in code_regions(image) {
        let words = region
            .bytes
            .chunks_exact(4)
            .map(|word| [word[0], word[1], word[2], word[3]]);
        for (pc, word) in (region.vmaddr.get()..)
            .step_by(4)
            .zip(words.map(u32::from_le_bytes))
        {
            if let Some(name) = names.0.get(&pc) {
                let _ = writeln!(text, "{name}:");
            }
            let line = match decode(word) {
                Ok(insn) => insn.format_with(pc, Syntax::Llvm, &names, &mut buffer),
                Err(_) => "-",
            };
            let _ = writeln!(text, "{pc:#018x}  {word:08x}  {line}");
        }
    }
    Ok(())
}

/// The lines of a fileset's images.
pub(crate) fn disassemble(file: &[u8]) -> Result<String, Error> {
    let cache = KernelCache::parse(file)?;
    let mut text = String::new();
    for entry in cache.entries() {
        sweep(&entry?.image()?, &mut text)?;
    }
    Ok(text)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).ok_or("no file")?;
    print!("{}", disassemble(&std::fs::read(file)?)?);
    Ok(())
}
