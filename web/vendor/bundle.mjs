// Bundles what the page takes from npm into the folder given. `cargo xtask vendor` calls this.
import { build } from "esbuild";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const into = process.argv[2];

const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: ["editor.js", "assemblyscript.js", "plots.js"],
  outdir: into,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  // Escapes would make the compiler's wasm, which is a string in its source, several times as large.
  charset: "utf8",
  platform: "browser",
  loader: { ".ts": "text", ".css": "text" },
  // Asked for under Node only.
  external: ["node:*", "fs", "module", "path", "url"],
  legalComments: "none",
  metafile: true,
  logLevel: "error",
});

const packages = new Set();
for (const input of Object.keys(metafile.inputs)) {
  const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
  if (found) packages.add(found[1]);
}
const parts = ["The files in this folder are made from these packages of the npm registry.\n"];
for (const name of [...packages].sort()) {
  const folder = join(here, "node_modules", name);
  const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((f) => /^licen[cs]e/i.test(f));
  if (!file) throw new Error(`${name} brings no licence text`);
  const text = (await readFile(join(folder, file), "utf8")).trim();
  parts.push(`${"=".repeat(78)}\n${name} ${version} (${license})\n${"=".repeat(78)}\n\n${text}\n`);
}
await writeFile(join(into, "LICENCES.txt"), parts.join("\n"));
