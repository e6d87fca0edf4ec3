//! Lines that are instructions, and lines that nearly are.
#![cfg(feature = "asm")]

#[cfg(all(feature = "sysreg-names", feature = "apple"))]
use aarch64_decode::Name;
use aarch64_decode::assemble;

/// Lines and their words, by llvm-mc 22.1.8 and DDI 0487.
const TAKEN: [(&str, u32); 109] = [
    ("dsb #0", 0xd503_309f),
    ("dsb #16", 0xd503_323f),
    ("dsb #20", 0xd503_363f),
    ("dsb #24", 0xd503_3a3f),
    ("dsb #28", 0xd503_3e3f),
    ("sbfiz w0, w7, #15, #17", 0x1311_40e0),
    ("ubfiz w9, w10, #10, #22", 0x5316_5549),
    ("ubfx w9, w10, #10, #22", 0x530a_7d49),
    ("cset w0, eq", 0x1a9f_17e0),
    ("cinv w0, wzr, ne", 0x5a9f_03e0),
    ("xtn v0.8b, v31.8h", 0x0e21_2be0),
    ("xtn2 v0.16b, v31.8h", 0x4e21_2be0),
    ("fmax z0.h, p7/m, z0.h, z31.h", 0x6546_9fe0),
    ("zero { za0.d, za7.d }", 0xc008_0081),
    ("sdot z0.d, z0.h, z11.h[1]", 0x44fb_0000),
    ("cpy z0.d, p0/m, x0", 0x05e8_a000),
    ("and x2, x5, x11, asr #1", 0x8a8b_04a2),
    ("adds wzr, w3, w5", 0x2b05_007f),
    ("adds xzr, x3, x5", 0xab05_007f),
    ("subs xzr, x3, x5", 0xeb05_007f),
    ("subs xzr, sp, x5", 0xeb25_63ff),
    ("fmov s0, #0x11", 0x1e22_3000),
    ("fmov s0, #17", 0x1e26_3000),
    ("fmov s0, #0.0", 0x1e27_03e0),
    ("fmov d12, #0.0", 0x9e67_03ec),
    ("fmov h0, #0.0", 0x1ee7_03e0),
    ("fmov z12.d, #0.0", 0x25f8_c00c),
    ("fmov v0.2d, #2.000000000000000000e+00", 0x6f00_f400),
    ("bti", 0xd503_241f),
    ("tlbip vae1nxs, x4, x5", 0xd548_9724),
    ("tlbip VAE1, x4, x5", 0xd548_8724),
    ("uxtl v0.8h, v1.8b", 0x2f08_a420),
    ("uxtl2 v0.8h, v1.16b", 0x6f08_a420),
    ("sxtl v0.8h, v1.8b", 0x0f08_a420),
    ("sxtl v0.4s, v1.4h", 0x0f10_a420),
    ("bfc w0, #3, #4", 0x331d_0fe0),
    ("bfc x0, #3, #4", 0xb37d_0fe0),
    ("cmle v0.2s, v1.2s, v2.2s", 0x0ea1_3c40),
    ("cmls v0.2s, v1.2s, v2.2s", 0x2ea1_3c40),
    ("fcmle v0.2s, v1.2s, v2.2s", 0x2e21_e440),
    ("facle s0, s1, s2", 0x7e21_ec40),
    ("cmple p0.b, p0/z, z1.b, z2.b", 0x2401_8040),
    ("cblo w0, w4, #-8", 0x7440_3fc4),
    ("bic x0, x1, #0xff", 0x9278_dc20),
    ("eon w0, w1, #0xff", 0x5218_5c20),
    ("and z25.b, z25.b, z9.b", 0x0429_3339),
    ("add x0, x1, #010", 0x9100_2020),
    ("ld1b z10.d, p0/z, [x0, z0.d]", 0xc440_c00a),
    ("tbl z28.b, z0.b, z21.b", 0x0535_301c),
    ("uqdecp z31.d, p10", 0x25eb_815f),
    ("fabs.4h v0, v0", 0x0ef8_f800),
    ("add.4s v0, v1, v2", 0x4ea2_8420),
    ("uaddl.8h v0, v1, v2", 0x2e22_0020),
    ("uaddl2.8h v0, v1, v2", 0x6e22_0020),
    ("sshll.8h v0, v1, #3", 0x0f0b_a420),
    ("fmla.4s v0, v1, v2[1]", 0x4fa2_1020),
    ("st1.4s { v0, v1, v2 }, [x13], #48", 0x4c9f_69a0),
    ("ld1.s { v0 }[1], [x0]", 0x0d40_9000),
    ("tbl.8b v0, { v1, v2 }, v3", 0x0e03_2020),
    ("umov.h w0, v1[3]", 0x0e0e_3c20),
    ("mov h11, v9[6]", 0x5e1a_052b),
    ("fdot v0, v0, v0[0]", 0x4f00_0000),
    ("cmle.2s v10, v6, v8", 0x0ea6_3d0a),
    ("sha256h2.4s q21, q9, v13", 0x5e0d_5135),
    ("isb sy", 0xd503_3fdf),
    ("isb SY", 0xd503_3fdf),
    ("msr svcrsm, #1", 0xd503_437f),
    ("msr SVCRZA, #0", 0xd503_447f),
    ("msr svcrsmza, 1", 0xd503_477f),
    ("adds x3, x4, w9, uxtx", 0xab29_6083),
    ("adds x3, x4, w9, sxtx #1", 0xab29_e483),
    ("cmp x4, w9, uxtx", 0xeb29_609f),
    ("cmn x4, w9, sxtx", 0xab29_e09f),
    ("subs x3, sp, w9, uxtx #2", 0xeb29_6be3),
    // As binutils 2.44 has them.
    ("msr mecidr_el2, x0", 0xd51c_a8e0),
    ("msr id_aa64mmfr3_el1, x0", 0xd518_0760),
    ("mrs x0, pmzr_el0", 0xd53b_9d80),
    ("clearbhb", 0xd503_22df),
    ("clrbhb", 0xd503_22df),
    ("ld4 {v31.8b-v2.8b}, [x0]", 0x0c40_001f),
    ("st1 {v0.4s-v3.4s}, [x0]", 0x4c00_2800),
    ("tlbip vae1os, x30", 0xd548_813e),
    ("tlbip vae1os, xzr", 0xd548_813f),
    ("tlbip vae1osnxs, x2, x3", 0xd548_9122),
    ("sysp #0, C8, C1, #0, x30", 0xd548_811e),
    ("tlbip vale3nxs, x0", 0xd54e_97a0),
    ("sysp #6, C9, C7, #5, x2", 0xd54e_97a2),
    ("prfm #0x18, [sp, x15, lsl #0]", 0xf8af_6bf8),
    ("pmov z0, p0.h", 0x052d_3800),
    ("movaz z0.b, za0h.b [w12, 0]", 0xc002_0200),
    ("movt zt0[0, mul vl], z3", 0xc04f_03e3),
    ("rprfm #63, x0, [sp]", 0xf8a0_fbff),
    ("rprfm #2, x0, [x0]", 0xf8a0_481a),
    ("pext {p15.b-p0.b}, pn8[0]", 0x2520_741f),
    // Sums, signs of zeros, shifts by 0.
    ("add x4, x5, #65536 - 256 - 61440", 0x913c_00a4),
    ("sub x4, x5, #-(1 + 2)", 0x9100_0ca4),
    ("lsl w3, w4, #(9-1)", 0x5318_5c83),
    ("mov x9, #-32768 + 256", 0x928f_dfe9),
    ("and w5, w6, #-0xffff0000", 0x1210_00c5),
    ("mov x5, #127, lsl #0", 0xd280_0fe5),
    ("mov x5, #-127, lsl #0", 0x9280_0fc5),
    ("add x6, x7, #-4096, lsl #0", 0xd140_04e6),
    ("cbge x5, 63, #-1024", 0xf51f_2005),
    ("ldr za[w13, -0], [x6]", 0xe100_20c0),
    (
        "fmlal za.s[w9, 0:1, vgx4], { z4.h - z7.h }, z1.h[-0]",
        0xc191_b080,
    ),
    ("ld1b za0v.b[w14, 8], p5/z, [x3, x4]", 0xe004_d468),
    ("fadd z2.h, p1/m, z2.h, #5.0e-1", 0x6558_8402),
    ("fmul z2.s, p1/m, z2.s, #2.0e+", 0x659a_8422),
    ("msr allint, #1", 0xd501_411f),
];

/// Lines that neither llvm-mc nor GNU as takes.
const REFUSED: [&str; 101] = [
    // Bit-fields beyond the register.
    "sbfiz w0, w7, #15, #18",
    "ubfiz w9, w10, #10, #30",
    "sbfiz x0, x7, #15, #50",
    "ubfx w9, w10, #10, #23",
    "bfi w0, w1, #31, #2",
    "bfc w0, #31, #2",
    "bfxil x0, x1, #63, #2",
    "lsl w0, w1, #32",
    // Conditions that have no opposite.
    "cset w0, al",
    "cset x0, nv",
    "csetm w0, al",
    "cinc w0, w1, al",
    "cinv x0, x1, nv",
    "cneg w0, w1, al",
    // The upper half needs a 2, the lower none.
    "xtn v0.16b, v31.8h",
    "xtn2 v0.8b, v31.8h",
    "sqxtun v30.8h, v19.4s",
    "addhn v27.4s, v17.2d, v14.2d",
    "saddl v0.8h, v1.16b, v2.16b",
    "saddl2 v0.8h, v1.8b, v2.8b",
    "shll v0.8h, v1.16b, #8",
    "sshll v0.8h, v1.16b, #1",
    "uxtl v0.8h, v1.16b",
    "bfcvtn v30.8h, v19.4s",
    "xtn.16b v0, v31",
    // Elements of another size.
    "fmax z0.b, p7/m, z0.b, z31.b",
    "fadd z0.b, z1.b, z2.b",
    "cpy z0.d, p0/m, w0",
    "mov z0.d, p0/m, w0",
    "dup z0.d, w0",
    "cmplt p0.b, p0/z, z0.d, z0.b",
    "tblq z18.b, z27.b, z5.b",
    // Tiles that are not there.
    "zero { za0.d, za32.d }",
    "zero { za8.d }",
    "zero { za2.h }",
    "mov { za3h.s[w13, 0:3] }, {z8.s-z11.s}",
    "zero za.d[w9, 0:0]",
    "zero za.d[w8, 3]",
    "smlall za.d[w9, -0:3, vgx4], {z8.h-z11.h}, z3.h[2]",
    // Lanes.
    "sdot z0.d, z0.h, z11.h[255]",
    "sdot z0.d, z0.h, z11.h[2]",
    "mul z14.h, z22.h[255], z0.h",
    "cmtst d9[255], d4, d20",
    "whilerw p4.b, x22, x19[255]",
    "fcvtms w27, s25[255]",
    "sub za.d[w10, 1, vgx2], {z16.d, z17.d}[255], {z12.d, z13.d}",
    "mov v0.s[4], w1",
    // Amounts that are missing.
    "and x2, x5, x11, asr",
    "add x0, x1, x2, lsl",
    "add sp, x1, x2, lsl",
    "add x0, x1, #1, lsl",
    "movz x0, #1, lsl",
    "ldr x0, [x1, x2, lsl]",
    // Two offsets.
    "ldr x3, [x4, #8], #16",
    "ldr x3, [x4, x5], #16",
    "ldp x3, x5, [x4, #16], #16",
    "ldrh w8, [x2, x27, lsl #1], #1",
    "ld1 { v19.s }[0], [x28], x0, lsl",
    "st3 { v0.b, v1.b, v2.b }[0], [x29], x0, lsl #0",
    "ldr w28, [x15]!",
    // Elements of what has none.
    "ldr d30, [x27, w20.8h, sxtw #3]",
    "add x0.4s, x1, x2",
    // The 0 stands behind.
    "cmle d0, #0, d0",
    "fcmlt.2s v0, #0.0, v0",
    // Numbers.
    "dsb #17",
    "dsb #32",
    "add x0, x1, #09",
    "fmov s0, #0x100",
    "fmov s0, #0.1",
    // A range of one register.
    "ld1 {v14.8h-v14.8h}, [x19]",
    // An arrangement behind the mnemonic, and one behind a register.
    "fabs.4h v0.4h, v0.4h",
    "fdot v14, v28, v15.4b[0]",
    "fmax.4q v0, v1, v2",
    // Options, fields of the state, and registers that have only one way.
    "isb nsh",
    "msr svcrsm, #2",
    "msr svcrxx, #1",
    "msr svcr, #1",
    "msr #5, #1",
    "msr 5, 1",
    "msr id_aa64fpfr0_el1, x0",
    "msr icc_idr0_el1, x0",
    "mrs x0, icv_hppir_el1",
    // Only what sets flags has such a register.
    "add x3, x4, w9, uxtx",
    "adds w3, w4, x9, uxtx",
    // What is no sum, and zeros that may not be written.
    "add x4, x5, #(1",
    "add x4, x5, #1 - ",
    "fmov d3, #1-1",
    "fmov d3, #1 + 1",
    "fmov z3.s, p1/m, #-0",
    "fmov z3.b, #0.0",
    "fmov s3, #0X11",
    "mrs x4, #49152",
    "msr allint, #2",
    "msr allint, #3",
    "msr svcrza, #0, #1",
    "ldr zt0, [x4, #0]",
    "stlxp w3, w4, w5, [x6, #-0]",
    "mov x5, -127, lsl #0",
    "orn w4, w5, #0x100000001",
    "smlall za1.s[w9, 0:3], z1.b, z2.b[1]",
    "smlall za.s[w9, -0:3], z1.b, z2.b[1]",
];

#[test]
fn lines_that_are_instructions() {
    for (line, word) in TAKEN {
        let ours = assemble(0, line);
        assert_eq!(ours, Ok(word), "{line}: {ours:08x?}");
    }
}

#[test]
fn lines_that_nearly_are() {
    for line in REFUSED {
        let ours = assemble(0, line);
        assert!(ours.is_err(), "{line}: {ours:08x?}");
    }
}

#[test]
fn parentheses_are_counted() {
    let nested = |depth: usize| {
        let line = format!("mov x0, #-{}1{}", "(".repeat(depth), ")".repeat(depth));
        assemble(0, &line).ok()
    };
    assert_eq!(nested(63), Some(0x9280_0000));
    assert_eq!(nested(64), None);
}

#[test]
fn an_operation_with_nxs_is_the_one_without_and_a_bit() {
    for line in ["tlbip vae1, x4, x5", "tlbip rvae1is, x0, x1"] {
        let plain = assemble(0, line).expect(line);
        let other = line.replacen(',', "nxs,", 1);
        assert_eq!(assemble(0, &other), Ok(plain | 1 << 12), "{other}");
    }
}

/// Every name of a system register is found by its text, in any letter case.
#[cfg(all(feature = "sysreg-names", feature = "apple"))]
#[test]
fn registers_by_name() {
    let mut count = 0;
    for value in 0x8000..=0xffff_u16 {
        let Some(name) = Name::system_register(value).text() else {
            continue;
        };
        count += 1;
        for name in [name.to_lowercase(), name.to_uppercase()] {
            let read = assemble(0, &format!("mrs x0, {name}"));
            let written = assemble(0, &format!("msr {name}, x0"));
            let words = [
                (read, 0xd520_0000 | u32::from(value) << 5),
                (written, 0xd500_0000 | u32::from(value) << 5),
            ];
            let found = words.iter().any(|(ours, word)| *ours == Ok(*word));
            assert!(found, "{name}: {words:08x?}");
        }
    }
    assert!(count > 1500, "{count}");
}
