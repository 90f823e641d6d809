import { differentiate, inputsRead } from "../expression/differentiate.ts";
import type { Expression } from "../expression/expression.ts";
import { keepInputs } from "../expression/expression.ts";
import { evaluateExpression } from "../ops/fuse/fused.ts";
import { sumTo } from "../ops/sum/sum-to.ts";
import { isFloat } from "./dtype.ts";
import type { AnyOp, Attributes, Gradient, GradientContext } from "./op.ts";
import type { Spec } from "./spec.ts";
import type { Tensor } from "./tensor.ts";

/**
 * The gradient rule of an op: its own, or the one that its expression implies. Absent for compositions, which are
 * differentiated through their parts, and for loops without a rule.
 */
export function gradientOf(
  op: AnyOp,
  inputs: readonly (Spec | undefined)[],
  attrs: Attributes,
): Gradient<Attributes> | undefined {
  if (op.gradient !== undefined) return op.gradient;
  if (!("expression" in op.meaning)) return undefined;
  return expressionGradient(op.meaning.expression(inputs, attrs), inputs);
}

/** Expression inputs skip the op's absent ones; `position` maps back to the op's inputs. */
function expressionGradient(
  expression: Expression,
  specs: readonly (Spec | undefined)[],
): Gradient<Attributes> {
  const position = specs.flatMap((spec, index) => (spec === undefined ? [] : [index]));
  const floats = position.flatMap((op, input) => (isFloat(specs[op]!.dtype) ? [input] : []));
  const given = expression.outputs.flatMap(({ dtype }, output) => (isFloat(dtype) ? [output] : []));
  const originals = expression.inputs.length;
  return {
    reads: () => {
      const read = inputsRead(differentiate(expression, { needed: floats, given }));
      return {
        inputs: position.filter((_, input) => read.has(input)),
        outputs: [],
      };
    },
    apply: (context) => {
      const needed = floats.filter((input) => context.needed[position[input]!]);
      const present = given.filter((output) => context.outputGradients[output] !== undefined);
      const derivative = differentiate(expression, { needed, given: present });
      const values = [
        ...position.map((op) => context.inputs[op]),
        ...present.map((output) => context.outputGradients[output]),
      ];
      const gradients = evaluateDerivative(derivative, values, originals, context.scalars);
      const result: (Tensor | undefined)[] = context.inputSpecs.map(() => undefined);
      needed.forEach((input, index) => {
        const op = position[input]!;
        result[op] = sumTo(gradients[index]!, context.inputSpecs[op]!.shape);
      });
      return result;
    },
  };
}

/** One launch for all gradients; an output gradient that passes through unchanged costs none. */
function evaluateDerivative(
  derivative: Expression,
  values: readonly (Tensor | undefined)[],
  originals: number,
  scalars: readonly number[],
): Tensor[] {
  const passed = derivative.outputs.map(({ node }) => {
    const step = derivative.nodes[node]!;
    return step.op === "input" && step.index >= originals ? values[step.index] : undefined;
  });
  if (passed.every((tensor) => tensor !== undefined)) return passed as Tensor[];
  const read = [...inputsRead(derivative)].sort((a, b) => a - b);
  // The output gradients carry the full shape, so one of them always takes part.
  const kept = values.flatMap((_, input) => (read.includes(input) || input >= originals ? [input] : []));
  const renumbered = keepInputs(derivative, kept);
  return evaluateExpression(
    renumbered,
    kept.map((input) => values[input]!),
    { scalars },
  );
}

export type { GradientContext };
