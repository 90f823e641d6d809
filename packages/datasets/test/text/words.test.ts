import { ArgumentError } from "@evenkeel/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinWords, normalizeText, tokenizeKim, tokenizeWords } from "../../src/text/index.ts";

describe("normalization", () => {
  it.each([
    ["e\u0301", {}, "\u00e9"],
    ["\u00e9", { form: "NFD" }, "e\u0301"],
    ["\ufb01n \uff21", {}, "\ufb01n \uff21"],
    ["\ufb01n \uff21\u2075", { form: "NFKC" }, "fin A5"],
    ["\ufb01e\u0301", { form: "NFKD" }, "fie\u0301"],
    [" \u00c0 la\u00a0\n\tCarte ", { lowercase: true }, "\u00e0 la carte"],
    [" \u00c0 la  Carte ", { singleSpaced: false }, " \u00c0 la  Carte "],
    ["\u00c9t\u00e9 \u00df \u00f8 \ud55c", { unaccented: true }, "Ete \u00df \u00f8 \ud55c"],
    ["e\u0301", { form: null }, "e\u0301"],
    ["e\u0301", { form: null, unaccented: true }, "e"],
    ["", {}, ""],
  ] as const)("of %j with %j gives %j", (text, options, expected) => {
    expect(normalizeText(text, options)).toBe(expected);
  });

  it("changes nothing the second time", () => {
    const options = { form: "NFKC", lowercase: true, unaccented: true } as const;
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const once = normalizeText(text, options);
        expect(normalizeText(once, options)).toBe(once);
      }),
    );
  });

  it("rejects wrong arguments", () => {
    expect(() => normalizeText(3 as never)).toThrow("normalizeText: text: found 3, expected a string");
    expect(() => normalizeText("a", { form: "nfc" as never })).toThrow(ArgumentError);
    expect(() => normalizeText("a", { lowerCase: true } as never)).toThrow(/found the option "lowerCase"/);
  });
});

describe("words", () => {
  it.each([
    ["A dog, running!", ["A", "dog", ",", "running", "!"]],
    ["It's 3.5 km away.", ["It", "'s", "3.5", "km", "away", "."]],
    ["don\u2019t rock'n'roll 'quoted'", ["don", "\u2019t", "rock", "'n", "'roll", "'", "quoted", "'"]],
    ["well-known - T-Shirts", ["well-known", "-", "T-Shirts"]],
    ["In the U.S. at 12:30 ... 1,000.50", ["In", "the", "U.S.", "at", "12:30", "...", "1,000.50"]],
    ["(see snake_case)", ["(", "see", "snake_case", ")"]],
    [
      "caf\u00e9 cafe\u0301 \u0445\u043b\u0435\u0431",
      ["caf\u00e9", "cafe\u0301", "\u0445\u043b\u0435\u0431"],
    ],
    ["3.5km \ud83d\udc15\ud83d\udc15", ["3", ".", "5km", "\ud83d\udc15", "\ud83d\udc15"]],
    [" \n", []],
  ])("of %j are %j", (text, expected) => {
    expect(tokenizeWords(text)).toEqual(expected);
  });

  it("contain every character but white space, in order", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(tokenizeWords(text).join("")).toBe(text.replace(/\s/gu, ""));
      }),
    );
  });

  it.each([
    "It's 3.5 km (away), isn't it?",
    'He said "stop it", twice.',
    "Er rief \u201eHalt\u201c und ging.",
    "\u201cStop\u201d, she said\u2026",
    "Wait... it costs $5!",
  ])("are joined to %j", (text) => {
    expect(joinWords(tokenizeWords(text))).toBe(text);
  });

  it("rejects what is not text", () => {
    expect(() => tokenizeWords(null as never)).toThrow(ArgumentError);
    expect(() => joinWords("a b" as never)).toThrow(ArgumentError);
    expect(() => joinWords(["a", 1 as never])).toThrow(ArgumentError);
    expect(joinWords([])).toBe("");
  });
});

describe("words of Kim 2014", () => {
  // Expected values: `clean_str` of the paper's code, run by Python on the same texts.
  it.each([
    ["It isn't well-made, is it?", ["it", "is", "n't", "well", "made", ",", "is", "it", "?"]],
    [
      "They'd say we're late; I've (no) `time'!",
      ["they", "'d", "say", "we", "'re", "late", "i", "'ve", "(", "no", ")", "`time'", "!"],
    ],
    ["He'll see the 1930's caf\u00e9 .", ["he", "'ll", "see", "the", "1930", "'s", "caf"]],
    ["o'clock 'n' rock", ["o'clock", "'n'", "rock"]],
    ["...", []],
  ])("of %j are %j", (text, expected) => {
    expect(tokenizeKim(text)).toEqual(expected);
  });

  it("keep their case where they are asked to, as for TREC", () => {
    const words = ["What", "'s", "NASA", "?"];
    expect(tokenizeKim("What's NASA?", { lowercase: false })).toEqual(words);
    expect(tokenizeKim("What's NASA?", { lowercase: true })).toEqual(words.map((word) => word.toLowerCase()));
    expect(() => tokenizeKim("a", { lowercase: 1 as never })).toThrow(
      "tokenizeKim: lowercase: found 1, expected true or false",
    );
  });

  it("rejects what is not text", () => {
    expect(() => tokenizeKim(1 as never)).toThrow("tokenizeKim: text: found 1, expected a string");
  });
});
