//! Every register line of `spec/sysregs.isa` reads back from the tables, in the directions and
//! syntaxes that it lists.
#![cfg(all(feature = "fmt", feature = "sysreg-names", feature = "apple"))]

use aarch64_decode::{Encoding, Feature, Name, Operand, Syntax, TextBuffer, decode};

const MRS: u32 = 0xd530_0000;
const MSR: u32 = 0xd510_0000;

/// op0, op1, CRn, CRm, op2 in bits 20 to 5; bit 20 is in the opcode.
fn bits(numbers: &[u32]) -> u32 {
    let [op0, op1, crn, crm, op2] = *numbers else {
        panic!("five numbers: {numbers:?}");
    };
    op0 << 19 | op1 << 16 | crn << 12 | crm << 8 | op2 << 5
}

fn text(word: u32, syntax: Syntax) -> String {
    let insn = decode(word).unwrap();
    insn.format(0, syntax, &mut TextBuffer::new()).to_owned()
}

fn register(word: u32) -> Name {
    decode(word)
        .unwrap()
        .operands(0)
        .find_map(|operand| match operand {
            Operand::Name(name) => Some(name),
            _ => None,
        })
        .unwrap()
}

#[test]
fn registers() {
    let spec = include_str!("../spec/sysregs.isa");
    let (mut shown, mut apple) = (0, 0);
    for line in spec.lines() {
        let mut words = line.split_whitespace();
        let (Some(table), Some(name)) = (words.next(), words.next()) else {
            continue;
        };
        if table != "sysreg" && table != "applereg" {
            continue;
        }
        let rest: Vec<&str> = words.collect();
        let (numbers, flags) = rest.split_at(5);
        let numbers: Vec<u32> = numbers.iter().map(|n| n.parse().unwrap()).collect();
        let bits = bits(&numbers);
        if table == "applereg" {
            let own = register(MRS | bits).apple_name();
            assert_eq!(own.as_deref(), Some(name), "{line}");
            apple += 1;
        }
        let small = name.to_lowercase();
        let feature = flags.iter().find(|flag| flag.starts_with("FEAT_"));
        if let Some(&feature) = feature {
            let own = register(MRS | bits).feature().map(Feature::name);
            assert_eq!(own, Some(feature), "{line}");
        }
        for flag in flags {
            let checks: &[(u32, Syntax, String)] = &match *flag {
                "r" => vec![(MRS, Syntax::Llvm, format!("mrs x0, {name}"))],
                "w" => vec![(MSR, Syntax::Apple, format!("msr {name}, x0"))],
                "rw" => vec![
                    (MRS, Syntax::Apple, format!("mrs x0, {name}")),
                    (MSR, Syntax::Llvm, format!("msr {name}, x0")),
                ],
                "gr" => vec![(MRS, Syntax::Gnu, format!("mrs x0, {small}"))],
                "gw" => vec![(MSR, Syntax::Gnu, format!("msr {small}, x0"))],
                "grw" => vec![
                    (MRS, Syntax::Gnu, format!("mrs x0, {small}")),
                    (MSR, Syntax::Gnu, format!("msr {small}, x0")),
                ],
                feature if feature.starts_with("FEAT_") => vec![],
                other => panic!("{other}: {line}"),
            };
            for (opcode, syntax, expected) in checks {
                assert_eq!(&text(opcode | bits, *syntax), expected, "{line}");
                shown += 1;
            }
        }
    }
    assert!(shown > 4900 && apple == 227, "{shown} {apple}");
}

/// The index of names has each encoding, and no other name.
#[test]
fn encodings_by_name() {
    let mut count = 0;
    for encoding in Encoding::all() {
        assert_eq!(Encoding::named(encoding.name()), Some(encoding));
        let longer = format!("{}_", encoding.name());
        assert_eq!(Encoding::named(&longer), None);
        let shorter = &encoding.name()[..3];
        assert_eq!(Encoding::named(shorter), None, "{shorter}");
        count += 1;
    }
    assert!(count > 1000, "{count}");
    for name in ["", "undefined", "unallocated", "add_64_addsub_imm", "~"] {
        assert_eq!(Encoding::named(name), None, "{name}");
    }
}
