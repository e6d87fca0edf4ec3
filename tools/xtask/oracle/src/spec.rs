//! The rows of the decoder's specification text, read for their patterns only.

use std::fs;
use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::words::Row;

/// Reads the patterns of every row of `folder/*.isa`.
///
/// # Errors
/// When a file cannot be read, a pattern has not 32 bits, or there is no row.
pub fn rows(folder: &Path) -> Result<Vec<Row>, Fault> {
    let mut rows = Vec::new();
    for file in files(folder)? {
        rows.extend(rows_of(&file)?);
    }
    if rows.is_empty() {
        return Err(Fault::new(format!("{}: no rows", folder.display())));
    }
    Ok(rows)
}

/// The files `folder/*.isa`, sorted.
///
/// # Errors
/// When the folder cannot be read.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(|error| Fault::file(folder, &error))?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| holds_rows(path))
        .collect();
    files.sort();
    Ok(files)
}

/// The patterns of the rows of one file; files of names and operands have none.
///
/// # Errors
/// When the file cannot be read, or a pattern has not 32 bits.
pub fn rows_of(path: &Path) -> Result<Vec<Row>, Fault> {
    let text = fs::read_to_string(path).map_err(|error| Fault::file(path, &error))?;
    let mut rows = Vec::new();
    for (number, line) in text.lines().enumerate() {
        // Aliases are indented; names and operand files have no pattern column.
        if line.starts_with([' ', '\t', '#']) {
            continue;
        }
        let mut columns = line.split(" | ");
        let (Some(name), Some(pattern)) = (columns.next(), columns.next()) else {
            continue;
        };
        let row = pattern_row(name.trim(), pattern)
            .ok_or_else(|| Fault::new(format!("{}:{}: not 32 bits", path.display(), number + 1)))?;
        rows.push(row);
    }
    Ok(rows)
}

/// Whether a file of the specification text may hold rows; `effects.isa` has columns, but no rows.
pub fn holds_rows(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "isa")
        && path.file_stem().is_some_and(|stem| stem != "effects")
}

/// `1101 Rn:5 (0)` as a row: `0`/`1` are fixed, `(0)` should be, `name:width` a field.
fn pattern_row(name: &str, pattern: &str) -> Option<Row> {
    let mut at = 32_u32;
    let mut row = Row {
        name: name.to_owned(),
        mask: 0,
        value: 0,
        fields: Vec::new(),
    };
    for part in pattern.split_whitespace() {
        if let Some((_, width)) = part.split_once(':') {
            let width = width.parse().ok()?;
            at = at.checked_sub(width)?;
            row.fields.push((at, width));
            continue;
        }
        let should = part.starts_with('(');
        let digits = part.trim_matches(['(', ')']);
        if should {
            // Should-be bits are free: both values are instructions.
            let width = u32::try_from(digits.len()).ok()?;
            at = at.checked_sub(width)?;
            row.fields.push((at, width));
            continue;
        }
        for digit in digits.chars() {
            at = at.checked_sub(1)?;
            row.mask |= 1 << at;
            row.value |= digit.to_digit(2)? << at;
        }
    }
    (at == 0).then_some(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let row = pattern_row("SB", "1101010100000011 0011 (0000) 111 11111").unwrap();
        assert_eq!((row.mask, row.value), (0xffff_f0ff, 0xd503_30ff));
        assert_eq!(row.fields, [(8, 4)]);
        let row = pattern_row("MRS", "11010101001 1 o0:1 op1:3 CRn:4 CRm:4 op2:3 Rt:5").unwrap();
        assert_eq!((row.mask, row.value), (0xfff0_0000, 0xd530_0000));
        assert_eq!(row.fields.len(), 6);
        assert!(pattern_row("short", "1101 Rn:5").is_none());
    }
}
