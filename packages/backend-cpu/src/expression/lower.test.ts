import { buildExpression, e } from "@evenkeel/tensor";
import { expect, test } from "vitest";
import { lower } from "./lower.ts";

test("only nodes that have instructions remain", () => {
  const expression = buildExpression({ inputs: ["f32", "i32"] }, ([x, n]) => [
    [e.exp, e.expm1, e.log, e.log1p, e.tanh, e.erf].reduce((value, f) => f(value), x!),
    e.pow(x!, x!),
    e.div(n!, e.rem(n!, 5)),
  ]);
  const ops = new Set(lower(expression).nodes.map(({ op }) => op));
  for (const op of ["exp", "expm1", "log", "log1p", "tanh", "erf", "pow", "rem"] as const) {
    expect(ops).not.toContain(op);
  }
});

test("sines are kept, next to their values near 0", () => {
  const { nodes } = lower(buildExpression({ inputs: ["f32"] }, ([x]) => [e.sin(x!), e.cos(x!)]));
  const sines = nodes.filter(({ op }) => op === "sin" || op === "cos");
  expect(sines.map((node) => "operands" in node && node.operands.length)).toEqual([2, 2]);
});

test("nodes of constants become constants", () => {
  const expression = buildExpression({ inputs: ["f32"] }, ([x]) => {
    const two = e.add(e.constantLike(x!, 1), 1);
    const yes = e.greater(e.exp(two), 7);
    return e.select(yes, e.mul(x!, e.div(two, 3)), e.sqrt(x!));
  });
  const { nodes } = lower(expression);
  expect(nodes.map(({ op }) => op)).not.toContain("exp");
  expect(nodes).toContainEqual({ op: "constant", type: "f32", value: Math.fround(2 / 3) });
  expect(nodes).toContainEqual({ op: "constant", type: "bool", value: 1 });
});

test("inputs, scalars and stored dtypes stay as they are", () => {
  const expression = buildExpression(
    { inputs: ["f32", "u8", "f32"], scalars: ["f32", "i32"], outputs: ["u8"] },
    ([x]) => e.exp(x!),
  );
  const lowered = lower(expression);
  expect(lowered.inputs).toEqual(expression.inputs);
  expect(lowered.scalars).toEqual(expression.scalars);
  expect(lowered.outputs.map(({ dtype }) => dtype)).toEqual(["u8"]);
});
