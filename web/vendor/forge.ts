// The chain as an AssemblyScript contract sees it (docs/CONTRACT_ABI.md): import { ... } from "forge".

@external("forge", "input") declare function hostInput(dst: usize, cap: i32): i32;
@external("forge", "output") declare function hostOutput(ptr: usize, len: i32): void;
@external("forge", "sender") declare function hostSender(dst32: usize): void;
@external("forge", "self_address") declare function hostSelf(dst32: usize): void;
@external("forge", "height") declare function hostHeight(): i64;
@external("forge", "value") declare function hostValue(dst16: usize): void;
@external("forge", "balance") declare function hostBalance(address32: usize, dst16: usize): void;
@external("forge", "get") declare function hostGet(key: usize, keyLen: i32, dst: usize, cap: i32): i32;
@external("forge", "set") declare function hostSet(key: usize, keyLen: i32, val: usize, valLen: i32): void;
@external("forge", "del") declare function hostDel(key: usize, keyLen: i32): void;
@external("forge", "transfer") declare function hostTransfer(to32: usize, lo: i64, hi: i64): i32;
@external("forge", "emit") declare function hostEmit(ptr: usize, len: i32): void;
@external("forge", "fail") declare function hostFail(ptr: usize, len: i32): void;

function utf8(text: string): Uint8Array {
  return Uint8Array.wrap(String.UTF8.encode(text));
}

/** What the caller sent, as bytes. */
export function inputBytes(): Uint8Array {
  const bytes = new Uint8Array(hostInput(0, 0));
  hostInput(bytes.dataStart, bytes.length);
  return bytes;
}

/** What the caller sent, as text. */
export function input(): string {
  return String.UTF8.decode(inputBytes().buffer);
}

/** The answer of this call; a later one replaces it. */
export function output(text: string): void {
  outputBytes(utf8(text));
}

export function outputBytes(bytes: Uint8Array): void {
  hostOutput(bytes.dataStart, bytes.length);
}

/** The caller's address, 32 bytes. */
export function sender(): Uint8Array {
  const address = new Uint8Array(32);
  hostSender(address.dataStart);
  return address;
}

/** The contract's own address, 32 bytes. */
export function self(): Uint8Array {
  const address = new Uint8Array(32);
  hostSelf(address.dataStart);
  return address;
}

/** The height of the block being executed. */
export function height(): u64 {
  return hostHeight();
}

/** Coins sent with the call; of an amount above 2^64 the lower half. */
export function value(): u64 {
  const amount = new Uint8Array(16);
  hostValue(amount.dataStart);
  return load<u64>(amount.dataStart);
}

/** Coins an account owns; of an amount above 2^64 the lower half. */
export function balance(address: Uint8Array): u64 {
  const amount = new Uint8Array(16);
  hostBalance(address.dataStart, amount.dataStart);
  return load<u64>(amount.dataStart);
}

/** The stored bytes, or null where nothing is stored. */
export function getBytes(key: string): Uint8Array | null {
  const k = utf8(key);
  const length = hostGet(k.dataStart, k.length, 0, 0);
  if (length < 0) return null;
  const bytes = new Uint8Array(length);
  hostGet(k.dataStart, k.length, bytes.dataStart, length);
  return bytes;
}

/** The stored text; "" where nothing is stored. */
export function get(key: string): string {
  const bytes = getBytes(key);
  return bytes ? String.UTF8.decode(bytes.buffer) : "";
}

/** The stored number; 0 where nothing is stored. */
export function getNumber(key: string): u64 {
  const text = get(key);
  return text.length ? U64.parseInt(text) : 0;
}

export function set(key: string, text: string): void {
  setBytes(key, utf8(text));
}

export function setNumber(key: string, number: u64): void {
  set(key, number.toString());
}

export function setBytes(key: string, bytes: Uint8Array): void {
  const k = utf8(key);
  hostSet(k.dataStart, k.length, bytes.dataStart, bytes.length);
}

export function del(key: string): void {
  const k = utf8(key);
  hostDel(k.dataStart, k.length);
}

/** Sends coins of the contract: 0 done, 1 it owns less, 2 the chain refuses. */
export function transfer(to: Uint8Array, amount: u64): i32 {
  return hostTransfer(to.dataStart, amount, 0);
}

/** Records an event. */
export function emit(text: string): void {
  const bytes = utf8(text);
  hostEmit(bytes.dataStart, bytes.length);
}

/** Ends the call with this sentence; everything it wrote is undone. */
export function fail(sentence: string): void {
  const bytes = utf8(sentence);
  hostFail(bytes.dataStart, bytes.length);
  unreachable();
}

/** Fails the call unless something holds. */
export function ensure(holds: bool, sentence: string): void {
  if (!holds) fail(sentence);
}

/** 32 bytes as 64 hex digits: how addresses are written. */
export function hex(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i++) {
    text += DIGITS.charAt(bytes[i] >> 4) + DIGITS.charAt(bytes[i] & 15);
  }
  return text;
}

const DIGITS = "0123456789abcdef";

/** 64 hex digits as an address; fails the call when they are none. */
export function address(text: string): Uint8Array {
  ensure(text.length == 64, "an address has 64 hex digits");
  const bytes = new Uint8Array(32);
  for (let i = 0; i < 32; i++) {
    const high = DIGITS.indexOf(text.charAt(2 * i));
    const low = DIGITS.indexOf(text.charAt(2 * i + 1));
    ensure(high >= 0 && low >= 0, "an address has 64 hex digits, 0-9 and a-f");
    bytes[i] = <u8>(high * 16 + low);
  }
  return bytes;
}

/** What the language calls when it gives up: out of bounds, a failed assert, a null. */
export function gaveUp(message: string | null, file: string | null, line: u32, column: u32): void {
  fail((message ? message : "the contract gave up") + " (line " + line.toString() + ")");
}
