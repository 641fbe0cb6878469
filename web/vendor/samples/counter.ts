// Counts its calls. Send a number to add that much at once.
import { emit, getNumber, input, output, setNumber } from "forge";

export function call(): void {
  const text = input();
  const step = text.length ? U64.parseInt(text) : 1;
  const count = getNumber("count") + step;
  setNumber("count", count);
  emit("counted to " + count.toString());
  output(count.toString());
}

export function view(): void {
  output(getNumber("count").toString());
}
