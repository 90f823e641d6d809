import { LAMB, LARS, Lion, type Module, Muon, type Optimizer, type OptimizerOptions } from "@evenkeel/nn";
import { describe, expect, test } from "vitest";
import { referenceBackend } from "../../src/reference.ts";
import { onEachBackend } from "../each-backend.ts";
import type { Course } from "../pytorch/ask-pytorch.ts";
import {
  findError,
  gradients,
  learningRate,
  runCourse,
  values,
  weightDecay,
} from "../pytorch/optimizer-course.ts";

/** Written from the papers, in float64, for one parameter at a time. */
type Formula = (shape: readonly number[]) => (value: number[], gradient: number[], step: number) => number[];

const norm = (x: readonly number[]): number => Math.hypot(...x);
const zeros = (shape: readonly number[]): number[] => new Array(shape.reduce((a, b) => a * b)).fill(0);

/** Chen et al. 2023, algorithm 2. */
const lion: Formula = (shape) => {
  const momentum = zeros(shape);
  return (value, gradient) =>
    value.map((x, index) => {
      const update = Math.sign(0.9 * momentum[index]! + 0.1 * gradient[index]!);
      momentum[index] = 0.99 * momentum[index]! + 0.01 * gradient[index]!;
      return x - learningRate * (update + weightDecay * x);
    });
};

/** You et al. 2020, algorithm 2. */
const lamb: Formula = (shape) => {
  const [m, v] = [zeros(shape), zeros(shape)];
  return (value, gradient, step) => {
    const direction = value.map((x, index) => {
      const g = gradient[index]!;
      m[index] = 0.9 * m[index]! + 0.1 * g;
      v[index] = 0.999 * v[index]! + 0.001 * g * g;
      const root = Math.sqrt(v[index]! / (1 - 0.999 ** step));
      return m[index]! / (1 - 0.9 ** step) / (root + 1e-6) + weightDecay * x;
    });
    const ratio = norm(value) / norm(direction);
    return value.map((x, index) => x - learningRate * ratio * direction[index]!);
  };
};

/** You, Gitman and Ginsburg 2017, algorithm 1, with a trust coefficient of 0.1. */
const lars: Formula = (shape) => {
  const velocity = zeros(shape);
  return (value, gradient) => {
    const ratio = (0.1 * norm(value)) / (norm(gradient) + weightDecay * norm(value) + 1e-8);
    return value.map((x, index) => {
      velocity[index] = 0.9 * velocity[index]! + learningRate * ratio * (gradient[index]! + weightDecay * x);
      return x - velocity[index]!;
    });
  };
};

type Matrix = number[][];

const multiply = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, column) => row.reduce((sum, x, k) => sum + x * b[k]![column]!, 0)));
const transpose = (a: Matrix): Matrix => a[0]!.map((_, column) => a.map((row) => row[column]!));
const combine = (a: Matrix, x: number, b: Matrix, y: number): Matrix =>
  a.map((row, i) => row.map((value, j) => x * value + y * b[i]![j]!));

/** Jordan et al. 2024: five Newton-Schulz steps, always with X X'. */
function orthogonalized(matrix: Matrix): Matrix {
  let x = matrix.map((row) => row.map((value) => value / norm(matrix.flat())));
  for (let step = 0; step < 5; step++) {
    const gram = multiply(x, transpose(x));
    const polynomial = combine(gram, -4.775, multiply(gram, gram), 2.0315);
    x = combine(x, 3.4445, multiply(polynomial, x), 1);
  }
  return x;
}

/** As `torch.optim.Muon` of PyTorch 2.9, in float64. */
const muonMatrix: Formula = ([rows, columns]) => {
  const momentum = zeros([rows!, columns!]);
  return (value, gradient) => {
    const ahead = gradient.map((g, index) => {
      momentum[index] = 0.95 * momentum[index]! + 0.05 * g;
      return 0.05 * g + 0.95 * momentum[index]!;
    });
    const matrix = Array.from({ length: rows! }, (_, row) =>
      ahead.slice(row * columns!, (row + 1) * columns!),
    );
    const direction = orthogonalized(matrix).flat();
    const rate = learningRate * Math.sqrt(Math.max(1, rows! / columns!));
    return value.map((x, index) => x * (1 - learningRate * weightDecay) - rate * direction[index]!);
  };
};

/** Loshchilov and Hutter 2019, algorithm 2, with the betas and the smaller rate that Muon gives AdamW. */
const muonVector: Formula = (shape) => {
  const [m, v] = [zeros(shape), zeros(shape)];
  const rate = 0.015 * learningRate;
  return (value, gradient, step) =>
    value.map((x, index) => {
      const g = gradient[index]!;
      m[index] = 0.9 * m[index]! + 0.1 * g;
      v[index] = 0.95 * v[index]! + 0.05 * g * g;
      const root = Math.sqrt(v[index]! / (1 - 0.95 ** step)) + 1e-8;
      return x * (1 - rate * weightDecay) - (rate * m[index]!) / (1 - 0.9 ** step) / root;
    });
};

const muon: Formula = (shape) => (shape.length >= 2 ? muonMatrix(shape) : muonVector(shape));

function computeCourse(formula: Formula): Course {
  const updates = values.map(({ shape }) => formula(shape));
  let state = values.map(({ data }) => [...data]);
  return gradients.map((given, index) => {
    state = state.map((value, parameter) => {
      const gradient = value.map((x, place) => given[parameter]!.data[place]! + x / 2);
      return updates[parameter]!(value, gradient, index + 1);
    });
    return state.flat();
  });
}

type Make = (model: Module, options: OptimizerOptions) => Optimizer;

/** With the largest deviation of a value in f32; those of Muon grow by the slope of the iteration at 0, 3.4 a step. */
const cases: readonly (readonly [name: string, formula: Formula, make: Make, tolerance: number])[] = [
  ["Lion", lion, (model, options) => new Lion(model, options), 2e-6],
  ["LAMB", lamb, (model, options) => new LAMB(model, { ...options, allAdapted: true }), 5e-6],
  [
    "LARS",
    lars,
    (model, options) => new LARS(model, { ...options, allAdapted: true, trustCoefficient: 0.1 }),
    2e-6,
  ],
  ["Muon", muon, (model, options) => new Muon(model, options), 5e-6],
];

describe("20 steps of an optimizer that PyTorch 1.13 lacks", () => {
  test.each(cases)("%s follows its paper in float64", async (_, formula, make) => {
    const course = await runCourse(make, referenceBackend);
    expect(findError(course, computeCourse(formula))).toBeLessThan(1e-12);
  });

  onEachBackend((backend) => {
    test.each(cases)("%s follows its paper in float32", async (_, formula, make, tolerance) => {
      const course = await runCourse(make, backend());
      expect(findError(course, computeCourse(formula))).toBeLessThan(tolerance);
    });
  });
});
