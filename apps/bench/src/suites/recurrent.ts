import type { BenchCase } from "../core/bench-case.ts";
import type { RecurrentTask } from "../core/task.ts";
import { makeSuite, type Suite } from "./suite.ts";

const gates = { lstm: 4, gru: 3 } as const;

function makeLayer(cell: RecurrentTask["cell"], sizes: Omit<RecurrentTask, "kind" | "cell">): BenchCase {
  const { length, batch, inputs, size } = sizes;
  const products = length * batch * gates[cell] * size * (inputs + size);
  return {
    suite: "recurrent",
    name: `${cell} forward-backward ${length}x${batch}x${inputs} ${size}`,
    task: { kind: "recurrent", cell, ...sizes },
    // Backward has two products for each one forward.
    flops: 3 * 2 * products,
    roofs: [],
    // Rounding errors grow from step to step.
    tolerance: 1e-4,
  };
}

/** Recurrent layers, forward and backward, named length x batch x inputs and the size of the state. */
export const recurrent: Suite = makeSuite("recurrent", ({ options }) => {
  const sizes = options.quick
    ? { length: 5, batch: 3, inputs: 6, size: 8 }
    : { length: 50, batch: 32, inputs: 128, size: 256 };
  return [makeLayer("lstm", sizes), makeLayer("gru", sizes)];
});
