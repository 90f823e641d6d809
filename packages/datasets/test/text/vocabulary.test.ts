import { ArgumentError, DataError } from "@evenkeel/tensor";
import { describe, expect, it } from "vitest";
import { buildVocabulary, countTokens, Vocabulary } from "../../src/text/index.ts";

const sentences = [
  ["b", "a", "b"],
  ["c", "b", "a"],
];
const counts = countTokens(sentences);
const special = ["<pad>", "<unk>", "<bos>", "<eos>"];

describe("building a vocabulary", () => {
  it("counts tokens, and orders them by count, then by name", () => {
    expect(counts).toEqual(new Map([["b", 3], ["a", 2], ["c", 1]])); // biome-ignore format: one line
    expect(buildVocabulary(counts).tokens).toEqual([...special, "b", "a", "c"]);
    const tied = new Map([["z", 2], ["\u00e4", 2], ["Z", 2], ["y", 2]]); // biome-ignore format: one line
    expect(buildVocabulary(tied, { specials: {} }).tokens).toEqual(["Z", "y", "z", "\u00e4"]);
    const reversed = new Map([...tied].reverse());
    expect(buildVocabulary(reversed, { specials: {} }).tokens).toEqual(["Z", "y", "z", "\u00e4"]);
  });

  it("leaves out rare tokens, and those beyond the largest size", () => {
    expect(buildVocabulary(counts, { minFrequency: 2 }).tokens).toEqual([...special, "b", "a"]);
    expect(buildVocabulary(counts, { maxSize: 5 }).tokens).toEqual([...special, "b"]);
    expect(buildVocabulary(counts, { maxSize: 4 }).size).toBe(4);
    expect(() => buildVocabulary(counts, { maxSize: 3 })).toThrow(
      "maxSize: found 3, expected at least the 4 special tokens",
    );
  });

  it("has the special tokens that are asked for, each once", () => {
    const specials = { bos: "|", eos: "|" };
    const vocabulary = buildVocabulary(new Map([["|", 5], ["a", 1]]), { specials }); // biome-ignore format: one line
    expect(vocabulary.tokens).toEqual(["|", "a"]);
    expect([vocabulary.bos, vocabulary.eos]).toEqual([0, 0]);
    expect(() => vocabulary.pad).toThrow("found no token for pad, expected one among the specials");
    expect(() => vocabulary.getIndex("b")).toThrow(
      'found the token "b", expected one of the 2 tokens, because there is no token for unk',
    );
  });

  it("rejects wrong arguments", () => {
    for (const wrong of [{}, new Map([["a", -1]]), new Map([[1, 1]]), null]) {
      expect(() => buildVocabulary(wrong as never)).toThrow(ArgumentError);
    }
    for (const wrong of [{ minFrequency: 0 }, { size: 3 }, { specials: { mask: "a" } }]) {
      expect(() => buildVocabulary(counts, wrong as never)).toThrow(ArgumentError);
    }
    expect(() => countTokens(["a b"] as never)).toThrow(
      'countTokens: sentence: found "a b", expected an array',
    );
    expect(() => countTokens("a b" as never)).toThrow(ArgumentError);
  });
});

describe("a vocabulary", () => {
  const vocabulary = buildVocabulary(counts);

  it("encodes and decodes", () => {
    const encoded = vocabulary.encode(["a", "x", "constructor", "b"], { bos: true, eos: true });
    expect(encoded).toEqual(Int32Array.of(2, 5, 1, 1, 4, 3));
    expect(vocabulary.decode(encoded)).toEqual(["a", "b"]);
    expect(vocabulary.decode(encoded, { specials: true })).toEqual([
      "<bos>",
      "a",
      "<unk>",
      "<unk>",
      "b",
      "<eos>",
    ]);
    expect(vocabulary.encode([])).toEqual(Int32Array.of());
    expect([vocabulary.pad, vocabulary.unk, vocabulary.has("a"), vocabulary.has("x")]).toEqual([
      0,
      1,
      true,
      false,
    ]);
  });

  it("rejects indices without a token, and unknown options", () => {
    for (const index of [7, -1, 0.5, Number.NaN]) {
      expect(() => vocabulary.decode([index])).toThrow(
        `found the index ${index}, expected an integer from 0 to 6`,
      );
    }
    expect(() => vocabulary.encode(["a"], { begin: true } as never)).toThrow(ArgumentError);
    expect(() => vocabulary.encode("a" as never)).toThrow(ArgumentError);
    expect(() => vocabulary.decode([1], { special: true } as never)).toThrow(ArgumentError);
  });

  it("is saved as JSON", () => {
    const read = Vocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary)));
    expect(read).toEqual(vocabulary);
    expect(read.eos).toBe(3);
    for (const wrong of [
      null,
      3,
      {},
      { tokens: ["a", "a"] },
      { tokens: ["a"], specials: { pad: "b" } },
      { tokens: [1] },
    ]) {
      expect(() => Vocabulary.fromJSON(wrong)).toThrow(DataError);
    }
    expect(() => new Vocabulary(["a", "b", "a"])).toThrow('found "a" twice, expected it once');
  });
});
