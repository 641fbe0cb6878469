// The simulator's worker. It runs the same WebAssembly module as the page, which compiled it and sends it
// in the first message, with the address of the JavaScript that belongs to it.
import { initSync, serve } from "./curves.js";

// A contract needs its answer in the midst of a call, so the module of elliptic curves is fetched synchronously.
const fetchCurves = () => {
  const request = new XMLHttpRequest();
  request.open("GET", new URL("./curves_bg.wasm", import.meta.url), false);
  request.responseType = "arraybuffer";
  try {
    request.send();
  } catch {
    throw new Error("The module for elliptic curves could not be fetched. Check that the host of this page can be reached, and restart.");
  }
  if (request.status !== 200) {
    throw new Error(`The module for elliptic curves could not be fetched: the host answered ${request.status}. Reload the page.`);
  }
  return new WebAssembly.Module(request.response);
};
let curves;
self.curves = (request) => {
  curves ??= initSync({ module: fetchCurves() });
  return serve(request);
};

const start = async ({ data: [module, glue] }) => {
  const { default: init } = await import(glue);
  // Kept in sight, so that its memory can be measured.
  self.simulator = await init({ module_or_path: module });
};
// An error in a promise would stay in the worker; the page hears of one that is thrown.
const fail = (error) => setTimeout(() => { throw error; });
addEventListener("message", (event) => start(event).catch(fail), { once: true });
