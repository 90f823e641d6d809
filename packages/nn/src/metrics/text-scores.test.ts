import { ArgumentError } from "@evenkeel/tensor";
import { expect, test } from "vitest";
import { computeBleu } from "./bleu.ts";
import { computeChrF } from "./chrf.ts";

const words = (text: string): string[] => text.split(" ");

/** The example of NLTK's `corpus_bleu`, with its results. */
const guide = words(
  "It is a guide to action which ensures that the military always obeys the commands of the party",
);
const guides = [
  "It is a guide to action that ensures that the military will forever heed Party commands",
  "It is the guiding principle which guarantees the military forces always being under the command of the Party",
  "It is the practical guide for the army always to heed the directions of the party",
].map(words);
const book = words("he read the book because he was interested in world history");
const books = [words("he was interested in world history because he read the book")];

test("BLEU is that of NLTK, of one text and of a corpus", () => {
  expect(computeBleu([guide], [guides])).toBeCloseTo(0.5045666840058485, 12);
  expect(computeBleu([guide, book], [guides, books])).toBeCloseTo(0.5920778868801042, 12);
});

/** The example of sacreBLEU, with the tokens of its tokenizer and its results. */
const found = ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."];
const expected = [
  ["The dog bit the man.", "The dog had bit the man."],
  ["It was not unexpected.", "No one was surprised."],
  ["The man bit him first.", "The man had bitten the dog."],
];
const tokens = (text: string): string[] => words(text.replace(".", " ."));

test("BLEU and chrF are those of sacreBLEU, with several references", () => {
  const references = expected.map((texts) => texts.map(tokens));
  expect(100 * computeBleu(found.map(tokens), references)).toBeCloseTo(48.53, 2);
  expect(100 * computeChrF(found, expected)).toBeCloseTo(59.73, 2);
});

test("exponential smoothing halves what matches at each length without a match", () => {
  const score = (smoothing: "none" | "exponential"): number =>
    computeBleu([words("a b c d")], [[words("a x c d")]], { smoothing });
  expect(score("none")).toBe(0);
  // 3 / 4, 1 / 3, then 1 / 2 and 1 / 4 of one run, of two and of one.
  expect(score("exponential")).toBeCloseTo(((3 / 4) * (1 / 3) * (1 / 2 / 2) * (1 / 4 / 1)) ** (1 / 4), 12);
});

test("short translations are penalized, and shorter ones than the runs score 0", () => {
  expect(computeBleu([words("a b")], [[words("a b c")]], { maxOrder: 2 })).toBeCloseTo(
    Math.exp(1 - 3 / 2),
    12,
  );
  expect(computeBleu([words("a b")], [[words("a b")]])).toBe(0);
  expect(computeBleu([[]], [[words("a")]])).toBe(0);
});

test("chrF++ counts words and their punctuation", () => {
  // One order of characters (3 of 4 and 3 of 5) and two of words ("a", ".", of 3 and 3; none of 2 and 2).
  const score = computeChrF(["a b ."], [["a cd."]], { characterOrder: 1, wordOrder: 2, beta: 1 });
  const precision = (2 / 3 + 2 / 3 + 0) / 3;
  const recall = (2 / 4 + 2 / 3 + 0) / 3;
  expect(score).toBeCloseTo((2 * precision * recall) / (precision + recall), 12);
  expect(computeChrF(["abc"], [["xyz"]])).toBe(0);
  expect(computeChrF(["a b"], [["ab"]])).toBe(1);
});

test("texts without references, and other values, are rejected by name", () => {
  expect(() => computeBleu([["a"]], [])).toThrow(
    "computeBleu: references: found those of 0 texts, expected at least one for each of 1",
  );
  expect(() => computeBleu([["a"]], [[]])).toThrow(ArgumentError);
  expect(() => computeChrF(["a"], [[]])).toThrow("computeChrF: references: ");
  expect(() => computeBleu([["a"]], [[["a"]]], { maxOrder: 0 })).toThrow("computeBleu: maxOrder: found 0");
  expect(() => computeChrF("a" as never, [])).toThrow("computeChrF: hypotheses: ");
});
