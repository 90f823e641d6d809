import type { LabelledText } from "@evenkeel/datasets";
import { ArgumentError } from "@evenkeel/tensor";
import { describe, expect, it } from "vitest";
import { type Data, loadData } from "../src/data/data.ts";
import { encode, makeVocabulary, type Reading, splitText } from "../src/data/encode.ts";
import { makeSyntheticTexts } from "../src/data/synthetic.ts";
import { type Options, settings } from "../src/options.ts";

const defaults = Object.fromEntries(
  Object.entries(settings).map(([name, { defaultValue }]) => [name, defaultValue]),
) as unknown as Options;

const load = (options: Partial<Options>): Promise<Data> =>
  loadData(
    { ...defaults, ...options },
    { startedWith: undefined, signal: new AbortController().signal, say: () => undefined },
  );

/** If the data are required, their tests run even without them, and fail. */
const isTested =
  process.env.EVENKEEL_DATA !== undefined || (process.env.EVENKEEL_REQUIRE ?? "").split(",").includes("data");
const describeIfThere = describe.skipIf(!isTested);
const title = isTested ? "published sets" : "published sets (skipped: EVENKEEL_DATA names no folder)";

const countClasses = (texts: readonly LabelledText[], classes: number): number[] =>
  Array.from({ length: classes }, (_, label) => texts.filter((text) => text.label === label).length);

const byWords: Reading = { dataset: "sst2", model: "words" };
const byCharacters: Reading = { dataset: "sst2", model: "characters" };

describe("synthetic questions", () => {
  it("are the same for the same seed, and of every kind and several lengths", () => {
    const make = (seed: number) => makeSyntheticTexts({ count: 200, seed });
    const { classes, texts } = make(1);
    expect(make(1).texts).toEqual(texts);
    expect(make(2).texts).not.toEqual(texts);
    expect(countClasses(texts, classes.length)).toEqual([50, 50, 50, 50]);
    expect(new Set(texts.map(({ text }) => splitText(text, byWords).length)).size).toBeGreaterThan(4);
    expect(new Set(texts.map(({ text }) => text)).size).toBeGreaterThan(150);
  });

  it("are divided into parts, and some are held out", async () => {
    const { folds } = await load({ dataset: "synthetic", texts: 100, folds: 3, heldOut: 0.25 });
    expect(
      folds.map(({ train, validation, test }) => [train.length, validation.length, test.length]),
    ).toEqual([
      [100, 100, 200],
      [100, 100, 200],
      [100, 100, 200],
    ]);
  });
});

describe("tokens", () => {
  it("are words as of Kim 2014, or small characters up to 1014", () => {
    expect(splitText("It's GOOD.", byWords)).toEqual(["it", "'s", "good"]);
    expect(splitText("Who's IT?", { ...byWords, dataset: "trec" })).toEqual(["Who", "'s", "IT", "?"]);
    expect(splitText("É a", byCharacters)).toEqual(["é", " ", "a"]);
    expect(splitText("x".repeat(2000), byCharacters)).toHaveLength(1014);
  });

  it("stand for a text without any", () => {
    for (const reading of [byWords, byCharacters]) expect(splitText("", reading)).toEqual(["<unk>"]);
  });

  it("that occur once are unknown", () => {
    const texts = ["a b", "a c", "c a"].map((text) => ({ text, label: 1 }));
    const vocabulary = makeVocabulary(texts, byWords);
    expect(vocabulary.tokens).toEqual(["<pad>", "<unk>", "a", "c"]);
    expect(encode([{ text: "c b a", label: 1 }], vocabulary, byWords)).toEqual([
      { inputs: Int32Array.of(3, 1, 2), labels: 1 },
    ]);
  });

  it("of characters are those of the paper", () => {
    const vocabulary = makeVocabulary([], byCharacters);
    expect(vocabulary.size).toBe(69);
    expect([...encode([{ text: "Az ☃", label: 0 }], vocabulary, byCharacters)[0]!.inputs]).toEqual([
      2, 27, 68, 1,
    ]);
  });
});

describeIfThere(title, () => {
  const sizes = ({ folds }: Data) =>
    folds.map(({ train, validation, test }) => [train.length, validation.length, test.length]);

  it("have the published numbers of texts", async () => {
    expect(sizes(await load({ dataset: "trec" }))).toEqual([[5452, 0, 500]]);
    expect(sizes(await load({ dataset: "sst2" }))).toEqual([[6920, 872, 1821]]);
    expect(sizes(await load({ dataset: "sst2", heldOut: 0.1, texts: 100 }))).toEqual([[100, 872, 1821]]);
    expect(sizes(await load({ dataset: "trec", heldOut: 0.1 }))).toEqual([[4907, 545, 500]]);
  });

  it("refuse more parts than they have", async () => {
    await expect(load({ dataset: "trec", folds: 2 })).rejects.toThrow(
      new ArgumentError("--folds: found 2 for trec, expected 0 or 1: it is not cross-validated"),
    );
    await expect(load({ dataset: "mr", folds: 11 })).rejects.toThrow(
      new ArgumentError("--folds: found 11 for mr, expected at most its 10 parts"),
    );
  });

  it.each(["mr", "subj"] as const)(
    "of %s are cross-validated in ten parts with the classes in equal proportions",
    async (dataset) => {
      const { folds, classes } = await load({ dataset });
      expect(folds).toHaveLength(10);
      const tested = folds.flatMap(({ test }) => test);
      expect(new Set(tested).size).toBe(tested.length);
      for (const { train, test } of folds) {
        expect(train.length + test.length).toBe(tested.length);
        expect(train.some((text) => test.includes(text))).toBe(false);
        const [one, other] = countClasses(test, classes.length);
        expect(Math.abs(one! - other!)).toBeLessThanOrEqual(1);
      }
      // The texts of a part do not depend on the seed of a run.
      const again = await load({ dataset, seed: 9, folds: 1 });
      expect(again.folds[0]!.test).toEqual(folds[0]!.test);
    },
  );

  it("of the test file of AG News are divided 4 to 1", async () => {
    const data = await load({ dataset: "ag-news-test", model: "characters" });
    expect(sizes(data)).toEqual([[6080, 0, 1520]]);
    expect(countClasses(data.folds[0]!.test, 4)).toEqual([380, 380, 380, 380]);
  });
});
