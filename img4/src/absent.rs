//! Stand-ins for codecs that a feature leaves out: each refuses.

#[cfg(not(feature = "lzss"))]
pub(crate) mod lzss {
    use crate::error::{Error, ErrorKind, Structure};

    pub(crate) fn decompress(_: &[u8], offset: u64, _: &mut [u8]) -> Result<(), Error> {
        let what = Structure::Lzss;
        Err(Error::new(ErrorKind::UnsupportedCodec, what, offset))
    }
}

#[cfg(not(feature = "lzfse"))]
pub(crate) mod lzfse {
    use crate::error::{Error, ErrorKind, Structure};
    use crate::scratch::Scratch;
    use crate::stream_sizes::StreamSizes;

    const fn refuse(what: Structure, offset: u64) -> Error {
        Error::new(ErrorKind::UnsupportedCodec, what, offset)
    }

    pub(crate) fn walk(_: &[u8], offset: u64) -> Result<StreamSizes, Error> {
        Err(refuse(Structure::Lzfse, offset))
    }

    pub(crate) fn decompress(
        _: &[u8],
        offset: u64,
        _: &mut [u8],
        _: &mut Scratch,
    ) -> Result<(), Error> {
        Err(refuse(Structure::Lzfse, offset))
    }

    pub(crate) mod lzvn {
        use super::{Error, Structure, refuse};

        pub(crate) fn decompress(_: &[u8], offset: u64, _: &mut [u8]) -> Result<(), Error> {
            Err(refuse(Structure::Lzvn, offset))
        }
    }
}
