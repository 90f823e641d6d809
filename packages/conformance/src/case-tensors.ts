import { vjp } from "@evenkeel/autodiff";
import type { Backend, Executor, OpCase, OpCases, Spec } from "@evenkeel/tensor";
import {
  countBytes,
  execute,
  fromData,
  isFloat,
  launchingExecutor,
  scope,
  Tensor,
  withExecutor,
} from "@evenkeel/tensor";
import { drawValues } from "./draw-values.ts";
import { referenceBackend, referenceExecutor } from "./reference.ts";

/** One case of one op, with randomly generated input values. */
export interface DrawnCase {
  readonly op: OpCases["op"];
  readonly opCase: OpCase;
  readonly values: readonly (Float64Array | undefined)[];
  /** The gradient of an output, from which the backward pass starts. */
  outputGradient(index: number, spec: Spec): Float64Array;
}

/** The input and output tensors of a case. */
export const listSpecs = ({ op, opCase }: Pick<DrawnCase, "op" | "opCase">): Spec[] => [
  ...opCase.inputs.filter((input) => input !== undefined),
  ...op.outputs(opCase.inputs, opCase.attrs),
];

let latest: DrawnCase | undefined;

/** Generates the values of a case from its name. The latest case is cached, because several checks use it in turn. */
export function drawCase(op: OpCases["op"], opCase: OpCase): DrawnCase {
  if (latest?.op === op && latest.opCase === opCase) return latest;
  const name = `${op.name}/${opCase.name}`;
  const gradients = new Map<number, Float64Array>();
  latest = {
    op,
    opCase,
    values: opCase.inputs.map((input, index) => input && drawValues(input, `${name}/${index}`)),
    outputGradient(index, { shape, dtype }) {
      let drawn = gradients.get(index);
      if (drawn === undefined) {
        drawn = drawValues({ shape, dtype, values: { normal: [0, 1] } }, `${name}/gradient ${index}`);
        gradients.set(index, drawn);
      }
      return drawn;
    },
  };
  return latest;
}

/** The executor for a backend: the reference evaluates meanings, other backends launch. */
export function makeExecutor(backend: Backend): Executor {
  return backend === referenceBackend ? referenceExecutor : launchingExecutor;
}

export function placeInputs({ opCase, values }: DrawnCase, backend: Backend): (Tensor | undefined)[] {
  return opCase.inputs.map((input, index) => input && fromData(values[index]!, input, { backend }));
}

/** Puts the inputs at the end of larger buffers, where they begin at the first offset that the device allows. */
function placeViews({ opCase, values }: DrawnCase, backend: Backend): (Tensor | undefined)[] {
  return opCase.inputs.map((input, index) => {
    if (input === undefined) return undefined;
    const elementBytes = countBytes({ shape: [1], dtype: input.dtype }, backend.limits);
    const lead = Math.ceil(backend.limits.offsetAlignment / elementBytes);
    const all = new Float64Array(lead + values[index]!.length);
    all.set(values[index]!, lead);
    const whole = fromData(all, { shape: [all.length], dtype: input.dtype }, { backend });
    return new Tensor(whole.storage, { shape: input.shape, dtype: input.dtype }, lead * elementBytes);
  });
}

/** Runs `body` with the executor of the backend; the caller owns the result. */
export function runOn<Result>(backend: Backend, body: () => Result): Result {
  return withExecutor(makeExecutor(backend), () => scope(body));
}

/** How a call receives its inputs: kept, donated, or as views of larger buffers. */
export type Passing = "kept" | "donated" | "views";

/** The outputs of a case. */
export function forward(drawn: DrawnCase, backend: Backend, passing: Passing = "kept"): Tensor[] {
  const { op, opCase } = drawn;
  const { attrs, scalars = [] } = opCase;
  return runOn(backend, () => {
    const inputs = passing === "views" ? placeViews(drawn, backend) : placeInputs(drawn, backend);
    const donate = passing === "donated" ? [...inputs.keys()] : [];
    return execute(op, inputs, attrs, { scalars, donate, backend });
  });
}

/** The positions of the inputs that have a gradient. */
export function listFloatInputs({ inputs }: OpCase): number[] {
  return inputs.flatMap((input, index) => (input !== undefined && isFloat(input.dtype) ? [index] : []));
}

/** Whether the case has a gradient to compare. Non-finite cases test only values, unless they say otherwise. */
export function isDifferentiable({ op, opCase }: Pick<DrawnCase, "op" | "opCase">): boolean {
  const { differentiable = opCase.needs !== "non-finite", inputs, attrs } = opCase;
  return (
    differentiable !== false &&
    listFloatInputs(opCase).length > 0 &&
    op.outputs(inputs, attrs).some(({ dtype }) => isFloat(dtype))
  );
}

/** The case as a function of its float inputs. */
export function makeCaseFunction(
  { op, opCase }: DrawnCase,
  inputs: readonly (Tensor | undefined)[],
  backend: Backend,
): (...floats: readonly Tensor[]) => Tensor[] {
  const positions = listFloatInputs(opCase);
  return (...floats) => {
    const all = [...inputs];
    positions.forEach((position, index) => {
      all[position] = floats[index];
    });
    return execute(op, all, opCase.attrs, { scalars: opCase.scalars ?? [], backend });
  };
}

/** Gradients of the float inputs, for output gradients that are generated from the name of the case. */
export function computeGradients(drawn: DrawnCase, backend: Backend): Tensor[] {
  return runOn(backend, () => {
    const inputs = placeInputs(drawn, backend);
    const floats = listFloatInputs(drawn.opCase).map((position) => inputs[position]!);
    const [outputs, pullback] = vjp(makeCaseFunction(drawn, inputs, backend), ...floats);
    const outputGradients = outputs.map((output, index) => {
      if (!isFloat(output.dtype)) return undefined;
      return fromData(drawn.outputGradient(index, output), output, { backend });
    });
    return [...pullback(outputGradients)];
  });
}
