import type { Tensor } from "@evenkeel/tensor";
import { add, scope } from "@evenkeel/tensor";
import type { Module } from "../module/module.ts";
import { BatchNorm2d } from "./batch-norm.ts";
import type { BatchNormEpilogue } from "./epilogue.ts";
import { isFusing, runLayer, runPair, runSequence } from "./fusion.ts";
import { Sequential } from "./sequential.ts";

/** The layers of a sequence and of those inside it, in the order in which they run. */
const listLayers = (layer: Module): readonly Module[] =>
  layer instanceof Sequential && layer.forward === Sequential.prototype.forward
    ? layer.modules.flatMap(listLayers)
    : [layer];

/** branch(x) + x, where the last layer of the branch adds x if it is a batch norm. */
export function runWithShortcut(branch: Sequential, x: Tensor): Tensor {
  const layers = listLayers(branch);
  const [front, norm] = layers.slice(-2) as [Module, Module];
  return scope(() => {
    if (!(norm instanceof BatchNorm2d) || !isFusing(norm)) return add(branch.forward(x), x);
    const inner = runSequence(layers.slice(0, -2), x);
    const epilogue: BatchNormEpilogue = { residual: x };
    return runPair(front, norm, inner, epilogue) ?? runLayer(norm, runLayer(front, inner, {}), epilogue);
  });
}
