// The entry for Node, whose fetch() reads no files.
import { readFile } from "node:fs/promises";
import { readWith } from "./api.js";

export { ConsensusForgeError, Run, checkProof, load, open, presets } from "./api.js";

readWith((url) => readFile(url));
