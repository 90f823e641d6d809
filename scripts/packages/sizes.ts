import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Metafile } from "esbuild";
import { build } from "esbuild";
import { root, scratch } from "./workspace.ts";

/**
 * The parts of a bundle that count: what loads before the first line runs, also the kernels that load with the CPU,
 * or everything.
 */
type Counted = "at once" | "with CPU kernels" | "everything";

/**
 * Limits of everything that an entry exports, minified and gzipped as one file, as bundles were before kernels loaded with their
 * device. Gzipped apart, the many small files of a split bundle take some 8 % more.
 */
const sizeLimits: readonly {
  readonly name: string;
  readonly code: string;
  readonly external: string[];
  readonly counted: Counted;
  readonly limit: number;
}[] = [
  {
    name: "batchnorm with its kernels for both devices, without a backend and its siblings",
    code: `export * from "@evenkeel/batchnorm"; export * from "@evenkeel/batchnorm/ops";`,
    external: ["@evenkeel/tensor"],
    counted: "everything",
    limit: 30_000,
  },
  {
    name: "tensor, autodiff, batchnorm and the CPU backend",
    code: ["tensor", "tensor/ops", "autodiff", "batchnorm", "batchnorm/ops", "backend-cpu"]
      .map((name) => `export * from "@evenkeel/${name}";`)
      .join("\n"),
    // Operations of all kinds, of which a program loads those that it uses: see the training program below.
    external: [],
    counted: "with CPU kernels",
    limit: 165_000,
  },
  {
    // Layers, losses, metrics, optimizers and schedules, of which a program loads those that it uses: see the training program below.
    // 85,200 before the searches of translators and the suppression and scores of boxes, 91,600 with them.
    name: "nn, without what it imports",
    code: `export * from "@evenkeel/nn";`,
    external: ["@evenkeel/tensor", "@evenkeel/autodiff", "@evenkeel/batchnorm"],
    counted: "everything",
    limit: 96_000,
  },
];

/** The size of a training program with its kernels, before layers, losses, metrics and callbacks of all kinds were added, and 5 %. */
const trainingLimit = 105_400;

/** The imports of a program that trains a small network. */
const trainingNames = {
  "@evenkeel/backend-cpu": ["cpu"],
  "@evenkeel/nn": ["BatchNorm1d", "crossEntropy", "fit", "Linear", "SGD", "Sequential"],
  "@evenkeel/tensor": ["selectBackend"],
};

/** The names of the files that count. The files of kernels for the CPU are named after their language. */
function listCountedFiles(outputs: Metafile["outputs"], counted: Counted): Set<string> {
  if (counted === "everything") return new Set(Object.keys(outputs).map((path) => basename(path)));
  const needed = new Set<string>();
  const isLoaded = (path: string, kind: string): boolean =>
    kind === "import-statement" || (counted === "with CPU kernels" && basename(path).startsWith("wasm."));
  const visit = (path: string): void => {
    const output = outputs[path];
    if (output === undefined || needed.has(basename(path))) return;
    needed.add(basename(path));
    for (const { path: imported, kind } of output.imports) if (isLoaded(imported, kind)) visit(imported);
  };
  visit(Object.keys(outputs).find((path) => outputs[path]!.entryPoint === "<stdin>")!);
  return needed;
}

const countGzippedBytes = (contents: Uint8Array): number => gzipSync(contents, { level: 9 }).length;

interface BundleSize {
  readonly asOneFile: number;
  /** The size of the files, each gzipped separately, as a server sends them. */
  readonly inFiles: number;
}

/** The gzipped size of a minified bundle in bytes. Throws if the bundler prints a warning. */
async function measureBundle(code: string, external: string[], counted: Counted): Promise<BundleSize> {
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
  const names = listCountedFiles(metafile.outputs, counted);
  const files = outputFiles.filter(({ path }) => names.has(basename(path))).map(({ contents }) => contents);
  return {
    asOneFile: countGzippedBytes(Buffer.concat(files)),
    inFiles: files.reduce((sum, contents) => sum + countGzippedBytes(contents), 0),
  };
}

function checkSize(name: string, { asOneFile, inFiles }: BundleSize, limit: number): void {
  console.log(`${name}: ${asOneFile} bytes gzipped, limit ${limit}; ${inFiles} in files of their own`);
  if (asOneFile > limit) {
    throw new Error(`${name}: found ${asOneFile} bytes gzipped, expected at most ${limit}`);
  }
}

/**
 * Checks that bundles stay within their limits, and that one from the umbrella package is as large as one from the
 * individual packages.
 */
export async function checkSizes(): Promise<void> {
  for (const { name, code, external, counted, limit } of sizeLimits) {
    checkSize(name, await measureBundle(code, external, counted), limit);
  }
  const imports = Object.entries(trainingNames)
    .map(([name, names]) => `export { ${names.join(", ")} } from "${name}";`)
    .join("\n");
  checkSize("a training program", await measureBundle(imports, [], "with CPU kernels"), trainingLimit);
  const apart = await measureBundle(imports, [], "at once");
  const umbrella = `export { ${Object.values(trainingNames).flat().join(", ")} } from "evenkeel";`;
  const joined = await measureBundle(umbrella, [], "at once");
  console.log(
    `a training program before a device opens: ${apart.inFiles} bytes gzipped from the packages, ${joined.inFiles} from the umbrella`,
  );
  if (Math.abs(joined.inFiles - apart.inFiles) > apart.inFiles / 200) {
    throw new Error(
      `evenkeel: found ${joined.inFiles} bytes gzipped, expected the ${apart.inFiles} of the packages that it joins`,
    );
  }
}
