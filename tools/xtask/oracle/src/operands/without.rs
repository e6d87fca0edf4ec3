//! In the place of bad64 where it is not built in.

use super::notation::Decode;
use crate::fault::Fault;

pub(super) fn decoder() -> Result<Decode, Fault> {
    Err(Fault::new(
        "this oracle is built without bad64: `cargo run -p a64-oracle --features bad64` has it (needs a C compiler and libclang)",
    ))
}
