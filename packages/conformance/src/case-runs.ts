import type { Backend, NumericArray, Spec, Tensor } from "@evenkeel/tensor";
import { findPlanner } from "@evenkeel/tensor";
import type { DrawnCase, Passing } from "./case-tensors.ts";
import { computeGradients, forward, isDifferentiable } from "./case-tensors.ts";

/** Values that were read from a device. */
export interface Found extends Spec {
  readonly values: NumericArray;
}

/** One way to run a case on a device. */
export type RunName = "forward" | "donated" | "views" | "composition" | "gradient";

export interface CaseRun {
  readonly name: RunName;
  run(): Promise<Found[]>;
}

/** The runs of a case on a backend, in order. */
export function listRuns(backend: Backend, drawn: DrawnCase): CaseRun[] {
  const { op, opCase } = drawn;
  const hasKernel = findPlanner(op, backend) !== undefined;
  const runForward = async (passing: Passing): Promise<Found[]> => {
    const outputs = forward(drawn, backend, passing);
    if (opCase.reports !== undefined) await checkReport(backend, opCase.reports);
    return readAll(outputs);
  };
  const runs: CaseRun[] = [{ name: "forward", run: () => runForward("kept") }];
  if (hasKernel && opCase.inputs.length > 0) {
    runs.push({ name: "donated", run: () => runForward("donated") });
    runs.push({ name: "views", run: () => runForward("views") });
  }
  if (hasKernel && "composition" in op.meaning) {
    const parts = { ...drawn, op: { name: op.name, outputs: op.outputs, meaning: op.meaning } };
    runs.push({ name: "composition", run: async () => readAll(forward(parts, backend)) });
  }
  if (isDifferentiable(drawn)) {
    runs.push({ name: "gradient", run: async () => readAll(computeGradients(drawn, backend)) });
  }
  return runs;
}

/** Rejects unless the backend reports exactly this error. */
async function checkReport(backend: Backend, expected: string): Promise<void> {
  const found = await backend.idle().then(
    () => "no error",
    (error: unknown) => String(error),
  );
  if (found !== `ArgumentError: ${expected}`) throw new Error(`report: found ${found}, expected ${expected}`);
}

async function readAll(tensors: readonly Tensor[]): Promise<Found[]> {
  const specs = tensors.map(({ shape, dtype }) => ({ shape, dtype }));
  const values = await Promise.all(tensors.map((tensor) => tensor.data()));
  for (const tensor of tensors) tensor.dispose();
  return specs.map((spec, index) => ({ ...spec, values: values[index]! }));
}
