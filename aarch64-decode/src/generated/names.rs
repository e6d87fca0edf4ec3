// Written by a64gen from spec/*.isa; do not edit. `cargo run -p a64gen` writes it again.
//! Mnemonics, literals and the names of encodings, groups and features.

/// Start of each name, and the end of the last.
pub(crate) static NAMES_AT: [u16; 343] = [
    0x0, 0x0, 0x7, 0xe, 0x13, 0x18, 0x1b, 0x1e, 0x21, 0x24, 0x27, 0x2a, 0x2e, 0x32, 0x37, 0x3c,
    0x41, 0x46, 0x4b, 0x50, 0x55, 0x5a, 0x5f, 0x62, 0x65, 0x6b, 0x70, 0x76, 0x7b, 0x81, 0x86, 0x8c,
    0x95, 0x99, 0x9a, 0x9c, 0x9e, 0xa3, 0xa8, 0xab, 0xb1, 0xb7, 0xba, 0xc4, 0xc9, 0xd3, 0xd8, 0xdc,
    0xe2, 0xe8, 0xea, 0xef, 0xf3, 0xf7, 0xfb, 0x100, 0x105, 0x108, 0x10c, 0x110, 0x114, 0x118, 0x11c, 0x120,
    0x124, 0x128, 0x12c, 0x131, 0x136, 0x13b, 0x140, 0x145, 0x14a, 0x14f, 0x154, 0x159, 0x15e, 0x163, 0x168, 0x16e,
    0x174, 0x17a, 0x180, 0x186, 0x18c, 0x192, 0x198, 0x19a, 0x19d, 0x1a0, 0x1a3, 0x1a6, 0x1a9, 0x1ac, 0x1af, 0x1b4,
    0x1b9, 0x1be, 0x1c4, 0x1cd, 0x1d6, 0x1de, 0x1e6, 0x1e9, 0x1ed, 0x1f2, 0x1f8, 0x1fb, 0x200, 0x203, 0x207, 0x20c,
    0x20f, 0x212, 0x215, 0x217, 0x21b, 0x21e, 0x223, 0x226, 0x229, 0x22c, 0x230, 0x233, 0x23a, 0x243, 0x24c, 0x255,
    0x25e, 0x261, 0x266, 0x269, 0x26c, 0x271, 0x275, 0x279, 0x27f, 0x287, 0x28d, 0x294, 0x29a, 0x2a1, 0x2a7, 0x2ae,
    0x2b4, 0x2bb, 0x2bf, 0x2c2, 0x2c9, 0x2cc, 0x2d1, 0x2d5, 0x2da, 0x2de, 0x2e3, 0x2e8, 0x2eb, 0x2ee, 0x2f5, 0x2fb,
    0x300, 0x306, 0x30c, 0x310, 0x314, 0x317, 0x31f, 0x327, 0x32e, 0x333, 0x33b, 0x341, 0x345, 0x349, 0x34b, 0x34d,
    0x34f, 0x353, 0x357, 0x35a, 0x35d, 0x360, 0x363, 0x366, 0x36a, 0x36d, 0x371, 0x378, 0x37e, 0x382, 0x386, 0x38b,
    0x38f, 0x393, 0x399, 0x39e, 0x3a1, 0x3a4, 0x3a8, 0x3ab, 0x3ae, 0x3b2, 0x3b5, 0x3b9, 0x3bd, 0x3c1, 0x3c4, 0x3c8,
    0x3cc, 0x3d1, 0x3d5, 0x3d8, 0x3db, 0x3de, 0x3e3, 0x3e7, 0x3ea, 0x3ed, 0x3f1, 0x3f5, 0x3fa, 0x3fe, 0x402, 0x40b,
    0x414, 0x418, 0x41b, 0x41e, 0x421, 0x424, 0x428, 0x42b, 0x42f, 0x433, 0x437, 0x43b, 0x43f, 0x443, 0x447, 0x44a,
    0x44e, 0x451, 0x455, 0x458, 0x45b, 0x45f, 0x463, 0x468, 0x46d, 0x470, 0x474, 0x478, 0x47c, 0x480, 0x485, 0x489,
    0x48d, 0x492, 0x497, 0x49b, 0x4a0, 0x4a4, 0x4a8, 0x4ad, 0x4b0, 0x4b3, 0x4b6, 0x4b9, 0x4bc, 0x4bf, 0x4c4, 0x4c9,
    0x4ce, 0x4d3, 0x4d8, 0x4dd, 0x4e2, 0x4e7, 0x4ec, 0x4f2, 0x4f8, 0x4fe, 0x504, 0x50a, 0x510, 0x516, 0x51c, 0x521,
    0x526, 0x531, 0x53c, 0x547, 0x552, 0x55c, 0x566, 0x56f, 0x578, 0x583, 0x58e, 0x592, 0x596, 0x59a, 0x59e, 0x5a2,
    0x5a6, 0x5ac, 0x5b2, 0x5b8, 0x5bf, 0x5c6, 0x5cd, 0x5d1, 0x5d4, 0x5d7, 0x5dc, 0x5e2, 0x5e9, 0x5ee, 0x5f2, 0x5f6,
    0x5f9, 0x5fd, 0x601, 0x607, 0x60c, 0x612, 0x618, 0x61d, 0x623, 0x629, 0x62f, 0x634, 0x63a, 0x640, 0x645, 0x648,
    0x64b, 0x64e, 0x651, 0x655, 0x659, 0x65e, 0x664,
];

/// The names, one behind the other.
pub(crate) static NAMES_TEXT: [u8; 1652] = *b"\
mul53lomul53hiwkdmcwkdmdldxldystxstyldzstzldzistziextrxextryfma64fms64fma32fms32mac16fma16fms16setclrvecintvecfpmatintma\
tfpgenlutgexitgenterat_as1elxsdsbbblbrbraazbrabzblrblraazblrabzretretaasppcrretaaretabsppcrretabereteretaaeretabnbtexitd\
rpsbraabrabblraablrabcbzcbnzcbgtcbltcbhicblocbeqcbnecbgecbhscbbgtcbbgecbbhicbbhscbbeqcbbnecbhgtcbhgecbhhicbhhscbheqcbhne\
cfltgtcfltltcflthicfltlocflteqcfltnecfltgecflthsb.bc.svchvcsmcbrkflthltdcps1dcps2dcps3tenterretaasppcretabsppctchangebtc\
hangeftbztbnztfltztfltnzudfclrexdsbssbbpssbbdfbdmbisbsbhintnopyieldwfewfisevsevldghxpaclripacia1716pacib1716autia1716aut\
ib1716esbcsyncpsbtsbdsyncgcsbcsdbclrbhbclearbhbpaciazpaciasppacibzpacibspautiazautiaspautibzautibsppacmx16chkfeatbtistsh\
hshuhstcphsrlsslbndhintemsrmrssmstartsmstopcfinvxaflagaxflagmsrrmrrssysgcspushxgcspopcxgcspopxtrcitgcspushmgcsss1apastlb\
idcicatplbimlbigicgsbbrbcfpdvpcospcppsyslgcspopmgcsss2gicrsysptlbipwfetwfittstartttestaddmovaddscmnsubsubscmpaddgsubgsbf\
masrsxtbsxthsbfizsbfxbfmbfcbfibfxilubfmlsrlsluxtbuxthubfizubfxsxtwautiasppcautibsppcextrrorandorreorandststsmaxumaxsminu\
minmovnmovzmovkadradrpadcadcssbcngcsbcsngcsaddptsubptnegnegsccmnccmpcselcsinccsetcinccsinvcsetmcinvcsnegcnegrbitrev16rev\
clzclsctzcntabsrev32paciapacibpacdapacdbautiaautibautdaautdbpacizapacizbpacdzapacdzbautizaautizbautdzaautdzbxpacixpacdpa\
cnbiasppcpacnbibsppcpacia171615pacib171615autiasppcrautibsppcrpaciasppcpacibsppcautia171615autib171615udivsdivlslvlsrvas\
rvrorvcrc32bcrc32hcrc32wcrc32cbcrc32chcrc32cwsubpirggmipacgacrc32xcrc32cxsubpscmppmaddmulmsubmnegsmaddlsmullsmsublsmnegl\
smulhmaddptmsubptumaddlumullumsublumneglumulhbicornmvneonbicsrmifsetf8setf16................\
";

/// Start of each encoding's name; each ends with a line feed.
pub(crate) static ENCODING_NAMES_AT: [u32; 396] = [
    0x0, 0xc, 0x16, 0x24, 0x32, 0x3e, 0x4a, 0x58, 0x66, 0x74, 0x82, 0x90, 0x9e, 0xad, 0xbc, 0xcc,
    0xdc, 0xec, 0xfc, 0x10c, 0x11c, 0x12c, 0x13c, 0x14c, 0x15a, 0x168, 0x179, 0x189, 0x19a, 0x1aa, 0x1bb, 0x1c7,
    0x1d4, 0x1e4, 0x1ef, 0x201, 0x214, 0x225, 0x239, 0x24d, 0x25f, 0x274, 0x289, 0x29c, 0x2b6, 0x2cb, 0x2e5, 0x2fa,
    0x30e, 0x324, 0x33a, 0x34e, 0x362, 0x376, 0x38a, 0x39f, 0x3b4, 0x3c6, 0x3d9, 0x3eb, 0x3fe, 0x40a, 0x416, 0x422,
    0x42e, 0x43a, 0x446, 0x452, 0x45e, 0x46a, 0x476, 0x482, 0x48e, 0x49b, 0x4a8, 0x4b5, 0x4c2, 0x4cf, 0x4dc, 0x4e9,
    0x4f6, 0x503, 0x510, 0x51d, 0x52a, 0x537, 0x544, 0x551, 0x55e, 0x56b, 0x578, 0x586, 0x594, 0x5a2, 0x5b0, 0x5be,
    0x5cc, 0x5da, 0x5e8, 0x5f6, 0x604, 0x612, 0x620, 0x62e, 0x63c, 0x64a, 0x658, 0x666, 0x674, 0x683, 0x692, 0x6a1,
    0x6b0, 0x6bf, 0x6ce, 0x6dd, 0x6ec, 0x6fb, 0x70a, 0x719, 0x728, 0x73a, 0x74d, 0x75e, 0x76f, 0x780, 0x791, 0x7a2,
    0x7b3, 0x7c6, 0x7d9, 0x7ec, 0x800, 0x81a, 0x834, 0x844, 0x854, 0x864, 0x874, 0x888, 0x89d, 0x8a3, 0x8aa, 0x8be,
    0x8d0, 0x8e0, 0x8f0, 0x900, 0x911, 0x922, 0x930, 0x93d, 0x94c, 0x959, 0x966, 0x973, 0x981, 0x98e, 0x99f, 0x9b2,
    0x9c5, 0x9d8, 0x9eb, 0x9f8, 0xa05, 0xa12, 0xa20, 0xa2e, 0xa3e, 0xa4e, 0xa5f, 0xa6f, 0xa80, 0xa90, 0xaa1, 0xab1,
    0xac2, 0xad0, 0xae1, 0xaee, 0xafd, 0xb0b, 0xb1a, 0xb28, 0xb37, 0xb4a, 0xb58, 0xb67, 0xb77, 0xb87, 0xb99, 0xbab,
    0xbc0, 0xbd5, 0xbe9, 0xbfe, 0xc14, 0xc32, 0xc50, 0xc67, 0xc7d, 0xc8f, 0xca3, 0xcb5, 0xcc9, 0xcdb, 0xcef, 0xd01,
    0xd15, 0xd2c, 0xd43, 0xd55, 0xd66, 0xd78, 0xd8a, 0xd9b, 0xdad, 0xdc8, 0xde3, 0xdf3, 0xe03, 0xe12, 0xe21, 0xe30,
    0xe41, 0xe50, 0xe5f, 0xe6e, 0xe7f, 0xe92, 0xea6, 0xeb9, 0xecd, 0xee0, 0xef4, 0xf07, 0xf1b, 0xf2c, 0xf3d, 0xf4e,
    0xf5f, 0xf70, 0xf81, 0xf94, 0xfa8, 0xfbc, 0xfd1, 0xfe5, 0xffa, 0x100e, 0x1023, 0x1037, 0x104c, 0x105e, 0x1072, 0x1084,
    0x1098, 0x10aa, 0x10be, 0x10d0, 0x10e4, 0x10f7, 0x110a, 0x111e, 0x1133, 0x1147, 0x115c, 0x1170, 0x1185, 0x1199, 0x11ae, 0x11c2,
    0x11d6, 0x11ea, 0x11fe, 0x1212, 0x1226, 0x123a, 0x124e, 0x125e, 0x126f, 0x1280, 0x1291, 0x12a1, 0x12b2, 0x12c3, 0x12d4, 0x12e4,
    0x12f5, 0x1304, 0x1313, 0x1322, 0x1331, 0x1340, 0x134f, 0x135f, 0x1370, 0x1381, 0x1390, 0x139f, 0x13ae, 0x13bd, 0x13cc, 0x13db,
    0x13ed, 0x13ff, 0x1411, 0x1423, 0x1435, 0x1447, 0x1459, 0x146b, 0x147e, 0x1491, 0x14a4, 0x14b7, 0x14ca, 0x14dd, 0x14f0, 0x1503,
    0x1515, 0x1527, 0x1540, 0x1559, 0x1572, 0x158b, 0x15a4, 0x15bd, 0x15d4, 0x15eb, 0x1604, 0x161d, 0x162d, 0x163d, 0x164d, 0x165d,
    0x166d, 0x167d, 0x1690, 0x16a3, 0x16b6, 0x16ca, 0x16de, 0x16f2, 0x1702, 0x1712, 0x1722, 0x1732, 0x1743, 0x1753, 0x1763, 0x1773,
    0x1783, 0x1793, 0x17a3, 0x17b3, 0x17c3, 0x17d5, 0x17e8, 0x17fc, 0x180c, 0x181c, 0x182c, 0x183c, 0x184e, 0x185f, 0x1870, 0x1881,
    0x1892, 0x18a6, 0x18ba, 0x18cb, 0x18de, 0x18f1, 0x1905, 0x1919, 0x192a, 0x193b, 0x194c, 0x195d, 0x196e, 0x197f, 0x1990, 0x19a2,
    0x19b4, 0x19c5, 0x19d6, 0x19e7, 0x19f8, 0x1a09, 0x1a1a, 0x1a2c, 0x1a3e, 0x1a4d, 0x1a5d, 0x1a6e,
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
B_only_branch_imm\n\
BL_only_branch_imm\n\
BR_64_branch_reg\n\
BRAAZ_64_branch_reg\n\
BRABZ_64_branch_reg\n\
BLR_64_branch_reg\n\
BLRAAZ_64_branch_reg\n\
BLRABZ_64_branch_reg\n\
RET_64R_branch_reg\n\
RETAASPPCR_64M_branch_reg\n\
RETAA_64E_branch_reg\n\
RETABSPPCR_64M_branch_reg\n\
RETAB_64E_branch_reg\n\
ERET_64E_branch_reg\n\
ERETAA_64E_branch_reg\n\
ERETAB_64E_branch_reg\n\
TEXIT_te_branch_reg\n\
DRPS_64E_branch_reg\n\
BRAA_64P_branch_reg\n\
BRAB_64P_branch_reg\n\
BLRAA_64P_branch_reg\n\
BLRAB_64P_branch_reg\n\
CBZ_32_compbranch\n\
CBNZ_32_compbranch\n\
CBZ_64_compbranch\n\
CBNZ_64_compbranch\n\
CBGT_32_imm\n\
CBLT_32_imm\n\
CBHI_32_imm\n\
CBLO_32_imm\n\
CBEQ_32_imm\n\
CBNE_32_imm\n\
CBGT_64_imm\n\
CBLT_64_imm\n\
CBHI_64_imm\n\
CBLO_64_imm\n\
CBEQ_64_imm\n\
CBNE_64_imm\n\
CBGT_32_regs\n\
CBGE_32_regs\n\
CBHI_32_regs\n\
CBHS_32_regs\n\
CBEQ_32_regs\n\
CBNE_32_regs\n\
CBGT_64_regs\n\
CBGE_64_regs\n\
CBHI_64_regs\n\
CBHS_64_regs\n\
CBEQ_64_regs\n\
CBNE_64_regs\n\
CBBGT_8_regs\n\
CBBGE_8_regs\n\
CBBHI_8_regs\n\
CBBHS_8_regs\n\
CBBEQ_8_regs\n\
CBBNE_8_regs\n\
CBHGT_16_regs\n\
CBHGE_16_regs\n\
CBHHI_16_regs\n\
CBHHS_16_regs\n\
CBHEQ_16_regs\n\
CBHNE_16_regs\n\
CFLTGT_32_imm\n\
CFLTLT_32_imm\n\
CFLTHI_32_imm\n\
CFLTLO_32_imm\n\
CFLTEQ_32_imm\n\
CFLTNE_32_imm\n\
CFLTGT_64_imm\n\
CFLTLT_64_imm\n\
CFLTHI_64_imm\n\
CFLTLO_64_imm\n\
CFLTEQ_64_imm\n\
CFLTNE_64_imm\n\
CFLTGT_32_regs\n\
CFLTGE_32_regs\n\
CFLTHI_32_regs\n\
CFLTHS_32_regs\n\
CFLTEQ_32_regs\n\
CFLTNE_32_regs\n\
CFLTGT_64_regs\n\
CFLTGE_64_regs\n\
CFLTHI_64_regs\n\
CFLTHS_64_regs\n\
CFLTEQ_64_regs\n\
CFLTNE_64_regs\n\
B_only_condbranch\n\
BC_only_condbranch\n\
SVC_EX_exception\n\
HVC_EX_exception\n\
SMC_EX_exception\n\
BRK_EX_exception\n\
FLT_EX_exception\n\
HLT_EX_exception\n\
DCPS1_DC_exception\n\
DCPS2_DC_exception\n\
DCPS3_DC_exception\n\
TENTER_te_exception\n\
RETAASPPC_only_miscbranch\n\
RETABSPPC_only_miscbranch\n\
TCHANGEB_tc_imm\n\
TCHANGEF_tc_imm\n\
TCHANGEB_tc_reg\n\
TCHANGEF_tc_reg\n\
TBZ_only_testbranch\n\
TBNZ_only_testbranch\n\
TFLTZ\n\
TFLTNZ\n\
UDF_only_perm_undef\n\
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
pub(crate) static GROUPS: [&str; 6] = ["none", "apple", "control", "reserved", "dpimm", "dpreg"];

/// Features.
pub(crate) static FEATURES: [&str; 29] = [
    "FEAT_APPLE",
    "FEAT_PAuth",
    "FEAT_PAuth_LR",
    "FEAT_TEV",
    "FEAT_CMPBR",
    "FEAT_HBC",
    "FEAT_S1POE2",
    "FEAT_SB",
    "FEAT_XS",
    "FEAT_DGH",
    "FEAT_RAS",
    "FEAT_SPE",
    "FEAT_TRF",
    "FEAT_GCS",
    "FEAT_CLRBHB",
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
pub(crate) static REQUIREMENTS_AT: [u16; 31] = [
    0x0, 0x0, 0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7, 0x8, 0x9, 0xa, 0xb, 0xc, 0xd, 0xe,
    0xf, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d,
];

/// Features, one of which suffices up to the one with bit 15; then the next clause.
pub(crate) static REQUIREMENTS: [u16; 29] = [
    0x8000, 0x8001, 0x8002, 0x8003, 0x8004, 0x8005, 0x8006, 0x8007, 0x8008, 0x8009, 0x800a, 0x800b, 0x800c, 0x800d, 0x800e, 0x800f,
    0x8010, 0x8011, 0x8012, 0x8013, 0x8014, 0x8015, 0x8016, 0x8017, 0x8018, 0x8019, 0x801a, 0x801b, 0x801c,
];

