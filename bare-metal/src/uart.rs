//! The PL011 UART of QEMU's machine `virt`, for output.

use core::fmt;

/// Data register (Arm DDI 0183, 3.3.1); QEMU's `hw/arm/virt.c` has the base address.
const UARTDR: *mut u32 = 0x0900_0000 as *mut u32;
/// Flag register (3.3.3).
const UARTFR: *const u32 = 0x0900_0018 as *const u32;
/// Transmit FIFO full.
const TXFF: u32 = 1 << 5;

/// The one UART. It is used by one core and has no state of its own.
#[derive(Clone, Copy, Debug)]
pub struct Uart;

impl Uart {
    /// Prints bytes as they are.
    pub fn bytes(self, bytes: &[u8]) {
        for &byte in bytes {
            // SAFETY: on this machine both addresses are registers of the PL011, and nothing else.
            unsafe {
                while UARTFR.read_volatile() & TXFF != 0 {}
                UARTDR.write_volatile(u32::from(byte));
            }
        }
    }
}

impl fmt::Write for Uart {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.bytes(text.as_bytes());
        Ok(())
    }
}
