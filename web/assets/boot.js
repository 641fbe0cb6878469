// Starts the page's WebAssembly. A file of its own, because the page's Content-Security-Policy
// allows no inline script; the build tells the hashed names through a <meta> element.
const app = document.querySelector("meta[name='consensusforge:app']");
const at = (url) => new URL(url, document.baseURI).href;
// WebAssembly cannot import a module by itself: the page fetches what it needs later through this.
globalThis.consensusforgeImport = (url) => import(at(url));

const say = (text) => {
  const line = document.getElementById("boot-says");
  if (line) line.textContent = text;
};

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

if (missing.length) {
  say(
    `This browser lacks ${missing.join(" and ")}, which the simulator needs. It may be switched off in the settings; ` +
    "otherwise any current Firefox, Chrome, Edge or Safari has it.",
  );
} else {
  try {
    const { default: init } = await import(at(app.content));
    await init({ module_or_path: at(app.dataset.wasm) });
    document.getElementById("boot")?.remove();
  } catch (error) {
    say(
      `ConsensusForge could not start: ${error.message}. ` +
      "It needs a current browser with WebAssembly; reload the page to try again.",
    );
    throw error;
  }
}
