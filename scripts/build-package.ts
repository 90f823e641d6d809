/**
 * Builds the package in the current folder: bundles every entry point of its `exports`, and every target of its `imports`, to `dist`, with
 * declarations. All packages share this configuration. The build removes comments and white space from WGSL kernels (`*.wgsl.ts`).
 */
import { execFileSync } from "node:child_process";
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { build } from "tsup";
import { shrinkTemplates } from "./shrink-wgsl.ts";

interface Target {
  readonly "@evenkeel/source": string;
  readonly default: string;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: { readonly [entry: string]: Target };
  /** By platform: each name, which begins with `#`, has several targets. */
  readonly imports?: { readonly [name: string]: { readonly [platform: string]: Target } };
}

const root = resolve(import.meta.dirname, "..");
const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const targets = [manifest.exports, ...Object.values(manifest.imports ?? {})].flatMap((one) =>
  Object.values(one),
);
const entries = targets.map((conditions) => conditions["@evenkeel/source"]);

/** `dist/nn/node.js` for `src/nn/node.ts`: outputs mirror the sources. */
const nameOutput = (source: string): string => source.replace(/^\.\/src\//, "").replace(/\.ts$/, "");

rmSync("dist", { recursive: true, force: true });
await build({
  entry: Object.fromEntries(entries.map((source) => [nameOutput(source), source])),
  format: "esm",
  platform: "neutral",
  external: [/^node:/, /^#/],
  target: "es2022",
  outDir: "dist",
  splitting: true,
  treeshake: false,
  sourcemap: true,
  clean: false,
  dts: false,
  silent: true,
  config: false,
  define: { packageVersion: JSON.stringify(manifest.version) },
  esbuildPlugins: [
    {
      name: "shrink-wgsl",
      setup: ({ onLoad }) =>
        onLoad({ filter: /\.wgsl\.ts$/ }, ({ path }) => ({
          contents: shrinkTemplates(readFileSync(path, "utf8")),
          loader: "ts",
        })),
    },
  ],
});

/**
 * Removes the imports that only fix the order in which chunks load: no module has side effects, and bundlers warn about such
 * imports. Their lines stay empty, so that the source maps still fit.
 */
for (const file of globSync("dist/**/*.js")) {
  const text = readFileSync(file, "utf8");
  const cleaned = text.replace(/^import "[^"]+";$/gm, "");
  if (cleaned !== text) writeFileSync(file, cleaned);
}

const project = "dist/tsconfig.json";
writeFileSync(
  project,
  JSON.stringify({
    extends: resolve(root, "tsconfig.base.json"),
    compilerOptions: {
      noEmit: false,
      emitDeclarationOnly: true,
      rewriteRelativeImportExtensions: true,
      // Siblings are resolved as for users: through their own declarations.
      customConditions: [],
      rootDir: "../src",
      outDir: ".",
    },
    files: entries.map((source) => `../${source}`),
    include: [],
  }),
);
const typescript = resolve(
  dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
  "bin/tsc",
);
try {
  execFileSync(process.execPath, [typescript, "-p", project], { stdio: ["ignore", "inherit", "inherit"] });
} finally {
  rmSync(project);
}
