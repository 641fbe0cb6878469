//! As much of protobuf as messages and questions of other modules need: fields by number, in their order.

/// A field's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// Of a type that nothing here has.
    Other,
}

/// The fields of a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fields<'a>(Vec<(u64, Value<'a>)>);

/// Reads a message; `None` when the bytes are none.
#[must_use]
pub fn read(mut bytes: &[u8]) -> Option<Fields<'_>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes)?;
        let value = match tag & 7 {
            0 => Value::Number(varint(&mut bytes)?),
            1 => {
                take(&mut bytes, 8)?;
                Value::Other
            }
            2 => {
                let length = usize::try_from(varint(&mut bytes)?).ok()?;
                Value::Bytes(take(&mut bytes, length)?)
            }
            5 => {
                take(&mut bytes, 4)?;
                Value::Other
            }
            _ => return None,
        };
        fields.push((tag >> 3, value));
    }
    Some(Fields(fields))
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number: u64 = 0;
    for place in 0..10 {
        let byte = take(bytes, 1)?[0];
        // The tenth byte has room for one bit.
        if place == 9 && byte > 1 {
            return None;
        }
        number |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

impl<'a> Fields<'a> {
    /// All values of a repeated field of bytes.
    pub fn all(&self, number: u64) -> impl Iterator<Item = &'a [u8]> {
        self.0.iter().filter_map(move |(found, value)| match value {
            Value::Bytes(bytes) if *found == number => Some(*bytes),
            Value::Bytes(_) | Value::Number(_) | Value::Other => None,
        })
    }

    /// The last of a field's values; empty when there is none.
    #[must_use]
    pub fn bytes(&self, number: u64) -> &'a [u8] {
        self.all(number).last().unwrap_or_default()
    }

    /// A field of text; `None` when it is not UTF-8.
    #[must_use]
    pub fn text(&self, number: u64) -> Option<String> {
        String::from_utf8(self.bytes(number).to_vec()).ok()
    }

    /// A field of a number, 0 when there is none.
    #[must_use]
    pub fn number(&self, number: u64) -> u64 {
        let values = self.0.iter().rev();
        let mut found = values.filter_map(|(n, value)| match value {
            Value::Number(value) if *n == number => Some(*value),
            Value::Bytes(_) | Value::Number(_) | Value::Other => None,
        });
        found.next().unwrap_or(0)
    }
}

/// A field of bytes: tag, length, bytes. Empty ones are left out, as proto3 does.
#[must_use]
pub fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    if bytes.is_empty() {
        return Vec::new();
    }
    item(number, bytes)
}

/// An item of a repeated field, written also when it is empty.
#[must_use]
pub fn item(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    write_varint(&mut out, bytes.len() as u64);
    out.extend_from_slice(bytes);
    out
}

/// A field of a number; 0 is left out.
#[must_use]
pub fn number(number: u8, value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    if value > 0 {
        out.push(number << 3);
        write_varint(&mut out, value);
    }
    out
}

fn write_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        // The low seven bits.
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let bytes = [
            field(1, b"abc"),
            number(2, 300),
            item(3, b""),
            item(3, &[7; 200]),
            number(15, u64::MAX),
        ]
        .concat();
        let fields = read(&bytes).unwrap();
        assert_eq!(fields.bytes(1), b"abc");
        assert_eq!(fields.number(2), 300);
        assert_eq!(fields.number(15), u64::MAX);
        let items: Vec<usize> = fields.all(3).map(<[u8]>::len).collect();
        assert_eq!(items, [0, 200]);
        assert_eq!((fields.bytes(9), fields.number(9)), (&b""[..], 0));
    }

    #[test]
    fn what_is_no_message_is_none() {
        for bytes in [&[0x0a][..], &[0x0a, 5, 1], &[0x0b], &[0xff; 11], &[0x08]] {
            assert_eq!(read(bytes), None, "{bytes:?}");
        }
    }
}
