import { ArgumentError } from "@evenkeel/tensor";
import type { Rule, Rules } from "@evenkeel/tensor/checks";
import { callable, checkOptions, describeValue, nonNegative, yesOrNo } from "@evenkeel/tensor/checks";
import type { Parameter } from "../module/variable.ts";
import type { GroupSettings, NamedParameter } from "./arena.ts";

/** Anything with named parameters: a `Module`. */
export interface Parameterized {
  namedParameters(): Iterable<readonly [name: string, parameter: Parameter]>;
}

/** The options of all optimizers. */
export interface OptimizerOptions {
  readonly learningRate: number;
  /** Default 0, but 0.01 for AdamW. */
  readonly weightDecay?: number;
  /** Whether biases and normalization parameters are decayed too, as PyTorch does; default false. */
  readonly allDecayed?: boolean;
  /** Scales all gradients together so that their norm is at most this; default: no limit. */
  readonly maxGradientNorm?: number;
  /** Limits every value of the gradients to [-this, this], after `maxGradientNorm`; default: no limit. */
  readonly maxGradientValue?: number;
  /** Settings of single parameters, by name. A setting that it leaves out is that of these options. */
  readonly group?: (name: string, parameter: Parameter) => Partial<GroupSettings>;
}

/** The largest norm or value of gradients; infinity is no limit. */
export const limitRule: Rule = {
  expected: "a non-negative number",
  accepts: (value) => typeof value === "number" && value >= 0,
};

/** One rule for each option that all optimizers have. */
export const optimizerRules: Rules<OptimizerOptions> = {
  learningRate: nonNegative,
  weightDecay: nonNegative,
  allDecayed: yesOrNo,
  maxGradientNorm: limitRule,
  maxGradientValue: limitRule,
  group: callable,
};

/** What the updates of an optimizer depend on, as JSON: the settings of its rule, and its own. */
export interface OptimizerSettings {
  readonly [name: string]: unknown;
  /** The learning rate that the optimizer was made with. */
  readonly learningRate: number;
  /** By the parameter's name. */
  readonly groups: { readonly [name: string]: GroupSettings };
}

/** A parameter and how it is updated. */
export type GroupedParameter = NamedParameter & { readonly settings: GroupSettings };

/** Throws ArgumentError for anything but a model, for a model without parameters, and for two parameters of one name. */
export function groupParameters(model: Parameterized, options: OptimizerOptions): GroupedParameter[] {
  if (typeof model?.namedParameters !== "function") {
    throw new ArgumentError(
      `optimizer: model: found ${describeValue(model)}, expected a module: the model itself, not its parameters`,
    );
  }
  const parameters = new Map<string, GroupedParameter>();
  for (const [name, parameter] of model.namedParameters()) {
    if (parameters.has(name)) {
      throw new ArgumentError(`optimizer: model: found two parameters named "${name}", expected one`);
    }
    parameters.set(name, { name, parameter, settings: readSettings(name, parameter, options) });
  }
  if (parameters.size === 0) {
    throw new ArgumentError(
      "optimizer: model: found no parameters, expected at least one: layers must be in properties of their module",
    );
  }
  return [...parameters.values()];
}

function readSettings(name: string, parameter: Parameter, options: OptimizerOptions): GroupSettings {
  const { weightDecay = 0, allDecayed = false, group } = options;
  const own = group?.(name, parameter) ?? {};
  checkOptions<Partial<GroupSettings>>(`group: ${name}`, own, {
    weightDecay: nonNegative,
    learningRateScale: nonNegative,
  });
  return {
    weightDecay: own.weightDecay ?? (parameter.isDecayed || allDecayed ? weightDecay : 0),
    learningRateScale: own.learningRateScale ?? 1,
  };
}
