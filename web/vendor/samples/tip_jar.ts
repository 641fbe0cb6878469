// Coins sent along are tips; "open" pays all of them to whoever deployed the jar.
import { address, balance, emit, ensure, fail, get, hex, input, output, self, sender, set, transfer, value } from "forge";

export function init(): void {
  set("owner", hex(sender()));
}

export function call(): void {
  if (input() == "open") {
    const owner = get("owner");
    ensure(hex(sender()) == owner, "only the owner opens the jar");
    const all = balance(self());
    if (transfer(address(owner), all) != 0) fail("the jar could not pay");
    emit("paid " + all.toString());
  } else {
    ensure(value() > 0, "send coins along, or the word open");
    emit("thanks for " + value().toString());
  }
}

export function view(): void {
  output(balance(self()).toString() + " coins");
}
