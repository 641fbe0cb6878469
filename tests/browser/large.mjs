// A CosmWasm module as large as wanted, as tests/catalogue/src/large.rs writes it: what fills it is functions.

const BODY = 8_000;
const DONE = '{"ok":{"messages":[],"attributes":[{"key":"large","value":"yes"}],"events":[],"data":null}}';
const ANSWER = '{"ok":"e30="}';
const text = (words) => [...words].map((c) => c.charCodeAt(0));

/// Of numbers whose last byte keeps its sign bit clear, as constants need.
function leb(number) {
  const bytes = [];
  for (;;) {
    const low = number & 0x7f;
    number >>>= 7;
    if (number === 0 && !(low & 0x40)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

const list = (items) => [...leb(items.length), ...items.flat()];
const word = (number) => [number & 255, (number >> 8) & 255, (number >> 16) & 255, number >>> 24];

/// Arithmetic and blocks on its parameter, other constants in each.
function filler(number) {
  const body = [0];
  let constant = number;
  while (body.length < BODY) {
    constant = (Math.imul(constant, 1_664_525) + 1_013_904_223) >>> 0;
    body.push(0x02, 0x40, 0x20, 0, 0x45, 0x0d, 0, 0x20, 0, 0x41, ...leb(constant & 0x3fffffff));
    body.push(0x73, 0x41, ...leb(constant & 0x3f), 0x6a, 0x21, 0, 0x0b);
  }
  return [...body, 0x20, 0, 0x0b];
}

/// About `size` bytes, never more.
export function module(size) {
  const fillers = Math.floor((size - 2_000) / (BODY + 32));
  const own = [0, 1, 2, 3, 3, 4];
  const types = [[0, 0], [1, 1], [1, 0], [3, 1], [2, 1]].map((ty) => [0x60, ...ty.flatMap((n) => [n, ...Array(n).fill(0x7f)])]);
  const names = ["interface_version_8", "allocate", "deallocate", "instantiate", "execute", "query"];
  const exports = names.map((name, k) => [name.length, ...text(name), 0, k]);
  const returns = (region) => [0, 0x41, 0x80 | region, 0x02, 0x0b];
  const allocate = [
    0, 0x23, 0, 0x23, 0, 0x41, 12, 0x6a, 0x36, 2, 0, 0x23, 0, 0x20, 0, 0x36, 2, 4, 0x23, 0,
    0x23, 0, 0x20, 0, 0x6a, 0x41, 19, 0x6a, 0x41, 0x78, 0x71, 0x24, 0, 0x0b,
  ];
  const execute = [0, 0x41, 7, 0x10, ...leb(own.length + fillers - 1), 0x1a, 0x41, 0x80, 0x02, 0x0b];
  const bodies = [[0, 0x0b], allocate, [0, 0x0b], returns(0), execute, returns(12)];
  for (let k = 0; k < fillers; k++) bodies.push(filler(k));
  const regions = [DONE, ANSWER].flatMap((words, k) => [...word(0x200 + k * DONE.length), ...word(words.length), ...word(words.length)]);
  const data = [...regions, ...Array(0x100 - regions.length).fill(0), ...text(DONE + ANSWER)];
  const sections = [
    [1, list(types)],
    [3, list([...own.map((ty) => [ty]), ...Array(fillers).fill([1])])],
    [5, [1, 0, 1]],
    [6, [1, 0x7f, 1, 0x41, 0x80, 0x80, 0x02, 0x0b]],
    [7, list([...exports, [6, ...text("memory"), 2, 0]])],
    [10, list(bodies.map((body) => [...leb(body.length), ...body]))],
    [11, list([[0, 0x41, 0x80, 0x02, 0x0b, ...leb(data.length), ...data]])],
  ];
  const head = [0, 97, 115, 109, 1, 0, 0, 0];
  return Uint8Array.from([head, ...sections.map(([id, bytes]) => [id, ...leb(bytes.length), ...bytes])].flat());
}
