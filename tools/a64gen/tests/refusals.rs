//! A small specification text that is right, damaged in one place: the generator says what is
//! wrong, with file and line.

use a64gen::{Code, Input, Source, against, generate};

const ROWS: &str = "\
# Two rows, one of them the special case of the other.
group dpimm
ADD_64 | 1001000100 imm12:12 Rn:5 Rd:5 | add Xd, Xn, #imm12 | FEAT_A/FEAT_B | undef if imm12=1
    mov Xd, Xn | if imm12=0 & IsMove
ADD_64_zero | 1001000100 000000000000 11111 Rd:5 | zero Xd | flow next
group control
HALT | 11010100010 (00000) 000 imm8:8 00000 | halt #imm8 | except if imm8=7
LOG | 100100100 N:1 immr:6 imms:6 Rn:5 Rd:5 | and Xd, Xn, name | undef if ReservedLogicalImmediate
";

const OPERANDS: &str = "\
word class w=0 x=1
kind Reg class lsb
kind UImm span num
kind Named table span
Xd = Reg x Rd
Xn = Reg x Rn
#imm12 = UImm imm12 1
#imm8 = UImm imm8 1
name = Named colours 22..10
";

const NAMES: &str = "\
colours red 1
colours green 2 rw
";

const ARM: &str = "\
# name\tmask\tvalue\tshould_be_mask
ADD_64\tffc00000\t91000000\t00000000
ADD_64_zero\tffffffe0\t910003e0\t00000000
HALT\tffffe01f\td4400000\t001f0000
LOG\tff800000\t92000000\t00000000
";

const DECODE: &str = "Kind::Reg Kind::UImm Kind::Named";
const ENCODE: &str = "Program::Reg Program::UImm | Program::Named";
const PREDICATES: &str = "Predicate::IsMove";

fn source(file: &str, text: &str) -> Source {
    Source {
        file: file.to_owned(),
        text: text.to_owned(),
    }
}

fn sound() -> Input {
    Input {
        spec: vec![
            source("rows.isa", ROWS),
            source("operands.isa", OPERANDS),
            source("sysregs.isa", NAMES),
        ],
        arm: source("aarchmrs.tsv", ARM),
        code: Code {
            decode: vec![source("plan.rs", DECODE), source("program.rs", "")],
            encode: vec![source("operand.rs", ENCODE)],
            predicates: vec![source("alias.rs", PREDICATES)],
        },
    }
}

/// With `from`, which is in one place of the file, replaced.
fn damaged(file: &str, from: &str, to: &str) -> Input {
    let mut input = sound();
    let code = &mut input.code;
    let found = input
        .spec
        .iter_mut()
        .chain([&mut input.arm])
        .chain(&mut code.decode)
        .chain(&mut code.encode)
        .chain(&mut code.predicates)
        .find(|source| source.file == file)
        .expect("a file of the sound text");
    assert_eq!(found.text.matches(from).count(), 1, "{file}: {from:?}");
    found.text = found.text.replace(from, to);
    input
}

fn messages<T>(result: Result<T, Vec<a64gen::Problem>>) -> Vec<String> {
    let problems = result.err().unwrap_or_default();
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn the_sound_text_is_taken() {
    let output = generate(&sound()).expect("it is right");
    assert_eq!(output.files.len(), 8);
    assert!(
        output.summary.starts_with("4 encodings, "),
        "{}",
        output.summary
    );
    // Comments and the order of lines that are no numbers count for nothing.
    let comment = damaged("rows.isa", "group control", "# a comment\ngroup control");
    let again = generate(&comment).expect("it is right");
    assert_eq!(again.files, output.files);
}

#[test]
fn damages_are_refused() {
    let mut damages = 0;
    for block in include_str!("refusals.txt").split("\n\n") {
        let Some((file, lines)) = block.strip_prefix("@ ").and_then(|b| b.split_once('\n')) else {
            assert!(block.starts_with('#'), "{block}");
            continue;
        };
        let [from, to, expected] = ["- ", "+ ", "= "].map(|mark| {
            let marked = lines.lines().filter_map(|line| line.strip_prefix(mark));
            marked.collect::<Vec<&str>>().join("\n")
        });
        let found = messages(generate(&damaged(file, &from, &to)));
        assert_eq!(found.join("\n"), expected, "{block}");
        damages += 1;
    }
    assert!(damages > 70, "{damages}");
}

#[test]
fn another_table_is_compared() {
    let table = |from: &str, to: &str| {
        assert_eq!(ARM.matches(from).count(), 1, "{from:?}");
        source("new.tsv", &ARM.replace(from, to))
    };
    let cases: &[(&str, &str, &str)] = &[
        ("", "", ""),
        (
            "HALT\tffffe01f\td4400000\t001f0000\n",
            "",
            "rows.isa:7: HALT is not in new.tsv",
        ),
        (
            "LOG\t",
            "LOGIC\t",
            "new.tsv:5: no row for LOGIC (mask ff800000, value 92000000)\n\
             rows.isa:8: LOG is not in new.tsv",
        ),
        (
            "91000000\t",
            "9100000\t",
            "new.tsv:2: value: \"9100000\" is no hexadecimal word",
        ),
    ];
    for (from, to, expected) in cases {
        let table = if from.is_empty() {
            source("new.tsv", ARM)
        } else {
            table(from, to)
        };
        let found = messages(against(&sound(), &table));
        assert_eq!(found.join("\n"), *expected, "{from:?} -> {to:?}");
    }
    // Other columns, in another order, are no matter.
    let wide = "# name\tgroup\tvalue\tmask\tshould_be_mask\tfields\nHALT\tx\td4400000\tffffe01f\t001f0000\timm8@5+8\n";
    let found = messages(against(&sound(), &source("new.tsv", wide)));
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(found[0], "rows.isa:3: ADD_64 is not in new.tsv");
    // Apple's encodings are in no table of Arm's.
    let apple = damaged("rows.isa", "group control", "group apple");
    let table = source("new.tsv", &ARM[..ARM.find("HALT").expect("a line")]);
    assert_eq!(messages(against(&apple, &table)), [""; 0]);
    assert_eq!(
        messages(against(&apple, &source("new.tsv", ""))),
        ["new.tsv:1: no encodings"]
    );
}
