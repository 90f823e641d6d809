/**
 * Adds an operation and an optimizer to a scratch copy of this checkout, by editing only the files that "How to add things" in
 * `docs/architecture.md` lists, and tests them: types, conformance of the operation on the CPU, and a training run.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const scratch = mkdtempSync(join(tmpdir(), "evenkeel-additions-"));

const operation = `
/** y = (x + sqrt(x^2 + 4)) / 2 (Barron 2021). */
export const squareplusOp: Op = {
  name: "squareplus",
  outputs: (inputs) => computeUnaryOutputs("squareplus", inputs),
  meaning: {
    expression: (inputs) =>
      buildUnary(inputs, (x) => e.mul(0.5, e.add(x, e.sqrt(e.add(e.mul(x, x), 4))))),
  },
};

/** An algebraic approximation of softplus. */
export function squareplus(x: Tensor): Tensor {
  return execute(squareplusOp, [x], {})[0]!;
}
`;

const operationCases = `
export const squareplusCases: OpCases<Record<string, never>> = {
  op: squareplusOp,
  accuracy: "transcendental",
  cases: [...unaryCases({ attrs: {}, values: { uniform: [-2.9, 2.9] } })],
};
`;

const optimizer = `import { e } from "@evenkeel/tensor";
import { checkOptions, fraction } from "@evenkeel/tensor/checks";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions, Parameterized } from "./optimizer-options.ts";
import { optimizerRules } from "./optimizer-options.ts";
import type { UpdateRule } from "./update-rule.ts";

export interface SignumOptions extends OptimizerOptions {
  readonly momentum?: number;
}

/** Bernstein et al. 2018, algorithm 1: the sign of the momentum. */
const signumRule = ({ momentum = 0.9 }: SignumOptions): UpdateRule => ({
  settings: { rule: "Signum", momentum },
  slots: ["momentum"],
  scalars: ({ learningRate, weightDecay }) => [learningRate, weightDecay, momentum],
  update: (value, [average], gradient, [rate, decay, kept]) => {
    const mixed = e.add(e.mul(kept!, average!), e.mul(e.sub(1, kept!), gradient));
    const sign = e.select(e.greater(mixed, 0), 1, e.select(e.less(mixed, 0), -1, 0));
    return [e.sub(value, e.mul(rate!, e.add(sign, e.mul(decay!, value)))), mixed];
  },
});

export class Signum extends Optimizer {
  constructor(model: Parameterized, options: SignumOptions) {
    checkOptions<SignumOptions>("Signum", options, { ...optimizerRules, momentum: fraction });
    super(model, signumRule(options), options);
  }
}
`;

const layer = `import type { Tensor } from "@evenkeel/tensor";
import { squareplus } from "@evenkeel/tensor";
import { Module } from "../module/module.ts";

export class Squareplus extends Module {
  forward(x: Tensor): Tensor {
    return squareplus(x);
  }
}
`;

const dataSet = `import type { ImageSet } from "../images/image-set.ts";

/** Images of 8 x 8 pixels with vertical and with horizontal stripes. */
export function stripes(count: number): ImageSet {
  const images = Uint8Array.from({ length: 64 * count }, (_, pixel) => {
    const isVertical = Math.floor(pixel / 64) % 2 === 0;
    return 255 * ((isVertical ? pixel : Math.floor(pixel / 8)) % 2);
  });
  return {
    name: "stripes",
    images,
    labels: Uint8Array.from({ length: count }, (_, image) => image % 2),
    imageShape: [1, 8, 8],
    classes: ["vertical", "horizontal"],
  };
}
`;

const program = `import { cpu } from "@evenkeel/backend-cpu";
import { batches, stripes } from "@evenkeel/datasets";
import { crossEntropy, fit, Flatten, Squareplus, Linear, Sequential, Signum } from "@evenkeel/nn";
import { selectBackend } from "@evenkeel/tensor";

await selectBackend([cpu({ threads: 1 })]);
const model = new Sequential(
  new Flatten(),
  new Linear(64, 16, { seed: 1 }),
  new Squareplus(),
  new Linear(16, 2, { seed: 2 }),
);
const { epochs } = await fit(model, {
  data: batches(stripes(64), { batchSize: 16 }),
  loss: crossEntropy,
  optimizer: new Signum(model, { learningRate: 0.01 }),
  epochs: 20,
});
console.log(epochs[0]!.loss, epochs.at(-1)!.loss);
process.exit(epochs.at(-1)!.loss < epochs[0]!.loss / 2 ? 0 : 1);
`;

const findPath = (file: string): string => join(scratch, file);

/** Inserts text after the first occurrence of an anchor. */
function insert(file: string, anchor: string, text: string): void {
  const before = readFileSync(findPath(file), "utf8");
  const at = before.indexOf(anchor);
  if (at < 0) throw new Error(`${file}: found no ${JSON.stringify(anchor)} to put text behind`);
  const end = at + anchor.length;
  writeFileSync(findPath(file), before.slice(0, end) + text + before.slice(end));
}

function append(file: string, text: string): void {
  writeFileSync(findPath(file), readFileSync(findPath(file), "utf8") + text);
}

function run(command: string, args: readonly string[], folder = ""): void {
  execFileSync(join(root, "node_modules/.bin", command), args, {
    cwd: join(scratch, folder),
    stdio: "inherit",
  });
}

function copyCheckout(): void {
  const leftOut = new Set([
    join(root, "node_modules"),
    ...[".git", ".turbo", "runs"].map((name) => join(root, name)),
  ]);
  cpSync(root, scratch, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !leftOut.has(source) && basename(source) !== "dist",
  });
  symlinkSync(join(root, "node_modules"), join(scratch, "node_modules"));
}

try {
  copyCheckout();
  const activations = "packages/tensor/src/ops/elementwise/activation";
  append(`${activations}.ts`, operation);
  append(`${activations}.cases.ts`, operationCases);
  insert(`${activations}.cases.ts`, "geluOp, ", "squareplusOp, ");
  append("packages/tensor/src/index.ts", `export { squareplus } from "./ops/elementwise/activation.ts";\n`);
  append("packages/tensor/src/ops/index.ts", `export { squareplusOp } from "./elementwise/activation.ts";\n`);
  writeFileSync(findPath("packages/nn/src/layers/squareplus.ts"), layer);
  append("packages/nn/src/index.ts", 'export { Squareplus } from "./layers/squareplus.ts";\n');
  writeFileSync(findPath("packages/nn/src/optimizers/signum.ts"), optimizer);
  append(
    "packages/nn/src/index.ts",
    'export { Signum, type SignumOptions } from "./optimizers/signum.ts";\n',
  );
  writeFileSync(findPath("packages/datasets/src/synthetic/stripes.ts"), dataSet);
  append("packages/datasets/src/index.ts", 'export { stripes } from "./synthetic/stripes.ts";\n');
  writeFileSync(findPath("apps/examples/image-classification/src/additions.ts"), program);

  run("node", ["../../scripts/generate.ts"], "packages/tensor");
  run("tsc", ["--noEmit", "-p", "tsconfig.json"]);
  const source = "--conditions=@evenkeel/source";
  run("node", [source, "packages/conformance/bin/conformance.ts", "--backend", "cpu", "--op", "squareplus"]);
  run("node", [source, "src/additions.ts"], "apps/examples/image-classification");
  console.log("An operation, a layer, an optimizer and a data set were added to a scratch copy, and work.");
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
