import type { Batch, DataSource } from "@evenkeel/nn";
import { threefry } from "@evenkeel/tensor";

export interface SyntheticOptions {
  readonly examples: number;
  readonly batchSize: number;
  readonly seed: number;
}

/** Random numbers in [-1, 1), which depend only on the seed. */
export function noise(seed: number, stream: number, length: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => threefry(seed, stream, index) / 2 ** 31 - 1);
}

/** Points in the plane, labelled by their pair of quadrants, which no linear model can separate. */
export function quadrants({ examples, batchSize, seed }: SyntheticOptions): DataSource {
  return function* (epoch): Generator<Batch> {
    for (let first = 0; first < examples; first += batchSize) {
      const points = noise(seed, epoch * examples + first, 2 * batchSize);
      const labels = Int32Array.from({ length: batchSize }, (_, index) =>
        Number(points[2 * index]! * points[2 * index + 1]! > 0),
      );
      yield { inputs: { data: points, shape: [batchSize, 2] }, labels };
    }
  };
}

/** Noisy 12x12 images with a horizontal or vertical bright bar: two classes. */
export function bars({ examples, batchSize, seed }: SyntheticOptions): DataSource {
  const size = 12;
  return function* (epoch): Generator<Batch> {
    for (let first = 0; first < examples; first += batchSize) {
      const stream = epoch * examples + first;
      const images = noise(seed, stream, batchSize * size * size);
      const labels = Int32Array.from(
        { length: batchSize },
        (_, index) => threefry(seed + 1, stream, index) % 2,
      );
      labels.forEach((label, index) => {
        const line = threefry(seed + 2, stream, index) % size;
        for (let along = 0; along < size; along++) {
          const [row, column] = label === 0 ? [line, along] : [along, line];
          images[(index * size + row) * size + column]! += 1.5;
        }
      });
      yield { inputs: { data: images, shape: [batchSize, 1, size, size] }, labels };
    }
  };
}
