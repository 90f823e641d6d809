import type { Accuracy, CaseInput, CaseValues, Shape } from "@evenkeel/tensor";

/** Shapes on which every op over x is tested; the names give the reasons. */
export const caseShapes: readonly { readonly name: string; readonly shape: Shape; readonly axis: number }[] =
  [
    { name: "matrix", shape: [7, 5], axis: 1 },
    { name: "one channel", shape: [33, 1], axis: 1 },
    { name: "short runs", shape: [3, 2, 4], axis: 1 },
    { name: "NCHW, long runs", shape: [3, 2, 9, 11], axis: 1 },
    { name: "NCHW, runs of several tiles", shape: [2, 2, 47, 50], axis: 1 },
    { name: "NCHW, channels that share items, one of them alone", shape: [9, 17, 23, 25], axis: 1 },
    { name: "NHWC, odd sizes", shape: [3, 5, 7, 19], axis: 3 },
    { name: "NHWC, quads of channels", shape: [50, 3, 12], axis: 2 },
    { name: "NHWC, quads of channels in parts", shape: [70, 61, 8], axis: 2 },
    { name: "NHWC, one quad of channels in parts", shape: [70, 61, 4], axis: 2 },
    { name: "runs of one quad", shape: [37, 6, 2, 2], axis: 1 },
    { name: "runs of two quads", shape: [37, 6, 2, 4], axis: 1 },
    { name: "maps of 7 x 7", shape: [24, 5, 7, 7], axis: 1 },
    { name: "as much as a workgroup keeps", shape: [45, 2, 16, 16], axis: 1 },
    { name: "rank 5", shape: [2, 3, 2, 3, 5], axis: 1 },
    { name: "channels first", shape: [5, 4, 3], axis: 0 },
    { name: "rank 1", shape: [0], axis: 0 },
    { name: "empty batch", shape: [0, 3, 2, 2], axis: 1 },
    { name: "empty planes", shape: [2, 3, 0, 2], axis: 1 },
    { name: "no channels", shape: [3, 0, 2], axis: 1 },
    { name: "few channels in parts", shape: [2, 2, 180, 190], axis: 1 },
    { name: "more than 65,535 rows in parts", shape: [65_601, 2], axis: 1 },
    { name: "more than 65,535 channels", shape: [2, 65_600], axis: 1 },
  ];

export const f32 = (shape: Shape, values: CaseValues = { normal: [0.5, 1.5] }): CaseInput => ({
  shape,
  dtype: "f32",
  values,
});

export const f16 = (shape: Shape): CaseInput => ({ shape, dtype: "f16", values: { normal: [0.5, 1.5] } });

/** Shapes of tensors in f16: lanes of four values, of four channels and of single values, in one tile and in parts. */
export const halfShapes: readonly { readonly name: string; readonly shape: Shape; readonly axis: number }[] =
  [
    { name: "f16, NCHW", shape: [6, 5, 4, 8], axis: 1 },
    { name: "f16, NCHW in parts", shape: [3, 2, 90, 64], axis: 1 },
    { name: "f16, quads of channels", shape: [50, 3, 12], axis: 2 },
    { name: "f16, quads of channels in parts", shape: [70, 61, 8], axis: 2 },
    { name: "f16, odd sizes", shape: [9, 5, 7], axis: 1 },
    { name: "f16, odd sizes in parts", shape: [2, 2, 65, 65], axis: 1 },
    { name: "f16, empty batch", shape: [0, 3, 2, 2], axis: 1 },
  ];

/** Positive values, which can serve as statistics: counts, means and M2. */
export const positive = (shape: Shape): CaseInput => f32(shape, { uniform: [0.5, 1.5] });

/** x in which every other channel contains NaN or both infinities. */
export const poisoned: CaseInput = f32(
  [6, 4, 1, 1],
  [...[NaN, 1, Infinity, 2, 0.5, 4, -Infinity, 8, -2, 0.25, 1, 3, 1, 2, 3, 4, 5, 7, 6, 9, 0, -1, 2, 1.5]],
);

/** x with one infinite value in the middle channel: the first value, one of the last, or one in a later tile. */
export const infinities: readonly CaseInput[] = [
  [[5, 3], 1],
  [[5, 3], 13],
  [[3, 3, 47, 50], 2350],
  [[3, 3, 47, 50], 19_000],
  [[700, 3, 4], 4 + 12 * 600],
  [[700, 3, 4], 5],
].map(([shape, place]) => {
  const size = (shape as number[]).reduce((a, b) => a * b);
  return f32(
    shape as number[],
    Array.from({ length: size }, (_, at) => (at === place ? Infinity : Math.sin(at))),
  );
});

/** For normalized values of data whose mean is within a few standard deviations of 0. */
export const normalizedAccuracy: Accuracy = {
  relative: 2e-6,
  absolute: 4e-6,
  reason:
    "|error of y| <= 2e-6 (|scale| (|xhat| + |mean| / std) + |shift|): statistics are off by a few roundings of sums of |x - mean|; the bracket is at most 2 beyond |y| for this data",
};
