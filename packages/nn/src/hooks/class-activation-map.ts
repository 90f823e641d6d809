import { grad } from "@evenkeel/autodiff";
import type { Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  argmax,
  isTensor,
  keep,
  makeAlias,
  mean,
  mul,
  oneHot,
  relu,
  scope,
  sum,
  withoutStateChanges,
} from "@evenkeel/tensor";
import { checkOptions, checkTensors, type Rule, text } from "@evenkeel/tensor/checks";
import { isModule } from "../module/member.ts";
import { listModules, runInMode } from "../module/modes.ts";
import type { Module } from "../module/module.ts";
import { type HookPlace, onBackward, onForward } from "./hooks.ts";

export interface ClassActivationMapOptions {
  /** The class of each image, i32 [n]. Default: the one with the largest logit. */
  readonly classes?: Tensor;
  /** The path of the module whose output is weighted. Default: the last one with an output of several pixels. */
  readonly path?: string;
}

/**
 * Where in the images a network found the evidence for a class: the positive part of the channels of a layer, weighted by the mean
 * gradient of the class's logit (Grad-CAM, Selvaraju et al. 2017, equations 1 and 2). For a network that ends with global average
 * pooling and a linear layer it is proportional to the class activation map of Zhou et al. 2016. The model runs in evaluation mode
 * and stays as it is.
 *
 * Shapes: [n, c, h, w] -> [n, h', w'], the pixels of the layer's output; `resize` makes it as large as the images.
 *
 * Throws ArgumentError if no output of a module has several pixels, and for a path that the model does not have.
 *
 * @example const heat = classActivationMap(resnet20(), images, { path: "layer3" });
 */
export function classActivationMap(
  model: Module,
  x: Tensor,
  options: ClassActivationMapOptions = {},
): Tensor {
  checkTensors("classActivationMap", x);
  checkOptions<ClassActivationMapOptions>("classActivationMap", options, { path: text, classes: aTensor });
  const run = (): Tensor => {
    const { activations, gradients } = readMaps(model, x, {
      path: options.path ?? findLastMap(model, x),
      classes: options.classes,
    });
    const weights = mean(gradients, { axis: [2, 3], keepDims: true });
    return relu(sum(mul(weights, activations), { axis: 1 }));
  };
  return scope(() => runInMode(listModules(model), false, () => withoutStateChanges(run)));
}

const aTensor: Rule = { expected: "a tensor", accepts: isTensor };

const hasPixels = ({ rank, shape: [, , height, width] }: Tensor): boolean =>
  rank === 4 && height! * width! > 1;

/** The path of the inner module that runs last among those whose output has several pixels. */
function findLastMap(model: Module, x: Tensor): string {
  let last: string | undefined;
  const paths = [...model.namedMembers()].filter(([, member]) => isModule(member)).map(([path]) => path);
  const listen = (y: Tensor, { path }: HookPlace): void => {
    if (hasPixels(y)) last = path;
  };
  const remove = onForward(model, listen, { paths });
  try {
    model.forward(x);
  } finally {
    remove();
  }
  if (last !== undefined) return last;
  throw new ArgumentError(
    "classActivationMap: found no module whose output has several pixels, expected one",
  );
}

/** The output of a module, and the gradient of the classes' logits with respect to it. */
function readMaps(
  model: Module,
  x: Tensor,
  { path, classes }: { readonly path: string; readonly classes: Tensor | undefined },
): { readonly activations: Tensor; readonly gradients: Tensor } {
  let activations: Tensor | undefined;
  let gradients: Tensor | undefined;
  const listenForward = (y: Tensor): void => {
    activations = keep(makeAlias(y));
  };
  const listenBackward = (dy: Tensor): void => {
    gradients = keep(makeAlias(dy));
  };
  const removals = [
    onForward(model, listenForward, { paths: [path] }),
    onBackward(model, listenBackward, { paths: [path] }),
  ];
  try {
    grad((input: Tensor) => {
      const logits = model.forward(input);
      const chosen = classes ?? argmax(logits, { axis: -1 });
      return sum(mul(logits, oneHot(chosen, logits.shape.at(-1)!)));
    })(x);
  } finally {
    for (const remove of removals) remove();
  }
  if (activations !== undefined && gradients !== undefined && hasPixels(activations)) {
    return { activations, gradients };
  }
  throw new ArgumentError(
    `classActivationMap: path: found "${path}", expected a module with an output of several pixels on which the logits depend`,
  );
}
