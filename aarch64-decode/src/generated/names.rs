// Written by a64gen from spec/*.isa; do not edit. `cargo run -p a64gen` writes it again.
//! Mnemonics, literals and the names of encodings, groups and features.

/// Start of each name, and the end of the last.
pub(crate) static NAMES_AT: [u16; 922] = [
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
    0x64b, 0x64e, 0x651, 0x655, 0x659, 0x65e, 0x664, 0x668, 0x66d, 0x672, 0x678, 0x67c, 0x681, 0x686, 0x68c, 0x68f,
    0x693, 0x697, 0x69c, 0x6a0, 0x6a5, 0x6aa, 0x6b0, 0x6b4, 0x6b9, 0x6be, 0x6c4, 0x6c9, 0x6cf, 0x6d5, 0x6dc, 0x6e1,
    0x6e7, 0x6ed, 0x6f4, 0x6fc, 0x702, 0x709, 0x711, 0x719, 0x71d, 0x722, 0x727, 0x72d, 0x731, 0x735, 0x73a, 0x740,
    0x747, 0x74b, 0x74f, 0x754, 0x757, 0x75a, 0x75e, 0x762, 0x767, 0x76c, 0x771, 0x776, 0x77a, 0x77f, 0x784, 0x789,
    0x78f, 0x794, 0x799, 0x79f, 0x7a3, 0x7a7, 0x7ad, 0x7b2, 0x7b7, 0x7bd, 0x7c1, 0x7c5, 0x7ca, 0x7cf, 0x7d5, 0x7db,
    0x7e0, 0x7e4, 0x7e9, 0x7ed, 0x7f2, 0x7f7, 0x7fd, 0x802, 0x808, 0x80d, 0x813, 0x818, 0x81e, 0x822, 0x827, 0x82b,
    0x830, 0x835, 0x83b, 0x840, 0x846, 0x84a, 0x84e, 0x853, 0x858, 0x85e, 0x863, 0x869, 0x86e, 0x874, 0x879, 0x87f,
    0x884, 0x889, 0x88e, 0x892, 0x895, 0x898, 0x89c, 0x8a1, 0x8a5, 0x8a9, 0x8ac, 0x8b1, 0x8b4, 0x8b8, 0x8bc, 0x8c0,
    0x8c5, 0x8c9, 0x8ce, 0x8d5, 0x8dc, 0x8e2, 0x8e9, 0x8f2, 0x8fb, 0x903, 0x90a, 0x913, 0x91c, 0x924, 0x92a, 0x932,
    0x93a, 0x941, 0x946, 0x94d, 0x954, 0x95a, 0x961, 0x96a, 0x973, 0x97b, 0x982, 0x98b, 0x994, 0x99c, 0x9a2, 0x9aa,
    0x9b2, 0x9b9, 0x9be, 0x9c5, 0x9cc, 0x9d2, 0x9d9, 0x9e2, 0x9eb, 0x9f3, 0x9fa, 0xa03, 0xa0c, 0xa14, 0xa1a, 0xa22,
    0xa2a, 0xa31, 0xa35, 0xa3a, 0xa3f, 0xa45, 0xa49, 0xa4e, 0xa53, 0xa59, 0xa5d, 0xa62, 0xa67, 0xa6d, 0xa71, 0xa77,
    0xa7d, 0xa82, 0xa88, 0xa90, 0xa98, 0xa9f, 0xaa5, 0xaad, 0xab5, 0xabc, 0xac1, 0xac8, 0xacf, 0xad5, 0xad9, 0xadf,
    0xae5, 0xaea, 0xaf0, 0xaf8, 0xb00, 0xb07, 0xb0d, 0xb15, 0xb1d, 0xb24, 0xb29, 0xb30, 0xb37, 0xb3d, 0xb41, 0xb47,
    0xb4d, 0xb52, 0xb58, 0xb60, 0xb68, 0xb6f, 0xb75, 0xb7d, 0xb85, 0xb8c, 0xb91, 0xb98, 0xb9f, 0xba5, 0xbaa, 0xbb0,
    0xbb6, 0xbbd, 0xbc2, 0xbc8, 0xbce, 0xbd5, 0xbda, 0xbe0, 0xbe6, 0xbed, 0xbf3, 0xbf9, 0xbff, 0xc05, 0xc0b, 0xc11,
    0xc17, 0xc1d, 0xc24, 0xc2b, 0xc32, 0xc39, 0xc40, 0xc47, 0xc4e, 0xc55, 0xc59, 0xc5f, 0xc65, 0xc6b, 0xc72, 0xc79,
    0xc80, 0xc87, 0xc8e, 0xc95, 0xc9c, 0xca3, 0xcab, 0xcb3, 0xcbb, 0xcc3, 0xccb, 0xcd3, 0xcdb, 0xce3, 0xce8, 0xcef,
    0xcf6, 0xcfd, 0xd04, 0xd0b, 0xd12, 0xd19, 0xd21, 0xd29, 0xd31, 0xd39, 0xd3e, 0xd45, 0xd4c, 0xd53, 0xd59, 0xd61,
    0xd69, 0xd71, 0xd79, 0xd82, 0xd8b, 0xd94, 0xd9d, 0xda3, 0xdab, 0xdb3, 0xdbb, 0xdc1, 0xdc7, 0xdcd, 0xdd3, 0xdd9,
    0xddf, 0xde5, 0xdeb, 0xdf2, 0xdf9, 0xe00, 0xe07, 0xe0e, 0xe15, 0xe1c, 0xe23, 0xe27, 0xe2e, 0xe35, 0xe3c, 0xe43,
    0xe4a, 0xe51, 0xe58, 0xe5f, 0xe66, 0xe6d, 0xe74, 0xe7c, 0xe84, 0xe8c, 0xe94, 0xe9c, 0xea4, 0xeac, 0xeb4, 0xeb9,
    0xec1, 0xec9, 0xed1, 0xed8, 0xedf, 0xee6, 0xeed, 0xef5, 0xefd, 0xf05, 0xf0d, 0xf12, 0xf1a, 0xf22, 0xf2a, 0xf30,
    0xf38, 0xf40, 0xf48, 0xf50, 0xf59, 0xf62, 0xf6b, 0xf74, 0xf7a, 0xf83, 0xf8c, 0xf95, 0xf9a, 0xf9f, 0xfa4, 0xfa9,
    0xfae, 0xfb3, 0xfb8, 0xfbd, 0xfc3, 0xfc9, 0xfcf, 0xfd5, 0xfdb, 0xfe1, 0xfe7, 0xfed, 0xff0, 0xff6, 0xffc, 0x1002,
    0x1008, 0x100e, 0x1014, 0x101a, 0x1020, 0x1027, 0x102e, 0x1035, 0x103c, 0x1043, 0x104a, 0x1051, 0x1058, 0x105c, 0x1062, 0x1068,
    0x106e, 0x1074, 0x107b, 0x1082, 0x1089, 0x1090, 0x1094, 0x109b, 0x10a2, 0x10a9, 0x10b0, 0x10b8, 0x10c0, 0x10c8, 0x10d0, 0x10d5,
    0x10dc, 0x10e2, 0x10e7, 0x10ed, 0x10f2, 0x10fa, 0x1101, 0x1107, 0x110e, 0x1115, 0x111c, 0x1125, 0x112e, 0x1135, 0x113c, 0x1143,
    0x114c, 0x1155, 0x115d, 0x1165, 0x116d, 0x1177, 0x1181, 0x1189, 0x1191, 0x1199, 0x11a3, 0x11ad, 0x11b5, 0x11bd, 0x11c5, 0x11cf,
    0x11d9, 0x11e2, 0x11eb, 0x11f4, 0x11ff, 0x120a, 0x1210, 0x1216, 0x121c, 0x1224, 0x122c, 0x1232, 0x1238, 0x123e, 0x1246, 0x124e,
    0x1255, 0x125c, 0x1263, 0x126c, 0x1275, 0x127c, 0x1283, 0x128a, 0x1293, 0x129c, 0x12a3, 0x12aa, 0x12b1, 0x12ba, 0x12c3, 0x12cb,
    0x12d3, 0x12db, 0x12e5, 0x12ef, 0x12f5, 0x12fb, 0x12ff, 0x1306, 0x130d, 0x1314, 0x131b, 0x1322, 0x1327, 0x132f, 0x1337, 0x133f,
    0x1346, 0x134d, 0x1352, 0x135a, 0x1362, 0x136a, 0x1372, 0x137a, 0x1380, 0x1389, 0x1392, 0x139b, 0x13a3, 0x13ab, 0x13b3, 0x13bc,
    0x13c5, 0x13ce, 0x13d7, 0x13e0, 0x13e9, 0x13f3, 0x13fd, 0x1407, 0x140d, 0x1413, 0x1419, 0x141f, 0x1425, 0x142b, 0x142f, 0x1436,
    0x143d, 0x1444, 0x144b, 0x1452, 0x1459, 0x145e, 0x1465, 0x146c, 0x1473, 0x1478, 0x1480, 0x1488, 0x1490, 0x1496, 0x149c, 0x14a3,
    0x14aa, 0x14b2, 0x14b8, 0x14bf, 0x14c6, 0x14ce, 0x14d4, 0x14db, 0x14e2, 0x14ea, 0x14f0, 0x14f7, 0x14fe, 0x1506, 0x150d, 0x1515,
    0x151d, 0x1526, 0x152d, 0x1535, 0x153d, 0x1546, 0x154e, 0x1557, 0x1560, 0x156a,
];

/// The names, one behind the other.
pub(crate) static NAMES_TEXT: [u8; 5498] = *b"\
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
smulhmaddptmsubptumaddlumullumsublumneglumulhbicornmvneonbicsrmifsetf8setf16casbcaslbcasabcasalbcashcaslhcasahcasalhcasc\
aslcasacasalcastcasltcasatcasaltcaspcasplcaspacaspalcasptcaspltcaspatcaspaltstlurldapurstlurbldapurbldapursbstlurhldapur\
hldapurshldapurswstlrldaprstilpldiappstlpldapldappgcsstrgcssttrstrbldrbldrsbstrldrstrhldrhldrshldrswldraaldrabprfmrprfms\
ttrbldtrbldtrsbsttrhldtrhldtrshsttrldtrldtrswsturbldurbldursbsturldursturhldurhldurshldurswprfumstxpstlxpldxpldaxpstxrbs\
tlxrbldxrbldaxrbstxrhstlxrhldxrhldaxrhstxrstlxrldxrldaxrsttxrstltxrldtxrldatxrstnpldnpsttnpldtnpstllrbstlrbldlarbldarbst\
llrhstlrhldlarhldarhstllrldlarldarstpldpstgpldpswsttpldtpstgstzgmldgstzgst2gstgmstz2gldgmcpyfpcpyfpwtcpyfprtcpyfptcpyfpw\
ncpyfpwtwncpyfprtwncpyfptwncpyfprncpyfpwtrncpyfprtrncpyfptrncpyfpncpyfpwtncpyfprtncpyfptncpyfmcpyfmwtcpyfmrtcpyfmtcpyfmw\
ncpyfmwtwncpyfmrtwncpyfmtwncpyfmrncpyfmwtrncpyfmrtrncpyfmtrncpyfmncpyfmwtncpyfmrtncpyfmtncpyfecpyfewtcpyfertcpyfetcpyfew\
ncpyfewtwncpyfertwncpyfetwncpyferncpyfewtrncpyfertrncpyfetrncpyfencpyfewtncpyfertncpyfetnsetpsetptsetpnsetptnsetmsetmtse\
tmnsetmtnsetesetetsetensetetncpypcpypwtcpyprtcpyptcpypwncpypwtwncpyprtwncpyptwncpyprncpypwtrncpyprtrncpyptrncpypncpypwtn\
cpyprtncpyptncpymcpymwtcpymrtcpymtcpymwncpymwtwncpymrtwncpymtwncpymrncpymwtrncpymrtrncpymtrncpymncpymwtncpymrtncpymtncpy\
ecpyewtcpyertcpyetcpyewncpyewtwncpyertwncpyetwncpyerncpyewtrncpyertrncpyetrncpyencpyewtncpyertncpyetnsetgpsetgptsetgpnse\
tgptnsetgmsetgmtsetgmnsetgmtnsetgesetgetsetgensetgetnldaddbstaddbldclrbstclrbldeorbsteorbldsetbstsetbldsmaxbstsmaxbldsmi\
nbstsminbldumaxbstumaxblduminbstuminbswpbrcwclrrcwswprcwsetldaddlbstaddlbldclrlbstclrlbldeorlbsteorlbldsetlbstsetlbldsma\
xlbstsmaxlbldsminlbstsminlbldumaxlbstumaxlblduminlbstuminlbswplbrcwclrlrcwswplrcwsetlldaddabldclrabldeorabldsetabldsmaxa\
bldsminabldumaxablduminabswpabrcwclrarcwswparcwsetaldaprbldaddalbldclralbldeoralbldsetalbldsmaxalbldsminalbldumaxalbldum\
inalbswpalbrcwclralrcwswpalrcwsetalldaddhstaddhldclrhstclrhldeorhsteorhldsethstsethldsmaxhstsmaxhldsminhstsminhldumaxhst\
umaxhlduminhstuminhswphrcwsclrrcwsswprcwssetldaddlhstaddlhldclrlhstclrlhldeorlhsteorlhldsetlhstsetlhldsmaxlhstsmaxlhldsm\
inlhstsminlhldumaxlhstumaxlhlduminlhstuminlhswplhrcwsclrlrcwsswplrcwssetlldaddahldclrahldeorahldsetahldsmaxahldsminahldu\
maxahlduminahswpahrcwsclrarcwsswparcwssetaldaprhldaddalhldclralhldeoralhldsetalhldsmaxalhldsminalhldumaxalhlduminalhswpa\
lhrcwsclralrcwsswpalrcwssetalldaddstaddldclrstclrldeorsteorldsetstsetldsmaxstsmaxldsminstsminldumaxstumaxlduminstuminswp\
ldaddlstaddlldclrlstclrlldeorlsteorlldsetlstsetlldsmaxlstsmaxlldsminlstsminlldumaxlstumaxllduminlstuminlswplldaddaldclra\
ldeoraldsetaldsmaxaldsminaldumaxalduminaswpaldaddalldclralldeoralldsetalldsmaxalldsminalldumaxallduminalswpalst64bv0st64\
bvst64blda64bld64bstl64bv0stl64bvstl64bldbfaddldbfmaxldbfminldbfmaxnmldbfminnmstbfaddstbfmaxstbfminstbfmaxnmstbfminnmstb\
faddlstbfmaxlstbfminlstbfmaxnmlstbfminnmlldbfaddlldbfmaxlldbfminlldbfmaxnmlldbfminnmlldbfaddaldbfmaxaldbfminaldbfmaxnmal\
dbfminnmaldbfaddalldbfmaxalldbfminalldbfmaxnmalldbfminnmalldfaddldfmaxldfminldfmaxnmldfminnmstfaddstfmaxstfminstfmaxnmst\
fminnmstfaddlstfmaxlstfminlstfmaxnmlstfminnmlldfaddlldfmaxlldfminlldfmaxnmlldfminnmlldfaddaldfmaxaldfminaldfmaxnmaldfmin\
nmaldfaddalldfmaxalldfminalldfmaxnmalldfminnmalldclrpldsetpswpprcwclrprcwswpprcwsetpldclrplldsetplswpplrcwclrplrcwswpplr\
cwsetplldclrpaldsetpaswpparcwclrparcwswpparcwsetpaldclrpalldsetpalswppalrcwclrpalrcwswppalrcwsetpalrcwsclrprcwsswpprcwss\
etprcwsclrplrcwsswpplrcwssetplrcwsclrparcwsswpparcwssetparcwsclrpalrcwsswppalrcwssetpalldtaddsttaddldtclrsttclrldtsetstt\
setswptldtaddlsttaddlldtclrlsttclrlldtsetlsttsetlswptlldtaddaldtclraldtsetaswptaldtaddalldtclralldtsetalswptalsetgopsetg\
optsetgopnsetgoptnsetgomsetgomtsetgomnsetgomtnsetgoesetgoetsetgoensetgoetnrcwcasrcwcaslrcwcasarcwcasalrcwscasrcwscaslrcw\
scasarcwscasalrcwcasprcwcasplrcwcasparcwcaspalrcwscasprcwscasplrcwscasparcwscaspal................\
";

/// Start of each encoding's name; each ends with a line feed.
pub(crate) static ENCODING_NAMES_AT: [u32; 1259] = [
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
    0x19b4, 0x19c5, 0x19d6, 0x19e7, 0x19f8, 0x1a09, 0x1a1a, 0x1a2c, 0x1a3e, 0x1a4d, 0x1a5d, 0x1a6e, 0x1a7f, 0x1a91, 0x1aa3, 0x1ab6,
    0x1ac7, 0x1ad9, 0x1aeb, 0x1afe, 0x1b0e, 0x1b1f, 0x1b30, 0x1b42, 0x1b52, 0x1b63, 0x1b74, 0x1b86, 0x1b9e, 0x1bb7, 0x1bd0, 0x1bea,
    0x1bfe, 0x1c13, 0x1c28, 0x1c3e, 0x1c52, 0x1c67, 0x1c7c, 0x1c92, 0x1cae, 0x1ccb, 0x1ce8, 0x1d06, 0x1d1b, 0x1d31, 0x1d46, 0x1d5c,
    0x1d71, 0x1d87, 0x1d9c, 0x1db2, 0x1dc7, 0x1ddd, 0x1df8, 0x1e14, 0x1e31, 0x1e4e, 0x1e69, 0x1e85, 0x1ea2, 0x1ebf, 0x1ed9, 0x1ef4,
    0x1f11, 0x1f2b, 0x1f46, 0x1f61, 0x1f7d, 0x1f98, 0x1fb4, 0x1fcb, 0x1fe1, 0x1ff9, 0x2010, 0x2027, 0x203d, 0x2051, 0x2069, 0x2080,
    0x2094, 0x20a9, 0x20bc, 0x20d0, 0x20e5, 0x20fa, 0x2110, 0x2126, 0x2139, 0x214c, 0x215f, 0x2172, 0x2187, 0x219c, 0x21b2, 0x21c8,
    0x21db, 0x21ee, 0x2202, 0x2216, 0x222c, 0x223f, 0x2252, 0x2266, 0x227a, 0x228d, 0x22a0, 0x22b4, 0x22c8, 0x22dd, 0x22f2, 0x2304,
    0x2316, 0x2328, 0x233a, 0x234e, 0x2362, 0x2377, 0x238c, 0x239e, 0x23b0, 0x23c3, 0x23d6, 0x23eb, 0x23fd, 0x240f, 0x2422, 0x2435,
    0x2447, 0x2459, 0x246b, 0x247e, 0x2490, 0x24a3, 0x24b4, 0x24c5, 0x24d7, 0x24e9, 0x24f8, 0x2507, 0x2516, 0x2525, 0x2536, 0x2547,
    0x2559, 0x256b, 0x257a, 0x2589, 0x2599, 0x25a9, 0x25bb, 0x25ca, 0x25d9, 0x25e9, 0x25f9, 0x2609, 0x2618, 0x2627, 0x263c, 0x2652,
    0x2667, 0x267d, 0x2693, 0x26aa, 0x26c0, 0x26d7, 0x26e9, 0x26fc, 0x270e, 0x2721, 0x2733, 0x2745, 0x2759, 0x276d, 0x2782, 0x2797,
    0x27a9, 0x27bb, 0x27ce, 0x27e1, 0x27f6, 0x2808, 0x281a, 0x282d, 0x2840, 0x2853, 0x2867, 0x2879, 0x288b, 0x28a0, 0x28b5, 0x28cb,
    0x28e1, 0x28f6, 0x290b, 0x2921, 0x2937, 0x294b, 0x295f, 0x2975, 0x2989, 0x299d, 0x29b4, 0x29cb, 0x29e3, 0x29fb, 0x2a10, 0x2a25,
    0x2a3a, 0x2a4f, 0x2a66, 0x2a7d, 0x2a95, 0x2aad, 0x2ac2, 0x2ad7, 0x2aed, 0x2b03, 0x2b1b, 0x2b30, 0x2b45, 0x2b5b, 0x2b71, 0x2b87,
    0x2b9c, 0x2bb1, 0x2bc5, 0x2bda, 0x2bee, 0x2c03, 0x2c17, 0x2c2c, 0x2c40, 0x2c55, 0x2c6a, 0x2c80, 0x2c95, 0x2cab, 0x2cc0, 0x2cd6,
    0x2ceb, 0x2d01, 0x2d15, 0x2d2a, 0x2d3e, 0x2d53, 0x2d67, 0x2d7c, 0x2d90, 0x2da5, 0x2dc1, 0x2dde, 0x2dfa, 0x2e17, 0x2e33, 0x2e50,
    0x2e6c, 0x2e89, 0x2ea1, 0x2eb9, 0x2ed0, 0x2ee7, 0x2efe, 0x2f15, 0x2f2d, 0x2f45, 0x2f5c, 0x2f73, 0x2f8c, 0x2fa5, 0x2fbd, 0x2fd5,
    0x2fe9, 0x2ffc, 0x3010, 0x3023, 0x3037, 0x304a, 0x305e, 0x3071, 0x3084, 0x3096, 0x30a9, 0x30bb, 0x30ce, 0x30e0, 0x30f3, 0x3105,
    0x3119, 0x312d, 0x3140, 0x3153, 0x3168, 0x317e, 0x3191, 0x31a4, 0x31b8, 0x31cc, 0x31df, 0x31f2, 0x3207, 0x321c, 0x3230, 0x3244,
    0x3259, 0x326e, 0x3282, 0x3296, 0x32ac, 0x32c3, 0x32d7, 0x32eb, 0x3300, 0x3315, 0x3329, 0x333d, 0x3353, 0x3369, 0x337e, 0x3393,
    0x33a7, 0x33bb, 0x33ce, 0x33e1, 0x33f6, 0x340c, 0x341f, 0x3432, 0x3446, 0x345a, 0x346d, 0x3480, 0x3495, 0x34aa, 0x34be, 0x34d2,
    0x34e7, 0x34fe, 0x3512, 0x3528, 0x353f, 0x3555, 0x356d, 0x3582, 0x3598, 0x35b0, 0x35c5, 0x35da, 0x35f1, 0x360a, 0x3620, 0x3635,
    0x3644, 0x3652, 0x3661, 0x366f, 0x3680, 0x368e, 0x369d, 0x36ae, 0x36c1, 0x36d4, 0x36e6, 0x36f9, 0x370e, 0x3723, 0x3737, 0x374a,
    0x375f, 0x3774, 0x3788, 0x379a, 0x37ae, 0x37c2, 0x37d5, 0x37e6, 0x37f9, 0x380c, 0x381e, 0x3831, 0x3846, 0x385b, 0x386f, 0x3882,
    0x3897, 0x38ac, 0x38c0, 0x38d2, 0x38e6, 0x38fa, 0x390d, 0x391e, 0x3931, 0x3944, 0x3956, 0x3969, 0x397e, 0x3993, 0x39a7, 0x39ba,
    0x39cf, 0x39e4, 0x39f8, 0x3a0a, 0x3a1e, 0x3a32, 0x3a45, 0x3a55, 0x3a66, 0x3a77, 0x3a89, 0x3a99, 0x3aaa, 0x3abb, 0x3acd, 0x3add,
    0x3aee, 0x3aff, 0x3b11, 0x3b21, 0x3b33, 0x3b45, 0x3b56, 0x3b68, 0x3b7c, 0x3b90, 0x3ba3, 0x3bb5, 0x3bc9, 0x3bdd, 0x3bf0, 0x3c01,
    0x3c14, 0x3c27, 0x3c39, 0x3c49, 0x3c5b, 0x3c6d, 0x3c7e, 0x3c90, 0x3ca4, 0x3cb8, 0x3ccb, 0x3cdd, 0x3cf1, 0x3d05, 0x3d18, 0x3d29,
    0x3d3c, 0x3d4f, 0x3d61, 0x3d71, 0x3d83, 0x3d95, 0x3da6, 0x3db8, 0x3dcc, 0x3de0, 0x3df3, 0x3e05, 0x3e19, 0x3e2d, 0x3e40, 0x3e51,
    0x3e64, 0x3e77, 0x3e89, 0x3e9a, 0x3eac, 0x3ebe, 0x3ed1, 0x3ee2, 0x3ef4, 0x3f06, 0x3f19, 0x3f2a, 0x3f3c, 0x3f4e, 0x3f61, 0x3f71,
    0x3f81, 0x3f91, 0x3fa1, 0x3fb2, 0x3fc3, 0x3fd4, 0x3fe5, 0x3ff3, 0x4003, 0x4013, 0x4023, 0x4034, 0x4045, 0x4056, 0x4067, 0x4079,
    0x408b, 0x409d, 0x40af, 0x40be, 0x40cf, 0x40e0, 0x40f1, 0x4102, 0x4113, 0x4124, 0x4135, 0x4147, 0x4159, 0x416b, 0x417d, 0x418c,
    0x419d, 0x41ae, 0x41bf, 0x41d0, 0x41e2, 0x41f4, 0x4206, 0x4218, 0x422b, 0x423e, 0x4251, 0x4264, 0x4274, 0x4286, 0x4298, 0x42aa,
    0x42ba, 0x42ca, 0x42da, 0x42ea, 0x42fb, 0x430c, 0x431d, 0x432e, 0x433c, 0x434d, 0x435e, 0x436f, 0x4380, 0x4391, 0x43a2, 0x43b3,
    0x43c5, 0x43d7, 0x43e9, 0x43fb, 0x440a, 0x441c, 0x442e, 0x4440, 0x4451, 0x4462, 0x4473, 0x4484, 0x4496, 0x44a8, 0x44ba, 0x44cc,
    0x44db, 0x44ed, 0x44ff, 0x4511, 0x4522, 0x4534, 0x4546, 0x4558, 0x456a, 0x457d, 0x4590, 0x45a3, 0x45b6, 0x45c6, 0x45d9, 0x45ec,
    0x45ff, 0x460e, 0x461d, 0x462c, 0x463b, 0x464b, 0x465b, 0x466b, 0x467b, 0x4688, 0x4698, 0x46a8, 0x46b8, 0x46c8, 0x46d9, 0x46ea,
    0x46fb, 0x470c, 0x471a, 0x472a, 0x473a, 0x474a, 0x475a, 0x476b, 0x477c, 0x478d, 0x479e, 0x47ac, 0x47bc, 0x47cd, 0x47de, 0x47ef,
    0x4800, 0x4812, 0x4824, 0x4836, 0x4848, 0x4857, 0x4866, 0x4875, 0x4884, 0x4893, 0x48a3, 0x48b3, 0x48c3, 0x48d3, 0x48e0, 0x48f1,
    0x4901, 0x4911, 0x4922, 0x4932, 0x4942, 0x4952, 0x4962, 0x4972, 0x4983, 0x4994, 0x49a5, 0x49b6, 0x49c4, 0x49d6, 0x49e7, 0x49f8,
    0x4a08, 0x4a18, 0x4a28, 0x4a38, 0x4a49, 0x4a5a, 0x4a6b, 0x4a7c, 0x4a8a, 0x4a9a, 0x4aab, 0x4abc, 0x4acd, 0x4ade, 0x4af0, 0x4b02,
    0x4b14, 0x4b26, 0x4b35, 0x4b40, 0x4b4b, 0x4b56, 0x4b63, 0x4b70, 0x4b7b, 0x4b86, 0x4b91, 0x4b9e, 0x4bab, 0x4bb7, 0x4bc3, 0x4bcf,
    0x4bdd, 0x4beb, 0x4bf7, 0x4c03, 0x4c0f, 0x4c1d, 0x4c2b, 0x4c37, 0x4c43, 0x4c4f, 0x4c5d, 0x4c6b, 0x4c78, 0x4c85, 0x4c92, 0x4ca1,
    0x4cb0, 0x4cba, 0x4cc4, 0x4cce, 0x4cda, 0x4ce6, 0x4cf0, 0x4cfa, 0x4d04, 0x4d10, 0x4d1c, 0x4d27, 0x4d32, 0x4d3d, 0x4d4a, 0x4d57,
    0x4d62, 0x4d6d, 0x4d78, 0x4d85, 0x4d92, 0x4d9d, 0x4da8, 0x4db3, 0x4dc0, 0x4dcd, 0x4dd9, 0x4de5, 0x4df1, 0x4dff, 0x4e0d, 0x4e17,
    0x4e21, 0x4e2b, 0x4e37, 0x4e43, 0x4e4d, 0x4e57, 0x4e61, 0x4e6d, 0x4e79, 0x4e84, 0x4e8f, 0x4e9a, 0x4ea7, 0x4eb4, 0x4ebf, 0x4eca,
    0x4ed5, 0x4ee2, 0x4eef, 0x4efa, 0x4f05, 0x4f10, 0x4f1d, 0x4f2a, 0x4f36, 0x4f42, 0x4f4e, 0x4f5c, 0x4f6a, 0x4f74, 0x4f7e, 0x4f88,
    0x4f94, 0x4fa0, 0x4faa, 0x4fb4, 0x4fbe, 0x4fca, 0x4fd6, 0x4fe1, 0x4fec, 0x4ff7, 0x5004, 0x5011, 0x501c, 0x5027, 0x5032, 0x503f,
    0x504c, 0x5057, 0x5062, 0x506d, 0x507a, 0x5087, 0x5093, 0x509f, 0x50ab, 0x50b9, 0x50c7, 0x50dc, 0x50f1, 0x5104, 0x511a, 0x5130,
    0x5146, 0x515c, 0x5172, 0x5186, 0x519d, 0x51b4, 0x51cb, 0x51e1, 0x51f7, 0x520b, 0x5222, 0x5239, 0x5250, 0x5267, 0x527e, 0x5293,
    0x52ab, 0x52c3, 0x52db, 0x52f2, 0x5309, 0x5320, 0x5338, 0x5350, 0x5368, 0x5380, 0x5398, 0x53b0, 0x53c9, 0x53e2, 0x53fb, 0x5412,
    0x5429, 0x5440, 0x5455, 0x546d, 0x5485, 0x549d, 0x54b3, 0x54cb, 0x54e3, 0x54fb, 0x5511, 0x552a, 0x5543, 0x555c, 0x5573, 0x558a,
    0x55a1, 0x55b8, 0x55cd, 0x55e5, 0x55fd, 0x5615, 0x562b, 0x5643, 0x565b, 0x5673, 0x5689, 0x56a2, 0x56bb, 0x56d4, 0x56eb, 0x56fc,
    0x570e, 0x5720, 0x5733, 0x5744, 0x5756, 0x5768, 0x577b, 0x578c, 0x579e, 0x57b0, 0x57c3, 0x57d9, 0x57f0, 0x5807, 0x581f, 0x5836,
    0x584e, 0x5866, 0x587f, 0x5898, 0x58b2, 0x58cc, 0x58e7, 0x5901, 0x591c, 0x5937, 0x5953,
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
CASB_C32_comswap\n\
CASLB_C32_comswap\n\
CASAB_C32_comswap\n\
CASALB_C32_comswap\n\
CASH_C32_comswap\n\
CASLH_C32_comswap\n\
CASAH_C32_comswap\n\
CASALH_C32_comswap\n\
CAS_C32_comswap\n\
CASL_C32_comswap\n\
CASA_C32_comswap\n\
CASAL_C32_comswap\n\
CAS_C64_comswap\n\
CASL_C64_comswap\n\
CASA_C64_comswap\n\
CASAL_C64_comswap\n\
CAST_C64_comswap_unpriv\n\
CASLT_C64_comswap_unpriv\n\
CASAT_C64_comswap_unpriv\n\
CASALT_C64_comswap_unpriv\n\
CASP_CP32_comswappr\n\
CASPL_CP32_comswappr\n\
CASPA_CP32_comswappr\n\
CASPAL_CP32_comswappr\n\
CASP_CP64_comswappr\n\
CASPL_CP64_comswappr\n\
CASPA_CP64_comswappr\n\
CASPAL_CP64_comswappr\n\
CASPT_CP64_comswappr_unpriv\n\
CASPLT_CP64_comswappr_unpriv\n\
CASPAT_CP64_comswappr_unpriv\n\
CASPALT_CP64_comswappr_unpriv\n\
STLUR_B_ldapstl_simd\n\
LDAPUR_B_ldapstl_simd\n\
STLUR_Q_ldapstl_simd\n\
LDAPUR_Q_ldapstl_simd\n\
STLUR_H_ldapstl_simd\n\
LDAPUR_H_ldapstl_simd\n\
STLUR_S_ldapstl_simd\n\
LDAPUR_S_ldapstl_simd\n\
STLUR_D_ldapstl_simd\n\
LDAPUR_D_ldapstl_simd\n\
STLURB_32_ldapstl_unscaled\n\
LDAPURB_32_ldapstl_unscaled\n\
LDAPURSB_64_ldapstl_unscaled\n\
LDAPURSB_32_ldapstl_unscaled\n\
STLURH_32_ldapstl_unscaled\n\
LDAPURH_32_ldapstl_unscaled\n\
LDAPURSH_64_ldapstl_unscaled\n\
LDAPURSH_32_ldapstl_unscaled\n\
STLUR_32_ldapstl_unscaled\n\
LDAPUR_32_ldapstl_unscaled\n\
LDAPURSW_64_ldapstl_unscaled\n\
STLUR_64_ldapstl_unscaled\n\
LDAPUR_64_ldapstl_unscaled\n\
STLR_32S_ldapstl_writeback\n\
LDAPR_32L_ldapstl_writeback\n\
STLR_64S_ldapstl_writeback\n\
LDAPR_64L_ldapstl_writeback\n\
STILP_32SE_ldiappstilp\n\
STILP_32S_ldiappstilp\n\
LDIAPP_32LE_ldiappstilp\n\
LDIAPP_32L_ldiappstilp\n\
STILP_64SS_ldiappstilp\n\
STILP_64S_ldiappstilp\n\
STLP_64_ldiappstilp\n\
LDIAPP_64LS_ldiappstilp\n\
LDIAPP_64L_ldiappstilp\n\
LDAP_64_ldiappstilp\n\
LDAPP_64_ldiappstilp\n\
GCSSTR_64_ldst_gcs\n\
GCSSTTR_64_ldst_gcs\n\
STRB_32_ldst_immpost\n\
LDRB_32_ldst_immpost\n\
LDRSB_64_ldst_immpost\n\
LDRSB_32_ldst_immpost\n\
STR_B_ldst_immpost\n\
LDR_B_ldst_immpost\n\
STR_Q_ldst_immpost\n\
LDR_Q_ldst_immpost\n\
STRH_32_ldst_immpost\n\
LDRH_32_ldst_immpost\n\
LDRSH_64_ldst_immpost\n\
LDRSH_32_ldst_immpost\n\
STR_H_ldst_immpost\n\
LDR_H_ldst_immpost\n\
STR_32_ldst_immpost\n\
LDR_32_ldst_immpost\n\
LDRSW_64_ldst_immpost\n\
STR_S_ldst_immpost\n\
LDR_S_ldst_immpost\n\
STR_64_ldst_immpost\n\
LDR_64_ldst_immpost\n\
STR_D_ldst_immpost\n\
LDR_D_ldst_immpost\n\
STRB_32_ldst_immpre\n\
LDRB_32_ldst_immpre\n\
LDRSB_64_ldst_immpre\n\
LDRSB_32_ldst_immpre\n\
STR_B_ldst_immpre\n\
LDR_B_ldst_immpre\n\
STR_Q_ldst_immpre\n\
LDR_Q_ldst_immpre\n\
STRH_32_ldst_immpre\n\
LDRH_32_ldst_immpre\n\
LDRSH_64_ldst_immpre\n\
LDRSH_32_ldst_immpre\n\
STR_H_ldst_immpre\n\
LDR_H_ldst_immpre\n\
STR_32_ldst_immpre\n\
LDR_32_ldst_immpre\n\
LDRSW_64_ldst_immpre\n\
STR_S_ldst_immpre\n\
LDR_S_ldst_immpre\n\
STR_64_ldst_immpre\n\
LDR_64_ldst_immpre\n\
STR_D_ldst_immpre\n\
LDR_D_ldst_immpre\n\
LDRAA_64_ldst_pac\n\
LDRAA_64W_ldst_pac\n\
LDRAB_64_ldst_pac\n\
LDRAB_64W_ldst_pac\n\
STRB_32_ldst_pos\n\
LDRB_32_ldst_pos\n\
LDRSB_64_ldst_pos\n\
LDRSB_32_ldst_pos\n\
STR_B_ldst_pos\n\
LDR_B_ldst_pos\n\
STR_Q_ldst_pos\n\
LDR_Q_ldst_pos\n\
STRH_32_ldst_pos\n\
LDRH_32_ldst_pos\n\
LDRSH_64_ldst_pos\n\
LDRSH_32_ldst_pos\n\
STR_H_ldst_pos\n\
LDR_H_ldst_pos\n\
STR_32_ldst_pos\n\
LDR_32_ldst_pos\n\
LDRSW_64_ldst_pos\n\
STR_S_ldst_pos\n\
LDR_S_ldst_pos\n\
STR_64_ldst_pos\n\
LDR_64_ldst_pos\n\
PRFM_P_ldst_pos\n\
STR_D_ldst_pos\n\
LDR_D_ldst_pos\n\
STRB_32B_ldst_regoff\n\
STRB_32BL_ldst_regoff\n\
LDRB_32B_ldst_regoff\n\
LDRB_32BL_ldst_regoff\n\
LDRSB_64B_ldst_regoff\n\
LDRSB_64BL_ldst_regoff\n\
LDRSB_32B_ldst_regoff\n\
LDRSB_32BL_ldst_regoff\n\
STR_B_ldst_regoff\n\
STR_BL_ldst_regoff\n\
LDR_B_ldst_regoff\n\
LDR_BL_ldst_regoff\n\
STR_Q_ldst_regoff\n\
LDR_Q_ldst_regoff\n\
STRH_32_ldst_regoff\n\
LDRH_32_ldst_regoff\n\
LDRSH_64_ldst_regoff\n\
LDRSH_32_ldst_regoff\n\
STR_H_ldst_regoff\n\
LDR_H_ldst_regoff\n\
STR_32_ldst_regoff\n\
LDR_32_ldst_regoff\n\
LDRSW_64_ldst_regoff\n\
STR_S_ldst_regoff\n\
LDR_S_ldst_regoff\n\
STR_64_ldst_regoff\n\
LDR_64_ldst_regoff\n\
PRFM_P_ldst_regoff\n\
RPRFM_R_ldst_regoff\n\
STR_D_ldst_regoff\n\
LDR_D_ldst_regoff\n\
STTRB_32_ldst_unpriv\n\
LDTRB_32_ldst_unpriv\n\
LDTRSB_64_ldst_unpriv\n\
LDTRSB_32_ldst_unpriv\n\
STTRH_32_ldst_unpriv\n\
LDTRH_32_ldst_unpriv\n\
LDTRSH_64_ldst_unpriv\n\
LDTRSH_32_ldst_unpriv\n\
STTR_32_ldst_unpriv\n\
LDTR_32_ldst_unpriv\n\
LDTRSW_64_ldst_unpriv\n\
STTR_64_ldst_unpriv\n\
LDTR_64_ldst_unpriv\n\
STURB_32_ldst_unscaled\n\
LDURB_32_ldst_unscaled\n\
LDURSB_64_ldst_unscaled\n\
LDURSB_32_ldst_unscaled\n\
STUR_B_ldst_unscaled\n\
LDUR_B_ldst_unscaled\n\
STUR_Q_ldst_unscaled\n\
LDUR_Q_ldst_unscaled\n\
STURH_32_ldst_unscaled\n\
LDURH_32_ldst_unscaled\n\
LDURSH_64_ldst_unscaled\n\
LDURSH_32_ldst_unscaled\n\
STUR_H_ldst_unscaled\n\
LDUR_H_ldst_unscaled\n\
STUR_32_ldst_unscaled\n\
LDUR_32_ldst_unscaled\n\
LDURSW_64_ldst_unscaled\n\
STUR_S_ldst_unscaled\n\
LDUR_S_ldst_unscaled\n\
STUR_64_ldst_unscaled\n\
LDUR_64_ldst_unscaled\n\
PRFUM_P_ldst_unscaled\n\
STUR_D_ldst_unscaled\n\
LDUR_D_ldst_unscaled\n\
STXP_SP32_ldstexclp\n\
STLXP_SP32_ldstexclp\n\
LDXP_LP32_ldstexclp\n\
LDAXP_LP32_ldstexclp\n\
STXP_SP64_ldstexclp\n\
STLXP_SP64_ldstexclp\n\
LDXP_LP64_ldstexclp\n\
LDAXP_LP64_ldstexclp\n\
STXRB_SR32_ldstexclr\n\
STLXRB_SR32_ldstexclr\n\
LDXRB_LR32_ldstexclr\n\
LDAXRB_LR32_ldstexclr\n\
STXRH_SR32_ldstexclr\n\
STLXRH_SR32_ldstexclr\n\
LDXRH_LR32_ldstexclr\n\
LDAXRH_LR32_ldstexclr\n\
STXR_SR32_ldstexclr\n\
STLXR_SR32_ldstexclr\n\
LDXR_LR32_ldstexclr\n\
LDAXR_LR32_ldstexclr\n\
STXR_SR64_ldstexclr\n\
STLXR_SR64_ldstexclr\n\
LDXR_LR64_ldstexclr\n\
LDAXR_LR64_ldstexclr\n\
STTXR_SR32_ldstexclr_unpriv\n\
STLTXR_SR32_ldstexclr_unpriv\n\
LDTXR_LR32_ldstexclr_unpriv\n\
LDATXR_LR32_ldstexclr_unpriv\n\
STTXR_SR64_ldstexclr_unpriv\n\
STLTXR_SR64_ldstexclr_unpriv\n\
LDTXR_LR64_ldstexclr_unpriv\n\
LDATXR_LR64_ldstexclr_unpriv\n\
STNP_32_ldstnapair_offs\n\
LDNP_32_ldstnapair_offs\n\
STNP_S_ldstnapair_offs\n\
LDNP_S_ldstnapair_offs\n\
STNP_D_ldstnapair_offs\n\
LDNP_D_ldstnapair_offs\n\
STNP_64_ldstnapair_offs\n\
LDNP_64_ldstnapair_offs\n\
STNP_Q_ldstnapair_offs\n\
LDNP_Q_ldstnapair_offs\n\
STTNP_64_ldstnapair_offs\n\
LDTNP_64_ldstnapair_offs\n\
STTNP_Q_ldstnapair_offs\n\
LDTNP_Q_ldstnapair_offs\n\
STLLRB_SL32_ldstord\n\
STLRB_SL32_ldstord\n\
LDLARB_LR32_ldstord\n\
LDARB_LR32_ldstord\n\
STLLRH_SL32_ldstord\n\
STLRH_SL32_ldstord\n\
LDLARH_LR32_ldstord\n\
LDARH_LR32_ldstord\n\
STLLR_SL32_ldstord\n\
STLR_SL32_ldstord\n\
LDLAR_LR32_ldstord\n\
LDAR_LR32_ldstord\n\
STLLR_SL64_ldstord\n\
STLR_SL64_ldstord\n\
LDLAR_LR64_ldstord\n\
LDAR_LR64_ldstord\n\
STP_32_ldstpair_off\n\
LDP_32_ldstpair_off\n\
STP_S_ldstpair_off\n\
LDP_S_ldstpair_off\n\
STGP_64_ldstpair_off\n\
LDPSW_64_ldstpair_off\n\
STP_D_ldstpair_off\n\
LDP_D_ldstpair_off\n\
STP_64_ldstpair_off\n\
LDP_64_ldstpair_off\n\
STP_Q_ldstpair_off\n\
LDP_Q_ldstpair_off\n\
STTP_64_ldstpair_off\n\
LDTP_64_ldstpair_off\n\
STTP_Q_ldstpair_off\n\
LDTP_Q_ldstpair_off\n\
STP_32_ldstpair_post\n\
LDP_32_ldstpair_post\n\
STP_S_ldstpair_post\n\
LDP_S_ldstpair_post\n\
STGP_64_ldstpair_post\n\
LDPSW_64_ldstpair_post\n\
STP_D_ldstpair_post\n\
LDP_D_ldstpair_post\n\
STP_64_ldstpair_post\n\
LDP_64_ldstpair_post\n\
STP_Q_ldstpair_post\n\
LDP_Q_ldstpair_post\n\
STTP_64_ldstpair_post\n\
LDTP_64_ldstpair_post\n\
STTP_Q_ldstpair_post\n\
LDTP_Q_ldstpair_post\n\
STP_32_ldstpair_pre\n\
LDP_32_ldstpair_pre\n\
STP_S_ldstpair_pre\n\
LDP_S_ldstpair_pre\n\
STGP_64_ldstpair_pre\n\
LDPSW_64_ldstpair_pre\n\
STP_D_ldstpair_pre\n\
LDP_D_ldstpair_pre\n\
STP_64_ldstpair_pre\n\
LDP_64_ldstpair_pre\n\
STP_Q_ldstpair_pre\n\
LDP_Q_ldstpair_pre\n\
STTP_64_ldstpair_pre\n\
LDTP_64_ldstpair_pre\n\
STTP_Q_ldstpair_pre\n\
LDTP_Q_ldstpair_pre\n\
STG_64Spost_ldsttags\n\
STG_64Soffset_ldsttags\n\
STG_64Spre_ldsttags\n\
STZGM_64bulk_ldsttags\n\
LDG_64Loffset_ldsttags\n\
STZG_64Spost_ldsttags\n\
STZG_64Soffset_ldsttags\n\
STZG_64Spre_ldsttags\n\
ST2G_64Spost_ldsttags\n\
ST2G_64Soffset_ldsttags\n\
ST2G_64Spre_ldsttags\n\
STGM_64bulk_ldsttags\n\
STZ2G_64Spost_ldsttags\n\
STZ2G_64Soffset_ldsttags\n\
STZ2G_64Spre_ldsttags\n\
LDGM_64bulk_ldsttags\n\
LDR_32_loadlit\n\
LDR_S_loadlit\n\
LDR_64_loadlit\n\
LDR_D_loadlit\n\
LDRSW_64_loadlit\n\
LDR_Q_loadlit\n\
PRFM_P_loadlit\n\
CPYFP_CPY_memcms\n\
CPYFPWT_CPY_memcms\n\
CPYFPRT_CPY_memcms\n\
CPYFPT_CPY_memcms\n\
CPYFPWN_CPY_memcms\n\
CPYFPWTWN_CPY_memcms\n\
CPYFPRTWN_CPY_memcms\n\
CPYFPTWN_CPY_memcms\n\
CPYFPRN_CPY_memcms\n\
CPYFPWTRN_CPY_memcms\n\
CPYFPRTRN_CPY_memcms\n\
CPYFPTRN_CPY_memcms\n\
CPYFPN_CPY_memcms\n\
CPYFPWTN_CPY_memcms\n\
CPYFPRTN_CPY_memcms\n\
CPYFPTN_CPY_memcms\n\
CPYFM_CPY_memcms\n\
CPYFMWT_CPY_memcms\n\
CPYFMRT_CPY_memcms\n\
CPYFMT_CPY_memcms\n\
CPYFMWN_CPY_memcms\n\
CPYFMWTWN_CPY_memcms\n\
CPYFMRTWN_CPY_memcms\n\
CPYFMTWN_CPY_memcms\n\
CPYFMRN_CPY_memcms\n\
CPYFMWTRN_CPY_memcms\n\
CPYFMRTRN_CPY_memcms\n\
CPYFMTRN_CPY_memcms\n\
CPYFMN_CPY_memcms\n\
CPYFMWTN_CPY_memcms\n\
CPYFMRTN_CPY_memcms\n\
CPYFMTN_CPY_memcms\n\
CPYFE_CPY_memcms\n\
CPYFEWT_CPY_memcms\n\
CPYFERT_CPY_memcms\n\
CPYFET_CPY_memcms\n\
CPYFEWN_CPY_memcms\n\
CPYFEWTWN_CPY_memcms\n\
CPYFERTWN_CPY_memcms\n\
CPYFETWN_CPY_memcms\n\
CPYFERN_CPY_memcms\n\
CPYFEWTRN_CPY_memcms\n\
CPYFERTRN_CPY_memcms\n\
CPYFETRN_CPY_memcms\n\
CPYFEN_CPY_memcms\n\
CPYFEWTN_CPY_memcms\n\
CPYFERTN_CPY_memcms\n\
CPYFETN_CPY_memcms\n\
SETP_SET_memcms\n\
SETPT_SET_memcms\n\
SETPN_SET_memcms\n\
SETPTN_SET_memcms\n\
SETM_SET_memcms\n\
SETMT_SET_memcms\n\
SETMN_SET_memcms\n\
SETMTN_SET_memcms\n\
SETE_SET_memcms\n\
SETET_SET_memcms\n\
SETEN_SET_memcms\n\
SETETN_SET_memcms\n\
CPYP_CPY_memcms\n\
CPYPWT_CPY_memcms\n\
CPYPRT_CPY_memcms\n\
CPYPT_CPY_memcms\n\
CPYPWN_CPY_memcms\n\
CPYPWTWN_CPY_memcms\n\
CPYPRTWN_CPY_memcms\n\
CPYPTWN_CPY_memcms\n\
CPYPRN_CPY_memcms\n\
CPYPWTRN_CPY_memcms\n\
CPYPRTRN_CPY_memcms\n\
CPYPTRN_CPY_memcms\n\
CPYPN_CPY_memcms\n\
CPYPWTN_CPY_memcms\n\
CPYPRTN_CPY_memcms\n\
CPYPTN_CPY_memcms\n\
CPYM_CPY_memcms\n\
CPYMWT_CPY_memcms\n\
CPYMRT_CPY_memcms\n\
CPYMT_CPY_memcms\n\
CPYMWN_CPY_memcms\n\
CPYMWTWN_CPY_memcms\n\
CPYMRTWN_CPY_memcms\n\
CPYMTWN_CPY_memcms\n\
CPYMRN_CPY_memcms\n\
CPYMWTRN_CPY_memcms\n\
CPYMRTRN_CPY_memcms\n\
CPYMTRN_CPY_memcms\n\
CPYMN_CPY_memcms\n\
CPYMWTN_CPY_memcms\n\
CPYMRTN_CPY_memcms\n\
CPYMTN_CPY_memcms\n\
CPYE_CPY_memcms\n\
CPYEWT_CPY_memcms\n\
CPYERT_CPY_memcms\n\
CPYET_CPY_memcms\n\
CPYEWN_CPY_memcms\n\
CPYEWTWN_CPY_memcms\n\
CPYERTWN_CPY_memcms\n\
CPYETWN_CPY_memcms\n\
CPYERN_CPY_memcms\n\
CPYEWTRN_CPY_memcms\n\
CPYERTRN_CPY_memcms\n\
CPYETRN_CPY_memcms\n\
CPYEN_CPY_memcms\n\
CPYEWTN_CPY_memcms\n\
CPYERTN_CPY_memcms\n\
CPYETN_CPY_memcms\n\
SETGP_SET_memcms\n\
SETGPT_SET_memcms\n\
SETGPN_SET_memcms\n\
SETGPTN_SET_memcms\n\
SETGM_SET_memcms\n\
SETGMT_SET_memcms\n\
SETGMN_SET_memcms\n\
SETGMTN_SET_memcms\n\
SETGE_SET_memcms\n\
SETGET_SET_memcms\n\
SETGEN_SET_memcms\n\
SETGETN_SET_memcms\n\
LDADDB_32_memop\n\
LDCLRB_32_memop\n\
LDEORB_32_memop\n\
LDSETB_32_memop\n\
LDSMAXB_32_memop\n\
LDSMINB_32_memop\n\
LDUMAXB_32_memop\n\
LDUMINB_32_memop\n\
SWPB_32_memop\n\
RCWCLR_64_memop\n\
RCWSWP_64_memop\n\
RCWSET_64_memop\n\
LDADDLB_32_memop\n\
LDCLRLB_32_memop\n\
LDEORLB_32_memop\n\
LDSETLB_32_memop\n\
LDSMAXLB_32_memop\n\
LDSMINLB_32_memop\n\
LDUMAXLB_32_memop\n\
LDUMINLB_32_memop\n\
SWPLB_32_memop\n\
RCWCLRL_64_memop\n\
RCWSWPL_64_memop\n\
RCWSETL_64_memop\n\
LDADDAB_32_memop\n\
LDCLRAB_32_memop\n\
LDEORAB_32_memop\n\
LDSETAB_32_memop\n\
LDSMAXAB_32_memop\n\
LDSMINAB_32_memop\n\
LDUMAXAB_32_memop\n\
LDUMINAB_32_memop\n\
SWPAB_32_memop\n\
RCWCLRA_64_memop\n\
RCWSWPA_64_memop\n\
RCWSETA_64_memop\n\
LDAPRB_32L_memop\n\
LDADDALB_32_memop\n\
LDCLRALB_32_memop\n\
LDEORALB_32_memop\n\
LDSETALB_32_memop\n\
LDSMAXALB_32_memop\n\
LDSMINALB_32_memop\n\
LDUMAXALB_32_memop\n\
LDUMINALB_32_memop\n\
SWPALB_32_memop\n\
RCWCLRAL_64_memop\n\
RCWSWPAL_64_memop\n\
RCWSETAL_64_memop\n\
LDADDH_32_memop\n\
LDCLRH_32_memop\n\
LDEORH_32_memop\n\
LDSETH_32_memop\n\
LDSMAXH_32_memop\n\
LDSMINH_32_memop\n\
LDUMAXH_32_memop\n\
LDUMINH_32_memop\n\
SWPH_32_memop\n\
RCWSCLR_64_memop\n\
RCWSSWP_64_memop\n\
RCWSSET_64_memop\n\
LDADDLH_32_memop\n\
LDCLRLH_32_memop\n\
LDEORLH_32_memop\n\
LDSETLH_32_memop\n\
LDSMAXLH_32_memop\n\
LDSMINLH_32_memop\n\
LDUMAXLH_32_memop\n\
LDUMINLH_32_memop\n\
SWPLH_32_memop\n\
RCWSCLRL_64_memop\n\
RCWSSWPL_64_memop\n\
RCWSSETL_64_memop\n\
LDADDAH_32_memop\n\
LDCLRAH_32_memop\n\
LDEORAH_32_memop\n\
LDSETAH_32_memop\n\
LDSMAXAH_32_memop\n\
LDSMINAH_32_memop\n\
LDUMAXAH_32_memop\n\
LDUMINAH_32_memop\n\
SWPAH_32_memop\n\
RCWSCLRA_64_memop\n\
RCWSSWPA_64_memop\n\
RCWSSETA_64_memop\n\
LDAPRH_32L_memop\n\
LDADDALH_32_memop\n\
LDCLRALH_32_memop\n\
LDEORALH_32_memop\n\
LDSETALH_32_memop\n\
LDSMAXALH_32_memop\n\
LDSMINALH_32_memop\n\
LDUMAXALH_32_memop\n\
LDUMINALH_32_memop\n\
SWPALH_32_memop\n\
RCWSCLRAL_64_memop\n\
RCWSSWPAL_64_memop\n\
RCWSSETAL_64_memop\n\
LDADD_32_memop\n\
LDCLR_32_memop\n\
LDEOR_32_memop\n\
LDSET_32_memop\n\
LDSMAX_32_memop\n\
LDSMIN_32_memop\n\
LDUMAX_32_memop\n\
LDUMIN_32_memop\n\
SWP_32_memop\n\
LDADDL_32_memop\n\
LDCLRL_32_memop\n\
LDEORL_32_memop\n\
LDSETL_32_memop\n\
LDSMAXL_32_memop\n\
LDSMINL_32_memop\n\
LDUMAXL_32_memop\n\
LDUMINL_32_memop\n\
SWPL_32_memop\n\
LDADDA_32_memop\n\
LDCLRA_32_memop\n\
LDEORA_32_memop\n\
LDSETA_32_memop\n\
LDSMAXA_32_memop\n\
LDSMINA_32_memop\n\
LDUMAXA_32_memop\n\
LDUMINA_32_memop\n\
SWPA_32_memop\n\
LDAPR_32L_memop\n\
LDADDAL_32_memop\n\
LDCLRAL_32_memop\n\
LDEORAL_32_memop\n\
LDSETAL_32_memop\n\
LDSMAXAL_32_memop\n\
LDSMINAL_32_memop\n\
LDUMAXAL_32_memop\n\
LDUMINAL_32_memop\n\
SWPAL_32_memop\n\
LDADD_64_memop\n\
LDCLR_64_memop\n\
LDEOR_64_memop\n\
LDSET_64_memop\n\
LDSMAX_64_memop\n\
LDSMIN_64_memop\n\
LDUMAX_64_memop\n\
LDUMIN_64_memop\n\
SWP_64_memop\n\
ST64BV0_64_memop\n\
ST64BV_64_memop\n\
ST64B_64L_memop\n\
LDA64B_64L_memop\n\
LD64B_64L_memop\n\
LDADDL_64_memop\n\
LDCLRL_64_memop\n\
LDEORL_64_memop\n\
LDSETL_64_memop\n\
LDSMAXL_64_memop\n\
LDSMINL_64_memop\n\
LDUMAXL_64_memop\n\
LDUMINL_64_memop\n\
SWPL_64_memop\n\
STL64BV0_64_memop\n\
STL64BV_64_memop\n\
STL64B_64L_memop\n\
LDADDA_64_memop\n\
LDCLRA_64_memop\n\
LDEORA_64_memop\n\
LDSETA_64_memop\n\
LDSMAXA_64_memop\n\
LDSMINA_64_memop\n\
LDUMAXA_64_memop\n\
LDUMINA_64_memop\n\
SWPA_64_memop\n\
LDAPR_64L_memop\n\
LDADDAL_64_memop\n\
LDCLRAL_64_memop\n\
LDEORAL_64_memop\n\
LDSETAL_64_memop\n\
LDSMAXAL_64_memop\n\
LDSMINAL_64_memop\n\
LDUMAXAL_64_memop\n\
LDUMINAL_64_memop\n\
SWPAL_64_memop\n\
LDBFADD_16\n\
LDBFMAX_16\n\
LDBFMIN_16\n\
LDBFMAXNM_16\n\
LDBFMINNM_16\n\
STBFADD_16\n\
STBFMAX_16\n\
STBFMIN_16\n\
STBFMAXNM_16\n\
STBFMINNM_16\n\
STBFADDL_16\n\
STBFMAXL_16\n\
STBFMINL_16\n\
STBFMAXNML_16\n\
STBFMINNML_16\n\
LDBFADDL_16\n\
LDBFMAXL_16\n\
LDBFMINL_16\n\
LDBFMAXNML_16\n\
LDBFMINNML_16\n\
LDBFADDA_16\n\
LDBFMAXA_16\n\
LDBFMINA_16\n\
LDBFMAXNMA_16\n\
LDBFMINNMA_16\n\
LDBFADDAL_16\n\
LDBFMAXAL_16\n\
LDBFMINAL_16\n\
LDBFMAXNMAL_16\n\
LDBFMINNMAL_16\n\
LDFADD_16\n\
LDFMAX_16\n\
LDFMIN_16\n\
LDFMAXNM_16\n\
LDFMINNM_16\n\
STFADD_16\n\
STFMAX_16\n\
STFMIN_16\n\
STFMAXNM_16\n\
STFMINNM_16\n\
STFADDL_16\n\
STFMAXL_16\n\
STFMINL_16\n\
STFMAXNML_16\n\
STFMINNML_16\n\
LDFADDL_16\n\
LDFMAXL_16\n\
LDFMINL_16\n\
LDFMAXNML_16\n\
LDFMINNML_16\n\
LDFADDA_16\n\
LDFMAXA_16\n\
LDFMINA_16\n\
LDFMAXNMA_16\n\
LDFMINNMA_16\n\
LDFADDAL_16\n\
LDFMAXAL_16\n\
LDFMINAL_16\n\
LDFMAXNMAL_16\n\
LDFMINNMAL_16\n\
LDFADD_32\n\
LDFMAX_32\n\
LDFMIN_32\n\
LDFMAXNM_32\n\
LDFMINNM_32\n\
STFADD_32\n\
STFMAX_32\n\
STFMIN_32\n\
STFMAXNM_32\n\
STFMINNM_32\n\
STFADDL_32\n\
STFMAXL_32\n\
STFMINL_32\n\
STFMAXNML_32\n\
STFMINNML_32\n\
LDFADDL_32\n\
LDFMAXL_32\n\
LDFMINL_32\n\
LDFMAXNML_32\n\
LDFMINNML_32\n\
LDFADDA_32\n\
LDFMAXA_32\n\
LDFMINA_32\n\
LDFMAXNMA_32\n\
LDFMINNMA_32\n\
LDFADDAL_32\n\
LDFMAXAL_32\n\
LDFMINAL_32\n\
LDFMAXNMAL_32\n\
LDFMINNMAL_32\n\
LDFADD_64\n\
LDFMAX_64\n\
LDFMIN_64\n\
LDFMAXNM_64\n\
LDFMINNM_64\n\
STFADD_64\n\
STFMAX_64\n\
STFMIN_64\n\
STFMAXNM_64\n\
STFMINNM_64\n\
STFADDL_64\n\
STFMAXL_64\n\
STFMINL_64\n\
STFMAXNML_64\n\
STFMINNML_64\n\
LDFADDL_64\n\
LDFMAXL_64\n\
LDFMINL_64\n\
LDFMAXNML_64\n\
LDFMINNML_64\n\
LDFADDA_64\n\
LDFMAXA_64\n\
LDFMINA_64\n\
LDFMAXNMA_64\n\
LDFMINNMA_64\n\
LDFADDAL_64\n\
LDFMAXAL_64\n\
LDFMINAL_64\n\
LDFMAXNMAL_64\n\
LDFMINNMAL_64\n\
LDCLRP_128_memop_128\n\
LDSETP_128_memop_128\n\
SWPP_128_memop_128\n\
RCWCLRP_128_memop_128\n\
RCWSWPP_128_memop_128\n\
RCWSETP_128_memop_128\n\
LDCLRPL_128_memop_128\n\
LDSETPL_128_memop_128\n\
SWPPL_128_memop_128\n\
RCWCLRPL_128_memop_128\n\
RCWSWPPL_128_memop_128\n\
RCWSETPL_128_memop_128\n\
LDCLRPA_128_memop_128\n\
LDSETPA_128_memop_128\n\
SWPPA_128_memop_128\n\
RCWCLRPA_128_memop_128\n\
RCWSWPPA_128_memop_128\n\
RCWSETPA_128_memop_128\n\
LDCLRPAL_128_memop_128\n\
LDSETPAL_128_memop_128\n\
SWPPAL_128_memop_128\n\
RCWCLRPAL_128_memop_128\n\
RCWSWPPAL_128_memop_128\n\
RCWSETPAL_128_memop_128\n\
RCWSCLRP_128_memop_128\n\
RCWSSWPP_128_memop_128\n\
RCWSSETP_128_memop_128\n\
RCWSCLRPL_128_memop_128\n\
RCWSSWPPL_128_memop_128\n\
RCWSSETPL_128_memop_128\n\
RCWSCLRPA_128_memop_128\n\
RCWSSWPPA_128_memop_128\n\
RCWSSETPA_128_memop_128\n\
RCWSCLRPAL_128_memop_128\n\
RCWSSWPPAL_128_memop_128\n\
RCWSSETPAL_128_memop_128\n\
LDTADD_32_memop_unpriv\n\
LDTCLR_32_memop_unpriv\n\
LDTSET_32_memop_unpriv\n\
SWPT_32_memop_unpriv\n\
LDTADDL_32_memop_unpriv\n\
LDTCLRL_32_memop_unpriv\n\
LDTSETL_32_memop_unpriv\n\
SWPTL_32_memop_unpriv\n\
LDTADDA_32_memop_unpriv\n\
LDTCLRA_32_memop_unpriv\n\
LDTSETA_32_memop_unpriv\n\
SWPTA_32_memop_unpriv\n\
LDTADDAL_32_memop_unpriv\n\
LDTCLRAL_32_memop_unpriv\n\
LDTSETAL_32_memop_unpriv\n\
SWPTAL_32_memop_unpriv\n\
LDTADD_64_memop_unpriv\n\
LDTCLR_64_memop_unpriv\n\
LDTSET_64_memop_unpriv\n\
SWPT_64_memop_unpriv\n\
LDTADDL_64_memop_unpriv\n\
LDTCLRL_64_memop_unpriv\n\
LDTSETL_64_memop_unpriv\n\
SWPTL_64_memop_unpriv\n\
LDTADDA_64_memop_unpriv\n\
LDTCLRA_64_memop_unpriv\n\
LDTSETA_64_memop_unpriv\n\
SWPTA_64_memop_unpriv\n\
LDTADDAL_64_memop_unpriv\n\
LDTCLRAL_64_memop_unpriv\n\
LDTSETAL_64_memop_unpriv\n\
SWPTAL_64_memop_unpriv\n\
SETGOP_memset_go\n\
SETGOPT_memset_go\n\
SETGOPN_memset_go\n\
SETGOPTN_memset_go\n\
SETGOM_memset_go\n\
SETGOMT_memset_go\n\
SETGOMN_memset_go\n\
SETGOMTN_memset_go\n\
SETGOE_memset_go\n\
SETGOET_memset_go\n\
SETGOEN_memset_go\n\
SETGOETN_memset_go\n\
RCWCAS_C64_rcwcomswap\n\
RCWCASL_C64_rcwcomswap\n\
RCWCASA_C64_rcwcomswap\n\
RCWCASAL_C64_rcwcomswap\n\
RCWSCAS_C64_rcwcomswap\n\
RCWSCASL_C64_rcwcomswap\n\
RCWSCASA_C64_rcwcomswap\n\
RCWSCASAL_C64_rcwcomswap\n\
RCWCASP_C64_rcwcomswappr\n\
RCWCASPL_C64_rcwcomswappr\n\
RCWCASPA_C64_rcwcomswappr\n\
RCWCASPAL_C64_rcwcomswappr\n\
RCWSCASP_C64_rcwcomswappr\n\
RCWSCASPL_C64_rcwcomswappr\n\
RCWSCASPA_C64_rcwcomswappr\n\
RCWSCASPAL_C64_rcwcomswappr\n\
";

/// Groups.
pub(crate) static GROUPS: [&str; 7] = ["none", "apple", "control", "reserved", "dpimm", "dpreg", "ldst"];

/// Apple's own instructions, an index into FEATURES.
pub(crate) const APPLE: u16 = 0;

/// Features.
pub(crate) static FEATURES: [&str; 75] = [
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
    "FEAT_LSE",
    "FEAT_LSUI",
    "FEAT_AdvSIMD",
    "FEAT_LRCPC3",
    "FEAT_LRCPC2",
    "FEAT_LSCP",
    "FEAT_FP",
    "FEAT_LOR",
    "FEAT_MOPS",
    "FEAT_THE",
    "FEAT_LRCPC",
    "FEAT_LS64_ACCDATA",
    "FEAT_LS64_V",
    "FEAT_LS64",
    "FEAT_LS64WB",
    "FEAT_LSFE",
    "FEAT_LSE128",
    "FEAT_D128",
    "FEAT_MOPS_GO",
    "FEAT_ITE",
    "FEAT_ETE",
    "FEAT_BRBE",
    "FEAT_CSV2_2",
    "FEAT_SVE",
    "FEAT_SME",
    "FEAT_MTE2",
    "FEAT_PAN",
    "FEAT_UAO",
    "FEAT_NMI",
    "FEAT_RASv2",
    "FEAT_SPEv1p2",
    "FEAT_TRBE",
    "FEAT_MPAM",
    "FEAT_CCIDX",
    "FEAT_RNG",
    "FEAT_DIT",
    "FEAT_SSBS",
    "FEAT_AMUv1",
    "FEAT_AMUv1p1",
    "FEAT_ECV",
    "FEAT_FGT",
    "FEAT_SEL2",
    "FEAT_VHE",
    "FEAT_NV",
    "FEAT_MEC",
    "FEAT_RME",
];

/// Start of each requirement, and the end of the last.
pub(crate) static REQUIREMENTS_AT: [u16; 52] = [
    0x0, 0x0, 0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7, 0x8, 0x9, 0xa, 0xb, 0xc, 0xd, 0xe,
    0xf, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e,
    0x1f, 0x21, 0x22, 0x23, 0x24, 0x25, 0x27, 0x28, 0x29, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f, 0x30, 0x31,
    0x32, 0x33, 0x35, 0x37,
];

/// Features, one of which suffices up to the one with bit 15; then the next clause.
pub(crate) static REQUIREMENTS: [u16; 55] = [
    0x8000, 0x8001, 0x8002, 0x8003, 0x8004, 0x8005, 0x8006, 0x8007, 0x8008, 0x8009, 0x800a, 0x800b, 0x800c, 0x800d, 0x800e, 0x800f,
    0x8010, 0x8011, 0x8012, 0x8013, 0x8014, 0x8015, 0x8016, 0x8017, 0x8018, 0x8019, 0x801a, 0x801b, 0x801c, 0x801d, 0x801e, 0x801f,
    0x8020, 0x8021, 0x8020, 0x8022, 0x8023, 0x801f, 0x801e, 0x8024, 0x8025, 0x8025, 0x8019, 0x8026, 0x8027, 0x8028, 0x8029, 0x802a,
    0x802b, 0x802c, 0x802d, 0x802e, 0x8026, 0x802f, 0x8019,
];

