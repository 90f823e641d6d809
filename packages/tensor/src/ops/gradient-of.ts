import type { Tensor } from "../core/memory/tensor.ts";
import type { AnyOp, Attributes, Gradient } from "../core/op.ts";
import type { Spec } from "../core/spec.ts";
import { formatSpec } from "../core/spec.ts";
import { differentiate, listInputsRead } from "../expression/differentiate.ts";
import { isFloat } from "../expression/dtype.ts";
import type { Expression } from "../expression/expression.ts";
import { keepInputs } from "../expression/expression.ts";
import { evaluateExpression } from "./elementwise/fusion/fused.ts";
import { sumTo } from "./reduction/sum.ts";

/**
 * The size of each op's cache of rules, which are cached by specs and attributes because differentiating costs more
 * than a small launch. When a cache is full, it is cleared.
 */
const rulesKeptPerOp = 512;
const rulesOf = new WeakMap<AnyOp, Map<string, Gradient<Attributes>>>();

/**
 * The gradient rule of an op: its own, or the one that its expression implies. Absent for compositions, which are
 * differentiated through their parts, and for loops without a rule.
 */
export function findGradient(
  op: AnyOp,
  inputs: readonly (Spec | undefined)[],
  attrs: Attributes,
): Gradient<Attributes> | undefined {
  if (op.gradient !== undefined) return op.gradient;
  if (!("expression" in op.meaning)) return undefined;
  const rules = rulesOf.get(op) ?? new Map<string, Gradient<Attributes>>();
  rulesOf.set(op, rules);
  const key = `${inputs.map(formatSpec).join()} ${JSON.stringify(attrs)}`;
  let rule = rules.get(key);
  if (rule === undefined) {
    if (rules.size >= rulesKeptPerOp) rules.clear();
    rule = makeExpressionGradient(op.meaning.expression(inputs, attrs), inputs);
    rules.set(key, rule);
  }
  return rule;
}

/** The inputs of an expression do not include the op's absent ones; `position` maps them to the op's inputs. */
function makeExpressionGradient(
  expression: Expression,
  specs: readonly (Spec | undefined)[],
): Gradient<Attributes> {
  const position = specs.flatMap((spec, index) => (spec === undefined ? [] : [index]));
  const floats = position.flatMap((op, input) => (isFloat(specs[op]!.dtype) ? [input] : []));
  const given = expression.outputs.flatMap(({ dtype }, output) => (isFloat(dtype) ? [output] : []));
  const derivatives = new Map<string, Derivative>();
  const getDerivative = (needed: readonly number[], present: readonly number[]): Derivative => {
    const key = `${needed.join()} ${present.join()}`;
    const derivative = derivatives.get(key) ?? computeDerivative(expression, needed, present);
    derivatives.set(key, derivative);
    return derivative;
  };
  return {
    reads: () => {
      const { kept } = getDerivative(floats, given);
      return {
        inputs: position.filter((_, input) => kept.includes(input)),
        outputs: [],
      };
    },
    apply: (context) => {
      const needed = floats.filter((input) => context.needed[position[input]!]);
      const present = given.filter((output) => context.outputGradients[output] !== undefined);
      const values = [
        ...position.map((op) => context.inputs[op]),
        ...present.map((output) => context.outputGradients[output]),
      ];
      const gradients = evaluateDerivative(getDerivative(needed, present), values, context.scalars);
      const result: (Tensor | undefined)[] = context.inputSpecs.map(() => undefined);
      needed.forEach((input, index) => {
        const op = position[input]!;
        result[op] = sumTo(gradients[index]!, context.inputSpecs[op]!.shape);
      });
      return result;
    },
  };
}

/** A derivative over the inputs of the expression, followed by the gradients of its outputs. */
interface Derivative {
  /** For each gradient, the value that it equals, or undefined if it must be computed. */
  readonly passed: readonly (number | undefined)[];
  /** The expression of the other gradients, in order, over the values that are kept. */
  readonly computed: Expression | undefined;
  readonly kept: readonly number[];
}

function computeDerivative(
  expression: Expression,
  needed: readonly number[],
  given: readonly number[],
): Derivative {
  const originals = expression.inputs.length;
  const whole = differentiate(expression, { needed, given });
  const passed = whole.outputs.map(({ node, dtype }) => {
    const step = whole.nodes[node]!;
    const isPassed = step.op === "input" && step.index >= originals && whole.inputs[step.index] === dtype;
    return isPassed ? step.index : undefined;
  });
  const rest = needed.filter((_, index) => passed[index] === undefined);
  if (rest.length === 0) return { passed, computed: undefined, kept: [] };
  const derivative = differentiate(expression, { needed: rest, given });
  const read = listInputsRead(derivative);
  // The output gradients have the full shape, so they are always kept.
  const kept = derivative.inputs.flatMap((_, input) =>
    read.has(input) || input >= originals ? [input] : [],
  );
  return { passed, computed: keepInputs(derivative, kept), kept };
}

/** Computes all gradients that do not equal a value, in one launch. */
function evaluateDerivative(
  { passed, computed, kept }: Derivative,
  values: readonly (Tensor | undefined)[],
  scalars: readonly number[],
): Tensor[] {
  const results =
    computed === undefined
      ? []
      : evaluateExpression(
          computed,
          kept.map((input) => values[input]!),
          { scalars },
        );
  return passed.map((value) => (value === undefined ? results.shift()! : values[value]!));
}
