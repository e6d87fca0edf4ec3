//! References in a program that LLVM's assembler makes: its labels say what refers to what.

use std::collections::BTreeSet;
use std::process::Command;

use aarch64_decode::ReferenceKind;
use kc_offsets::code::{AddressRange, CodeXrefs, code_regions};
use macho_core::{MachO, VmAddr};

/// A label `_KIND_TARGET_NUMBER` stands where something refers to the label `_at_TARGET`.
const PROGRAM: &str = "
.section __TEXT,__text,regular,pure_instructions
_address_a_0:     adr x0, La
_branch_a_0:      b La
_call_f_0:        bl Lf
_literal_b_0:     ldr x1, Lb
_literal_b_1:     ldrsw x2, Lb
_literal_b_2:     ldr q3, Lb
_literal_b_3:     prfm pldl1keep, Lb
_conditional_f_0: b.ne Lf
_conditional_f_1: cbz w0, Lf
_conditional_f_2: tbnz x9, #40, Lf
_conditional_f_3: cbnz x30, Lf
                  adrp x8, #0
_address_p_0:     add x9, x8, #0x800
_load_p_0:        ldrb w10, [x8, #0x800]
_load_p_1:        ldrsh x10, [x8, #0x800]
_load_p_2:        ldr w10, [x8, #0x800]
_load_p_3:        ldr d10, [x9]
_load_p_4:        ldr q10, [x8, #0x800]
_load_p_5:        prfm pldl1keep, [x8, #0x800]
_store_p_0:       strb wzr, [x8, #0x800]
_store_p_1:       str h11, [x8, #0x800]
_store_p_2:       str q11, [x9]
_load_q_0:        ldr x10, [x9, #0x10]
                  adrp x19, #4096
# x8 and x9 are the callee's, x19 is not.
_call_f_1:        bl Lf
                  ldr x10, [x9]
_address_r_0:     add x0, x19, #0x40
                  mov x19, x1
                  add x0, x19, #0x40
                  adrp x20, #4096
                  ret
                  add x0, x20, #0x40
                  adrp x20, #4096
                  ldp x21, x20, [sp]
                  add x0, x20, #0x40
                  adrp x20, #4096
_load_r_0:        ldr x20, [x20, #0x40]
                  ldr x20, [x20, #0x40]
                  ret
_at_a:
La:               nop
_at_b:
Lb:               .quad 0
_at_f:
Lf:               ret
.org 0x800
_at_p:            .quad 0, 0
_at_q:            .quad 0, 0
.org 0x1040
_at_r:            .quad 0
";

fn kind(name: &str) -> ReferenceKind {
    match name {
        "address" => ReferenceKind::Address,
        "load" => ReferenceKind::Load,
        "store" => ReferenceKind::Store,
        "literal" => ReferenceKind::Literal,
        "branch" => ReferenceKind::Branch,
        "conditional" => ReferenceKind::Conditional,
        "call" => ReferenceKind::Call,
        other => panic!("{other} is no kind"),
    }
}

#[test]
fn references_are_where_the_labels_say() {
    let folder = std::env::temp_dir().join(format!("code-llvm-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (source, object) = (folder.join("program.s"), folder.join("program.o"));
    std::fs::write(&source, PROGRAM).unwrap();
    let status = Command::new("llvm-mc-22")
        .args(["-triple=arm64-apple-macos", "-filetype=obj", "-o"])
        .args([&object, &source])
        .status()
        .expect("llvm-mc-22 runs (Debian package llvm-22; `cargo xtask test` installs it)");
    assert!(status.success());
    let bytes = std::fs::read(&object).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let image = MachO::parse(&bytes).unwrap();
    let labels: Vec<(String, VmAddr)> = image
        .symbols()
        .unwrap()
        .map(|symbol| {
            let name = symbol.name().unwrap().as_str().unwrap().to_owned();
            (name, VmAddr::new(symbol.value()))
        })
        .collect();
    let mut checked = 0;
    for (name, target) in &labels {
        let Some(name) = name.strip_prefix("_at_") else {
            continue;
        };
        let expected: BTreeSet<_> = labels
            .iter()
            .filter_map(|(label, vmaddr)| {
                let mut parts = label.strip_prefix('_')?.split('_');
                let (by, at) = (parts.next()?, parts.next()?);
                (at == name && by != "at").then(|| (*vmaddr, kind(by)))
            })
            .collect();
        let found: BTreeSet<_> =
            CodeXrefs::new(code_regions(&image), AddressRange::address(*target))
                .map(|found| (found.vmaddr, found.kind))
                .collect();
        assert_eq!(found, expected, "{name}");
        checked += expected.len();
    }
    assert_eq!(checked, 25);
}
