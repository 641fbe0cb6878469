// Keeps the newest ten lines, each with the height at which it was written. Send a line of text.
import { emit, ensure, getNumber, get, height, hex, input, output, sender, set, setNumber } from "forge";

const KEPT: u64 = 10;

export function call(): void {
  const line = input();
  ensure(line.length > 0, "send a line of text");
  ensure(line.length <= 200, "a line has at most 200 characters");
  const written = getNumber("written");
  const who = hex(sender()).substr(0, 8);
  // A ring of keys: storage stays small however long people write.
  set("line/" + (written % KEPT).toString(), height().toString() + " " + who + ": " + line);
  setNumber("written", written + 1);
  emit(who + " wrote");
}

export function view(): void {
  const written = getNumber("written");
  const lines: string[] = [];
  for (let k = written > KEPT ? written - KEPT : 0; k < written; k++) {
    lines.push(get("line/" + (k % KEPT).toString()));
  }
  output(lines.join("\n"));
}
