/**
 * Enforces the dependencies in `docs/architecture.md`: which package may import which, that no package imports a sibling by a relative path, that
 * the manifests declare exactly what the sources import, and that there are no import cycles among files or folders.
 */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { describeCycle, findCycles, findCyclesOfFolders } from "./import-cycles.ts";

/** For each package, the siblings that its published sources may import. */
const arrows: { readonly [name: string]: readonly string[] } = {
  tensor: [],
  autodiff: ["tensor"],
  batchnorm: ["tensor"],
  "backend-cpu": ["tensor"],
  "backend-webgpu": ["tensor"],
  datasets: ["tensor"],
  nn: ["tensor", "autodiff", "batchnorm"],
  models: ["tensor", "nn"],
  interop: ["tensor", "nn", "models"],
  instruments: ["tensor", "autodiff", "nn"],
  tensorboard: ["tensor", "nn"],
  conformance: ["tensor", "autodiff", "batchnorm", "nn"],
  // The only library that depends on backends: it only re-exports, and a bundler keeps only the names that are
  // imported.
  evenkeel: [
    "tensor",
    "autodiff",
    "batchnorm",
    "nn",
    "models",
    "datasets",
    "instruments",
    "backend-cpu",
    "backend-webgpu",
  ],
};

/** Additional imports that are allowed in tests and in the runner of conformance. */
const tested: { readonly [name: string]: readonly string[] } = {
  conformance: ["backend-cpu", "backend-webgpu", "models", "datasets", "instruments", "tensorboard"],
  evenkeel: ["conformance"],
};

/** The lower floors of `tensor`: for each folder, the others that its sources may import. */
const floors: { readonly [folder: string]: readonly string[] } = {
  checks: [],
  expression: ["checks"],
  core: ["checks", "expression"],
};

const root = resolve(import.meta.dirname, "..");
const problems: string[] = [];

function listImports(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["']([^"'\s]+)["']/g)].map(
    ([, specifier]) => specifier!,
  );
}

function listAllowed(name: string, file: string): readonly string[] {
  const own = arrows[name] ?? [];
  const isTest = /\.test\.ts$/.test(file) || !file.startsWith(`packages/${name}/src/`);
  return isTest ? [...own, ...(tested[name] ?? [])] : own;
}

function checkImport(name: string, file: string, specifier: string): void {
  if (specifier.startsWith(".")) {
    const target = relative(root, resolve(dirname(file), specifier))
      .split(sep)
      .join("/");
    if (!target.startsWith(`packages/${name}/`)) {
      problems.push(`${file}: imports "${specifier}", which lies outside of packages/${name}`);
    }
    return;
  }
  const sibling = /^@evenkeel\/([^/]+)/.exec(specifier)?.[1];
  if (sibling === undefined || sibling === name) return;
  if (!listAllowed(name, file).includes(sibling)) {
    problems.push(
      `${file}: imports "${specifier}", allowed: ${listAllowed(name, file).join(", ") || "no sibling"}`,
    );
  }
}

/** Sources of a floor of `tensor` import that floor and those below. */
function checkFloor(file: string, specifier: string): void {
  const findFloor = (path: string): string | undefined => /^packages\/tensor\/src\/([^/]+)\//.exec(path)?.[1];
  const floor = findFloor(file);
  const below = floor === undefined ? undefined : floors[floor];
  if (below === undefined || !specifier.startsWith(".") || /\.(test|types)\.ts$/.test(file)) return;
  const target = relative(root, resolve(dirname(file), specifier))
    .split(sep)
    .join("/");
  const found = findFloor(target) ?? target;
  if (found !== floor && !below.includes(found)) {
    problems.push(`${file}: imports "${specifier}", allowed: ${[floor, ...below].join(", ")}`);
  }
}

function checkManifest(name: string): void {
  const manifest = JSON.parse(readFileSync(`packages/${name}/package.json`, "utf8")) as {
    readonly dependencies?: { readonly [name: string]: string };
    readonly imports?: { readonly [name: string]: unknown };
  };
  // Names that begin with # lead to files of the package itself, which differ by platform.
  const declared = Object.keys({ ...manifest.dependencies, ...manifest.imports });
  for (const dependency of declared) {
    const sibling = /^@evenkeel\/(.+)$/.exec(dependency)?.[1];
    if (sibling !== undefined && !arrows[name]!.includes(sibling)) {
      problems.push(
        `packages/${name}/package.json: depends on ${dependency}, allowed: ${arrows[name]!.join(", ")}`,
      );
    }
  }
  for (const file of globSync(`packages/${name}/src/**/*.ts`)) {
    if (/\.(test|as)\.ts$/.test(file)) continue;
    for (const specifier of listImports(file)) {
      const dependency = /^(@[^/]+\/[^/]+|[^./][^/:]*)/.exec(specifier)?.[1];
      if (dependency === undefined || specifier.startsWith("node:") || dependency === `@evenkeel/${name}`)
        continue;
      if (!declared.includes(dependency))
        problems.push(`${file}: imports "${specifier}", which the manifest does not name`);
    }
  }
}

/** What every file imports by a relative path, now, later by `import()`, or as types alone; AssemblyScript leaves the ending out. */
function importGraph(files: readonly string[]): Map<string, string[]> {
  return new Map(
    files.map((file) => {
      const paths = listImports(file).filter((specifier) => specifier.startsWith("."));
      const targets = paths.map((specifier) => resolve(dirname(file), specifier));
      return [
        resolve(file),
        targets.map((target) => (target.endsWith(".ts") ? target : `${target}.ts`)).filter(existsSync),
      ];
    }),
  );
}

function checkCycles(): void {
  const files = globSync("{packages,apps}/**/*.{ts,tsx}", { exclude: ["**/node_modules/**", "**/dist/**"] });
  const isTest = (file: string): boolean => /(\.(test|types)\.ts|[/\\]test[/\\].*)$/.test(file);
  for (const cycle of findCycles(importGraph(files))) problems.push(describeCycle("files", cycle, root));
  for (const cycle of findCyclesOfFolders(importGraph(files.filter((file) => !isTest(file))))) {
    problems.push(describeCycle("folders", cycle, root));
  }
}

process.chdir(root);
for (const manifest of globSync("packages/*/package.json").sort()) {
  const name = dirname(manifest).split(sep).at(-1)!;
  if (arrows[name] === undefined) {
    problems.push(`packages/${name}: has no arrows in scripts/check-boundaries.ts`);
    continue;
  }
  for (const file of globSync(`packages/${name}/{src,test,bin}/**/*.ts`)) {
    for (const specifier of listImports(file)) {
      checkImport(name, file, specifier);
      checkFloor(file, specifier);
    }
  }
  checkManifest(name);
}
for (const file of globSync("apps/**/*.ts", { exclude: ["**/node_modules/**", "**/dist/**"] })) {
  for (const specifier of listImports(file)) {
    if (/^(\.\.\/)+packages\//.test(specifier))
      problems.push(`${file}: imports "${specifier}" by a relative path`);
  }
}
checkCycles();
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log("Package boundaries hold.");
