//! Names of chips by their number, as `CHIP` of a manifest has it.

/// The numbers and names of m1n1's `src/soc.h` and asahi-installer's `main.py`.
const CHIPS: [(u64, &str); 37] = [
    (0x8960, "A7"),
    (0x7000, "A8"),
    (0x7001, "A8X"),
    (0x8000, "A9"),
    (0x8003, "A9"),
    (0x8001, "A9X"),
    (0x8010, "A10"),
    (0x8011, "A10X"),
    (0x8012, "T2"),
    (0x8015, "A11"),
    (0x8020, "A12"),
    (0x8027, "A12X, A12Z"),
    (0x8030, "A13"),
    (0x8101, "A14"),
    (0x8110, "A15"),
    (0x8120, "A16"),
    (0x8130, "A17 Pro"),
    (0x8140, "A18 Pro"),
    (0x8103, "M1"),
    (0x6000, "M1 Pro"),
    (0x6001, "M1 Max"),
    (0x6002, "M1 Ultra"),
    (0x8112, "M2"),
    (0x6020, "M2 Pro"),
    (0x6021, "M2 Max"),
    (0x6022, "M2 Ultra"),
    (0x8122, "M3"),
    (0x6030, "M3 Pro"),
    (0x6031, "M3 Max"),
    (0x6034, "M3 Max"),
    (0x6032, "M3 Ultra"),
    (0x8132, "M4"),
    (0x6040, "M4 Pro"),
    (0x6041, "M4 Max"),
    (0x8142, "M5"),
    (0x6050, "M5 Pro"),
    (0x6051, "M5 Max"),
];

/// The name of a chip, if it is known.
pub(super) fn name(number: u64) -> Option<&'static str> {
    CHIPS
        .iter()
        .find(|(of, _)| *of == number)
        .map(|(_, name)| *name)
}
