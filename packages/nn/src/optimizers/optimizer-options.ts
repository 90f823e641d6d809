import { ArgumentError } from "@evenkeel/tensor";
import type { Rule, Rules } from "@evenkeel/tensor/checks";
import { callable, checkOptions, describeValue, nonNegative, yesOrNo } from "@evenkeel/tensor/checks";
import type { Parameter } from "../module/variable.ts";
import type { Schedule } from "../schedules/schedule.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import type { GroupedParameter, GroupSettings } from "./grouped-parameter.ts";

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
  readonly group?: (name: string, parameter: Parameter) => GroupOptions;
}

/** Settings of a parameter. */
export interface GroupOptions extends Partial<GroupSettings> {
  /**
   * A further factor for the learning rate, which changes with the updates that the parameter has had, counted from 0. Parameters of
   * one group share one function, made outside of `group`: those of different functions are updated by different launches.
   */
  readonly schedule?: Schedule;
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

/** Throws ArgumentError for anything but a model, for a model without parameters, and for two parameters of one name. */
export function groupParameters(
  model: Parameterized,
  options: OptimizerOptions,
  chooseRule: (name: string, parameter: Parameter) => CompiledRule,
): GroupedParameter[] {
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
    const group = readGroup(name, parameter, options);
    parameters.set(name, { name, parameter, ...group, rule: chooseRule(name, parameter) });
  }
  if (parameters.size === 0) {
    throw new ArgumentError(
      "optimizer: model: found no parameters, expected at least one: layers must be in properties of their module",
    );
  }
  return [...parameters.values()];
}

function readGroup(
  name: string,
  parameter: Parameter,
  options: OptimizerOptions,
): Pick<GroupedParameter, "settings" | "schedule"> {
  const { weightDecay = 0, allDecayed = false, group } = options;
  const own = group?.(name, parameter) ?? {};
  checkOptions<GroupOptions>(`group: ${name}`, own, {
    weightDecay: nonNegative,
    learningRateScale: nonNegative,
    schedule: callable,
  });
  const settings = {
    weightDecay: own.weightDecay ?? (parameter.isDecayed || allDecayed ? weightDecay : 0),
    learningRateScale: own.learningRateScale ?? 1,
  };
  return { settings, schedule: own.schedule };
}
