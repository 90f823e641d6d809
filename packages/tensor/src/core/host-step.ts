import { checkOptions, checkValue } from "../checks/check.ts";
import { ArgumentError, MissingKernelError } from "../checks/errors.ts";
import { aTensor, callable, listOf, text } from "../checks/rules.ts";
import { getWiderType } from "../expression/dtype.ts";
import type { NumericArray } from "../expression/storage.ts";
import type { HostOperand, Slot } from "./devices/launch.ts";
import { execute } from "./executor.ts";
import type { Tensor } from "./memory/tensor.ts";
import type { Gradient, NoAttributes, Op, PlanOf } from "./op.ts";
import { widenFloats } from "./plans/widen-floats.ts";
import type { Spec } from "./spec.ts";

type Named<Names extends string, Value> = { readonly [Name in Names]: Value };

/** An operation that a function on the host performs, with named operands. */
export interface HostStep<Inputs extends string, Outputs extends string> {
  /** The name in errors and profiles. */
  readonly name: string;
  readonly inputs: readonly Inputs[];
  /** The shapes and dtypes of the outputs, from those of the inputs. The names of outputs must differ from those of inputs. */
  outputs(inputs: Named<Inputs, Spec>): Named<Outputs, Spec>;
  /**
   * Gets one array for each operand: f32 and f16 as Float32Array, integers unchanged, bool as integers. The contents of
   * output arrays are undefined until the function fills them. The device waits for the promise, and later reads reject
   * if the function throws.
   */
  run(arrays: Named<Inputs | Outputs, NumericArray>): void | Promise<void>;
  /** The inputs whose values `gradient` gets; they are kept until the backward pass. Default: none. */
  readonly reads?: readonly Inputs[];
  /**
   * The gradients of the inputs, from those of the outputs, which are undefined if nothing depends on an output. If it
   * consists of operations, it can be differentiated again. Without this function, the step has no gradient.
   */
  gradient?(
    outputGradients: Partial<Named<Outputs, Tensor>>,
    inputs: Partial<Named<Inputs, Tensor>>,
  ): Partial<Named<Inputs, Tensor | undefined>>;
}

/**
 * An operation that runs a function on the host, in order in the queue of the device: earlier calls have run, and
 * later ones wait for it. The function may be asynchronous, for example a sum over several machines.
 *
 * Shapes: as `outputs` specifies. Throws ArgumentError for a step without a name or functions, for inputs that are not
 * tensors, and for outputs with the names of inputs.
 *
 * @example
 * const allReduce = hostStep({
 *   name: "allReduce",
 *   inputs: ["x"],
 *   outputs: ({ x }) => ({ total: x }),
 *   run: async ({ x, total }) => total.set(await sumOverMachines(x)),
 *   gradient: ({ total }): { x?: Tensor } => ({ x: allReduce({ x: total! }).total }),
 * });
 * const { total } = allReduce({ x });
 */
export function hostStep<const Inputs extends string, const Outputs extends string>(
  step: HostStep<Inputs, Outputs>,
): (inputs: Named<Inputs, Tensor>) => Named<Outputs, Tensor> {
  checkOptions<HostStep<Inputs, Outputs>>(
    "hostStep",
    step,
    {
      name: text,
      inputs: listOf(text),
      outputs: callable,
      run: callable,
      reads: listOf(text),
      gradient: callable,
    },
    ["name", "inputs", "outputs", "run"],
  );
  const op = makeOp(step);
  return (inputs) => {
    const tensors = step.inputs.map((name) => {
      checkValue(`${step.name}: ${name}`, inputs[name], aTensor);
      return inputs[name];
    });
    const names = listOutputNames(step, tensors);
    return nameValues(names, execute(op, tensors, {}));
  };
}

const nameValues = <Names extends string, Value>(
  names: readonly Names[],
  values: readonly Value[],
): Named<Names, Value> =>
  Object.fromEntries(names.map((name, index) => [name, values[index]])) as Named<Names, Value>;

function listOutputNames<Inputs extends string, Outputs extends string>(
  step: HostStep<Inputs, Outputs>,
  inputs: readonly (Spec | undefined)[],
): Outputs[] {
  return Object.keys(computeSpecs(step, inputs)) as Outputs[];
}

function computeSpecs<Inputs extends string, Outputs extends string>(
  { name, inputs: names, outputs }: HostStep<Inputs, Outputs>,
  inputs: readonly (Spec | undefined)[],
): Named<Outputs, Spec> {
  const specs = outputs(
    nameValues(
      names,
      inputs.map((input) => ({ shape: input!.shape, dtype: input!.dtype })),
    ),
  );
  for (const input of names) {
    if (Object.hasOwn(specs, input)) {
      throw new ArgumentError(
        `${name}: outputs: found "${input}", expected a name that no input has: the inputs are ${names.join(", ")}`,
      );
    }
  }
  return specs;
}

function makeOp<Inputs extends string, Outputs extends string>(step: HostStep<Inputs, Outputs>): Op {
  const op: Op = {
    name: step.name,
    outputs: (inputs) =>
      Object.values<Spec>(computeSpecs(step, inputs)).map(({ shape, dtype }) => ({ shape, dtype })),
    meaning: {
      loops: (inputs, outputs) => {
        const operands = [...inputs.map((input) => input!), ...outputs];
        const names = [...step.inputs, ...listOutputNames(step, inputs)];
        const result = step.run(
          nameValues(
            names,
            operands.map(({ data }) => data),
          ),
        );
        if (result instanceof Promise) {
          // Nobody awaits this promise, so a rejection is not reported.
          result.catch(() => undefined);
          throw new MissingKernelError(
            `${step.name}: found an asynchronous host step, expected a synchronous one: the reference cannot wait`,
          );
        }
      },
    },
    ...(step.gradient && { gradient: makeGradientRule(step) }),
    plan: widenFloats({ outputs: (inputs) => op.outputs(inputs, {}) }, planHostStep(step)),
  };
  return op;
}

function planHostStep<Inputs extends string, Outputs extends string>(
  step: HostStep<Inputs, Outputs>,
): PlanOf<NoAttributes> {
  return (inputs) => {
    const operand = (operand: Slot, spec: Spec, access: "read" | "write"): HostOperand<Slot> => ({
      operand,
      access,
      spec: { shape: spec.shape, dtype: getWiderType(spec.dtype) },
    });
    const outputs = Object.entries<Spec>(computeSpecs(step, inputs));
    const operands = [
      ...step.inputs.map((name, input) => [name, operand({ input }, inputs[input]!, "read")] as const),
      ...outputs.map(([name, spec], output) => [name, operand({ output }, spec, "write")] as const),
    ];
    return {
      launches: [
        {
          kind: "host",
          name: step.name,
          operands: Object.fromEntries(operands),
          run: (arrays) => step.run(arrays as Named<Inputs | Outputs, NumericArray>),
        },
      ],
      temporaries: [],
      aliases: [],
    };
  };
}

function makeGradientRule<Inputs extends string, Outputs extends string>(
  step: HostStep<Inputs, Outputs>,
): Gradient<NoAttributes> {
  const reads = step.inputs.flatMap((name, index) => (step.reads?.includes(name) ? [index] : []));
  return {
    reads: () => ({ inputs: reads, outputs: [] }),
    apply: ({ inputs, inputSpecs, outputGradients }) => {
      const gradients = step.gradient!(
        nameValues(listOutputNames(step, inputSpecs), outputGradients) as Partial<Named<Outputs, Tensor>>,
        nameValues(step.inputs, inputs) as Partial<Named<Inputs, Tensor>>,
      );
      return step.inputs.map((name) => gradients[name]);
    },
  };
}
