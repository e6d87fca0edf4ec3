//! `a64-oracle texts WORD...`: what three other disassemblers print for words.

use std::process::ExitCode;

use a64_oracle::fault::Fault;
use a64_oracle::{Syntax, tools};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.split_first() {
        Some((command, rest)) if command == "texts" => texts(rest),
        _ => Err(Fault::new("usage: a64-oracle texts WORD...")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("a64-oracle: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn texts(arguments: &[String]) -> Result<(), Fault> {
    let words = arguments
        .iter()
        .map(|text| {
            u32::from_str_radix(text.trim_start_matches("0x"), 16)
                .map_err(|_| Fault::new(format!("`{text}` is not a hexadecimal word")))
        })
        .collect::<Result<Vec<u32>, Fault>>()?;
    for syntax in Syntax::ALL {
        let texts = tools::disassemble(syntax, &words)?;
        for (word, text) in words.iter().zip(texts) {
            let text = text.unwrap_or_else(|| "undefined".to_owned());
            println!("{:<6}{word:08x}  {text}", syntax.name());
        }
    }
    Ok(())
}
