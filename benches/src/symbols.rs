//! Symbols with their names.

use std::hint::black_box;

use macho_core::MachO;
use object::macho::MachHeader64;
use object::read::macho::{MachHeader as _, Nlist as _};

use crate::image::{Image, ImageShape, SYMBOLS};
use crate::measure::{Case, Goal, Group};

type Header = MachHeader64<object::LittleEndian>;
const LE: object::LittleEndian = object::LittleEndian;

/// Every symbol's value, section and the length of its name.
#[must_use]
pub fn groups() -> Vec<Group> {
    let file: &'static [u8] = &Image::get(ImageShape::Linear).file;
    let mut cases = ours(file);
    cases.push(Case::peer("object, low level", move || {
        object_low(black_box(file)).unwrap_or_default()
    }));
    cases.push(Case::peer("goblin", move || {
        goblin(black_box(file)).unwrap_or_default()
    }));
    vec![Group {
        key: "symbols",
        title: format!("{SYMBOLS} symbols with names"),
        item: "symbol",
        items: u64::from(SYMBOLS),
        same_answer: true,
        cases,
        goals: vec![Goal::Times {
            ours: "MachO::symbols",
            against: "object, low level",
            times: 1.5,
        }],
    }]
}

fn ours(file: &'static [u8]) -> Vec<Case> {
    vec![Case::ours("MachO::symbols", move || {
        macho(black_box(file)).unwrap_or_default()
    })]
}

fn macho(file: &'static [u8]) -> Result<u64, macho_core::Error> {
    let macho = MachO::parse(file)?;
    let mut sum = 0_u64;
    for symbol in macho.symbols()? {
        sum = sum
            .wrapping_add(symbol.value())
            .wrapping_add(symbol.name()?.as_bytes().len() as u64)
            .wrapping_add(u64::from(symbol.n_sect()));
    }
    Ok(sum)
}

fn object_low(file: &'static [u8]) -> object::read::Result<u64> {
    let header = Header::parse(file, 0)?;
    let mut commands = header.load_commands(LE, file, 0)?;
    let mut sum = 0_u64;
    while let Some(command) = commands.next()? {
        let Some(symtab) = command.symtab()? else {
            continue;
        };
        let table = symtab.symbols::<Header, _>(LE, file)?;
        let strings = table.strings();
        for symbol in table.iter() {
            let name = symbol.name(LE, strings)?;
            sum = sum
                .wrapping_add(symbol.n_value(LE))
                .wrapping_add(name.len() as u64)
                .wrapping_add(u64::from(symbol.n_sect()));
        }
    }
    Ok(sum)
}

fn goblin(file: &'static [u8]) -> goblin::error::Result<u64> {
    let macho = goblin::mach::MachO::parse(file, 0)?;
    let mut sum = 0_u64;
    for symbol in macho.symbols() {
        let (name, symbol) = symbol?;
        sum = sum
            .wrapping_add(symbol.n_value)
            .wrapping_add(name.len() as u64)
            .wrapping_add(symbol.n_sect as u64);
    }
    Ok(sum)
}
