//! LZVN.

use crate::error::{Error, ErrorKind, Structure};

pub(crate) fn decompress(_: &[u8], offset: u64, _: &mut [u8]) -> Result<(), Error> {
    Err(Error::new(
        ErrorKind::NotCompiledIn,
        Structure::Lzvn,
        offset,
    ))
}
