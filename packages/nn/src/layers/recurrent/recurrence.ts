import { customGradient } from "@evenkeel/autodiff";
import type { Tensor } from "@evenkeel/tensor";
import {
  add,
  concatenate,
  greater,
  gruCell,
  gruCellGradient,
  linear,
  linearWithResidual,
  lstmCell,
  lstmCellGradient,
  matmul,
  mul,
  reshape,
  scope,
  split,
  square,
  stack,
  sub,
  sum,
  tanh,
  transpose,
  where,
  zeros,
} from "@evenkeel/tensor";

/** The arithmetic of a step. */
export type CellKind = "lstm" | "gru" | "tanh" | "relu";

/** The operands of one direction of one layer. */
export interface RecurrenceOperands {
  /** The products of the inputs, with all biases that are added outside of products with the state: [length, n, gates size]. */
  readonly x: Tensor;
  /** [gates size, outputs]. */
  readonly weight: Tensor;
  /** The state before the first step, [n, outputs]. */
  readonly h: Tensor;
  /** The memory of an LSTM, [n, size]. */
  readonly c?: Tensor | undefined;
  /** The bias of the product with the state of a GRU, [gates size]. */
  readonly bias?: Tensor | undefined;
  /** The projection of an LSTM, [outputs, size]. */
  readonly projection?: Tensor | undefined;
  /** Bool [length, n, 1]: where it is false, the state stays as it is. */
  readonly mask?: Tensor | undefined;
}

/** The state after each step, in the order of time, and what the gradient of the step reads. */
interface Course {
  readonly h: readonly Tensor[];
  readonly c: readonly Tensor[];
  /** The sums of the gates of an LSTM, or the products of a GRU with its state. */
  readonly gates: readonly Tensor[];
  /** The outputs of an LSTM before their projection. */
  readonly shown: readonly Tensor[];
}

const courseNames = ["h", "c", "gates", "shown"] as const;
const operandNames = ["x", "weight", "h", "c", "bias", "projection", "mask"] as const;

/** A recurrence: its cell, and whether it begins at the end. */
interface Direction {
  readonly kind: CellKind;
  readonly reverse: boolean;
}

/**
 * Runs a recurrence: its states after each position, [length, n, outputs], and after the last step. Its gradient goes back step by step and
 * computes those of the weights by one product over all steps.
 */
export function runRecurrence(
  direction: Direction,
  operands: RecurrenceOperands,
): { readonly y: Tensor; readonly h: Tensor; readonly c: Tensor | undefined } {
  return scope(() => {
    const present = operandNames.filter((name) => operands[name] !== undefined);
    const name = (tensors: readonly Tensor[]): RecurrenceOperands =>
      Object.fromEntries(present.map((operand, index) => [operand, tensors[index]])) as never;
    const length = operands.x.shape[0]!;
    const kept = courseNames.filter((part) => part === "h" || isKept(part, direction.kind, operands));
    const cut = <Part>(all: readonly Part[]): { readonly [Name in keyof Course]: readonly Part[] } => {
      const parts = courseNames.map((part) => {
        const place = kept.indexOf(part);
        return [part, place < 0 ? [] : all.slice(place * length, (place + 1) * length)] as const;
      });
      return Object.fromEntries(parts) as never;
    };
    const run = customGradient(
      (...tensors: readonly Tensor[]): readonly Tensor[] => {
        const course = walk(direction, name(tensors));
        return kept.flatMap((part) => course[part]);
      },
      (gradients, { inputs, outputs, needed }) => {
        const found = walkBack(direction, name(inputs), cut(outputs as readonly Tensor[]), cut(gradients));
        return present.map((operand, index) => (needed[index] ? found[operand]?.() : undefined));
      },
    );
    const { h, c } = cut(run(...present.map((operand) => operands[operand]!)));
    const last = direction.reverse ? 0 : length - 1;
    const states = stack(h);
    const y = operands.mask === undefined ? states : where(operands.mask, states, 0);
    return { y, h: h[last]!, c: c[last] };
  });
}

const isKept = (part: keyof Course, kind: CellKind, { projection }: RecurrenceOperands): boolean =>
  part === "shown" ? projection !== undefined : kind === "lstm" || (kind === "gru" && part === "gates");

/** The parts of [length, ...], one for each position. */
const splitSteps = (x: Tensor): Tensor[] =>
  split(x, x.shape[0]!).map((step) => reshape(step, x.shape.slice(1)));

/** The positions in the order of the steps. */
const listPositions = (length: number, reverse: boolean): number[] =>
  Array.from({ length }, (_, step) => (reverse ? length - 1 - step : step));

function walk({ kind, reverse }: Direction, operands: RecurrenceOperands): Course {
  const { x, weight, bias, projection, mask } = operands;
  const steps = splitSteps(x);
  const masks = mask && splitSteps(mask);
  const course = { h: [...steps], c: [...steps], gates: [...steps], shown: [...steps] };
  let { h, c } = operands;
  for (const at of listPositions(steps.length, reverse)) {
    const input = steps[at]!;
    let next: Tensor;
    let nextC = c;
    if (kind === "lstm") {
      const gates = linearWithResidual(h, weight, input);
      const [shown, memory] = lstmCell(gates, c!);
      next = projection === undefined ? shown : linear(shown, projection);
      nextC = memory;
      course.gates[at] = gates;
      course.shown[at] = shown;
    } else if (kind === "gru") {
      const hidden = linear(h, weight, bias);
      next = gruCell(input, hidden, h);
      course.gates[at] = hidden;
    } else {
      const total = linearWithResidual(h, weight, input, { activation: kind === "relu" ? "relu" : "none" });
      next = kind === "relu" ? total : tanh(total);
    }
    const own = masks?.[at];
    h = own === undefined ? next : where(own, next, h);
    c = own === undefined || c === undefined ? nextC : where(own, nextC!, c);
    course.h[at] = h;
    if (c !== undefined) course.c[at] = c;
  }
  return course;
}

type Found = { readonly [Name in keyof RecurrenceOperands]?: () => Tensor };
type CourseGradients = { readonly [Name in keyof Course]: readonly (Tensor | undefined)[] };

/** The sum of those that are there. */
const addPresent = (...terms: readonly (Tensor | undefined)[]): Tensor | undefined =>
  terms.reduce((total, term) => (total && term ? add(total, term) : (total ?? term)), undefined);

function walkBack(
  { kind, reverse }: Direction,
  operands: RecurrenceOperands,
  course: Course,
  given: CourseGradients,
): Found {
  const { x, weight, projection, mask } = operands;
  const length = x.shape[0]!;
  const positions = listPositions(length, reverse);
  const steps = kind === "gru" ? splitSteps(x) : [];
  const masks = mask && splitSteps(mask);
  const transposed = transpose(weight, [1, 0]);
  const before = (states: readonly Tensor[], step: number, first: Tensor): Tensor =>
    step === 0 ? first : states[positions[step - 1]!]!;
  const zerosLike = ({ shape, dtype, backend }: Tensor): Tensor => zeros(shape, { dtype, backend });
  const [ofInputs, ofGates, ofOutputs, previous] = [[], [], [], []] as [
    Tensor[],
    Tensor[],
    Tensor[],
    Tensor[],
  ];
  let dh = given.h[positions.at(-1)!];
  let dc = operands.c && given.c[positions.at(-1)!];
  for (let step = length - 1; step >= 0; step--) {
    const at = positions[step]!;
    const h = before(course.h, step, operands.h);
    const own = masks?.[at];
    const whole = dh ?? zerosLike(h);
    const slope = own === undefined ? whole : where(own, whole, 0);
    let passed = own && where(own, 0, whole);
    let ofGate: Tensor;
    if (kind === "lstm") {
      const c = before(course.c, step, operands.c!);
      const wholeC = dc ?? zerosLike(c);
      const ofShown =
        projection === undefined ? slope : addPresent(matmul(slope, projection), given.shown[at])!;
      const slopeC = own === undefined ? wholeC : where(own, wholeC, 0);
      const [dGates, dMemory] = lstmCellGradient(course.gates[at]!, c, ofShown, slopeC);
      ofGate = addPresent(dGates, given.gates[at])!;
      ofInputs[at] = ofGate;
      ofOutputs[at] = slope;
      const earlier = step === 0 ? undefined : given.c[positions[step - 1]!];
      dc = addPresent(dMemory, earlier, own && where(own, 0, wholeC));
    } else if (kind === "gru") {
      const [dInput, dHidden, direct] = gruCellGradient(steps[at]!, course.gates[at]!, h, slope);
      ofGate = addPresent(dHidden, given.gates[at])!;
      ofInputs[at] = dInput;
      passed = addPresent(passed, direct);
    } else {
      const y = course.h[at]!;
      ofGate = kind === "relu" ? where(greater(y, 0), slope, 0) : mul(slope, sub(1, square(y)));
      ofInputs[at] = ofGate;
    }
    ofGates[at] = ofGate;
    previous[at] = h;
    const residual = addPresent(passed, step === 0 ? undefined : given.h[positions[step - 1]!]);
    dh = residual ? linearWithResidual(ofGate, transposed, residual) : linear(ofGate, transposed);
  }
  const [dFirst, dMemory] = [dh!, dc];
  const joined = (tensors: readonly Tensor[]): Tensor => concatenate(tensors);
  return {
    x: () => stack(ofInputs),
    weight: () => matmul(joined(ofGates), joined(previous), { transposeA: true }),
    bias: () => sum(joined(ofGates), { axis: 0 }),
    projection: () => matmul(joined(ofOutputs), joined(course.shown), { transposeA: true }),
    h: () => dFirst,
    c: () => dMemory!,
  };
}
