import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Metafile } from "esbuild";
import { build } from "esbuild";
import { root, scratch } from "./workspace.ts";

/** Gzipped bytes of a minified browser bundle: everything that the entry exports, kernels included. */
const sizeLimits: readonly {
  readonly name: string;
  readonly code: string;
  readonly external: string[];
  /** Files that load later count too: shaders, which come with a GPU. */
  readonly withShaders: boolean;
  readonly limit: number;
}[] = [
  {
    name: "batchnorm with its kernels for both devices, without a backend and its siblings",
    code: `export * from "@evenkeel/batchnorm"; export * from "@evenkeel/batchnorm/ops";`,
    external: ["@evenkeel/tensor"],
    withShaders: true,
    limit: 30_000,
  },
  {
    name: "tensor, autodiff, nn, batchnorm and the CPU backend",
    code: ["tensor", "tensor/ops", "autodiff", "nn", "batchnorm", "batchnorm/ops", "backend-cpu"]
      .map((name) => `export * from "@evenkeel/${name}";`)
      .join("\n"),
    external: [],
    withShaders: false,
    limit: 150_000,
  },
];

/** What a training program took with its kernels before they came in families. */
const trainingLimit = 115_600;

/** What a program that trains a small network names. */
const trainingNames = {
  "@evenkeel/backend-cpu": ["cpu"],
  "@evenkeel/nn": ["BatchNorm1d", "crossEntropy", "fit", "Linear", "SGD", "Sequential"],
  "@evenkeel/tensor": ["selectBackend"],
};

/** Names of the files that load before the first line runs and, with the name of a language, when a device opens that speaks it. */
function loadedFiles(outputs: Metafile["outputs"], language?: string): Set<string> {
  const needed = new Set<string>();
  const isLoaded = (path: string, kind: string): boolean =>
    kind === "import-statement" || (language !== undefined && basename(path).startsWith(`${language}.`));
  const visit = (path: string): void => {
    const output = outputs[path];
    if (output === undefined || needed.has(basename(path))) return;
    needed.add(basename(path));
    for (const { path: imported, kind } of output.imports) if (isLoaded(imported, kind)) visit(imported);
  };
  visit(Object.keys(outputs).find((path) => outputs[path]!.entryPoint === "<stdin>")!);
  return needed;
}

/** Gzipped bytes of a minified bundle. Throws where the bundler warns of anything. */
async function bundleBytes(
  code: string,
  external: string[] = [],
  withShaders = false,
  language?: string,
): Promise<number> {
  const { metafile, outputFiles, warnings } = await build({
    stdin: { contents: code, resolveDir: join(root, "packages/evenkeel/test") },
    bundle: true,
    splitting: true,
    outdir: scratch,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    logLevel: "silent",
    external,
  });
  if (warnings.length > 0) throw new Error(`esbuild warns: ${warnings.map(({ text }) => text).join(", ")}`);
  const needed = loadedFiles(metafile.outputs, language);
  return outputFiles
    .filter(({ path }) => withShaders || needed.has(basename(path)))
    .reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
}

/** Checks that bundles keep to their limits, and that one from the umbrella is as large as one from its packages. */
export async function checkSizes(): Promise<void> {
  for (const { name, code, external, withShaders, limit } of sizeLimits) {
    const bytes = await bundleBytes(code, external, withShaders);
    console.log(`${name}: ${bytes} bytes gzipped, limit ${limit}`);
    if (bytes > limit) throw new Error(`${name}: found ${bytes} bytes gzipped, expected at most ${limit}`);
  }
  const imports = Object.entries(trainingNames).map(
    ([name, names]) => `export { ${names.join(", ")} } from "${name}";`,
  );
  const apart = await bundleBytes(imports.join("\n"));
  const withKernels = await bundleBytes(imports.join("\n"), [], false, "wasm");
  console.log(`a training program with its kernels: ${withKernels} bytes gzipped, limit ${trainingLimit}`);
  if (withKernels > trainingLimit) {
    throw new Error(
      `a training program: found ${withKernels} bytes gzipped, expected at most ${trainingLimit}`,
    );
  }
  const joined = await bundleBytes(
    `export { ${Object.values(trainingNames).flat().join(", ")} } from "evenkeel";`,
  );
  console.log(`a training program: ${apart} bytes gzipped from the packages, ${joined} from the umbrella`);
  if (Math.abs(joined - apart) > apart / 200) {
    throw new Error(
      `evenkeel: found ${joined} bytes gzipped, expected the ${apart} of the packages that it joins`,
    );
  }
}
