import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as nn from "@evenkeel/nn";
import { expect, test } from "vitest";

const [random, abstract, container] = [
  "draws at random, from other generators than PyTorch",
  "is the base class of layers",
  "holds modules or parameters and computes nothing",
];

/** Modules that no course compares with PyTorch, with the reason. */
const exceptions: { readonly [name: string]: string } = {
  AlphaDropout: random,
  BatchNorm: abstract,
  BatchRenorm: abstract,
  Dropout: random,
  Dropout1d: random,
  Dropout2d: random,
  Dropout3d: random,
  FeatureAlphaDropout: random,
  FusibleActivation: abstract,
  FusingModule: abstract,
  GaussianDropout: random,
  GaussianNoise: random,
  InstanceNorm: abstract,
  ModuleDict: container,
  ParameterList: container,
  RecurrentLayer: abstract,
  RunningNorm: abstract,
  StochasticDepth: random,
};

const folder = join(import.meta.dirname, "..");
const compared = new Set(
  globSync("**/*.test.ts", { cwd: folder })
    .map((path) => readFileSync(join(folder, path), "utf8"))
    .filter((text) => text.includes("compareModules("))
    .flatMap((text) => [...text.matchAll(/\bnew (\w+)[<(]/g)].map(([, name]) => name!)),
);

test("every module is compared with PyTorch, or cannot be", () => {
  const modules = Object.entries(nn)
    .filter(([, value]) => typeof value === "function" && value.prototype instanceof nn.Module)
    .map(([name]) => name);
  expect(modules.length).toBeGreaterThan(100);
  expect(modules.filter((name) => !compared.has(name)).toSorted()).toEqual(Object.keys(exceptions));
});
