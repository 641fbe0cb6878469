// Keeps the page for when there is no network. The build writes FILES above this line (cargo xtask
// stamp): a version named for all contents, what a visit needs at once, and what is fetched only when
// wanted. A development build has null there, and this worker takes itself and its caches away.
"use strict";

const scope = new URL(self.registration.scope);
// Several copies of the page may live on one host, each in a folder of its own.
const OURS = `consensusforge ${scope.pathname} `;
const CACHE = OURS + FILES?.version;
const at = (file) => new URL(file, scope).href;
const known = new Set([...(FILES?.first ?? []), ...(FILES?.later ?? [])].map(at));

const others = async () => (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== CACHE);

async function fill() {
  const cache = await caches.open(CACHE);
  // Only the page itself keeps its name when it changes.
  await cache.addAll(FILES.first.map((file) => new Request(at(file), { cache: file === "./" ? "no-cache" : "default" })));
  // What was fetched when wanted stays at hand, if this version has it too.
  for (const name of await others()) {
    const old = await caches.open(name);
    for (const file of FILES.later) {
      const kept = await old.match(at(file));
      if (kept) await cache.put(at(file), kept);
    }
  }
}

self.addEventListener("install", (event) => {
  if (FILES) event.waitUntil(fill());
  else self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await others()) await caches.delete(name);
      // So that what the first visit fetches from now on is kept, too.
      await self.clients.claim();
      if (!FILES) await self.registration.unregister();
    })(),
  );
});

// A new version waits until somebody asks for it: never under a running page.
self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

async function answer(request, address) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(address);
  if (kept) return kept;
  const fetched = await fetch(request);
  if (fetched.ok) {
    // A full disk must not keep the page from what it has just fetched.
    await cache.put(address, fetched.clone()).catch(() => {});
  }
  return fetched;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (!FILES || request.method !== "GET") return;
  const url = new URL(request.url);
  url.search = "";
  url.hash = "";
  if (url.href === at("index.html")) url.href = scope.href;
  if (known.has(url.href)) event.respondWith(answer(request, url.href));
});
