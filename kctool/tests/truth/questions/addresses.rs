//! Questions about single addresses.

use std::collections::{BTreeMap, BTreeSet};

use testkit::bytes::len64;

use crate::ask::{Shape, address, hex, text, wrong};

/// `kc owner`: image, segment, section, symbol and distance.
pub(crate) fn owner(shape: &Shape) -> Result<usize, String> {
    let args: Vec<String> = shape.addresses.iter().copied().map(address).collect();
    let rows = shape.ask("owner", &args)?;
    if rows.len() != args.len() {
        wrong!("{} rows", rows.len());
    }
    for (vmaddr, row) in shape.addresses.iter().zip(&rows) {
        let name = shape.name(*vmaddr).expect("drawn from what is mapped");
        let same = text(row, "image") == name.image
            && text(row, "segment").as_deref() == Some(&name.segment)
            && text(row, "section") == name.section
            && match text(row, "symbol") {
                None => name.symbols.is_empty(),
                Some(symbol) => {
                    name.symbols.contains(&symbol) && row["symbol_offset"] == name.distance
                }
            };
        let file_offset = shape.truth().file_offset(*vmaddr);
        if !same || hex(row, "vmaddr")? != *vmaddr || Some(hex(row, "file_offset")?) != file_offset
        {
            wrong!("{row}: the truth says {name:?}, file offset {file_offset:x?}");
        }
    }
    Ok(rows.len())
}

/// The addresses that lie in code, and some others.
fn mostly_code(shape: &Shape) -> Vec<u64> {
    let code = shape.code();
    let mut others = 0;
    let mut addresses = shape.addresses.clone();
    addresses.retain(|at| {
        let is_code = code
            .iter()
            .any(|(_, _, start, end)| start <= at && at < end);
        others += usize::from(!is_code);
        is_code || others % 8 == 0
    });
    addresses
}

/// `kc functions --containing`: the function that holds the address. If none does, a start may be
/// guessed, but no function is made up.
pub(crate) fn containing(shape: &Shape) -> Result<usize, String> {
    let truth = shape.truth();
    let addresses = mostly_code(shape);
    for vmaddr in &addresses {
        let image = truth.owner(*vmaddr).expect("drawn from what is mapped");
        let function = truth.functions.iter().find(|function| {
            function.image == image
                && function.vmaddr <= *vmaddr
                && *vmaddr < function.vmaddr + function.size
        });
        let rows = shape.ask("functions", &["--containing".to_owned(), address(*vmaddr)]);
        let Some(function) = function else {
            let made_up = rows.iter().flatten().find(|row| row["guessed"] != true);
            if let Some(row) = made_up {
                wrong!("{vmaddr:#x} is in no function: {row}");
            }
            continue;
        };
        let rows = rows?;
        let [row] = rows.as_slice() else {
            wrong!("{vmaddr:#x}: {} rows", rows.len());
        };
        let same = hex(row, "vmaddr")? == function.vmaddr
            && row["size"] == function.size
            && hex(row, "end")? == function.vmaddr + function.size
            && row["guessed"] == false;
        if !same {
            wrong!("{vmaddr:#x}: {row}: the truth says {function:x?}");
        }
        shape.check_name(function.vmaddr, row)?;
    }
    Ok(addresses.len())
}

/// `kc disasm`: every word of every piece of code, and the symbols in front of them.
pub(crate) fn disasm(shape: &Shape) -> Result<usize, String> {
    let mut words = 0;
    for (image, section, start, end) in shape.code() {
        let id = shape.truth().id(image);
        let args = match id {
            Some(id) => vec![
                "--section".to_owned(),
                section,
                "--image".to_owned(),
                id.to_owned(),
            ],
            None => vec![
                "--at".to_owned(),
                address(start),
                "--count".to_owned(),
                ((end - start) / 4).to_string(),
            ],
        };
        let rows = shape.ask("disasm", &args)?;
        if len64(rows.len()) != (end - start) / 4 {
            wrong!("{} words from {start:#x} to {end:#x}", rows.len());
        }
        for (row, vmaddr) in rows.iter().zip((start..end).step_by(4)) {
            let name = shape.name(vmaddr).expect("code is mapped");
            let is_word = hex(row, "vmaddr")? == vmaddr
                && hex(row, "word")? == u64::from(shape.word(vmaddr).expect("in the file"))
                && Some(hex(row, "file_offset")?) == shape.truth().file_offset(vmaddr);
            let is_named = if name.distance == 0 {
                name.is(&row["symbol"])
            } else {
                row["symbol"].is_null()
            };
            if !is_word || !is_named {
                wrong!("{row}: the truth says {name:?}");
            }
        }
        words += rows.len();
    }
    Ok(words)
}

/// `kc find --words`: the places of the words at the drawn addresses, with their names.
pub(crate) fn find(shape: &Shape) -> Result<usize, String> {
    let mut places: BTreeMap<u32, BTreeSet<u64>> = BTreeMap::new();
    let code = shape.code();
    for (_, _, start, end) in &code {
        let words = (*start..*end - 3).step_by(4);
        for vmaddr in words {
            let word = shape.word(vmaddr).expect("code is in the file");
            places.entry(word).or_default().insert(vmaddr);
        }
    }
    let drawn: BTreeSet<u32> = shape
        .addresses
        .iter()
        .map(|vmaddr| vmaddr & !3)
        .filter(|at| {
            code.iter()
                .any(|(_, _, start, end)| start <= at && *at + 4 <= *end)
        })
        .filter_map(|vmaddr| shape.word(vmaddr))
        .collect();
    let mut answers = 0;
    for word in &drawn {
        let args = ["--words".to_owned(), format!("{word:08x}")];
        let rows = shape.ask("find", &args)?;
        let mut found = BTreeSet::new();
        for row in &rows {
            let vmaddr = hex(row, "vmaddr")?;
            let is_there = shape.word(vmaddr) == Some(*word)
                && shape.truth().file_offset(vmaddr) == Some(hex(row, "file_offset")?);
            if !is_there || !found.insert(vmaddr) {
                wrong!("{word:08x} is not there, or twice: {row}");
            }
            shape.check_name(vmaddr, row)?;
        }
        if let Some(missing) = places[word].difference(&found).next() {
            wrong!("{word:08x} at {missing:#x} was not found");
        }
        answers += found.len();
    }
    Ok(answers)
}
