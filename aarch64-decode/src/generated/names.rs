// Written by a64gen from spec/*.isa; do not edit. `cargo run -p a64gen` writes it again.
//! Mnemonics, literals and the names of encodings, groups and features.

/// Start of each name, and the end of the last.
pub(crate) static NAMES_AT: [u16; 149] = [
    0x0, 0x0, 0x3, 0x6, 0xa, 0xd, 0x10, 0x14, 0x17, 0x1b, 0x1f, 0x23, 0x26, 0x2a, 0x2e, 0x33,
    0x37, 0x3a, 0x3d, 0x40, 0x45, 0x49, 0x4c, 0x4f, 0x53, 0x57, 0x5c, 0x60, 0x64, 0x6d, 0x76, 0x7a,
    0x7d, 0x80, 0x83, 0x86, 0x8a, 0x8d, 0x91, 0x95, 0x99, 0x9d, 0xa1, 0xa5, 0xa9, 0xac, 0xb0, 0xb3,
    0xb7, 0xba, 0xbd, 0xc1, 0xc5, 0xca, 0xcf, 0xd2, 0xd6, 0xda, 0xde, 0xe2, 0xe7, 0xeb, 0xef, 0xf4,
    0xf9, 0xfd, 0x102, 0x106, 0x10a, 0x10f, 0x112, 0x115, 0x118, 0x11b, 0x11e, 0x121, 0x126, 0x12b, 0x130, 0x135,
    0x13a, 0x13f, 0x144, 0x149, 0x14e, 0x154, 0x15a, 0x160, 0x166, 0x16c, 0x172, 0x178, 0x17e, 0x183, 0x188, 0x193,
    0x19e, 0x1a9, 0x1b4, 0x1be, 0x1c8, 0x1d1, 0x1da, 0x1e5, 0x1f0, 0x1f4, 0x1f8, 0x1fc, 0x200, 0x204, 0x208, 0x20e,
    0x214, 0x21a, 0x221, 0x228, 0x22f, 0x233, 0x236, 0x239, 0x23e, 0x244, 0x24b, 0x250, 0x254, 0x258, 0x25b, 0x25f,
    0x263, 0x269, 0x26e, 0x274, 0x27a, 0x27f, 0x285, 0x28b, 0x291, 0x296, 0x29c, 0x2a2, 0x2a7, 0x2aa, 0x2ad, 0x2b0,
    0x2b3, 0x2b7, 0x2bb, 0x2c0, 0x2c6,
];

/// The names, one behind the other.
pub(crate) static NAMES_TEXT: [u8; 726] = *b"\
addmovaddscmnsubsubscmpaddgsubgsbfmasrsxtbsxthsbfizsbfxbfmbfcbfibfxilubfmlsrlsluxtbuxthubfizubfxsxtwautiasppcautibsppcex\
trrorandorreorandststsmaxumaxsminuminmovnmovzmovkadradrpadcadcssbcngcsbcsngcsaddptsubptnegnegsccmnccmpcselcsinccsetcincc\
sinvcsetmcinvcsnegcnegrbitrev16revclzclsctzcntabsrev32paciapacibpacdapacdbautiaautibautdaautdbpacizapacizbpacdzapacdzbau\
tizaautizbautdzaautdzbxpacixpacdpacnbiasppcpacnbibsppcpacia171615pacib171615autiasppcrautibsppcrpaciasppcpacibsppcautia1\
71615autib171615udivsdivlslvlsrvasrvrorvcrc32bcrc32hcrc32wcrc32cbcrc32chcrc32cwsubpirggmipacgacrc32xcrc32cxsubpscmppmadd\
mulmsubmnegsmaddlsmullsmsublsmneglsmulhmaddptmsubptumaddlumullumsublumneglumulhbicornmvneonbicsrmifsetf8setf16..........\
......\
";

/// Start of each encoding's name; each ends with a line feed.
pub(crate) static ENCODING_NAMES_AT: [u32; 198] = [
    0x0, 0xc, 0x16, 0x28, 0x3c, 0x4e, 0x62, 0x74, 0x88, 0x9a, 0xae, 0xc5, 0xdc, 0xee, 0xff, 0x111,
    0x123, 0x134, 0x146, 0x161, 0x17c, 0x18c, 0x19c, 0x1ab, 0x1ba, 0x1c9, 0x1da, 0x1e9, 0x1f8, 0x207, 0x218, 0x22b,
    0x23f, 0x252, 0x266, 0x279, 0x28d, 0x2a0, 0x2b4, 0x2c5, 0x2d6, 0x2e7, 0x2f8, 0x309, 0x31a, 0x32d, 0x341, 0x355,
    0x36a, 0x37e, 0x393, 0x3a7, 0x3bc, 0x3d0, 0x3e5, 0x3f7, 0x40b, 0x41d, 0x431, 0x443, 0x457, 0x469, 0x47d, 0x490,
    0x4a3, 0x4b7, 0x4cc, 0x4e0, 0x4f5, 0x509, 0x51e, 0x532, 0x547, 0x55b, 0x56f, 0x583, 0x597, 0x5ab, 0x5bf, 0x5d3,
    0x5e7, 0x5f7, 0x608, 0x619, 0x62a, 0x63a, 0x64b, 0x65c, 0x66d, 0x67d, 0x68e, 0x69d, 0x6ac, 0x6bb, 0x6ca, 0x6d9,
    0x6e8, 0x6f8, 0x709, 0x71a, 0x729, 0x738, 0x747, 0x756, 0x765, 0x774, 0x786, 0x798, 0x7aa, 0x7bc, 0x7ce, 0x7e0,
    0x7f2, 0x804, 0x817, 0x82a, 0x83d, 0x850, 0x863, 0x876, 0x889, 0x89c, 0x8ae, 0x8c0, 0x8d9, 0x8f2, 0x90b, 0x924,
    0x93d, 0x956, 0x96d, 0x984, 0x99d, 0x9b6, 0x9c6, 0x9d6, 0x9e6, 0x9f6, 0xa06, 0xa16, 0xa29, 0xa3c, 0xa4f, 0xa63,
    0xa77, 0xa8b, 0xa9b, 0xaab, 0xabb, 0xacb, 0xadc, 0xaec, 0xafc, 0xb0c, 0xb1c, 0xb2c, 0xb3c, 0xb4c, 0xb5c, 0xb6e,
    0xb81, 0xb95, 0xba5, 0xbb5, 0xbc5, 0xbd5, 0xbe7, 0xbf8, 0xc09, 0xc1a, 0xc2b, 0xc3f, 0xc53, 0xc64, 0xc77, 0xc8a,
    0xc9e, 0xcb2, 0xcc3, 0xcd4, 0xce5, 0xcf6, 0xd07, 0xd18, 0xd29, 0xd3b, 0xd4d, 0xd5e, 0xd6f, 0xd80, 0xd91, 0xda2,
    0xdb3, 0xdc5, 0xdd7, 0xde6, 0xdf6, 0xe07,
];

/// Arm's names of the encodings, a line each.
pub(crate) static ENCODING_NAMES: &str = "\
unallocated\n\
undefined\n\
ADD_32_addsub_imm\n\
ADDS_32S_addsub_imm\n\
SUB_32_addsub_imm\n\
SUBS_32S_addsub_imm\n\
ADD_64_addsub_imm\n\
ADDS_64S_addsub_imm\n\
SUB_64_addsub_imm\n\
SUBS_64S_addsub_imm\n\
ADDG_64_addsub_immtags\n\
SUBG_64_addsub_immtags\n\
SBFM_32M_bitfield\n\
BFM_32M_bitfield\n\
UBFM_32M_bitfield\n\
SBFM_64M_bitfield\n\
BFM_64M_bitfield\n\
UBFM_64M_bitfield\n\
AUTIASPPC_only_dp_1src_imm\n\
AUTIBSPPC_only_dp_1src_imm\n\
EXTR_32_extract\n\
EXTR_64_extract\n\
AND_32_log_imm\n\
ORR_32_log_imm\n\
EOR_32_log_imm\n\
ANDS_32S_log_imm\n\
AND_64_log_imm\n\
ORR_64_log_imm\n\
EOR_64_log_imm\n\
ANDS_64S_log_imm\n\
SMAX_32_minmax_imm\n\
UMAX_32U_minmax_imm\n\
SMIN_32_minmax_imm\n\
UMIN_32U_minmax_imm\n\
SMAX_64_minmax_imm\n\
UMAX_64U_minmax_imm\n\
SMIN_64_minmax_imm\n\
UMIN_64U_minmax_imm\n\
MOVN_32_movewide\n\
MOVZ_32_movewide\n\
MOVK_32_movewide\n\
MOVN_64_movewide\n\
MOVZ_64_movewide\n\
MOVK_64_movewide\n\
ADR_only_pcreladdr\n\
ADRP_only_pcreladdr\n\
ADC_32_addsub_carry\n\
ADCS_32_addsub_carry\n\
SBC_32_addsub_carry\n\
SBCS_32_addsub_carry\n\
ADC_64_addsub_carry\n\
ADCS_64_addsub_carry\n\
SBC_64_addsub_carry\n\
SBCS_64_addsub_carry\n\
ADD_32_addsub_ext\n\
ADDS_32S_addsub_ext\n\
SUB_32_addsub_ext\n\
SUBS_32S_addsub_ext\n\
ADD_64_addsub_ext\n\
ADDS_64S_addsub_ext\n\
SUB_64_addsub_ext\n\
SUBS_64S_addsub_ext\n\
ADDPT_64_addsub_pt\n\
SUBPT_64_addsub_pt\n\
ADD_32_addsub_shift\n\
ADDS_32_addsub_shift\n\
SUB_32_addsub_shift\n\
SUBS_32_addsub_shift\n\
ADD_64_addsub_shift\n\
ADDS_64_addsub_shift\n\
SUB_64_addsub_shift\n\
SUBS_64_addsub_shift\n\
CCMN_32_condcmp_imm\n\
CCMP_32_condcmp_imm\n\
CCMN_64_condcmp_imm\n\
CCMP_64_condcmp_imm\n\
CCMN_32_condcmp_reg\n\
CCMP_32_condcmp_reg\n\
CCMN_64_condcmp_reg\n\
CCMP_64_condcmp_reg\n\
CSEL_32_condsel\n\
CSINC_32_condsel\n\
CSINV_32_condsel\n\
CSNEG_32_condsel\n\
CSEL_64_condsel\n\
CSINC_64_condsel\n\
CSINV_64_condsel\n\
CSNEG_64_condsel\n\
RBIT_32_dp_1src\n\
REV16_32_dp_1src\n\
REV_32_dp_1src\n\
CLZ_32_dp_1src\n\
CLS_32_dp_1src\n\
CTZ_32_dp_1src\n\
CNT_32_dp_1src\n\
ABS_32_dp_1src\n\
RBIT_64_dp_1src\n\
REV16_64_dp_1src\n\
REV32_64_dp_1src\n\
REV_64_dp_1src\n\
CLZ_64_dp_1src\n\
CLS_64_dp_1src\n\
CTZ_64_dp_1src\n\
CNT_64_dp_1src\n\
ABS_64_dp_1src\n\
PACIA_64P_dp_1src\n\
PACIB_64P_dp_1src\n\
PACDA_64P_dp_1src\n\
PACDB_64P_dp_1src\n\
AUTIA_64P_dp_1src\n\
AUTIB_64P_dp_1src\n\
AUTDA_64P_dp_1src\n\
AUTDB_64P_dp_1src\n\
PACIZA_64Z_dp_1src\n\
PACIZB_64Z_dp_1src\n\
PACDZA_64Z_dp_1src\n\
PACDZB_64Z_dp_1src\n\
AUTIZA_64Z_dp_1src\n\
AUTIZB_64Z_dp_1src\n\
AUTDZA_64Z_dp_1src\n\
AUTDZB_64Z_dp_1src\n\
XPACI_64Z_dp_1src\n\
XPACD_64Z_dp_1src\n\
PACNBIASPPC_64LR_dp_1src\n\
PACNBIBSPPC_64LR_dp_1src\n\
PACIA171615_64LR_dp_1src\n\
PACIB171615_64LR_dp_1src\n\
AUTIASPPCR_64LRR_dp_1src\n\
AUTIBSPPCR_64LRR_dp_1src\n\
PACIASPPC_64LR_dp_1src\n\
PACIBSPPC_64LR_dp_1src\n\
AUTIA171615_64LR_dp_1src\n\
AUTIB171615_64LR_dp_1src\n\
UDIV_32_dp_2src\n\
SDIV_32_dp_2src\n\
LSLV_32_dp_2src\n\
LSRV_32_dp_2src\n\
ASRV_32_dp_2src\n\
RORV_32_dp_2src\n\
CRC32B_32C_dp_2src\n\
CRC32H_32C_dp_2src\n\
CRC32W_32C_dp_2src\n\
CRC32CB_32C_dp_2src\n\
CRC32CH_32C_dp_2src\n\
CRC32CW_32C_dp_2src\n\
SMAX_32_dp_2src\n\
UMAX_32_dp_2src\n\
SMIN_32_dp_2src\n\
UMIN_32_dp_2src\n\
SUBP_64S_dp_2src\n\
UDIV_64_dp_2src\n\
SDIV_64_dp_2src\n\
IRG_64I_dp_2src\n\
GMI_64G_dp_2src\n\
LSLV_64_dp_2src\n\
LSRV_64_dp_2src\n\
ASRV_64_dp_2src\n\
RORV_64_dp_2src\n\
PACGA_64P_dp_2src\n\
CRC32X_64C_dp_2src\n\
CRC32CX_64C_dp_2src\n\
SMAX_64_dp_2src\n\
UMAX_64_dp_2src\n\
SMIN_64_dp_2src\n\
UMIN_64_dp_2src\n\
SUBPS_64S_dp_2src\n\
MADD_32A_dp_3src\n\
MSUB_32A_dp_3src\n\
MADD_64A_dp_3src\n\
MSUB_64A_dp_3src\n\
SMADDL_64WA_dp_3src\n\
SMSUBL_64WA_dp_3src\n\
SMULH_64_dp_3src\n\
MADDPT_64A_dp_3src\n\
MSUBPT_64A_dp_3src\n\
UMADDL_64WA_dp_3src\n\
UMSUBL_64WA_dp_3src\n\
UMULH_64_dp_3src\n\
AND_32_log_shift\n\
BIC_32_log_shift\n\
ORR_32_log_shift\n\
ORN_32_log_shift\n\
EOR_32_log_shift\n\
EON_32_log_shift\n\
ANDS_32_log_shift\n\
BICS_32_log_shift\n\
AND_64_log_shift\n\
BIC_64_log_shift\n\
ORR_64_log_shift\n\
ORN_64_log_shift\n\
EOR_64_log_shift\n\
EON_64_log_shift\n\
ANDS_64_log_shift\n\
BICS_64_log_shift\n\
RMIF_only_rmif\n\
SETF8_only_setf\n\
SETF16_only_setf\n\
";

/// Groups.
pub(crate) static GROUPS: [&str; 3] = ["none", "dpimm", "dpreg"];

/// Features.
pub(crate) static FEATURES: [&str; 7] = [
    "FEAT_MTE",
    "FEAT_PAuth_LR",
    "FEAT_CSSC",
    "FEAT_CPA",
    "FEAT_PAuth",
    "FEAT_CRC32",
    "FEAT_FlagM",
];

/// Start of each requirement, and the end of the last.
pub(crate) static REQUIREMENTS_AT: [u16; 9] = [
    0x0, 0x0, 0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7,
];

/// Features, one of which suffices up to the one with bit 15; then the next clause.
pub(crate) static REQUIREMENTS: [u16; 7] = [
    0x8000, 0x8001, 0x8002, 0x8003, 0x8004, 0x8005, 0x8006,
];

