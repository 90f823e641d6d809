import { valueAndGrad } from "@evenkeel/autodiff";
import { type PaddedTokens, vdcnn, wordConvnet } from "@evenkeel/models";
import { AdamW, crossEntropy, type Module, trainStep } from "@evenkeel/nn";
import { arange, less, scope, type Tensor, tensor } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { expectNoLeak } from "../expect-no-leak.ts";
import { onCpu } from "../on-cpu.ts";

const device = onCpu();

type TextModel = Module<[PaddedTokens]>;
type Options = { readonly normalization?: "batch" | "none"; readonly masked?: boolean };

const models: [string, (options: Options) => TextModel][] = [
  [
    "wordConvnet",
    (options) =>
      wordConvnet({
        vocabularySize: 20,
        classes: 3,
        embeddingSize: 8,
        channels: 6,
        dropout: 0,
        seed: 1,
        ...options,
      }),
  ],
  [
    "vdcnn",
    (options) =>
      vdcnn({
        vocabularySize: 20,
        classes: 3,
        channels: [4, 6, 8],
        maxima: 3,
        hidden: 10,
        dropout: 0,
        seed: 1,
        ...options,
      }),
  ],
];

const lengths = [7, 1, 12, 4];

/** Tokens from 1 to 19, padded with 0 to a length. */
function makeTexts(length: number): PaddedTokens {
  const values = lengths.map((own, row) =>
    Array.from({ length }, (_, place) => (place < own ? 1 + ((7 * place + 5 * row) % 19) : 0)),
  );
  const rows = tensor(lengths.map((own) => [own]));
  return { values: tensor(values, { dtype: "i32" }), mask: less(arange(0, length), rows) };
}

const labels = (): Tensor => tensor(Int32Array.of(0, 1, 2, 0));

const readGradients = async (model: TextModel, texts: PaddedTokens): Promise<readonly number[][]> => {
  const [, gradients] = valueAndGrad(model, () => crossEntropy(model.forward(texts), labels()))();
  return Promise.all(gradients.map(async (gradient) => [...(await gradient.data())]));
};

const expectAlike = (found: readonly number[], expected: readonly number[]): void => {
  expect(found).toHaveLength(expected.length);
  const scale = Math.max(...expected.map(Math.abs));
  // Sums of other numbers of zeros are of other chunks, which round otherwise.
  for (const [index, value] of found.entries())
    expect(Math.abs(value - expected[index]!)).toBeLessThanOrEqual(1e-5 * scale + 1e-7);
};

describe.each(models)("%s", (_name, make) => {
  describe.each([
    { normalization: "batch" },
    { normalization: "batch", masked: false },
    { normalization: "none" },
  ] as const)("with %j", (options) => {
    test("goes forwards and backwards", async () => {
      using model = make(options);
      const texts = makeTexts(12);
      expect(scope(() => model.forward(texts).shape)).toEqual([4, 3]);
      const gradients = await readGradients(model, texts);
      expect(gradients.flat().every(Number.isFinite)).toBe(true);
      const names = [...model.namedParameters()].map(([name]) => name);
      expect(names.filter((_, index) => gradients[index]!.every((value) => value === 0))).toEqual([]);
    });

    test("gives a text the same scores in every batch, however much it is padded", async () => {
      using model = make(options);
      scope(() => model.forward(makeTexts(12)));
      model.eval();
      const short = [...(await model.forward(makeTexts(12)).data())];
      expectAlike([...(await model.forward(makeTexts(23)).data())], short);
    });
  });

  test.each(["batch", "none"] as const)(
    "learns nothing from padding (normalization %s)",
    async (normalization) => {
      using model = make({ normalization });
      const short = await readGradients(model, makeTexts(12));
      const long = await readGradients(model, makeTexts(23));
      for (const [index, gradient] of long.entries()) expectAlike(gradient, short[index]!);
    },
  );

  test("without a mask in its batch norms, padding changes what it learns", async () => {
    using model = make({ masked: false });
    const short = await readGradients(model, makeTexts(12));
    const long = await readGradients(model, makeTexts(23));
    expect(() => expectAlike(long.flat(), short.flat())).toThrow();
  });

  test("starts with the same weights with batch norm and without", async () => {
    using normalized = make({ normalization: "batch" });
    using plain = make({ normalization: "none" });
    const readWeights = (model: TextModel): Promise<number[][]> =>
      Promise.all(
        [...model.parameters()]
          .filter(({ value }) => value.rank > 1)
          .map(async ({ value }) => [...(await value.data())]),
      );
    expect(await readWeights(normalized)).toEqual(await readWeights(plain));
  });

  test("memorizes a batch, and frees the memory of its steps", async () => {
    using model = make({});
    const optimizer = new AdamW(model, { learningRate: 0.01 });
    const step = trainStep(model, crossEntropy, optimizer);
    const [texts, classes] = [makeTexts(12), labels()];
    const run = async (): Promise<number> => {
      using loss = step(texts as never, classes);
      return loss.item();
    };
    const first = await run();
    const { live } = device().memory();
    let last = first;
    for (let index = 0; index < 50; index++) last = await run();
    expect(last).toBeLessThan(first / 5);
    expectNoLeak(device(), live);
    optimizer.dispose();
  });

  test("rejects masks of other shapes and dtypes by name", () => {
    using model = make({});
    const { values, mask } = makeTexts(12);
    expect(() => model.forward({ values, mask: makeTexts(13).mask })).toThrow(
      "values, mask: found [4, 12] and [4, 13], expected [n, length] twice",
    );
    expect(() => model.forward({ values, mask: values })).toThrow("mask: found i32 [4, 12], expected bool");
    expect(() => model.forward({ values } as never)).toThrow("mask: found undefined, expected a tensor");
    expect(() => model.forward({ values: mask, mask })).toThrow(/indices/);
  });
});
