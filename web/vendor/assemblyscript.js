// The AssemblyScript compiler as a module worker. In: { id, text }. Out: { ready: true } once, then
// { id, wasm } or { id, errors: [{ line, column, sentence }] }.
import asc from "assemblyscript/asc";
import binaryen from "binaryen";
import forge from "./forge.ts";

asc.libraryFiles.forge = forge;

const ENTRIES = ["init", "call", "view"];
const FILE = "contract.ts";
const ARGUMENTS = [
  FILE,
  "--outFile", "contract.wasm",
  "--optimizeLevel", "2",
  "--shrinkLevel", "2",
  "--converge",
  "--noAssert",
  // A fresh instance a call: nothing ever needs collecting.
  "--runtime", "stub",
  "--use", `abort=~lib/forge/gaveUp`,
  "--lib", "lib",
  // What the chain admits and no more: docs/CONTRACT_ABI.md.
  "--disable", "reference-types",
  "--disable", "simd",
];

/// Where a diagnostic is, from 1; what is wrong elsewhere (in the library) is shown at no line.
function told({ message, range }, text) {
  const sentence = message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/, "");
  if (range?.source?.normalizedPath !== FILE) return { line: 0, column: 0, sentence };
  const before = text.slice(0, range.start).split("\n");
  return { line: before.length, column: before.at(-1).length + 1, sentence };
}

/// The chain takes no start function (it would run before a call is known): each entry point runs it first.
function finish(wasm) {
  const module = binaryen.readBinary(wasm);
  const { MutableGlobals, SignExt, NontrappingFPToInt, BulkMemory, BulkMemoryOpt } = binaryen.Features;
  module.setFeatures(MutableGlobals | SignExt | NontrappingFPToInt | BulkMemory | BulkMemoryOpt);
  try {
    const start = module.getStart();
    const exported = new Map();
    for (let k = 0; k < module.getNumExports(); k++) {
      const { name, value } = binaryen.getExportInfo(module.getExportByIndex(k));
      exported.set(name, value);
    }
    const entries = ENTRIES.filter((name) => exported.has(name));
    if (!entries.length) {
      throw new Error("nothing to call: export a function named init, call or view, without parameters and without a result");
    }
    if (start) {
      const name = binaryen.getFunctionInfo(start).name;
      for (const entry of entries) {
        const wrapped = `forge_${entry}`;
        module.addFunction(wrapped, binaryen.none, binaryen.none, [], module.block(null, [
          module.call(name, [], binaryen.none),
          module.call(exported.get(entry), [], binaryen.none),
        ]));
        module.removeExport(entry);
        module.addFunctionExport(wrapped, entry);
      }
      module.setStart(0);
    }
    const marker = "forge_version_1";
    module.addFunction(marker, binaryen.none, binaryen.none, [], module.nop());
    module.addFunctionExport(marker, marker);
    if (!module.validate()) throw new Error("the compiler made a module that is not valid");
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

async function compile(text) {
  const errors = [];
  let wasm;
  const { error } = await asc.main(ARGUMENTS, {
    readFile: (name) => (name === FILE ? text : null),
    writeFile: (name, contents) => {
      if (name.endsWith(".wasm")) wasm = contents;
    },
    listFiles: () => [],
    reportDiagnostic: (diagnostic) => {
      // 1 is an informative remark, 2 a warning.
      if (diagnostic.category > 2) errors.push(told(diagnostic, text));
    },
  });
  if (errors.length) return { errors };
  if (error) throw error;
  return { wasm: finish(wasm) };
}

globalThis.onmessage = async ({ data: { id, text } }) => {
  try {
    const result = await compile(text);
    postMessage({ id, ...result }, result.wasm ? [result.wasm.buffer] : []);
  } catch (error) {
    postMessage({ id, errors: [{ line: 0, column: 0, sentence: String(error?.message ?? error) }] });
  }
};
postMessage({ ready: true });
