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
    // 120,000 before options were checked, errors named their layer, steps became atomic, measures carried weights, models could be saved and
    // loaded, and sines became exact. Together these cost 14 %.
    limit: 138_000,
  },
];

/** What a program that trains a small network names. */
const trainingNames = {
  "@evenkeel/backend-cpu": ["cpu"],
  "@evenkeel/nn": ["BatchNorm1d", "crossEntropy", "fit", "Linear", "SGD", "Sequential"],
  "@evenkeel/tensor": ["selectBackend"],
};

/** Names of the files that load before the first line runs; what is imported later, such as shaders, is not among them. */
function neededAtOnce(outputs: Metafile["outputs"]): Set<string> {
  const needed = new Set<string>();
  const visit = (path: string): void => {
    const output = outputs[path];
    if (output === undefined || needed.has(basename(path))) return;
    needed.add(basename(path));
    for (const { path: imported, kind } of output.imports) if (kind === "import-statement") visit(imported);
  };
  visit(Object.keys(outputs).find((path) => outputs[path]!.entryPoint === "<stdin>")!);
  return needed;
}

/** Gzipped bytes of a minified bundle. Throws where the bundler warns of anything. */
async function bundleBytes(code: string, external: string[] = [], withShaders = false): Promise<number> {
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
  const needed = neededAtOnce(metafile.outputs);
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
