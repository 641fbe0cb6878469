//! CosmWasm modules as large as wanted, valid to the last byte: what fills them is functions, which have to
//! be validated and translated, not a custom section, which is passed over. `tests/browser/large.mjs` writes
//! the same.

/// A function body of filling: some kilobytes without a loop.
const BODY: usize = 8_000;
/// Types of functions, by their index.
const NONE: u8 = 0;
const ONE_TO_ONE: u8 = 1;
const ONE: u8 = 2;
const THREE_TO_ONE: u8 = 3;
const TWO_TO_ONE: u8 = 4;
/// Functions before those that fill.
const OWN: [u8; 6] = [
    NONE,
    ONE_TO_ONE,
    ONE,
    THREE_TO_ONE,
    THREE_TO_ONE,
    TWO_TO_ONE,
];
const DONE: &str = r#"{"ok":{"messages":[],"attributes":[{"key":"large","value":"yes"}],"events":[],"data":null}}"#;
const ANSWER: &str = r#"{"ok":"e30="}"#;

/// A module of about `size` bytes, never more, that can be instantiated, executed and asked.
#[must_use]
pub fn module(size: usize) -> Vec<u8> {
    let fillers = (size - 2_000) / (BODY + 32);
    let mut wasm = b"\0asm\x01\0\0\0".to_vec();
    let types: &[(u8, u8)] = &[(0, 0), (1, 1), (1, 0), (3, 1), (2, 1)];
    let types = types.iter().map(|(params, results)| {
        let mut ty = vec![0x60];
        for count in [params, results] {
            ty.push(*count);
            ty.extend(std::iter::repeat_n(0x7f, usize::from(*count)));
        }
        ty
    });
    section(&mut wasm, 1, &list(types.collect()));
    let functions = OWN.iter().map(|ty| vec![*ty]);
    let filling = std::iter::repeat_n(vec![ONE_TO_ONE], fillers);
    section(&mut wasm, 3, &list(functions.chain(filling).collect()));
    section(&mut wasm, 5, &[1, 0, 1]);
    // A mutable i32: where free memory begins.
    section(&mut wasm, 6, &[1, 0x7f, 1, 0x41, 0x80, 0x80, 0x02, 0x0b]);
    let exports = [
        "interface_version_8",
        "allocate",
        "deallocate",
        "instantiate",
        "execute",
        "query",
    ];
    let functions = exports.iter().enumerate().map(|(k, name)| {
        let mut export = vec![name.len() as u8];
        export.extend(name.bytes());
        export.extend([0, k as u8]);
        export
    });
    let memory = b"\x06memory\x02\0".to_vec();
    section(&mut wasm, 7, &list(functions.chain([memory]).collect()));
    let returns = |region: u8| vec![0, 0x41, 0x80 | region, 0x02, 0x0b];
    let own = [
        vec![0, 0x0b],
        // The region lies before its bytes: offset, capacity; the next one begins behind, at a multiple of 8.
        vec![
            0, 0x23, 0, 0x23, 0, 0x41, 12, 0x6a, 0x36, 2, 0, // offset
            0x23, 0, 0x20, 0, 0x36, 2, 4, // capacity
            0x23, 0, // the result
            0x23, 0, 0x20, 0, 0x6a, 0x41, 19, 0x6a, 0x41, 0x78, 0x71, 0x24, 0, 0x0b,
        ],
        vec![0, 0x0b],
        returns(0),
        // The last filling function is called, so that all of it must be there.
        {
            let mut body = vec![0, 0x41, 7, 0x10];
            body.extend(leb(OWN.len() + fillers - 1));
            body.extend([0x1a, 0x41, 0x80, 0x02, 0x0b]);
            body
        },
        returns(12),
    ];
    let filling = (0..fillers).map(filler);
    let bodies = own.into_iter().chain(filling).map(|body| {
        let mut sized = leb(body.len());
        sized.extend(body);
        sized
    });
    section(&mut wasm, 10, &list(bodies.collect()));
    let mut data = Vec::new();
    let mut at = 0x200_u32;
    for text in [DONE, ANSWER] {
        for word in [at, text.len() as u32, text.len() as u32] {
            data.extend(word.to_le_bytes());
        }
        at += text.len() as u32;
    }
    data.resize(0x100, 0);
    data.extend(DONE.bytes().chain(ANSWER.bytes()));
    let mut segment = vec![0, 0x41, 0x80, 0x02, 0x0b];
    segment.extend(leb(data.len()));
    segment.extend(data);
    section(&mut wasm, 11, &list(vec![segment]));
    wasm
}

/// Arithmetic and blocks on its parameter, other constants in each.
fn filler(number: usize) -> Vec<u8> {
    let mut body = vec![0];
    let mut constant = number as u32;
    while body.len() < BODY {
        constant = constant.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // local = (local xor constant) + constant, unless it is zero.
        body.extend([0x02, 0x40, 0x20, 0, 0x45, 0x0d, 0, 0x20, 0, 0x41]);
        body.extend(leb(constant as usize & 0x3fff_ffff));
        body.extend([0x73, 0x41]);
        body.extend(leb(constant as usize & 0x3f));
        body.extend([0x6a, 0x21, 0, 0x0b]);
    }
    body.extend([0x20, 0, 0x0b]);
    body
}

/// Small enough that the sign bit of the last byte is clear, as constants need.
fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 && low & 0x40 == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

fn list(items: Vec<Vec<u8>>) -> Vec<u8> {
    let mut all = leb(items.len());
    all.extend(items.into_iter().flatten());
    all
}

fn section(wasm: &mut Vec<u8>, id: u8, bytes: &[u8]) {
    wasm.push(id);
    wasm.extend(leb(bytes.len()));
    wasm.extend(bytes);
}
