import type { Tensor, Value } from "@evenkeel/tensor";
import { e, mul, reshape } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import {
  belowOne,
  callable,
  checkOptions,
  finite,
  listOf,
  nonNegative,
  oneOf,
  positive,
  positiveInteger,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import type { Parameter } from "../module/variable.ts";
import { makeAdamRule } from "./adam.ts";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions, Parameterized } from "./optimizer-options.ts";
import { optimizerRules } from "./optimizer-options.ts";
import { orthogonalize } from "./orthogonalize.ts";
import type { RuleChoice, UpdateRule } from "./update-rule.ts";

/** The hyperparameters of Muon; the defaults are those of `torch.optim.Muon`. */
export interface MuonRuleOptions {
  /** Default 0.95. */
  readonly momentum?: number;
  /** Whether the direction looks ahead along the momentum; default true. */
  readonly nesterov?: boolean;
  /** Newton-Schulz iterations; default 5. */
  readonly orthogonalizationSteps?: number;
  /** Their coefficients; default [3.4445, -4.775, 2.0315]. */
  readonly coefficients?: readonly [number, number, number];
  /** The smallest norm that a matrix is divided by; default 1e-7. */
  readonly epsilon?: number;
  /**
   * The factor of the learning rate of a matrix with m rows and n columns: `original` for sqrt(max(1, m / n)), `matchAdamW` for
   * 0.2 sqrt(max(m, n)), with which learning rate and decay of AdamW fit. Default `original`.
   */
  readonly adjustment?: "original" | "matchAdamW";
  /**
   * Whether a parameter is updated as a matrix; by default every one of two dimensions and more is, of which the first gives the rows.
   * Embeddings and the last layer usually train better without: exclude them.
   */
  readonly orthogonalized?: (name: string, parameter: Parameter) => boolean;
  /** The betas of AdamW, which updates all others; default [0.9, 0.95]. */
  readonly betas?: readonly [number, number];
  /** The learning rate of AdamW, as a factor of Muon's; default 1 with `matchAdamW`, otherwise 0.015: 3e-4 for 0.02. */
  readonly adamScale?: number;
}

const muonRules: Rules<MuonRuleOptions> = {
  momentum: belowOne,
  nesterov: yesOrNo,
  orthogonalizationSteps: positiveInteger,
  coefficients: /* @__PURE__ */ listOf(finite, 3),
  epsilon: positive,
  adjustment: /* @__PURE__ */ oneOf("original", "matchAdamW"),
  orthogonalized: callable,
  betas: /* @__PURE__ */ listOf(belowOne, 2),
  adamScale: nonNegative,
};

type Shape = readonly [rows: number, columns: number];

const getMatrixShape = ({ shape, size }: Tensor): Shape => {
  const rows = shape[0] ?? 1;
  return [rows, rows === 0 ? 0 : size / rows];
};

const adjustments = {
  original: ([rows, columns]: Shape) => Math.sqrt(Math.max(1, rows / columns)),
  matchAdamW: ([rows, columns]: Shape) => 0.2 * Math.sqrt(Math.max(rows, columns)),
};

/** Jordan et al. 2024, in the form of PyTorch: the momentum is an average, and the decay is decoupled. */
function makeMuonRule({
  momentum = 0.95,
  nesterov = true,
  orthogonalizationSteps: steps = 5,
  coefficients,
  epsilon,
  adjustment = "original",
}: MuonRuleOptions): UpdateRule {
  const adjust = adjustments[adjustment];
  const advance = (average: Value, gradient: Value, fresh: Value) =>
    e.add(average, e.mul(fresh, e.sub(gradient, average)));
  return {
    slots: ["momentum"],
    scalars: ({ learningRate, weightDecay }) => [
      learningRate,
      1 - learningRate * weightDecay,
      1 - momentum,
      momentum,
    ],
    whole: {
      direction: (_value, [average], gradient, [, , fresh, kept]) => {
        const next = advance(average!, gradient, fresh!);
        return nesterov ? e.add(gradient, e.mul(kept!, e.sub(next, gradient))) : next;
      },
      compute: (direction, value) => {
        const shape = getMatrixShape(value);
        const matrix = orthogonalize(reshape(direction, shape), { steps, coefficients, epsilon });
        return mul(matrix, adjust(shape));
      },
    },
    update: (value, [average], gradient, [rate, kept, fresh], matrix) => [
      e.sub(e.mul(kept!, value), e.mul(rate!, matrix!)),
      advance(average!, gradient, fresh!),
    ],
  };
}

/** A rule whose learning rate is multiplied by a factor. */
const scaleRate = (rule: UpdateRule, factor: number): UpdateRule => ({
  ...rule,
  scalars: (numbers) => rule.scalars({ ...numbers, learningRate: factor * numbers.learningRate }),
});

const isMatrix = (_name: string, { value }: Parameter): boolean => value.rank >= 2;

/** Muon for matrices, AdamW for the others. */
function makeMuonRules(options: MuonRuleOptions): RuleChoice {
  const { momentum = 0.95, nesterov = true, adjustment = "original", orthogonalized = isMatrix } = options;
  const { orthogonalizationSteps = 5, coefficients = [3.4445, -4.775, 2.0315], epsilon = 1e-7 } = options;
  const { betas = [0.9, 0.95], adamScale = adjustment === "original" ? 0.015 : 1 } = options;
  const muon = makeMuonRule(options);
  const adam = scaleRate(makeAdamRule({ betas }, true), adamScale);
  return {
    settings: {
      rule: "Muon",
      momentum,
      nesterov,
      orthogonalizationSteps,
      coefficients: coefficients.join(" "),
      epsilon,
      adjustment,
      betas: betas.join(" "),
      adamScale,
    },
    choose: (name, parameter) => (orthogonalized(name, parameter) ? muon : adam),
  };
}

/**
 * Muon: the direction of a matrix is its momentum with all singular values close to 1, so that no direction in the space of weights
 * dominates. AdamW updates what is no matrix. As in `torch.optim.Muon` the weight decay is 0.1 by default; it leaves biases and
 * normalization parameters alone unless `allDecayed` is true.
 *
 * @throws ArgumentError for an unknown option, a number out of range, and a model without parameters
 * @example
 * const optimizer = new Muon(model, {
 *   learningRate: 0.02,
 *   orthogonalized: (name, { value }) => value.rank >= 2 && !name.startsWith("classifier"),
 * });
 */
export class Muon extends Optimizer {
  constructor(model: Parameterized, options: OptimizerOptions & MuonRuleOptions) {
    checkOptions<OptimizerOptions & MuonRuleOptions>("Muon", options, { ...optimizerRules, ...muonRules });
    const { weightDecay = 0.1 } = options;
    super(model, makeMuonRules(options), { ...options, weightDecay });
  }
}
