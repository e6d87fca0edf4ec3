//! Where functions start (`LC_FUNCTION_STARTS`).
use core::iter::FusedIterator;

use crate::addr::VmAddr;
use crate::bytes::Bytes;
use crate::debug::debug_view;
use crate::error::{Error, ErrorKind, Structure};
use crate::linkedit::LinkeditData;
use crate::uleb;

/// The vmaddr of each function, in ascending order.
///
/// The table is a run of ULEB128 deltas, the first from the image's own `__TEXT`; a delta of 0
/// ends it. Costs at most one step for each byte, and ends after the first error.
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct FunctionStarts<'a> {
    bytes: Bytes<'a>,
    position: u64,
    vmaddr: VmAddr,
    ended: bool,
}

debug_view!(FunctionStarts<'_>, |starts| {
    vmaddr: starts.vmaddr,
    position: starts.position,
    len: starts.bytes.len(),
    ended: starts.ended,
});

impl<'a> FunctionStarts<'a> {
    pub(crate) fn empty() -> Self {
        Self {
            bytes: Bytes::new(&[]),
            position: 0,
            vmaddr: VmAddr::new(0),
            ended: true,
        }
    }

    pub(crate) fn new(table: LinkeditData<'a>, base: VmAddr) -> Result<Self, Error> {
        let bytes = table.bytes(Structure::FunctionStarts)?;
        Ok(Self {
            bytes,
            position: 0,
            vmaddr: base,
            ended: false,
        })
    }

    fn step(&mut self) -> Result<Option<VmAddr>, Error> {
        const WHAT: Structure = Structure::FunctionStarts;
        let start = self.position;
        if start >= self.bytes.len() {
            return Ok(None);
        }
        let (delta, position) = uleb::read(self.bytes, start, WHAT)?;
        self.position = position;
        if delta == 0 {
            return Ok(None);
        }
        match self.vmaddr.checked_add(delta) {
            Some(vmaddr) => {
                self.vmaddr = vmaddr;
                Ok(Some(vmaddr))
            }
            None => Err(self.bytes.error(ErrorKind::AddressOverflow, WHAT, start)),
        }
    }
}

impl Iterator for FunctionStarts<'_> {
    type Item = Result<VmAddr, Error>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let item = self.step().transpose();
        self.ended = !matches!(item, Some(Ok(_)));
        item
    }
}

impl FusedIterator for FunctionStarts<'_> {}
