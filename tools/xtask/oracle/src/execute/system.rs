//! Words of the system instruction space that a program may run.

/// Words that the rows' own words hardly ever are: system registers that a program may access, and
/// operations of memory and of PSTATE.
pub(super) const SYSTEM: [u32; 46] = [
    0xd53b_4200, // mrs x0, NZCV
    0xd51b_4201, // msr NZCV, x1
    0xd53b_4402, // mrs x2, FPCR
    0xd53b_4423, // mrs x3, FPSR
    0xd51b_4424, // msr FPSR, x4
    0xd53b_d045, // mrs x5, TPIDR_EL0
    0xd51b_d046, // msr TPIDR_EL0, x6
    0xd53b_d0a7, // mrs x7, TPIDR2_EL0
    0xd51b_d0a8, // msr TPIDR2_EL0, x8
    0xd53b_d069, // mrs x9, TPIDRRO_EL0
    0xd53b_002a, // mrs x10, CTR_EL0
    0xd53b_00eb, // mrs x11, DCZID_EL0
    0xd53b_e00c, // mrs x12, CNTFRQ_EL0
    0xd53b_42ad, // mrs x13, DIT
    0xd51b_42ae, // msr DIT, x14
    0xd53b_42cf, // mrs x15, SSBS
    0xd51b_42d0, // msr SSBS, x16
    0xd53b_42f1, // mrs x17, TCO
    0xd51b_42f2, // msr TCO, x18
    0xd53b_4253, // mrs x19, SVCR
    0xd51b_4254, // msr SVCR, x20
    0xd53b_4455, // mrs x21, FPMR
    0xd53b_2400, // mrs x0, RNDR
    0xd53b_2421, // mrs x1, RNDRRS
    0xd538_0016, // mrs x22, MIDR_EL1
    0xd538_0417, // mrs x23, ID_AA64PFR0_EL1
    0xd503_427f, // smstop sm
    0xd503_437f, // smstart sm
    0xd503_447f, // smstop za
    0xd503_457f, // smstart za
    0xd503_467f, // smstop
    0xd503_477f, // smstart
    0xd503_415f, // msr DIT, #1
    0xd503_403f, // msr SSBS, #0
    0xd503_419f, // msr TCO, #1
    0xd50b_7420, // dc zva, x0
    0xd50b_743e, // dc zva, x30
    0xd50b_7461, // dc gva, x1
    0xd50b_7482, // dc gzva, x2
    0xd500_401f, // cfinv
    0xd500_403f, // xaflag
    0xd500_405f, // axflag
    0xd503_201f, // nop
    0xd503_233f, // paciasp
    0xd503_20ff, // xpaclri
    0xd50b_753f, // ic ivau, xzr
];
