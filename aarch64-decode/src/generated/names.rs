// Written by a64gen from spec/*.isa; do not edit. `cargo run -p a64gen` writes it again.
//! Mnemonics, literals and the names of encodings, groups and features.

/// Start of each name, and the end of the last.
pub(crate) static NAMES_AT: [u16; 269] = [
    0x0, 0x0, 0x7, 0xe, 0x13, 0x18, 0x1b, 0x1e, 0x21, 0x24, 0x27, 0x2a, 0x2e, 0x32, 0x37, 0x3c,
    0x41, 0x46, 0x4b, 0x50, 0x55, 0x5a, 0x5f, 0x62, 0x65, 0x6b, 0x70, 0x76, 0x7b, 0x81, 0x86, 0x8c,
    0x95, 0x99, 0x9e, 0xa1, 0xa5, 0xaa, 0xad, 0xb0, 0xb3, 0xb5, 0xb9, 0xbc, 0xc1, 0xc4, 0xc7, 0xca,
    0xce, 0xd1, 0xd8, 0xe1, 0xea, 0xf3, 0xfc, 0xff, 0x104, 0x107, 0x10a, 0x10f, 0x113, 0x117, 0x11d, 0x125,
    0x12b, 0x132, 0x138, 0x13f, 0x145, 0x14c, 0x152, 0x159, 0x15d, 0x160, 0x167, 0x16a, 0x16f, 0x173, 0x178, 0x17c,
    0x181, 0x186, 0x189, 0x18c, 0x193, 0x199, 0x19e, 0x1a4, 0x1aa, 0x1ae, 0x1b2, 0x1b5, 0x1bd, 0x1c5, 0x1cc, 0x1d1,
    0x1d9, 0x1df, 0x1e3, 0x1e7, 0x1e9, 0x1eb, 0x1ed, 0x1f1, 0x1f5, 0x1f8, 0x1fb, 0x1fe, 0x201, 0x204, 0x208, 0x20b,
    0x20f, 0x216, 0x21c, 0x220, 0x224, 0x229, 0x22d, 0x231, 0x237, 0x23c, 0x23f, 0x242, 0x246, 0x249, 0x24c, 0x250,
    0x253, 0x257, 0x25b, 0x25f, 0x262, 0x266, 0x26a, 0x26f, 0x273, 0x276, 0x279, 0x27c, 0x281, 0x285, 0x288, 0x28b,
    0x28f, 0x293, 0x298, 0x29c, 0x2a0, 0x2a9, 0x2b2, 0x2b6, 0x2b9, 0x2bc, 0x2bf, 0x2c2, 0x2c6, 0x2c9, 0x2cd, 0x2d1,
    0x2d5, 0x2d9, 0x2dd, 0x2e1, 0x2e5, 0x2e8, 0x2ec, 0x2ef, 0x2f3, 0x2f6, 0x2f9, 0x2fd, 0x301, 0x306, 0x30b, 0x30e,
    0x312, 0x316, 0x31a, 0x31e, 0x323, 0x327, 0x32b, 0x330, 0x335, 0x339, 0x33e, 0x342, 0x346, 0x34b, 0x34e, 0x351,
    0x354, 0x357, 0x35a, 0x35d, 0x362, 0x367, 0x36c, 0x371, 0x376, 0x37b, 0x380, 0x385, 0x38a, 0x390, 0x396, 0x39c,
    0x3a2, 0x3a8, 0x3ae, 0x3b4, 0x3ba, 0x3bf, 0x3c4, 0x3cf, 0x3da, 0x3e5, 0x3f0, 0x3fa, 0x404, 0x40d, 0x416, 0x421,
    0x42c, 0x430, 0x434, 0x438, 0x43c, 0x440, 0x444, 0x44a, 0x450, 0x456, 0x45d, 0x464, 0x46b, 0x46f, 0x472, 0x475,
    0x47a, 0x480, 0x487, 0x48c, 0x490, 0x494, 0x497, 0x49b, 0x49f, 0x4a5, 0x4aa, 0x4b0, 0x4b6, 0x4bb, 0x4c1, 0x4c7,
    0x4cd, 0x4d2, 0x4d8, 0x4de, 0x4e3, 0x4e6, 0x4e9, 0x4ec, 0x4ef, 0x4f3, 0x4f7, 0x4fc, 0x502,
];

/// The names, one behind the other.
pub(crate) static NAMES_TEXT: [u8; 1298] = *b"\
mul53lomul53hiwkdmcwkdmdldxldystxstyldzstzldzistziextrxextryfma64fms64fma32fms32mac16fma16fms16setclrvecintvecfpmatintma\
tfpgenlutgexitgenterat_as1elxsdsbclrexdsbssbbpssbbdfbdmbisbsbhintnopyieldwfewfisevsevldghxpaclripacia1716pacib1716autia1\
716autib1716esbcsyncpsbtsbdsyncgcsbcsdbclrbhbclearbhbpaciazpaciasppacibzpacibspautiazautiaspautibzautibsppacmx16chkfeatb\
tistshhshuhstcphsrlsslbndhintemsrmrssmstartsmstopcfinvxaflagaxflagmsrrmrrssysgcspushxgcspopcxgcspopxtrcitgcspushmgcsss1a\
pastlbidcicatplbimlbigicgsbbrbcfpdvpcospcppsyslgcspopmgcsss2gicrsysptlbipwfetwfittstartttestaddmovaddscmnsubsubscmpaddgs\
ubgsbfmasrsxtbsxthsbfizsbfxbfmbfcbfibfxilubfmlsrlsluxtbuxthubfizubfxsxtwautiasppcautibsppcextrrorandorreorandststsmaxuma\
xsminuminmovnmovzmovkadradrpadcadcssbcngcsbcsngcsaddptsubptnegnegsccmnccmpcselcsinccsetcinccsinvcsetmcinvcsnegcnegrbitre\
v16revclzclsctzcntabsrev32paciapacibpacdapacdbautiaautibautdaautdbpacizapacizbpacdzapacdzbautizaautizbautdzaautdzbxpacix\
pacdpacnbiasppcpacnbibsppcpacia171615pacib171615autiasppcrautibsppcrpaciasppcpacibsppcautia171615autib171615udivsdivlslv\
lsrvasrvrorvcrc32bcrc32hcrc32wcrc32cbcrc32chcrc32cwsubpirggmipacgacrc32xcrc32cxsubpscmppmaddmulmsubmnegsmaddlsmullsmsubl\
smneglsmulhmaddptmsubptumaddlumullumsublumneglumulhbicornmvneonbicsrmifsetf8setf16................\
";

/// Start of each encoding's name; each ends with a line feed.
pub(crate) static ENCODING_NAMES_AT: [u32; 287] = [
    0x0, 0xc, 0x16, 0x24, 0x32, 0x3e, 0x4a, 0x58, 0x66, 0x74, 0x82, 0x90, 0x9e, 0xad, 0xbc, 0xcc,
    0xdc, 0xec, 0xfc, 0x10c, 0x11c, 0x12c, 0x13c, 0x14c, 0x15a, 0x168, 0x179, 0x189, 0x19a, 0x1aa, 0x1bb, 0x1c7,
    0x1d4, 0x1e4, 0x1ef, 0x201, 0x211, 0x221, 0x231, 0x242, 0x253, 0x261, 0x26e, 0x27d, 0x28a, 0x297, 0x2a4, 0x2b2,
    0x2bf, 0x2d0, 0x2e3, 0x2f6, 0x309, 0x31c, 0x329, 0x336, 0x343, 0x351, 0x35f, 0x36f, 0x37f, 0x390, 0x3a0, 0x3b1,
    0x3c1, 0x3d2, 0x3e2, 0x3f3, 0x401, 0x412, 0x41f, 0x42e, 0x43c, 0x44b, 0x459, 0x468, 0x47b, 0x489, 0x498, 0x4a8,
    0x4b8, 0x4ca, 0x4dc, 0x4f1, 0x506, 0x51a, 0x52f, 0x545, 0x563, 0x581, 0x598, 0x5ae, 0x5c0, 0x5d4, 0x5e6, 0x5fa,
    0x60c, 0x620, 0x632, 0x646, 0x65d, 0x674, 0x686, 0x697, 0x6a9, 0x6bb, 0x6cc, 0x6de, 0x6f9, 0x714, 0x724, 0x734,
    0x743, 0x752, 0x761, 0x772, 0x781, 0x790, 0x79f, 0x7b0, 0x7c3, 0x7d7, 0x7ea, 0x7fe, 0x811, 0x825, 0x838, 0x84c,
    0x85d, 0x86e, 0x87f, 0x890, 0x8a1, 0x8b2, 0x8c5, 0x8d9, 0x8ed, 0x902, 0x916, 0x92b, 0x93f, 0x954, 0x968, 0x97d,
    0x98f, 0x9a3, 0x9b5, 0x9c9, 0x9db, 0x9ef, 0xa01, 0xa15, 0xa28, 0xa3b, 0xa4f, 0xa64, 0xa78, 0xa8d, 0xaa1, 0xab6,
    0xaca, 0xadf, 0xaf3, 0xb07, 0xb1b, 0xb2f, 0xb43, 0xb57, 0xb6b, 0xb7f, 0xb8f, 0xba0, 0xbb1, 0xbc2, 0xbd2, 0xbe3,
    0xbf4, 0xc05, 0xc15, 0xc26, 0xc35, 0xc44, 0xc53, 0xc62, 0xc71, 0xc80, 0xc90, 0xca1, 0xcb2, 0xcc1, 0xcd0, 0xcdf,
    0xcee, 0xcfd, 0xd0c, 0xd1e, 0xd30, 0xd42, 0xd54, 0xd66, 0xd78, 0xd8a, 0xd9c, 0xdaf, 0xdc2, 0xdd5, 0xde8, 0xdfb,
    0xe0e, 0xe21, 0xe34, 0xe46, 0xe58, 0xe71, 0xe8a, 0xea3, 0xebc, 0xed5, 0xeee, 0xf05, 0xf1c, 0xf35, 0xf4e, 0xf5e,
    0xf6e, 0xf7e, 0xf8e, 0xf9e, 0xfae, 0xfc1, 0xfd4, 0xfe7, 0xffb, 0x100f, 0x1023, 0x1033, 0x1043, 0x1053, 0x1063, 0x1074,
    0x1084, 0x1094, 0x10a4, 0x10b4, 0x10c4, 0x10d4, 0x10e4, 0x10f4, 0x1106, 0x1119, 0x112d, 0x113d, 0x114d, 0x115d, 0x116d, 0x117f,
    0x1190, 0x11a1, 0x11b2, 0x11c3, 0x11d7, 0x11eb, 0x11fc, 0x120f, 0x1222, 0x1236, 0x124a, 0x125b, 0x126c, 0x127d, 0x128e, 0x129f,
    0x12b0, 0x12c1, 0x12d3, 0x12e5, 0x12f6, 0x1307, 0x1318, 0x1329, 0x133a, 0x134b, 0x135d, 0x136f, 0x137e, 0x138e, 0x139f,
];

/// Arm's names of the encodings, a line each.
pub(crate) static ENCODING_NAMES: &str = "\
unallocated\n\
undefined\n\
MUL53LO_apple\n\
MUL53HI_apple\n\
WKDMC_apple\n\
WKDMD_apple\n\
AMX_LDX_apple\n\
AMX_LDY_apple\n\
AMX_STX_apple\n\
AMX_STY_apple\n\
AMX_LDZ_apple\n\
AMX_STZ_apple\n\
AMX_LDZI_apple\n\
AMX_STZI_apple\n\
AMX_EXTRX_apple\n\
AMX_EXTRY_apple\n\
AMX_FMA64_apple\n\
AMX_FMS64_apple\n\
AMX_FMA32_apple\n\
AMX_FMS32_apple\n\
AMX_MAC16_apple\n\
AMX_FMA16_apple\n\
AMX_FMS16_apple\n\
AMX_SET_apple\n\
AMX_CLR_apple\n\
AMX_VECINT_apple\n\
AMX_VECFP_apple\n\
AMX_MATINT_apple\n\
AMX_MATFP_apple\n\
AMX_GENLUT_apple\n\
GEXIT_apple\n\
GENTER_apple\n\
AT_AS1ELX_apple\n\
SDSB_apple\n\
CLREX_BN_barriers\n\
DSB_BO_barriers\n\
DMB_BO_barriers\n\
ISB_BI_barriers\n\
SB_only_barriers\n\
DSB_BOn_barriers\n\
HINT_HM_hints\n\
NOP_HI_hints\n\
YIELD_HI_hints\n\
WFE_HI_hints\n\
WFI_HI_hints\n\
SEV_HI_hints\n\
SEVL_HI_hints\n\
DGH_HI_hints\n\
XPACLRI_HI_hints\n\
PACIA1716_HI_hints\n\
PACIB1716_HI_hints\n\
AUTIA1716_HI_hints\n\
AUTIB1716_HI_hints\n\
ESB_HI_hints\n\
PSB_HC_hints\n\
TSB_HC_hints\n\
GCSB_HD_hints\n\
CSDB_HI_hints\n\
CLRBHB_HI_hints\n\
PACIAZ_HI_hints\n\
PACIASP_HI_hints\n\
PACIBZ_HI_hints\n\
PACIBSP_HI_hints\n\
AUTIAZ_HI_hints\n\
AUTIASP_HI_hints\n\
AUTIBZ_HI_hints\n\
AUTIBSP_HI_hints\n\
PACM_HI_hints\n\
CHKFEAT_HF_hints\n\
BTI_HB_hints\n\
STSHH_HI_hints\n\
SHUH_HI_hints\n\
STCPH_HI_hints\n\
SRLS_HI_hints\n\
SLBND_HI_hints\n\
HINTE_extendedhint\n\
MSR_SI_pstate\n\
CFINV_M_pstate\n\
XAFLAG_M_pstate\n\
AXFLAG_M_pstate\n\
MSR_SR_systemmove\n\
MRS_RS_systemmove\n\
MSRR_SR_systemmovepr\n\
MRRS_RS_systemmovepr\n\
SYS_CR_systeminstrs\n\
SYSL_RC_systeminstrs\n\
SYSP_CR_syspairinstrs\n\
WFET_only_systeminstrswithreg\n\
WFIT_only_systeminstrswithreg\n\
TSTART_BR_systemresult\n\
TTEST_BR_systemresult\n\
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
pub(crate) static GROUPS: [&str; 5] = ["none", "apple", "control", "dpimm", "dpreg"];

/// Features.
pub(crate) static FEATURES: [&str; 25] = [
    "FEAT_APPLE",
    "FEAT_SB",
    "FEAT_XS",
    "FEAT_DGH",
    "FEAT_PAuth",
    "FEAT_RAS",
    "FEAT_SPE",
    "FEAT_TRF",
    "FEAT_GCS",
    "FEAT_CLRBHB",
    "FEAT_PAuth_LR",
    "FEAT_CHK",
    "FEAT_BTI",
    "FEAT_PCDPHINT",
    "FEAT_CMH",
    "FEAT_FlagM",
    "FEAT_FlagM2",
    "FEAT_SYSREG128",
    "FEAT_SYSINSTR128",
    "FEAT_WFxT",
    "FEAT_TME",
    "FEAT_MTE",
    "FEAT_CSSC",
    "FEAT_CPA",
    "FEAT_CRC32",
];

/// Start of each requirement, and the end of the last.
pub(crate) static REQUIREMENTS_AT: [u16; 27] = [
    0x0, 0x0, 0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7, 0x8, 0x9, 0xa, 0xb, 0xc, 0xd, 0xe,
    0xf, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19,
];

/// Features, one of which suffices up to the one with bit 15; then the next clause.
pub(crate) static REQUIREMENTS: [u16; 25] = [
    0x8000, 0x8001, 0x8002, 0x8003, 0x8004, 0x8005, 0x8006, 0x8007, 0x8008, 0x8009, 0x800a, 0x800b, 0x800c, 0x800d, 0x800e, 0x800f,
    0x8010, 0x8011, 0x8012, 0x8013, 0x8014, 0x8015, 0x8016, 0x8017, 0x8018,
];

