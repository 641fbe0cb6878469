// Starts the page's WebAssembly. A file of its own, because the page's Content-Security-Policy allows no
// inline script. The build writes the hashed names and the module's size into a <meta> element.
const app = document.querySelector("meta[name='consensusforge:app']");
const at = (url) => new URL(url, document.baseURI).href;
// WebAssembly cannot import a module by itself: the page fetches the code editor through this.
globalThis.consensusforgeImport = (url) => import(at(url));

const say = (text) => {
  const line = document.getElementById("boot-says");
  if (line) line.textContent = text;
};
// Not a part of the line above, or screen readers would read out every step.
const showProgress = (...parts) => document.getElementById("boot-progress")?.replaceChildren(...parts);

// A module of two instructions that current WebAssembly has and its first version had not.
const CURRENT = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 3, 1, 0, 1,
  10, 14, 1, 12, 0, 65, 0, 65, 0, 65, 0, 252, 10, 0, 0, 11,
]);
const missing = [
  ["WebAssembly", typeof WebAssembly === "object"],
  ["current WebAssembly", typeof WebAssembly !== "object" || WebAssembly.validate(CURRENT)],
  ["background workers", typeof Worker === "function"],
  ["a canvas to draw on", Boolean(document.createElement("canvas").getContext?.("2d"))],
  ["dialogs", typeof HTMLDialogElement === "function"],
  ["a way to watch sizes", typeof ResizeObserver === "function"],
]
  .filter(([, there]) => !there)
  .map(([name]) => name);

/// Fetches a part of the page and says which one is missing if that fails.
async function fetchPart(url) {
  const name = new URL(url).pathname.split("/").pop();
  // A preload that broke off, or a "not found" from the minute in which the host was updated, may still be
  // in the browser's cache: without a second try past it, reloading would give the same answer again.
  const first = await fetch(url).catch(() => undefined);
  const answer = first?.ok ? first : await fetch(url, { cache: "reload" }).catch((error) => {
    throw new Error(`${name} could not be fetched (${error.message})`);
  });
  if (!answer.ok) throw new Error(`${name} could not be fetched: the host answered ${answer.status}`);
  return answer;
}

/// The page's module, compiled while it comes in. Shows how much of it has come.
async function fetchModule() {
  const answer = await fetchPart(at(app.dataset.wasm));
  const total = Number(app.dataset.bytes);
  const bar = document.createElement("progress");
  bar.max = total;
  bar.setAttribute("aria-label", "Loaded");
  const figures = document.createElement("span");
  showProgress(bar, figures);
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
  let loaded = 0;
  // Counted on a copy: what the browser fetched itself it can also keep compiled.
  const count = async () => {
    for (const reader = answer.clone().body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      loaded += value.length;
      bar.value = loaded;
      figures.textContent = `${megabytes(loaded)} of ${megabytes(total)} MB`;
    }
    say("Starting the simulator …");
  };
  // An answer that breaks off is reported by whoever compiles it.
  count().catch(() => {});
  return answer;
}

if (missing.length) {
  say(
    `This browser lacks ${missing.join(" and ")}, which the simulator needs. It may be switched off in the settings; ` +
    "otherwise any current Firefox, Chrome, Edge or Safari has it.",
  );
} else {
  try {
    const module = fetchModule();
    const [{ default: init }] = await Promise.all([import(at(app.content)), module]);
    await init({ module_or_path: module });
    document.getElementById("boot")?.remove();
  } catch (error) {
    say(`ConsensusForge could not start: ${error.message}. It needs a current browser with WebAssembly and a connection to its host.`);
    const again = document.createElement("button");
    again.textContent = "Try again";
    again.addEventListener("click", () => location.reload());
    showProgress(again);
    throw error;
  }
}
