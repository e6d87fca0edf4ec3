//! Lists of everything: complete, and nothing invented.

use serde_json::Value;
use testkit::bytes::{index, len64};
use testkit::truth::Truth;

use crate::ask::{Shape, hex, hex_or_none, same, text, wrong};

/// `kc entries`: images, and the kexts without code.
pub(crate) fn entries(shape: &Shape) -> Result<usize, String> {
    type Row = (
        String,
        Option<u64>,
        Option<u64>,
        Option<String>,
        Option<u64>,
    );
    let rows = shape.ask("entries", &[])?;
    let ours = rows.iter().map(|row| -> Result<Row, String> {
        Ok((
            text(row, "id").unwrap_or_default(),
            hex_or_none(row, "vmaddr")?,
            hex_or_none(row, "file_offset")?,
            text(row, "version"),
            row["size"].as_u64(),
        ))
    });
    let truth = shape.truth();
    let with_code = truth.entries.iter().map(|entry| {
        (
            entry.id.clone(),
            Some(entry.vmaddr),
            Some(entry.file_offset),
            entry.version.clone(),
            entry.size,
        )
    });
    let codeless = truth.codeless.iter().map(|kext| {
        let version = Some(kext.version.clone());
        (kext.id.clone(), None, None, version, None)
    });
    let all = with_code.chain(codeless).collect();
    same(ours.collect::<Result<Vec<_>, _>>()?, all)
}

type SymbolRow = (Option<String>, String, u64, Option<String>, bool);

fn symbol_rows(rows: &[Value]) -> Result<Vec<SymbolRow>, String> {
    // Undefined symbols have no address.
    let defined = rows.iter().filter(|row| !row["vmaddr"].is_null());
    defined
        .map(|row| {
            let letter = text(row, "type").unwrap_or_default();
            Ok((
                text(row, "image"),
                text(row, "name").unwrap_or_default(),
                hex(row, "vmaddr")?,
                text(row, "section"),
                letter.starts_with(|letter: char| letter.is_ascii_uppercase()),
            ))
        })
        .collect()
}

fn all_symbols(truth: &Truth) -> Vec<SymbolRow> {
    let symbols = truth.symbols.iter();
    symbols
        .map(|symbol| {
            (
                truth.id(symbol.image).map(str::to_owned),
                symbol.name.clone(),
                symbol.vmaddr,
                symbol.section.clone(),
                symbol.external,
            )
        })
        .collect()
}

/// `kc symbols`: every defined symbol of every image.
pub(crate) fn symbols(shape: &Shape) -> Result<usize, String> {
    let rows = shape.ask("symbols", &[])?;
    same(symbol_rows(&rows)?, all_symbols(shape.truth()))
}

type StringRow = (Option<String>, u64, u64, String);

fn string_rows(rows: &[Value]) -> Result<Vec<StringRow>, String> {
    let rows = rows.iter();
    rows.map(|row| {
        Ok((
            text(row, "image"),
            hex(row, "vmaddr")?,
            hex(row, "file_offset")?,
            text(row, "string").unwrap_or_default(),
        ))
    })
    .collect()
}

/// Runs of printable ASCII, four at least: what is a string where no section says so.
fn runs_of_text(shape: &Shape) -> Vec<StringRow> {
    let is_text = |byte: &u8| matches!(byte, b'\t' | b' '..=b'~');
    let mut rows = Vec::new();
    for segment in &shape.truth().segments {
        let start = index(segment.file_offset);
        let size = index(segment.filesize.min(segment.vmsize));
        let bytes = &shape.built.bytes[start..];
        let bytes = &bytes[..size.min(bytes.len())];
        for run in bytes.chunk_by(|a, b| is_text(a) == is_text(b)) {
            if run.len() < 4 || !is_text(&run[0]) {
                continue;
            }
            let at = len64(run.as_ptr().addr() - bytes.as_ptr().addr());
            let text = String::from_utf8_lossy(run);
            let text = text.replace('\\', "\\\\").replace('\t', "\\t");
            rows.push((None, segment.vmaddr + at, segment.file_offset + at, text));
        }
    }
    rows
}

fn all_strings(shape: &Shape) -> Vec<StringRow> {
    let truth = shape.truth();
    if truth.sections.is_empty() {
        return runs_of_text(shape);
    }
    let strings = truth.strings.iter();
    strings
        .map(|string| {
            (
                truth.id(string.image).map(str::to_owned),
                string.vmaddr,
                truth.file_offset(string.vmaddr).unwrap(),
                string.text.clone(),
            )
        })
        .collect()
}

/// `kc strings`.
pub(crate) fn strings(shape: &Shape) -> Result<usize, String> {
    let rows = shape.ask("strings", &[])?;
    same(string_rows(&rows)?, all_strings(shape))
}

/// vmaddr, end, size, file offset.
type FunctionRow = (Option<String>, u64, u64, Option<u64>, u64);

fn function_rows(shape: &Shape, rows: &[Value]) -> Result<Vec<FunctionRow>, String> {
    let mut out = Vec::new();
    for row in rows {
        if row["guessed"] != false {
            wrong!("guessed: {row}");
        }
        let vmaddr = hex(row, "vmaddr")?;
        shape.check_name(vmaddr, row)?;
        out.push((
            text(row, "image"),
            vmaddr,
            hex(row, "end")?,
            row["size"].as_u64(),
            hex(row, "file_offset")?,
        ));
    }
    Ok(out)
}

fn all_functions(truth: &Truth) -> Vec<FunctionRow> {
    let functions = truth.functions.iter();
    functions
        .map(|function| {
            (
                truth.id(function.image).map(str::to_owned),
                function.vmaddr,
                function.vmaddr + function.size,
                Some(function.size),
                truth.file_offset(function.vmaddr).unwrap(),
            )
        })
        .collect()
}

/// `kc functions`: the functions of every image, to the byte.
pub(crate) fn functions(shape: &Shape) -> Result<usize, String> {
    let rows = shape.ask("functions", &[])?;
    same(function_rows(shape, &rows)?, all_functions(shape.truth()))
}

/// The lists with `--image`, for each image inside, by what `name` makes of its id.
fn of_images(shape: &Shape, name: impl Fn(&str) -> Option<&str>) -> Result<usize, String> {
    let truth = shape.truth();
    let mut answers = 0;
    for entry in &truth.entries {
        let Some(name) = name(&entry.id) else {
            continue;
        };
        let args = ["--image".to_owned(), name.to_owned()];
        let id = Some(entry.id.clone());
        let rows = symbol_rows(&shape.ask("symbols", &args)?)?;
        let mut all = all_symbols(truth);
        all.retain(|row| row.0 == id);
        answers += same(rows, all)?;
        let rows = string_rows(&shape.ask("strings", &args)?)?;
        let mut all = all_strings(shape);
        all.retain(|row| row.0 == id);
        answers += same(rows, all)?;
        let rows = function_rows(shape, &shape.ask("functions", &args)?)?;
        let mut all = all_functions(truth);
        all.retain(|row| row.0 == id);
        answers += same(rows, all)?;
    }
    Ok(answers)
}

/// `--image ID` chooses an image of any shape.
pub(crate) fn of_one_image(shape: &Shape) -> Result<usize, String> {
    of_images(shape, |id: &str| Some(id))
}

/// `--image` takes the last part of an id if no other image has it.
pub(crate) fn by_last_part(shape: &Shape) -> Result<usize, String> {
    of_images(shape, |id| {
        let (_, last) = id.rsplit_once('.')?;
        // A kext without code may be meant by this one.
        (last != "epsilon").then_some(last)
    })
}
