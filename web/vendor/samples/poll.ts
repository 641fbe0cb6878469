// A poll with one vote an account: send the name of a colour. A class and a map show that the language is all there.
import { emit, ensure, get, getNumber, hex, input, output, sender, set, setNumber } from "forge";

class Choice {
  constructor(public name: string, public votes: u64) {}
}

const names = new Map<string, string>();
names.set("red", "the colour of a fork");
names.set("green", "the colour of agreement");
names.set("amber", "the colour of waiting");

export function call(): void {
  const choice = input();
  ensure(names.has(choice), "choose one of: " + names.keys().join(", "));
  const voter = "voted/" + hex(sender());
  ensure(get(voter) == "", "you have voted for " + get(voter));
  set(voter, choice);
  setNumber("votes/" + choice, getNumber("votes/" + choice) + 1);
  emit(choice + ", " + names.get(choice));
}

export function view(): void {
  const choices = names.keys().map<Choice>((name) => new Choice(name, getNumber("votes/" + name)));
  choices.sort((a, b) => <i32>b.votes - <i32>a.votes);
  output(choices.map<string>((c) => c.name + " " + c.votes.toString()).join(", "));
}
