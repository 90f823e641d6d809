import { evaluate, Linear, mse, Sequential } from "@evenkeel/nn";
import type { KernelPlan, Op, Tensor } from "@evenkeel/tensor";
import { buildExpression, e, execute, MissingKernelError, makeOpFamily, tensor } from "@evenkeel/tensor";
import { expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";

const twice = buildExpression({ inputs: ["f32"] }, ([x]) => e.mul(x!, 2));

const plan: KernelPlan<object> = ([x]) => {
  const size = x!.shape.reduce((product, dimension) => product * dimension, 1);
  return {
    launches: [
      {
        kind: "expression",
        expression: twice,
        shape: [size],
        reads: [{ operand: { input: 0 }, strides: [1] }],
        writes: [{ output: 0 }],
        scalars: [],
      },
    ],
    temporaries: [],
    aliases: [],
  };
};

/** An operation whose kernels arrive a moment after it is imported. */
function lateOp(): Op {
  return {
    name: "twice",
    outputs: ([x]) => [x!],
    meaning: {
      loops: ([x], [y]) => {
        y!.data.set(x!.data.map((value) => 2 * value));
      },
    },
    family: makeOpFamily({
      wasm: async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return { plans: new Map([["twice", plan]]) };
      },
    }),
  };
}

onCpu();

test("evaluation waits for the kernels of operations that were imported after the device opened", async () => {
  const op = lateOp();
  const x = tensor([[1, 2]]);
  expect(() => execute(op, [x], {})).toThrow(MissingKernelError);

  class Twice extends Sequential {
    override forward(input: Tensor): Tensor {
      return super.forward(execute(op, [input], {})[0]!);
    }
  }
  const model = new Twice(new Linear(2, 1, { seed: 1, bias: false }));
  const [weight] = model.parameters();
  const [a, b] = await weight!.value.data();
  const data = () => [{ inputs: tensor([[1, 2]]), labels: tensor([[0]]) }];
  const { loss } = await evaluate(model, { data, loss: mse });
  expect(loss).toBeCloseTo((2 * a! + 4 * b!) ** 2, 4);
});
