import { type DataSource, evaluate, type Module } from "@evenkeel/nn";
import { div, mul, normal, scope, sqrt, sum, type Tensor } from "@evenkeel/tensor";
import {
  anAbortSignal,
  callable,
  checkOptions,
  checkValue,
  positive,
  type Rule,
  seedWord,
} from "@evenkeel/tensor/checks";
import { aDataSource, aModule } from "../model/check-arguments.ts";
import { disposeAll, type Loss } from "../model/differentiate.ts";
import { fromHere, type ParameterPoint } from "../model/parameter-point.ts";

export interface LossSliceOptions<Inputs = Tensor, Labels = Tensor, Outputs = Tensor> {
  readonly data: DataSource<Inputs, Labels>;
  readonly loss: Loss<Labels, Outputs>;
  /** The number of random directions: 1 for a curve, 2 for a surface. Default 1. */
  readonly directions?: 1 | 2;
  /** How far to go to both sides, where 1 is as far as the norm of each filter. Default 1. */
  readonly extent?: number;
  /** The number of points along a direction, an odd one, so that the model itself is the middle. Default 21. */
  readonly points?: number;
  /** Of the directions; default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

export interface LossSlice {
  /** From -extent to extent. */
  readonly positions: readonly number[];
  /** The mean loss at each position of the first direction, in a row for each position of the second one: one row for a curve. */
  readonly losses: readonly (readonly number[])[];
}

const oneOrTwo: Rule = { expected: "1 or 2", accepts: (value) => value === 1 || value === 2 };
const odd: Rule = {
  expected: "an odd number from 3",
  accepts: (value) => Number.isInteger(value) && (value as number) >= 3 && (value as number) % 2 === 1,
};

/**
 * The loss around the parameters of a model, along random directions whose filters have the norms of the model's filters (H. Li et al. 2018,
 * section 4), so that models of different scales of weights can be compared. Biases, scales and shifts do not move. The model is evaluated with its
 * running statistics, as in `evaluate`, and stays as it is.
 *
 * Rejects with ArgumentError for wrong arguments, with what the model and the loss throw, and with the signal's reason.
 *
 * @example const { positions, losses } = await measureLossSlice(model, { data: test, loss: crossEntropy, extent: 0.5 });
 */
export async function measureLossSlice<Inputs, Labels, Outputs>(
  model: Module<[Inputs], Outputs>,
  options: LossSliceOptions<Inputs, Labels, Outputs>,
): Promise<LossSlice> {
  checkValue("measureLossSlice: model", model, aModule);
  checkOptions<LossSliceOptions<never, never, never>>(
    "measureLossSlice",
    options as LossSliceOptions<never, never, never>,
    {
      data: aDataSource,
      loss: callable,
      directions: oneOrTwo,
      extent: positive,
      points: odd,
      seed: seedWord,
      signal: anAbortSignal,
    },
    ["data", "loss"],
  );
  const { data, loss, directions = 1, extent = 1, points = 21, seed = 0, signal } = options;
  const half = (points - 1) / 2;
  const positions = Array.from({ length: points }, (_, index) => ((index - half) / half) * extent);
  const measure = async (): Promise<number> =>
    (await evaluate(model, { data: data as never, loss: loss as never, signal })).loss;
  return fromHere(model, async (here) => {
    const [first, second] = Array.from({ length: directions }, (_, index) =>
      drawDirection(here, { seed, direction: index }),
    ) as [Direction, Direction?];
    const losses: number[][] = [];
    try {
      for (const across of second === undefined ? [0] : positions) {
        const row: number[] = [];
        for (const along of positions) {
          here.move(
            { direction: first, distance: along },
            ...(second === undefined ? [] : [{ direction: second, distance: across }]),
          );
          row.push(await measure());
        }
        losses.push(row);
      }
    } finally {
      for (const direction of [first, second ?? []]) disposeAll(direction.filter((one) => one !== undefined));
    }
    return { positions, losses };
  });
}

type Direction = readonly (Tensor | undefined)[];

/** A normal direction in which each filter, a slice along the first axis of a weight, has the norm of the model's filter. */
const drawDirection = (
  { values }: ParameterPoint,
  { seed, direction }: { readonly seed: number; readonly direction: number },
): Direction =>
  values.map((value, index) => {
    if (value.rank < 2) return undefined;
    return scope(() => {
      const drawn = normal(value.shape, {
        seed,
        stream: direction * values.length + index,
        backend: value.backend,
      });
      const axis = Array.from({ length: value.rank - 1 }, (_, inner) => inner + 1);
      const computeNorms = (x: Tensor): Tensor => sqrt(sum(mul(x, x), { axis, keepDims: true }));
      return mul(drawn, div(computeNorms(value), computeNorms(drawn)));
    });
  });
