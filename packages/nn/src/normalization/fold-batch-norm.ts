import type { Shape } from "@evenkeel/tensor";
import { ArgumentError, scope } from "@evenkeel/tensor";
import { checkOptions, checkValue, describeValue, listOf, positiveInteger } from "@evenkeel/tensor/checks";
import { BatchNorm } from "../layers/batch-norm.ts";
import { isFusing } from "../layers/fusion.ts";
import { Identity } from "../layers/identity.ts";
import { isModule } from "../module/member.ts";
import type { AnyModule } from "../module/module.ts";
import { replaceModules } from "../module/replace.ts";
import { Parameter } from "../module/variable.ts";
import type { LinearLayer } from "./fold-weights.ts";
import { countChannels, foldBehind, foldInFront, isLinearLayer, readsWholeWindows } from "./fold-weights.ts";
import type { Neighbours } from "./neighbours.ts";
import { findNeighbours, listNeighbours } from "./neighbours.ts";

export interface FoldOptions {
  /**
   * The shape of an input, with which the layers around each batch norm are found by running the model without computing
   * anything. Default: those of convolutions are found in `Sequential` and other modules that list their `sequences`, whose layers
   * nothing else may run; linear layers stay, because the channels of their outputs are those of the norm only in a matrix.
   */
  readonly inputShape?: Shape;
}

export interface FoldReport {
  /** The path of each batch norm that is gone, and of the layer that does its work. */
  readonly folded: readonly { readonly path: string; readonly into: string }[];
  /** The path of each batch norm that stays, and why. */
  readonly left: readonly { readonly path: string; readonly reason: string }[];
}

/** How a batch norm can be folded, or why not. */
type Decision = { readonly into: AnyModule; fold(): void } | { readonly reason: string };

/**
 * Folds every batch norm that follows or precedes a convolution, transposed convolution or linear layer into the weights of that
 * layer, for inference: the outputs are the same up to rounding, in fewer passes over memory. The model is changed; an `Identity`
 * takes the place of each batch norm, so all other paths stay. It must be in evaluation mode, and make an optimizer
 * afterwards if it is trained again. A batch norm before a layer with padding stays, since padding is not normalized.
 *
 * Throws ArgumentError for a model in training mode, and for anything but a model; with `inputShape` what the model throws for it.
 *
 * @returns what was folded, and what was not and why
 * @example
 * const { folded } = foldBatchNorm(model.eval());
 * const custom = foldBatchNorm(model, { inputShape: [1, 1, 28, 28] }); // a model of any classes
 */
export function foldBatchNorm(model: AnyModule, options: FoldOptions = {}): FoldReport {
  if (!isModule(model))
    throw new ArgumentError(`foldBatchNorm: model: found ${describeValue(model)}, expected a module`);
  checkOptions<FoldOptions>("foldBatchNorm", options, { inputShape: listOf(positiveInteger) });
  checkValue("foldBatchNorm: model", model.isTraining, inference);
  const { inputShape } = options;
  const neighbours = inputShape ? findNeighbours(model, inputShape) : listNeighbours(model);
  const paths = new Map([...model.namedModules()].map(([path, module]) => [module, path]));
  const tied = findTied(paths.keys());
  const folded: { path: string; into: string }[] = [];
  const left: { path: string; reason: string }[] = [];
  const replacements = new Map<AnyModule, AnyModule>();
  for (const [norm, path] of paths) {
    if (!(norm instanceof BatchNorm)) continue;
    const decision = decide(norm, neighbours, tied);
    if ("reason" in decision) {
      left.push({ path, reason: decision.reason });
      continue;
    }
    scope(decision.fold);
    replacements.set(norm, new Identity().eval());
    folded.push({ path, into: paths.get(decision.into)! });
  }
  replaceModules(model, replacements);
  for (const norm of replacements.keys()) norm.dispose();
  return { folded, left };
}

const inference = {
  expected: "a model in evaluation mode: call eval() first",
  accepts: (isTraining: unknown) => isTraining === false,
};

/** Whether the norm is an affine function with fixed coefficients. */
const isPlain = (norm: BatchNorm): boolean =>
  isFusing(norm) &&
  norm.forwardWith === BatchNorm.prototype.forwardWith &&
  norm.runningMean !== undefined &&
  (!norm.isTraining || norm.isFrozen);

/** The parameters that several modules have. */
function findTied(modules: Iterable<AnyModule>): Set<unknown> {
  const seen = new Set<unknown>();
  const tied = new Set<unknown>();
  for (const module of modules) {
    for (const [, member] of module.members()) {
      if (!(member instanceof Parameter)) continue;
      if (seen.has(member)) tied.add(member);
      seen.add(member);
    }
  }
  return tied;
}

/** Why neither neighbour of a batch norm was found fit. */
function findReason(before: Neighbours | undefined, after: Neighbours | undefined): string {
  const isUncertain = (layer: AnyModule | undefined, rank: number | undefined): boolean =>
    layer !== undefined && isLinearLayer(layer) && layer.weight.value.rank === 2 && rank === undefined;
  return isUncertain(before?.front, before?.rank) || isUncertain(after?.behind, after?.rank)
    ? "whether its channels are those of the linear layer beside it depends on the rank of the input: give `inputShape`"
    : "no convolution or linear layer was found directly before or after it";
}

function decide(norm: BatchNorm, neighbours: readonly Neighbours[], tied: ReadonlySet<unknown>): Decision {
  if (!isPlain(norm)) {
    return { reason: "it is in training mode, has no running statistics, or its computation is overridden" };
  }
  const before = neighbours.find(({ behind }) => behind === norm);
  const after = neighbours.find(({ front }) => front === norm);
  /** The layer, if it can take the norm; the channels of a linear layer are those of a norm only in a matrix. */
  const findLayer = (
    module: AnyModule | undefined,
    side: "inputs" | "outputs",
    rank: number | undefined,
  ): LinearLayer | undefined => {
    if (module === undefined || !isLinearLayer(module) || tied.has(module.weight) || tied.has(module.bias)) {
      return undefined;
    }
    const isSameAxis = module.weight.value.rank > 2 || rank === 2;
    return isSameAxis && countChannels(module)[side] === norm.channels ? module : undefined;
  };
  const front = findLayer(before?.front, "outputs", before?.rank);
  if (front) return { into: front, fold: () => foldBehind(front, norm) };
  const behind = findLayer(after?.behind, "inputs", after?.rank);
  if (behind && readsWholeWindows(behind)) return { into: behind, fold: () => foldInFront(norm, behind) };
  return {
    reason: behind
      ? "the layer that follows reads padding, which is not normalized"
      : findReason(before, after),
  };
}
