//! Symbols whose value is no address.
use serde_json::json;
use testkit::constants as c;

use crate::build::{Disk, Linkedit, kernel_header, symbol};

/// `N_INDR` of mach-o/nlist.h.
const N_INDR: u8 = 0xa;

/// The value of an indirect symbol is where a name stands in the string table, not an address.
pub(crate) fn indirect() -> Result<(), String> {
    let mut linkedit = Linkedit::at(0x4000);
    linkedit.symbols(&[
        symbol("_malloc", N_INDR | c::N_EXT, 0, 1),
        symbol("_absolute", c::N_ABS | c::N_EXT, 0, 1),
    ]);
    let bytes = linkedit.file(kernel_header(), Vec::new(), 0, Vec::new());
    let file = Disk::new("indirect", &bytes);
    let expected = json!([
        { "vmaddr": null, "type": "I", "name": "_malloc" },
        { "vmaddr": "0x1", "type": "A", "name": "_absolute" },
    ]);
    file.expect("symbols @", &expected)
}
