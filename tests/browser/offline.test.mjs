// Without a network after the first visit, and what happens when a new version comes out. Needs a page
// built for a host: `cargo xtask build` or `cargo xtask build --dev --offline`.
import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { browserTest, textOf } from "./harness.mjs";
import { blocks, click, until } from "./hands.mjs";
import { serve } from "./server.mjs";

const golden = JSON.parse(await readFile(new URL("../../tests/golden/runs.json", import.meta.url), "utf8"));
const dist = fileURLToPath(new URL("../../dist/", import.meta.url));
const built = /"version":"([0-9a-f]{16})"/.exec(await readFile(join(dist, "service-worker.js"), "utf8"))?.[1];
const test = (name, body) =>
  built
    ? browserTest(name, { timeout: 240_000 }, body)
    : browserTest(`${name}: not in a development build`, {}, async ({ page, open }) => {
        // It must not be kept, or a rebuilt page would not be seen.
        await open(page);
        await blocks(page, 1);
        await new Promise((later) => setTimeout(later, 3_000));
        assert.equal(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length), 0);
      });

const caches = (page) => page.evaluate(() => globalThis.caches.keys());

/// The first visit is over once the page is kept and the worker answers for it.
async function visit(page, url) {
  await page.goto(url, { waitUntil: "load" });
  await blocks(page, 1);
  await until("the page is kept", () =>
    page.evaluate(async () => Boolean(navigator.serviceWorker.controller) && (await globalThis.caches.keys()).length === 1), 90_000);
}

/// A host that is gone when the test is, however it ends.
async function hosted(t, folder, base) {
  const host = await serve(folder, base);
  t.after(host.stop);
  return host;
}

test("offline after the first visit the chain commits, also when opened by a link", async ({ t, page, problems }) => {
  const host = await hosted(t, dist, "/lab/bft/");
  await visit(page, host.url);
  // Fetched when wanted, and kept from then on.
  await compile(page);
  await host.stop();
  await page.goto(host.url, { waitUntil: "load" });
  await blocks(page, 2);
  await compile(page);
  await page.goto("about:blank");
  await page.goto(`${host.url}?scenario=fork`, { waitUntil: "load" });
  await textOf(page, "#verdict", (t) => /agreement violated/.test(t), 60_000);
  // What opens a link may be a part that the first visit did not want.
  await page.goto("about:blank");
  await page.goto(`${host.url}#${golden.find((g) => g.name === "wrong-root").link}`, { waitUntil: "load" });
  await textOf(page, ".banner.good", (t) => /Replay matches/.test(t), 60_000);
  // The network is down: the browser may say so of the update check.
  problems.length = 0;
});

async function compile(page) {
  await click(page, "#tab-Contracts");
  await page.waitForSelector("details.editing");
  const asked = await page.evaluate(async () => {
    const names = (await (await globalThis.caches.open((await globalThis.caches.keys())[0])).keys()).map((r) => r.url);
    // Any part that is fetched only when wanted: the worker that compiles text.
    const loader = document.querySelector("meta[name='consensusforge:worker']").content.replace("worker.js", "compiler_loader.js");
    const got = await fetch(loader);
    return { ok: got.ok, kept: names.length };
  });
  assert.ok(asked.ok && asked.kept > 5, JSON.stringify(asked));
}

test("a new version is offered with a sentence and not swapped under a running page", async ({ t, page, newPage }) => {
  const folder = await mkdtemp(join(tmpdir(), "consensusforge-dist-"));
  try {
    await cp(dist, folder, { recursive: true });
    const host = await hosted(t, folder, "/lab/");
    await visit(page, host.url);
    const [before] = await caches(page);
    assert.ok(before.includes(built));
    // The next version differs in its page, and so in the worker's list.
    const html = await readFile(join(folder, "index.html"), "utf8");
    await writeFile(join(folder, "index.html"), html.replace("<title>ConsensusForge", "<title>ConsensusForge II"));
    const worker = await readFile(join(folder, "service-worker.js"), "utf8");
    await writeFile(join(folder, "service-worker.js"), worker.replace(built, "0123456789abcdef"));

    await page.reload({ waitUntil: "load" });
    await textOf(page, "#newer", (t) => /newer version.*is ready/i.test(t));
    // Nothing has changed yet, nor does it by opening the page again.
    const other = await newPage();
    await other.goto(host.url, { waitUntil: "load" });
    await blocks(other, 1);
    assert.equal(await other.title(), "ConsensusForge");
    await blocks(page, 1);
    await click(page, "#take-newer");
    await until("the new version", () => page.title().then((t) => t === "ConsensusForge II").catch(() => false));
    await blocks(page, 1);
    // The other tab runs on, and is told.
    await textOf(other, "#newer", (t) => /Another tab/.test(t));
    const at = await other.title();
    assert.equal(at, "ConsensusForge");
    // Only the new version's files are kept.
    await until("one cache", async () => (await caches(page)).length === 1);
    assert.ok((await caches(page))[0].includes("0123456789abcdef"));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("it can be installed: a manifest with icons that are there", async ({ page, open }) => {
  await open(page);
  await blocks(page, 1);
  const found = await page.evaluate(async () => {
    const link = document.querySelector("link[rel=manifest]").href;
    const manifest = await (await fetch(link)).json();
    const icons = await Promise.all(
      manifest.icons.map(async (icon) => {
        const image = new Image();
        image.src = new URL(icon.src, link).href;
        await image.decode();
        return [icon.sizes, image.naturalWidth];
      }),
    );
    return { start: new URL(manifest.start_url, link).href, here: location.href, icons };
  });
  assert.equal(found.start, found.here);
  for (const [sizes, width] of found.icons) {
    if (sizes !== "any") assert.equal(sizes, `${width}x${width}`);
  }
});
