import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ReferenceStore } from "../src/index.ts";

const repository: string = join(import.meta.dirname, "../../..");

/** Results that take less time than this are faster to compute than to read. */
const worthKeeping = 2;

/** The number of stores, for different versions of the sources, that are kept. */
const keptStates = 3;

/** The modules that compute references and list the cases. */
const entries = ["packages/conformance/src/expected.ts", "packages/conformance/src/all-cases.ts"];

/**
 * The module of an import or export statement. Types do not affect a value, and `import()` loads only kernels and their
 * plans, which run on devices.
 */
const specifiers = /^(?:import|export) (?!type )(?:[^"]*? from )?"([^"]+)"/gm;

/** The source file of an import from a sibling package. */
function fileOfPackage(root: string, specifier: string): string | undefined {
  const [, name, path = ""] = /^@evenkeel\/([^/]+)(\/.*)?$/.exec(specifier) ?? [];
  if (name === undefined) return undefined;
  const folder = join("packages", name);
  const { exports } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  return join(folder, exports[`.${path}`]["@evenkeel/source"]);
}

/** The source files that can affect a reference: the entries and all their direct and indirect imports. */
export function sourcesOfReferences(root: string = repository): string[] {
  const found = new Set(entries);
  // The iteration of a set includes the files that are added during it.
  for (const file of found) {
    for (const [, specifier] of readFileSync(join(root, file), "utf8").matchAll(specifiers)) {
      const imported = specifier!.startsWith(".")
        ? join(dirname(file), specifier!)
        : fileOfPackage(root, specifier!);
      if (imported !== undefined) found.add(imported);
    }
  }
  return [...found].sort();
}

/**
 * A hash of everything that a reference may depend on: the text of its source files, the lockfile and the engine,
 * which provides `Math`. Any change selects a new store.
 */
function hashOfSources(root: string): string {
  const hash = createHash("sha256").update(`${process.version} ${process.arch}`);
  for (const file of [...sourcesOfReferences(root), "pnpm-lock.yaml"]) {
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex").slice(0, 32);
}

/** Creates the folder, marks it as used, and removes the least recently used ones. */
function openFolder(folders: string, name: string): string {
  const folder = join(folders, name);
  mkdirSync(folder, { recursive: true });
  const now = new Date();
  utimesSync(folder, now, now);
  const readTimeOfUse = (state: string): number => statSync(join(folders, state)).mtimeMs;
  const states = readdirSync(folders).map((state) => [state, readTimeOfUse(state)] as const);
  states.sort(([, one], [, other]) => other - one);
  for (const [state] of states.slice(keptStates))
    rmSync(join(folders, state), { recursive: true, force: true });
  return folder;
}

/** The lengths as text, a line break, and the values of all arrays. */
function pack(results: readonly Float64Array[]): Uint8Array {
  const head = new TextEncoder().encode(`${results.map(({ length }) => length).join(" ")}\n`);
  const bytes = new Uint8Array(head.length + results.reduce((sum, { byteLength }) => sum + byteLength, 0));
  bytes.set(head);
  let end = head.length;
  for (const { buffer, byteOffset, byteLength } of results) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), end);
    end += byteLength;
  }
  return bytes;
}

function unpack(bytes: Uint8Array): Float64Array[] {
  const headEnd = bytes.indexOf(10);
  let end = headEnd + 1;
  return new TextDecoder()
    .decode(bytes.subarray(0, headEnd))
    .split(" ")
    .map((length) => {
      const start = end;
      end += Number(length) * Float64Array.BYTES_PER_ELEMENT;
      return new Float64Array(bytes.slice(start, end).buffer);
    });
}

/**
 * Stores results of the reference in files, shared by all tests and runs of the same sources: in
 * `node_modules/.cache`, in a folder named by a hash of everything that they depend on.
 */
export function referenceFiles(root: string = repository): ReferenceStore {
  const folder = openFolder(join(root, "node_modules/.cache/evenkeel-reference"), hashOfSources(root));
  const makeFile = (name: string): string => join(folder, createHash("sha256").update(name).digest("hex"));
  return {
    async load(name) {
      const bytes = await readFile(makeFile(name)).catch(() => undefined);
      // `slice` of a Buffer would be a view.
      return bytes && unpack(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    },
    async save(name, results, milliseconds) {
      if (milliseconds < worthKeeping) return;
      const file = makeFile(name);
      const own = `${file}.${process.pid}`;
      // Renamed when it is complete, because other tests may read at the same time.
      await writeFile(own, pack(results));
      await rename(own, file);
    },
  };
}
