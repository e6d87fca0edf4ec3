//! The command line of the text oracle; `cargo xtask compare` calls it.

mod golden;
mod ours;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use a64_oracle::compare::{self, Decoder as _, Options};
use a64_oracle::fault::Fault;
use a64_oracle::{
    Syntax, effects, execute, judge, known, latency, lines, roundtrip, spec, tools, words,
};

const USAGE: &str = "\
a64-oracle texts WORD...        what the other disassemblers print for words
a64-oracle golden              write the golden lines that are missing: a word of each row with their texts
a64-oracle verdict [--step N]   every word (or every Nth): is it what the specification text says?
a64-oracle effects [OPTION...]  what is read and written, against llvm-mca; --python FILE: a Python with Capstone; --table FILE: LLVM's
                                instruction table; --words N of each row (default 4); --known FILE: a list of explained differences
a64-oracle execute --qemu FILE [OPTION...]  what words do when QEMU's user emulation runs them; --words N of each row (default 4),
                                --states N of each word (default 4), --seed N, --rows PREFIX,..., --known FILE, --not-run (print the
                                encodings that QEMU does not run)
a64-oracle latency [--cpu NAME] latencies against LLVM's scheduling model of a processor (default: apple-m1)
a64-oracle lines [OPTION...]    lines of assembly that are instructions, against llvm-mc and GNU's as; --words N of each row
                                (default 4), --mutations N (default 40000), --seed N, --rows PREFIX,..., --also FILE (its lines
                                too), --file FILE (its lines instead), --mutate FILE (mutations of its lines instead), --known FILE,
                                --examples N, --causes (how many lines each line of the list explains)
a64-oracle roundtrip [OPTION...]  operands and text back to the word, by ours and by llvm-mc; takes --corners, --random (words that
                                are instructions), --seed, --rows, --words, --known, --examples
a64-oracle compare [OPTION...]  compare ours with theirs; fails on an unexplained difference
  --syntax llvm,gnu,apple       against whom (default: these three); gnu is binutils 2.44, gnu-2.40 is 2.40; bad64 compares
                                operands instead of text, and needs the Cargo feature bad64
  --corners N                   field corners of every row of the specification, and N random words of each
  --random N                    uniformly random words
  --seed N                      for the random words (default 1)
  --system                      every word of the system instruction space, with Rt = 0 and 31
  --code FILE                   the code sections of a Mach-O or ELF file
  --raw FILE                    every word of a file
  --words FILE                  hexadecimal words, one a line
  --rows PREFIX,...             only rows whose name holds one of these (for --corners)
  --base                        leave out words of the FP, SIMD, SVE and SME spaces
  --no-sve                      leave out words of the SVE and SME spaces
  --sve                         only words of the SVE and SME spaces; random ones are drawn from them
  --known FILE                  a list of explained differences; may be given more than once
  --stale                       fail on a line of the list that explains nothing
  --examples N                  examples of each category (default 3)
  --table                       the explained differences as a Markdown table too

GNU's programs are those of the folders A64_BINUTILS_2_44 and A64_BINUTILS_2_40, or of the search path.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.split_first() {
        Some((command, rest)) if command == "texts" => texts(rest),
        Some((command, rest)) if command == "lines" => lines(rest),
        Some((command, rest)) if command == "compare" => run(rest, false),
        Some((command, rest)) if command == "roundtrip" => run(rest, true),
        Some((command, rest)) if command == "effects" => effects(rest),
        Some((command, rest)) if command == "execute" => execute(rest),
        Some((command, rest)) if command == "verdict" => verdict(rest),
        Some((command, rest)) if command == "latency" => latency(rest),
        Some((command, [])) if command == "golden" => {
            let decoder = Path::new(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../../aarch64-decode"
            ));
            golden::write(&decoder.join("spec"), &decoder.join("tests/golden"))
        }
        _ => Err(Fault::new(format!("usage:\n{USAGE}"))),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("a64-oracle: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn effects(arguments: &[String]) -> Result<(), Fault> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."));
    let mut options = effects::Options {
        words: 4,
        ..effects::Options::default()
    };
    let mut rest = arguments.iter();
    while let Some(option) = rest.next() {
        let mut value = || {
            rest.next()
                .ok_or_else(|| Fault::new(format!("{option} wants a value")))
        };
        match option.as_str() {
            "--words" => options.words = number(value()?)?,
            "--python" => options.python = Some(value()?.into()),
            "--table" => options.table = Some(value()?.into()),
            "--known" => options.known = Some(value()?.into()),
            _ => return Err(Fault::new(format!("unknown option {option}\n{USAGE}"))),
        }
    }
    let rows = spec::rows(&root.join("aarch64-decode/spec"))?;
    effects::run(&rows, &options)
}

fn execute(arguments: &[String]) -> Result<(), Fault> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."));
    let rows = spec::rows(&root.join("aarch64-decode/spec"))?;
    execute::run(&rows, &execute::Options::parse(arguments)?)
}

fn lines(arguments: &[String]) -> Result<(), Fault> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."));
    let (mut count, mut mutated, mut seed, mut examples) = (4, 40_000, 1, 3);
    let mut row_filter: Vec<String> = Vec::new();
    let mut known = Vec::new();
    let (mut file, mut mutate, mut also) = (None, None, String::new());
    let mut causes = false;
    let mut rest = arguments.iter();
    while let Some(option) = rest.next() {
        let mut value = || {
            rest.next()
                .ok_or_else(|| Fault::new(format!("{option} wants a value")))
        };
        match option.as_str() {
            "--also" => also = read(value()?)?,
            "--causes" => causes = true,
            "--words" => count = number(value()?)?,
            "--mutations" => mutated = number(value()?)?,
            "--seed" => seed = number(value()?)?,
            "--examples" => examples = number(value()?)?,
            "--rows" => row_filter = value()?.split(',').map(str::to_owned).collect(),
            "--known" => known = known::parse(&read(value()?)?)?,
            "--file" => file = Some(read(value()?)?),
            "--mutate" => mutate = Some(read(value()?)?),
            _ => return Err(Fault::new(format!("unknown option {option}\n{USAGE}"))),
        }
    }
    let is_whole = file.is_none() && mutate.is_none();
    let list = if let Some(text) = file {
        text.lines().map(str::to_owned).collect()
    } else if let Some(text) = mutate {
        // A line with letters of both cases is taken or refused for their sake.
        let base: BTreeSet<String> = text.lines().map(str::to_ascii_lowercase).collect();
        let base: Vec<String> = base.into_iter().collect();
        lines::mutations(&base, mutated, seed)
    } else {
        let mut rows = spec::rows(&root.join("aarch64-decode/spec"))?;
        if !row_filter.is_empty() {
            rows.retain(|row| row_filter.iter().any(|part| row.name.contains(part)));
        }
        let list: Vec<u32> = words::some(&rows, count, seed);
        let mut list = lines::printed(&list);
        list.extend(lines::mutations(&list, mutated, seed));
        let also = also.lines().filter(|line| !line.starts_with('#'));
        list.extend(also.map(str::to_owned));
        list
    };
    let verdict = judge::run(&list, &known)?;
    print!("{}", verdict.show(examples));
    if causes {
        print!("{}", verdict.causes(&known));
    }
    // Lines of a file need not have an example of each cause.
    let stale = verdict.stale(&known).filter(|_| is_whole);
    let stale: Vec<&str> = stale.collect();
    for cause in &stale {
        println!("explains nothing: {cause}");
    }
    match (verdict.unexplained(), stale.len()) {
        (0, 0) => Ok(()),
        (0, lines) => Err(Fault::new(format!(
            "{lines} lines of the list explain nothing"
        ))),
        (lines, _) => Err(Fault::new(format!("{lines} lines without a cause"))),
    }
}

fn read(path: &str) -> Result<String, Fault> {
    std::fs::read_to_string(path).map_err(|error| Fault::file(Path::new(path), &error))
}

fn texts(arguments: &[String]) -> Result<(), Fault> {
    let words = arguments
        .iter()
        .map(|text| hexadecimal(text))
        .collect::<Result<Vec<u32>, Fault>>()?;
    let undefined = || "undefined".to_owned();
    for syntax in Syntax::ALL {
        let texts = tools::disassemble(syntax, &words)?;
        for ((&word, text), pc) in words.iter().zip(texts).zip((0_u64..).step_by(4)) {
            let mut ours = String::new();
            ours::Ours.text(syntax, word, pc, &mut ours);
            let text = text.unwrap_or_else(undefined);
            println!("{:<6}{word:08x}  {text:<40}  ours: {ours}", syntax.name());
        }
    }
    Ok(())
}

fn latency(arguments: &[String]) -> Result<(), Fault> {
    let cpu = match arguments {
        [] => "apple-m1",
        [option, cpu] if option == "--cpu" => cpu,
        _ => return Err(Fault::new(format!("usage:\n{USAGE}"))),
    };
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."));
    let rows = spec::rows(&root.join("aarch64-decode/spec"))?;
    let list: BTreeSet<u32> = words::corners(&rows, 8, 1).into_iter().collect();
    let list: Vec<u32> = list.into_iter().collect();
    let report = latency::run(&list, cpu)?;
    print!("{}", report.show());
    match report.differing.len() {
        0 => Ok(()),
        encodings => Err(Fault::new(format!(
            "{encodings} encodings have another latency"
        ))),
    }
}

fn verdict(arguments: &[String]) -> Result<(), Fault> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."));
    let step = match arguments {
        [] => 1,
        [option, step] if option == "--step" => number(step)?,
        _ => return Err(Fault::new(format!("usage:\n{USAGE}"))),
    };
    a64_oracle::verdict::run(&root.join("aarch64-decode/spec"), step)
}

fn hexadecimal(text: &str) -> Result<u32, Fault> {
    u32::from_str_radix(text.trim_start_matches("0x"), 16)
        .map_err(|_| Fault::new(format!("`{text}` is not a hexadecimal word")))
}

fn run(arguments: &[String], back: bool) -> Result<(), Fault> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."));
    let mut syntaxes = Syntax::ALL.to_vec();
    let mut known_files: Vec<PathBuf> = Vec::new();
    let mut examples = 3;
    let mut seed = 1;
    let mut corners = None;
    let mut random = 0;
    let mut row_filter: Vec<String> = Vec::new();
    let mut base_only = false;
    let mut no_sve = false;
    let mut only_sve = false;
    let mut table = false;
    let mut stale = false;
    let mut list: Vec<u32> = Vec::new();

    let mut rest = arguments.iter();
    while let Some(option) = rest.next() {
        let mut value = || {
            rest.next()
                .ok_or_else(|| Fault::new(format!("{option} wants a value")))
        };
        match option.as_str() {
            "--syntax" => {
                syntaxes = value()?
                    .split(',')
                    .map(|name| {
                        Syntax::from_name(name)
                            .ok_or_else(|| Fault::new(format!("unknown syntax {name}")))
                    })
                    .collect::<Result<_, _>>()?;
            }
            "--known" => known_files.push(value()?.into()),
            "--examples" => examples = number(value()?)?,
            "--seed" => seed = number(value()?)?,
            "--corners" => corners = Some(number(value()?)?),
            "--random" => random = number(value()?)?,
            "--rows" => row_filter = value()?.split(',').map(str::to_owned).collect(),
            "--base" => base_only = true,
            "--no-sve" => no_sve = true,
            "--sve" => only_sve = true,
            "--table" => table = true,
            "--stale" => stale = true,
            "--system" => list.extend(system_space()),
            "--code" => list.extend(words::code_of_file(Path::new(value()?))?),
            "--raw" => list.extend(words::raw_file(Path::new(value()?))?),
            "--words" => {
                let path = Path::new(value()?);
                let text =
                    std::fs::read_to_string(path).map_err(|error| Fault::file(path, &error))?;
                for word in text.split_ascii_whitespace() {
                    list.push(hexadecimal(word)?);
                }
            }
            _ => return Err(Fault::new(format!("unknown option {option}\n{USAGE}"))),
        }
    }
    if let Some(extra) = corners {
        let mut rows = spec::rows(&root.join("aarch64-decode/spec"))?;
        if !row_filter.is_empty() {
            rows.retain(|row| row_filter.iter().any(|part| row.name.contains(part)));
        }
        list.extend(words::corners(&rows, extra, seed));
    }
    list.extend(if back {
        words::random_where(random, seed, |word| aarch64_decode::decode(word).is_ok())
    } else if only_sve {
        words::random_sve(random, seed)
    } else {
        words::random(random, seed)
    });
    let before = list.len();
    let mut list: Vec<u32> = list
        .into_iter()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    if base_only {
        list.retain(|&word| is_base(word));
    }
    if no_sve {
        list.retain(|&word| !is_sve(word));
    }
    if only_sve {
        list.retain(|&word| is_sve(word));
    }
    println!("{before} words, {} distinct and compared", list.len());

    let mut known = Vec::new();
    for path in known_files {
        let text = std::fs::read_to_string(&path).map_err(|error| Fault::file(&path, &error))?;
        known.extend(known::parse(&text)?);
    }
    if back {
        let report = roundtrip::run(&list, &known, examples)?;
        print!("{}", report.show(Syntax::Llvm, &known));
        return match report.unexplained_words() {
            0 => Ok(()),
            words => Err(Fault::new(format!("{words} unexplained differences"))),
        };
    }
    let options = Options {
        syntaxes: &syntaxes,
        known: &known,
        examples,
        tool: tools::disassemble,
    };
    let reports = compare::compare(&list, &ours::Ours, &options)?;
    let mut unexplained = 0;
    for (&syntax, report) in &reports {
        print!("{}", report.show(syntax, &known));
        unexplained += report.unexplained_words();
    }
    if table {
        println!("{}", compare::table(&reports, &known));
    }
    if unexplained != 0 {
        return Err(Fault::new(format!("{unexplained} unexplained differences")));
    }
    let lines = if stale {
        compare::stale(&reports, &known)
    } else {
        Vec::new()
    };
    for line in &lines {
        println!(
            "explains nothing: {} | {} | {}",
            line.ours, line.theirs, line.cause
        );
    }
    if lines.is_empty() {
        Ok(())
    } else {
        Err(Fault::new(format!(
            "{} lines of the list explain nothing",
            lines.len()
        )))
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, Fault> {
    text.replace('_', "")
        .parse()
        .map_err(|_| Fault::new(format!("`{text}` is not a number")))
}

/// Every word of the system instruction space (0xd5 in the top byte), with Rt = 0 and 31.
fn system_space() -> impl Iterator<Item = u32> {
    (0xd500_0000_u32..0xd600_0000)
        .step_by(32)
        .flat_map(|word| [word, word | 31])
}

/// Whether the word is in the base integer space: op0 (bits 28:25) data
/// processing, branches, system, loads and stores of general registers
/// (Arm ARM C4.1, "A64 instruction set encoding").
fn is_base(word: u32) -> bool {
    let simd_bit = word >> 26 & 1 == 1;
    match word >> 25 & 0xf {
        // 0b0000 is reserved (udf, Apple's) and SME; bit 31 is SME.
        0b0000 => word >> 31 == 0,
        0b1000..=0b1011 | 0b0101 | 0b1101 => true,
        0b0100 | 0b0110 | 0b1100 | 0b1110 => !simd_bit,
        _ => false,
    }
}

/// Whether the word is in the SVE space (op0 = 0b0010) or the SME space (op0 =
/// 0b0000 with bit 31), Arm ARM C4.1.
fn is_sve(word: u32) -> bool {
    match word >> 25 & 0xf {
        0b0000 => word >> 31 == 1,
        0b0010 => true,
        _ => false,
    }
}
