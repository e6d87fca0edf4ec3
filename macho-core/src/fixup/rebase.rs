//! The slots of the rebase opcodes of `LC_DYLD_INFO`.
use crate::bytes::Bytes;
use crate::error::{Error, ErrorKind, Structure};
use crate::fixup::opcode::Opcodes;
use crate::fixup::slot::{BindWords, Mechanism, Slot};
use crate::macho::MachO;
use crate::raw::dyld_info::{RebaseOpcode as Op, TYPE_POINTER};

/// The walk over one stream.
#[derive(Clone)]
pub(super) struct Rebases<'a> {
    opcodes: Opcodes<'a>,
    /// Whether the slots are pointers, as those of 64-bit images must be.
    are_pointers: bool,
}

impl<'a> Rebases<'a> {
    pub(super) fn new(image: &MachO<'a>, stream: Bytes<'a>) -> Self {
        Self {
            opcodes: Opcodes::new(image, stream, Structure::RebaseOpcodes),
            are_pointers: true,
        }
    }

    pub(super) fn next(&mut self) -> Option<Result<Slot, Error>> {
        loop {
            if let Some(item) = self.opcodes.slot() {
                return Some(item.map(|found| {
                    Slot::plain(found, Mechanism::RebaseOpcodes, 0, BindWords::NONE)
                }));
            }
            let (opcode, immediate) = self.opcodes.opcode()?;
            if let Err(error) = self.opcode(Op(opcode), immediate) {
                return Some(Err(error));
            }
        }
    }

    fn opcode(&mut self, opcode: Op, immediate: u8) -> Result<(), Error> {
        let stream = &mut self.opcodes;
        let (count, skip) = match opcode {
            Op::REBASE_OPCODE_DONE => {
                stream.end();
                return Ok(());
            }
            Op::REBASE_OPCODE_SET_TYPE_IMM => {
                self.are_pointers = immediate == TYPE_POINTER;
                return if self.are_pointers {
                    Ok(())
                } else {
                    Err(stream.error(ErrorKind::UnknownFormat))
                };
            }
            Op::REBASE_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB => return stream.set_position(immediate),
            Op::REBASE_OPCODE_ADD_ADDR_ULEB => {
                let bytes = stream.uleb()?;
                stream.advance(bytes);
                return Ok(());
            }
            Op::REBASE_OPCODE_ADD_ADDR_IMM_SCALED => {
                stream.advance_pointers(immediate);
                return Ok(());
            }
            Op::REBASE_OPCODE_DO_REBASE_IMM_TIMES => (immediate.into(), 0),
            Op::REBASE_OPCODE_DO_REBASE_ULEB_TIMES => (stream.uleb()?, 0),
            Op::REBASE_OPCODE_DO_REBASE_ADD_ADDR_ULEB => (1, stream.uleb()?),
            Op::REBASE_OPCODE_DO_REBASE_ULEB_TIMES_SKIPPING_ULEB => {
                (stream.uleb()?, stream.uleb()?)
            }
            _ => return Err(stream.unknown()),
        };
        if self.are_pointers {
            stream.run(count, skip);
        } else {
            stream.pass(count, skip);
        }
        Ok(())
    }
}
