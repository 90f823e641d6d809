import { ArgumentError, ShapeError } from "../../../checks/errors.ts";
import type { Backend } from "../../../core/devices/backend.ts";
import type { Executor } from "../../../core/executor.ts";
import { Tensor, TensorStorage } from "../../../core/memory/tensor.ts";
import type { AnyOp, Attributes, ExpressionOf, OpCall } from "../../../core/op.ts";
import type { Shape, Spec } from "../../../core/spec.ts";
import { formatShape, formatSpec, isSameShape } from "../../../core/spec.ts";
import { listInputsRead } from "../../../expression/differentiate.ts";
import type { ScalarType } from "../../../expression/dtype.ts";
import { getComputeType } from "../../../expression/dtype.ts";
import type { Expression, Value } from "../../../expression/expression.ts";
import { ExpressionBuilder, inlineExpression, keepInputs } from "../../../expression/expression.ts";

/** One op of a traced function. Operands and results are given by the numbers of their tensors in the trace. */
interface Step {
  readonly op: AnyOp;
  readonly expression: ExpressionOf<Attributes>;
  readonly attrs: Attributes;
  readonly specs: readonly (Spec | undefined)[];
  readonly operands: readonly (number | undefined)[];
  readonly results: readonly number[];
  readonly resultShape: Shape;
}

export interface FusedFunction {
  readonly expression: Expression;
  /** The inputs of the trace that the expression reads, in its order. */
  readonly reads: readonly number[];
}

const identities = new WeakMap<AnyOp, number>();
let identityCount = 0;

function getIdentity(op: AnyOp): number {
  let identity = identities.get(op);
  if (identity === undefined) {
    identity = identityCount++;
    identities.set(op, identity);
  }
  return identity;
}

/**
 * Records the operations of a function instead of running them. Tensors that no step created - arguments and those that the
 * function closes over alike - are inputs; results are placeholders without memory.
 */
export class Trace implements Executor {
  readonly inputs: Tensor[] = [];
  readonly scalars: number[] = [];
  /** The backend of the first tensor, on which random numbers and constants are created too. */
  backend: Backend | undefined;
  private readonly steps: Step[] = [];
  private readonly numbers = new Map<Tensor["id"], number>();
  private readonly inputNumbers: number[] = [];
  private placeholders: TensorStorage | undefined;

  constructor(backend: Backend | undefined) {
    this.backend = backend;
  }

  execute({ op, inputs, attrs, scalars, backend }: OpCall): Tensor[] {
    if (!("expression" in op.meaning)) {
      throw new ArgumentError(`fuse: found ${op.name}, expected only elementwise operations`);
    }
    const specs = inputs.map((input) => input && { shape: input.shape, dtype: input.dtype });
    const outputs = op.outputs(specs, attrs).map((spec) => this.makePlaceholder(spec, backend));
    this.steps.push({
      op,
      expression: op.meaning.expression,
      attrs,
      specs,
      operands: inputs.map((input) => input && this.getNumber(input)),
      results: outputs.map((output) => this.assign(output)),
      resultShape: outputs[0]!.shape,
    });
    this.scalars.push(...scalars);
    return outputs;
  }

  /** The number of a tensor, which becomes an input if no step created it. */
  getNumber(tensor: Tensor): number {
    const known = this.numbers.get(tensor.id);
    if (known !== undefined) return known;
    const number = this.assign(tensor);
    this.inputs.push(tensor);
    this.inputNumbers.push(number);
    return number;
  }

  /** A key that is equal for traces of the same expression, which may differ only in their scalars. */
  makeKey(outputs: readonly number[]): string {
    const inputs = this.inputs.map((input, index) => `${this.inputNumbers[index]} ${formatSpec(input)}`);
    const steps = this.steps.map(
      ({ op, attrs, operands }) => `${getIdentity(op)} ${operands.join()} ${JSON.stringify(attrs)}`,
    );
    return [...inputs, ...steps, outputs.join()].join("\n");
  }

  /** The expression of the given tensors, all of one shape. */
  build(outputs: readonly Tensor[]): FusedFunction {
    const { shape } = outputs[0]!;
    const builder = new ExpressionBuilder();
    const values: Value[] = [];
    this.inputs.forEach(({ dtype }, index) => {
      values[this.inputNumbers[index]!] = builder.add({ op: "input", type: getComputeType(dtype), index });
    });
    const scalarTypes: ScalarType[] = [];
    for (const step of this.steps) inlineStep(step, shape, builder, values, scalarTypes);
    const expression = builder.finish(
      this.inputs.map(({ dtype }) => dtype),
      scalarTypes,
      outputs.map((output) => ({ value: values[this.getNumber(output)]!, dtype: output.dtype })),
    );
    const reads = [...listInputsRead(expression)].sort((a, b) => a - b);
    const readsAll = reads.length === this.inputs.length;
    return { expression: readsAll ? expression : keepInputs(expression, reads), reads };
  }

  /** Frees the placeholders. */
  release(): void {
    this.placeholders?.release();
  }

  private makePlaceholder(spec: Spec, backend: Backend): Tensor {
    this.backend ??= backend;
    if (this.placeholders === undefined) {
      this.placeholders = new TensorStorage(backend, 0);
      this.placeholders.retain();
    }
    return new Tensor(this.placeholders, spec);
  }

  private assign(tensor: Tensor): number {
    const number = this.numbers.size;
    this.numbers.set(tensor.id, number);
    return number;
  }
}

/** Writes a step into the builder; appends the types of its scalars and fills in the values of its results. */
function inlineStep(
  step: Step,
  shape: Shape,
  builder: ExpressionBuilder,
  values: Value[],
  scalarTypes: ScalarType[],
): void {
  const expression = step.expression(step.specs, step.attrs);
  if (expression.nodes.some(({ op }) => op === "index") && !isSameShape(step.resultShape, shape)) {
    throw new ShapeError(
      `fuse: ${step.op.name} depends on positions in ${formatShape(step.resultShape)}, expected the shape of the result, ${formatShape(shape)}`,
    );
  }
  const scalars = expression.scalars.map((type) =>
    builder.add({ op: "scalar", type, index: scalarTypes.push(type) - 1 }),
  );
  const operands = step.operands.flatMap((number) => (number === undefined ? [] : [values[number]!]));
  inlineExpression(expression, builder, operands, scalars).forEach((value, index) => {
    values[step.results[index]!] = value;
  });
}
