// Runs the tests named on the command line (default: all *.test.mjs here) in every browser that
// CHROME= and FIREFOX= name, against the page in dist/. `cargo xtask browser` calls this.
import { mkdir, readdir } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { run } from "node:test";
import { spec } from "node:test/reporters";
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
process.env.PAGE = host.url;
process.env.SCREENSHOTS = screenshots;
let failed = false;
for (const [browser, path] of browsers) {
  console.log(`\nIn ${browser} (${path}):`);
  process.env.BROWSER = browser;
  process.env.BROWSER_PATH = path;
  // A browser on a busy machine can lose a test to nothing but the machine. A file that failed is
  // run once more, alone; what fails twice fails, and what passes then is named as unsteady.
  for (const file of await failing(files)) {
    console.log(`\nOnce more in ${browser}: ${file}`);
    const again = (await failing([file])).length > 0;
    const outcome = again ? "FAILED twice" : "UNSTEADY: it failed, and passed when run again";
    console.log(`${file} in ${browser}: ${outcome}`);
    failed ||= again;
  }
}
await host.close();
process.exit(failed ? 1 : 0);

/// Runs the files, each by itself, and returns those in which something failed.
async function failing(files) {
  const count = { pass: 0, fail: 0 };
  const bad = [];
  for (const file of files) {
    const before = count.fail;
    const told = async function* (events) {
      for await (const event of events) {
        if (event.type === "test:pass" && event.data.skip === undefined) count.pass += 1;
        if (event.type === "test:fail") count.fail += 1;
        if (event.type !== "test:diagnostic") yield event;
      }
    };
    await pipeline(run({ files: [here + file] }), told, new spec(), process.stdout, { end: false });
    if (count.fail > before) bad.push(file);
  }
  console.log(`${count.pass} passed, ${count.fail} failed`);
  return bad;
}
