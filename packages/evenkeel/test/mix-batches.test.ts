import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../src/index.ts";
import {
  ArgumentError,
  batches,
  cpu,
  crossEntropy,
  mixBatches,
  ones,
  selectBackend,
  setDefaultBackend,
  syntheticFigures,
  Tensor,
} from "../src/index.ts";

let backend: Backend;
beforeAll(async () => {
  backend = await selectBackend([cpu({ threads: 1 })]);
});
afterAll(async () => {
  setDefaultBackend(undefined);
  await backend.close();
});

const figures = syntheticFigures({ count: 24, seed: 1, part: "train" });
const plain = batches(figures, { batchSize: 8, shuffled: true, seed: 3 });

interface Values {
  readonly inputs: readonly number[];
  readonly labels: readonly number[];
}

async function readAll(source: typeof plain, { epoch = 0, first = 0 } = {}): Promise<Values[]> {
  const found: Values[] = [];
  for await (const { inputs, labels } of source.epochFrom(first, epoch)) {
    found.push({ inputs: [...(await inputs.data())], labels: [...(await labels.data())] });
    inputs.dispose();
    labels.dispose();
  }
  return found;
}

const area = 28 * 28;

/** The share of the first image in each example of a mixed batch, by its labels, and of its two classes. */
function findShares(mixed: Values, given: Values, classes: number): number[] {
  return given.labels.map((label, index) => {
    const other = given.labels.at(index - 1)!;
    const row = mixed.labels.slice(index * classes, (index + 1) * classes);
    expect(row.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
    expect(row.filter((share) => share !== 0).length).toBeLessThanOrEqual(2);
    return label === other ? Number.NaN : row[label]!;
  });
}

describe("mixed batches", () => {
  test("mixUp adds images and labels in one proportion", async () => {
    const given = await readAll(plain);
    const mixed = await readAll(mixBatches(plain, { classes: 10, mixUp: 1 }));
    expect(mixed.length).toBe(3);
    const proportions = mixed.map((batch, position) => {
      const { inputs } = given[position]!;
      const shares = findShares(batch, given[position]!, 10).filter((share) => !Number.isNaN(share));
      const share = shares[0]!;
      for (const other of shares) expect(other).toBeCloseTo(share, 5);
      const expected = inputs.map((value, index) => {
        const rolled = index < area ? inputs[7 * area + index]! : inputs[index - area]!;
        return share * value + (1 - share) * rolled;
      });
      batch.inputs.forEach((value, index) => {
        if (Math.abs(value - expected[index]!) > 1e-4) expect(value).toBeCloseTo(expected[index]!, 4);
      });
      return share;
    });
    expect(new Set(proportions).size).toBe(3);
  });

  test("cutMix pastes a rectangle whose area is the share of its label", async () => {
    const given = await readAll(plain);
    const mixed = await readAll(mixBatches(plain, { classes: 10, cutMix: 1, seed: 5 }));
    mixed.forEach((batch, position) => {
      const { inputs } = given[position]!;
      const [share] = findShares(batch, given[position]!, 10).filter((one) => !Number.isNaN(one));
      const pasted = new Set<number>();
      batch.inputs.forEach((value, index) => {
        const rolled = index < area ? inputs[7 * area + index]! : inputs[index - area]!;
        expect(value === inputs[index] || value === rolled).toBe(true);
        if (value !== inputs[index]) pasted.add(index % area);
      });
      // Pixels at which all images agree count as not pasted.
      expect(pasted.size).toBeLessThanOrEqual(Math.round((1 - share!) * area));
    });
  });

  test("depend on the seed, the epoch and the position, also of a run that goes on", async () => {
    const source = mixBatches(plain, { classes: 10, mixUp: 0.4, cutMix: 1, probability: 0.8 });
    const all = await readAll(source, { epoch: 2 });
    expect(await readAll(source, { epoch: 2 })).toEqual(all);
    expect(await readAll(source, { epoch: 2, first: 1 })).toEqual(all.slice(1));
    expect(await readAll(source, { epoch: 1 })).not.toEqual(all);
    expect([source.batchesPerEpoch, source.seed]).toEqual([3, 3]);
  });

  test("that are not mixed have labels of probability 1, which a loss takes", async () => {
    const source = mixBatches(plain, { classes: 10, mixUp: 1, probability: 0 });
    const [given] = await readAll(plain);
    const [same] = await readAll(source);
    expect(same!.inputs).toEqual(given!.inputs);
    expect(findShares(same!, given!, 10).every((share) => Number.isNaN(share) || share === 1)).toBe(true);
    for await (const { inputs, labels } of source.epoch(0, backend)) {
      const loss = await crossEntropy(ones([8, 10]), labels).data();
      expect(loss[0]).toBeCloseTo(Math.log(10), 5);
      for (const tensor of [inputs, labels]) expect(tensor).toBeInstanceOf(Tensor);
    }
  });

  test("reject wrong arguments", async () => {
    for (const wrong of [
      {},
      { classes: 10 },
      { classes: 0, mixUp: 1 },
      { classes: 10, mixUp: 0 },
      { classes: 10, mixup: 1 },
    ]) {
      expect(() => mixBatches(plain, wrong as never)).toThrow(ArgumentError);
    }
    expect(() => mixBatches([] as never, { classes: 10, mixUp: 1 })).toThrow(ArgumentError);
    const points = batches([{ inputs: [1, 2], labels: 0 }], { batchSize: 1 });
    await expect(readAll(mixBatches(points as never, { classes: 2, mixUp: 1 }))).rejects.toThrow(
      /mixBatches: found an object with the parts inputs, labels, expected inputs \[n, channels, height, width\]/,
    );
  });
});
