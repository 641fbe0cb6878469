// The entry for browsers and bundlers: files are fetched from beside this one.
import { readWith } from "./api.js";

export { ConsensusForgeError, Run, checkProof, load, open, presets } from "./api.js";

readWith(async (url) => {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  return answer.arrayBuffer();
});
