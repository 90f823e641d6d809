import {
  ConvolutionalTranslator,
  TransformerTranslator,
  type Translator,
  type TranslatorNormalization,
} from "@evenkeel/models";
import { Adam, beamSearch, crossEntropy, greedySearch, trainStep } from "@evenkeel/nn";
import { ArgumentError, manualSeed, scope, slice, type Tensor, tensor } from "@evenkeel/tensor";
import { beforeEach, describe, expect, test } from "vitest";
import { expectNoLeak } from "../expect-no-leak.ts";
import { onCpu } from "../on-cpu.ts";

const device = onCpu();
beforeEach(() => manualSeed(3));

const vocabularySize = 11;
const sizes = { vocabularySize, width: 16, encoderLayers: 2, decoderLayers: 2, seed: 7 } as const;
const makers = {
  transformer: (options: object): Translator => new TransformerTranslator({ ...sizes, heads: 2, ...options }),
  convolutional: (options: object): Translator => new ConvolutionalTranslator({ ...sizes, ...options }),
};
const kinds = (["transformer", "convolutional"] as const).flatMap((kind) =>
  (["batch", "layer"] as const).map((normalization) => [kind, normalization] as const),
);

const read = async (x: Tensor): Promise<number[]> => [...(await x.data())];
const tokens = (rows: readonly (readonly number[])[]): Tensor =>
  tensor(Int32Array.from(rows.flat()), { shape: [rows.length, rows[0]!.length], dtype: "i32" });

/** Sentences that end with zeros, which are padding. */
function makeSource(rows: readonly (readonly number[])[]): { values: Tensor; mask: Tensor } {
  const values = rows.flat();
  const mask = Uint8Array.from(values, (token) => (token === 0 ? 0 : 1));
  return {
    values: tokens(rows),
    mask: tensor(mask, { shape: [rows.length, rows[0]!.length], dtype: "bool" }),
  };
}

const source = (): { values: Tensor; mask: Tensor } =>
  makeSource([
    [4, 5, 6, 7, 3],
    [8, 9, 3, 0, 0],
    [5, 5, 10, 3, 0],
  ]);
const target = [
  [2, 4, 6, 8, 10],
  [2, 5, 7, 9, 4],
  [2, 10, 9, 8, 7],
];

describe.each(kinds)("%s translator with %s norm", (kind, normalization: TranslatorNormalization) => {
  const make = (options: object = {}): Translator =>
    makers[kind]({ normalization, dropout: 0.1, ...options });

  test.each([true, false])("a target token changes no output before it, training %s", async (training) => {
    const run = async (changed?: number): Promise<number[]> => {
      // A translator of its own for each run, so that its dropout is the same.
      const model = make().train(training);
      const given = target.map((row) => row.map((token, at) => (at === changed ? (token % 8) + 3 : token)));
      return read(scope(() => model.forward({ source: source(), target: { values: tokens(given) } })));
    };
    const before = await run();
    const length = target[0]!.length;
    for (let changed = 1; changed < length; changed++) {
      const after = await run(changed);
      const differs = Array.from({ length }, (_, at) =>
        target.some((_row, row) => {
          const first = (row * length + at) * vocabularySize;
          return before
            .slice(first, first + vocabularySize)
            .some((value, token) => value !== after[first + token]);
        }),
      );
      expect(differs).toEqual(Array.from({ length }, (_, at) => at >= changed));
    }
  });

  test("token by token it gives the logits of the whole target", async () => {
    const model = make();
    await normalizeWithBatches(model);
    model.eval();
    const whole = await read(model.forward({ source: source(), target: { values: tokens(target) } }));
    let state: unknown = model.begin(source());
    for (let at = 0; at < target[0]!.length; at++) {
      const latest = tensor(
        Int32Array.from(target, (row) => row[at]!),
        { dtype: "i32" },
      );
      const [logits, next] = model.step(latest, state);
      const found = await read(logits);
      target.forEach((row, index) => {
        const first = (index * row.length + at) * vocabularySize;
        for (let token = 0; token < vocabularySize; token++) {
          expect(found[index * vocabularySize + token]).toBeCloseTo(whole[first + token]!, 4);
        }
      });
      state = next;
    }
  });

  test("padding changes nothing, in the statistics of a batch neither", async () => {
    const run = async (extra: number, training: boolean): Promise<number[]> => {
      const model = make({ dropout: 0 }).train(training);
      const rows = [
        [4, 5, 6, 7, 3],
        [8, 9, 3, 0, 0],
      ].map((row) => [...row, ...new Array<number>(extra).fill(0)]);
      const inputs = { source: makeSource(rows), target: { values: tokens(target.slice(0, 2)) } };
      return read(scope(() => model.forward(inputs)));
    };
    for (const training of [true, false]) {
      const short = await run(0, training);
      const long = await run(3, training);
      for (const [index, value] of long.entries()) expect(value).toBeCloseTo(short[index]!, 4);
    }
  });

  test("says how much of each source token is read for each prediction", async () => {
    const model = make().eval();
    const weights = model.attend({ source: source(), target: { values: tokens(target) } });
    expect(weights.shape).toEqual([3, 5, 5]);
    const values = await read(weights);
    for (let row = 0; row < 15; row++) {
      const each = values.slice(row * 5, row * 5 + 5);
      expect(each.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    }
    const padded = scope(() => slice(weights, { begin: [1, 0, 3], end: [2, 5, 5] }));
    expect(await read(padded)).toEqual(new Array(10).fill(0));
  });
});

/** Running statistics that are those of no new model. */
async function normalizeWithBatches(model: Translator): Promise<void> {
  for (let pass = 0; pass < 3; pass++) {
    model.forward({ source: source(), target: { values: tokens(target) } }).dispose();
  }
  await device().idle();
}

/** Sentences of different lengths, and another token for each of theirs as translations. */
function makePairs(): { sources: number[][]; targets: number[][] } {
  const [end, longest] = [3, 6];
  const sentences = Array.from({ length: 12 }, (_, index) =>
    Array.from({ length: 3 + (index % 3) }, (_unused, at) => 4 + ((3 * index + at * (index + 2)) % 7)),
  );
  const pad = (row: number[]): number[] => [...row, ...new Array<number>(longest - row.length).fill(0)];
  return {
    sources: sentences.map((sentence) => pad([...sentence, end])),
    targets: sentences.map((sentence) => pad([...sentence.map((token) => 4 + ((3 * token) % 7)), end])),
  };
}

test.each(kinds)(
  "%s with %s norm learns some sentences, and searches find them",
  async (kind, normalization) => {
    const [begin, end] = [2, 3];
    const model = makers[kind]({ width: 32, normalization, dropout: 0 });
    const { sources, targets } = makePairs();
    const loss = (logits: Tensor, wanted: Tensor): Tensor =>
      crossEntropy(logits, wanted, { axis: -1, ignoreIndex: 0 });
    const step = trainStep(
      model,
      loss,
      new Adam(model, { learningRate: kind === "transformer" ? 5e-3 : 1e-2 }),
    );
    const inputs = makeSource(sources);
    const given = tokens(targets.map((row) => [begin, ...row.slice(0, -1)]));
    const wanted = tokens(targets);
    const losses: number[] = [];
    for (let update = 0; update < 100; update++) {
      const value = step({ source: inputs, target: { values: given } }, wanted);
      losses.push(await value.item());
      value.dispose();
    }
    expect(losses.at(-1)).toBeLessThan(0.1 * losses[0]!);
    const options = { begin, end, maxLength: 10 };
    const sentences = targets.map((row) => row.slice(0, row.indexOf(end)));
    const greedy = await greedySearch(model, inputs, options);
    expect(greedy.map((text) => text.tokens)).toEqual(sentences);
    const beams = await beamSearch(model, inputs, { ...options, beams: 3 });
    expect(beams.map(([best]) => best!.tokens)).toEqual(sentences);
    expect(model.isTraining).toBe(true);
  },
);

test("searches leave no memory behind", async () => {
  const model = makers.transformer({ normalization: "batch" });
  const inputs = source();
  // The first call makes the table of positions, which the model keeps.
  await greedySearch(model, inputs, { begin: 2, end: 3, maxLength: 9 });
  const before = device().memory().live;
  await beamSearch(model, inputs, { begin: 2, end: 3, maxLength: 6, beams: 2 });
  await greedySearch(model, inputs, { begin: 2, end: 3, maxLength: 6 });
  expectNoLeak(device(), before);
});

test("wrong options are rejected by name", () => {
  expect(() => makers.transformer({ heads: 3 })).toThrow(ArgumentError);
  expect(() => makers.transformer({ normalization: "none" })).toThrow("TransformerTranslator: normalization");
  expect(() => makers.convolutional({ kernelSize: 2 })).toThrow(
    "ConvolutionalTranslator: kernelSize: found 2, expected an odd positive integer",
  );
  expect(() => new TransformerTranslator({} as never)).toThrow("TransformerTranslator: vocabularySize");
});
