// Keeps the page for when there is no network (service-worker.js), and tells it when a newer version
// lies ready. The page and this file speak by events, so that neither needs the other.
const script = document.querySelector("meta[name='consensusforge:offline']").content;
// Nobody listens before the page runs.
const running = () => document.querySelector("#verdict .place");
const tell = (what) => (running() ? dispatchEvent(new CustomEvent(`consensusforge:${what}`)) : setTimeout(tell, 500, what));
let asked = false;

/// Firefox refuses even to look in some frames and private windows.
const container = () => {
  try {
    return navigator.serviceWorker;
  } catch {
    return undefined;
  }
};

async function keep(workers) {
  const registration = await workers.register(script, { updateViaCache: "none" });
  const offer = () => workers.controller && registration.waiting && tell("newer");
  const watch = () => {
    const coming = registration.installing;
    coming?.addEventListener("statechange", () => coming.state === "installed" && offer());
  };
  registration.addEventListener("updatefound", watch);
  // The browser may have found a newer version when the page was opened, before this ran; or not have
  // looked, as to register what is registered asks for nothing.
  watch();
  offer();
  registration.update().catch(() => {});
  addEventListener("consensusforge:take", () => {
    asked = true;
    registration.waiting?.postMessage("take over");
  });
  // A page may stay open for days.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) registration.update().catch(() => {});
  });
}

/// From the first moment: another tab may change to a newer version while this one still loads.
function follow(workers) {
  let ruled = Boolean(workers.controller);
  workers.addEventListener("controllerchange", () => {
    if (asked) location.reload();
    // Another tab asked: this one runs on with what it has.
    else if (ruled) tell("elsewhere");
    ruled = true;
  });
}

/// A development build: what an earlier one left behind goes.
async function forget(workers) {
  for (const registration of await workers.getRegistrations()) {
    if (registration.scope === new URL("./", document.baseURI).href) await registration.unregister();
  }
}

const workers = container();
const embedded = new URLSearchParams(location.search).has("embed");
if (workers && !embedded) {
  follow(workers);
  const begin = () => (script ? keep(workers) : forget(workers)).catch((error) => console.info(`Not kept for offline use: ${error.message}`));
  // The first block comes first: fetching everything again beside a page that still loads would only
  // slow it down.
  const wait = () => (running() ? begin() : setTimeout(wait, 500));
  setTimeout(wait, 1_500);
}
