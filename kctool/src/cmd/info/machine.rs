//! Names of chips and boards by their numbers, as `CHIP` and `BORD` of a manifest have them.

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
pub(super) fn chip(number: u64) -> Option<&'static str> {
    CHIPS
        .iter()
        .find(|(of, _)| *of == number)
        .map(|(_, name)| *name)
}

/// A machine: the name of its board, and what it calls itself.
#[derive(Clone, Copy)]
pub(super) struct Board {
    pub(super) name: &'static str,
    pub(super) product: &'static str,
}

/// Chip, board, and their names: the Macs of libirecovery's list of devices (`src/libirecovery.c`).
#[rustfmt::skip]
const BOARDS: [(u64, u64, &str, &str); 48] = [
    (0x6000, 0x08, "J314s", "MacBookPro18,3"),
    (0x6000, 0x0a, "J316s", "MacBookPro18,1"),
    (0x6001, 0x04, "J375c", "Mac13,1"),
    (0x6001, 0x08, "J314c", "MacBookPro18,4"),
    (0x6001, 0x0a, "J316c", "MacBookPro18,2"),
    (0x6002, 0x0c, "J375d", "Mac13,2"),
    (0x6020, 0x02, "J474s", "Mac14,12"),
    (0x6020, 0x04, "J414s", "Mac14,9"),
    (0x6020, 0x06, "J416s", "Mac14,10"),
    (0x6021, 0x04, "J414c", "Mac14,5"),
    (0x6021, 0x06, "J416c", "Mac14,6"),
    (0x6021, 0x0a, "J475c", "Mac14,13"),
    (0x6022, 0x08, "J180d", "Mac14,8"),
    (0x6022, 0x0a, "J475d", "Mac14,14"),
    (0x6030, 0x04, "J514s", "Mac15,6"),
    (0x6030, 0x06, "J516s", "Mac15,7"),
    (0x6031, 0x44, "J514c", "Mac15,8"),
    (0x6031, 0x46, "J516c", "Mac15,9"),
    (0x6032, 0x44, "J575d", "Mac15,14"),
    (0x6034, 0x44, "J514m", "Mac15,10"),
    (0x6034, 0x46, "J516m", "Mac15,11"),
    (0x6040, 0x02, "J773s", "Mac16,11"),
    (0x6040, 0x04, "J614s", "Mac16,8"),
    (0x6040, 0x06, "J616s", "Mac16,7"),
    (0x6041, 0x02, "J575c", "Mac16,9"),
    (0x6041, 0x04, "J614c", "Mac16,6"),
    (0x6041, 0x06, "J616c", "Mac16,5"),
    (0x8103, 0x22, "J274", "Macmini9,1"),
    (0x8103, 0x24, "J293", "MacBookPro17,1"),
    (0x8103, 0x26, "J313", "MacBookAir10,1"),
    (0x8103, 0x28, "J456", "iMac21,1"),
    (0x8103, 0x2a, "J457", "iMac21,2"),
    (0x8112, 0x24, "J473", "Mac14,3"),
    (0x8112, 0x28, "J413", "Mac14,2"),
    (0x8112, 0x2a, "J493", "Mac14,7"),
    (0x8112, 0x2e, "J415", "Mac14,15"),
    (0x8122, 0x22, "J504", "Mac15,3"),
    (0x8122, 0x28, "J433", "Mac15,4"),
    (0x8122, 0x2a, "J434", "Mac15,5"),
    (0x8122, 0x30, "J613", "Mac15,12"),
    (0x8122, 0x32, "J615", "Mac15,13"),
    (0x8132, 0x22, "J604", "Mac16,1"),
    (0x8132, 0x24, "J623", "Mac16,2"),
    (0x8132, 0x26, "J624", "Mac16,3"),
    (0x8132, 0x2a, "J773g", "Mac16,10"),
    (0x8132, 0x2c, "J713", "Mac16,12"),
    (0x8132, 0x2e, "J715", "Mac16,13"),
    (0x8142, 0x22, "J704", "Mac17,2"),
];

/// The board with that number beside that chip, if it is known.
pub(super) fn board(chip: u64, number: u64) -> Option<Board> {
    let found = BOARDS.iter().find(|row| (row.0, row.1) == (chip, number));
    found.map(|&(_, _, name, product)| Board { name, product })
}
