// Runs the tests named on the command line (default: all *.test.mjs here) in every browser that
// CHROME= and FIREFOX= name, against the page in dist/. `cargo xtask browser` calls this.
import { spawn } from "node:child_process";
import { mkdir, readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { serve } from "./server.mjs";

const root = new URL("../../", import.meta.url);
const here = fileURLToPath(new URL(".", import.meta.url));
const screenshots = fileURLToPath(new URL("target/screenshots/", root));

const all = (await readdir(here)).filter((name) => name.endsWith(".test.mjs")).sort();
const wanted = process.argv.slice(2);
const files = all.filter((name) => !wanted.length || wanted.some((part) => name.includes(part)));
if (!files.length) {
  console.error(`No test file is called like ${wanted.join(", ")}; there are ${all.join(", ")}.`);
  process.exit(1);
}

const browsers = [
  ["chrome", process.env.CHROME],
  ["firefox", process.env.FIREFOX],
].filter(([, path]) => path);
if (!browsers.length) {
  console.error("No browser to test with: CHROME= and FIREFOX= name their programs.");
  process.exit(1);
}

await mkdir(screenshots, { recursive: true });
const host = await serve(fileURLToPath(new URL("dist/", root)), "/some/sub/path/");
let failed = false;
for (const [browser, path] of browsers) {
  console.log(`\nIn ${browser} (${path}):`);
  const environment = { BROWSER: browser, BROWSER_PATH: path, PAGE: host.url, SCREENSHOTS: screenshots };
  // One file at a time: two browsers on a small machine time each other out.
  const node = ["--test", "--test-concurrency=1", "--test-reporter=spec", ...files];
  const child = spawn(process.execPath, node, {
    cwd: here,
    stdio: "inherit",
    env: { ...process.env, ...environment },
  });
  const code = await new Promise((ended) => child.on("exit", ended));
  failed ||= code !== 0;
}
host.close();
process.exit(failed ? 1 : 0);
