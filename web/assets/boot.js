// Starts the page's WebAssembly. A file of its own, because the page's Content-Security-Policy
// allows no inline script; the build tells the hashed names through a <meta> element.
const app = document.querySelector("meta[name='consensusforge:app']");
const at = (url) => new URL(url, document.baseURI).href;
// WebAssembly cannot import a module by itself: the page fetches its later parts through this.
globalThis.consensusforgeImport = (url) => import(at(url));
const say = (text) => {
  const line = document.getElementById("boot-says");
  if (line) line.textContent = text;
};

if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
  say("This browser has no WebAssembly or no workers, and the simulator needs both. Any current Firefox, Chrome, Edge or Safari has them.");
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
