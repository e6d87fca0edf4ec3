//! A small byte writer: little-endian by default, big-endian where a format asks for it.

/// A growing buffer with aligned and positioned writes.
#[derive(Debug, Default, Clone)]
pub struct Writer {
    buf: Vec<u8>,
}

impl Writer {
    /// An empty writer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes written so far.
    pub fn len(&self) -> usize {
        self.buf.len()
    }

    /// Whether nothing has been written.
    pub fn is_empty(&self) -> bool {
        self.buf.is_empty()
    }

    /// Appends one byte.
    pub fn u8(&mut self, value: u8) -> &mut Self {
        self.buf.push(value);
        self
    }

    /// Appends a little-endian 16-bit number.
    pub fn u16(&mut self, value: u16) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    /// Appends a little-endian 32-bit number.
    pub fn u32(&mut self, value: u32) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    /// Appends a little-endian 64-bit number.
    pub fn u64(&mut self, value: u64) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    /// Appends a big-endian 32-bit number.
    pub fn u32_be(&mut self, value: u32) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    /// Appends a big-endian 64-bit number.
    pub fn u64_be(&mut self, value: u64) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    /// Appends `bytes` as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.buf.extend_from_slice(bytes);
        self
    }

    /// Appends `count` zero bytes.
    pub fn zeros(&mut self, count: usize) -> &mut Self {
        self.buf.resize(self.buf.len() + count, 0);
        self
    }

    /// Appends `text` and a terminating zero byte.
    pub fn cstr(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes()).u8(0)
    }

    /// Appends a name in a fixed field of 16 bytes, cut or padded with zeros.
    pub fn name16(&mut self, name: &str) -> &mut Self {
        let mut field = [0u8; 16];
        let len = name.len().min(16);
        field[..len].copy_from_slice(&name.as_bytes()[..len]);
        self.bytes(&field)
    }

    /// Appends an unsigned LEB128 number.
    pub fn uleb(&mut self, mut value: u64) -> &mut Self {
        loop {
            let byte = value.to_le_bytes()[0] & 0x7f;
            value >>= 7;
            if value == 0 {
                return self.u8(byte);
            }
            self.u8(byte | 0x80);
        }
    }

    /// Pads with zeros to a multiple of `alignment`.
    pub fn align(&mut self, alignment: usize) -> &mut Self {
        let len = self.buf.len().next_multiple_of(alignment);
        self.buf.resize(len, 0);
        self
    }

    /// The bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.buf
    }

    /// The bytes, borrowed.
    pub fn as_bytes(&self) -> &[u8] {
        &self.buf
    }
}

/// Overwrites bytes at `offset`; the range must exist.
pub fn put(buf: &mut [u8], offset: usize, bytes: &[u8]) {
    buf[offset..offset + bytes.len()].copy_from_slice(bytes);
}

/// Reads a little-endian 32-bit number; `None` past the end.
pub fn get_u32(buf: &[u8], offset: usize) -> Option<u32> {
    let bytes = buf.get(offset..offset.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

/// Reads a little-endian 64-bit number; `None` past the end.
pub fn get_u64(buf: &[u8], offset: usize) -> Option<u64> {
    let bytes = buf.get(offset..offset.checked_add(8)?)?;
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

/// A length as the 32-bit number that Mach-O stores.
pub fn len32(len: usize) -> u32 {
    u32::try_from(len).expect("builders stay below 4 GiB")
}

/// A 64-bit file position as a 32-bit field.
pub fn off32(offset: u64) -> u32 {
    u32::try_from(offset).expect("builders stay below 4 GiB")
}

/// A 64-bit file position as an index into a buffer.
pub fn index(offset: u64) -> usize {
    usize::try_from(offset).expect("builders run on 64-bit hosts")
}

/// A length as a 64-bit number.
pub fn len64(len: usize) -> u64 {
    u64::try_from(len).expect("builders run on hosts of at most 64 bits")
}

/// The same 64 bits as a signed number.
pub fn signed(value: u64) -> i64 {
    i64::from_le_bytes(value.to_le_bytes())
}

/// The same 64 bits as an unsigned number.
pub fn unsigned(value: i64) -> u64 {
    u64::from_le_bytes(value.to_le_bytes())
}
