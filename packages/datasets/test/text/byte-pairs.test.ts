import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ArgumentError, DataError } from "@evenkeel/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gunzip } from "../../src/index.ts";
import {
  BytePairEncoding,
  readBytePairs,
  trainBytePairs,
  Vocabulary,
  writeBytePairs,
} from "../../src/text/index.ts";

/** The words of figure 1 in Sennrich, Haddow and Birch 2016, as often as there. */
const words = { low: 5, lower: 2, newest: 6, widest: 3 };
const paper = Object.entries(words).flatMap(([word, count]) => new Array<string>(count).fill(word));

describe("training", () => {
  it("merges characters as in the paper, equal counts by the lowest indices", () => {
    const encoding = trainBytePairs(paper, { vocabularySize: 100, unit: "character", minFrequency: 3 });
    // The counts are 9 and 9, 7, three times 6, 5, and three times 3.
    expect(encoding.merges.map((pair) => pair.join(" "))).toEqual([
      "e s",
      "es t</w>",
      "l o",
      "e w",
      "n ew",
      "new est</w>",
      "lo w</w>",
      "d est</w>",
      "i dest</w>",
      "w idest</w>",
    ]);
    expect(encoding.tokenize("lower newest lowest")).toEqual(["lo", "w", "e", "r</w>", "newest</w>", "lo", "w", "est</w>"]); // biome-ignore format: one line
  });

  it("merges bytes; a space belongs to the word behind it", () => {
    const encoding = trainBytePairs(["low low low"], { vocabularySize: 263 });
    expect(encoding.merges).toEqual([["l", "o"], ["lo", "w"], ["\u0120", "low"]]); // biome-ignore format: one line
    expect(encoding.tokenize("low slow low")).toEqual(["low", "\u0120", "s", "low", "\u0120low"]);
    expect(encoding.vocabulary.tokens.slice(0, 6)).toEqual(["<pad>", "<unk>", "<bos>", "<eos>", "!", '"']);
    expect(encoding.vocabulary.size).toBe(263);
  });

  it("counts overlapping pairs once", () => {
    const encoding = trainBytePairs(["aaaaa"], { vocabularySize: 300, minFrequency: 1, specials: {} });
    expect(encoding.merges).toEqual([["a", "a"], ["aa", "a"], ["aa", "aaa"]]); // biome-ignore format: one line
    expect(encoding.tokenize("aaaaaaa")).toEqual(["aa", "aaaaa"]);
  });

  it("stops at the size, and at the least frequency", () => {
    expect(trainBytePairs(paper, { vocabularySize: 263 }).merges.length).toBe(3);
    expect(trainBytePairs(paper, { vocabularySize: 300, minFrequency: 9 }).merges).toEqual([["e", "s"], ["es", "t"]]); // biome-ignore format: one line
    expect(trainBytePairs([], { vocabularySize: 300 }).merges).toEqual([]);
    expect(() => trainBytePairs(paper, { vocabularySize: 259 })).toThrow(
      "trainBytePairs: vocabularySize: found 259, expected at least 260, the number of special tokens and bytes",
    );
  });

  it("never makes a token with the name of a special one, or that looks like the end of a word", () => {
    const texts = new Array<string>(9).fill("<eos>x a</w>x");
    const encoding = trainBytePairs(texts, { vocabularySize: 90, unit: "character" });
    const { eos } = encoding.vocabulary;
    expect([...encoding.encode(texts[0]!)]).not.toContain(eos);
    expect(encoding.decode(encoding.encode(texts[0]!))).toBe(texts[0]);
  });

  it("rejects wrong arguments", () => {
    for (const options of [{}, { vocabularySize: 0 }, { vocabularySize: 300, unit: "word" }, { size: 3 }]) {
      expect(() => trainBytePairs(paper, options as never)).toThrow(ArgumentError);
    }
    expect(() => trainBytePairs("a text" as never, { vocabularySize: 300 })).toThrow(ArgumentError);
    expect(() => trainBytePairs([3] as never, { vocabularySize: 300 })).toThrow(
      "trainBytePairs: text: found 3, expected a string",
    );
  });
});

describe("encoding", () => {
  const bytes = trainBytePairs(paper.concat("na\u00efve caf\u00e9 \u65e5\u672c\u8a9e \u65e5\u672c"), {
    vocabularySize: 300,
  });
  const characters = trainBytePairs(paper, { vocabularySize: 60, unit: "character" });

  it("of bytes returns every well-formed text exactly", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(bytes.decode(bytes.encode(text))).toBe(text);
      }),
    );
    for (const text of [
      "",
      "  two  spaces \r\n\t",
      "\ufeffwith a mark",
      "\u65e5\u672c\u8a9e \ud83d\udc15 <eos>",
    ]) {
      expect(bytes.decode(bytes.encode(text, { bos: true, eos: true }))).toBe(text);
    }
    expect(bytes.decode(bytes.encode("\ud800"))).toBe("\ufffd");
  });

  it("gives the same tokens as merging one pair after the other in the order of training", () => {
    const mergeOneByOne = (symbols: string[]): string[] => {
      for (const [left, right] of bytes.merges) {
        for (let place = 0; place + 1 < symbols.length; place++) {
          if (symbols[place] === left && symbols[place + 1] === right) symbols.splice(place, 2, left + right);
        }
      }
      return symbols;
    };
    const letters = fc.string({ unit: fc.constantFrom(..."lowernstid"), minLength: 1 });
    fc.assert(
      fc.property(letters, (word) => {
        expect(bytes.tokenize(word)).toEqual(mergeOneByOne([...word]));
      }),
    );
  });

  it("takes no quadratic time for a word of a hundred thousand letters", () => {
    const long = "low".repeat(33_333);
    expect(bytes.decode(bytes.encode(long))).toBe(long);
  });

  it("of characters divides at white space, and has unknown ones", () => {
    expect(characters.decode(characters.encode("  low\n newest "))).toBe("low newest");
    const encoded = characters.encode("lox w", { eos: true });
    expect(characters.decode(encoded, { specials: true })).toBe("lo<unk>w<eos>");
    const without = new BytePairEncoding({
      unit: "character",
      vocabulary: new Vocabulary(["a"]),
      merges: [],
    });
    expect(() => without.encode("b")).toThrow('found the token "b</w>", expected one of the 1 tokens');
  });

  it("keeps special tokens if asked", () => {
    const encoded = bytes.encode("low", { bos: true, eos: true });
    expect(bytes.decode(encoded, { specials: true })).toBe("<bos>low<eos>");
    expect(bytes.decode(encoded)).toBe("low");
    expect(() => bytes.decode([300])).toThrow(/found the index 300, expected an integer from 0 to 277/);
    expect(() => bytes.decode([0], { special: true } as never)).toThrow(ArgumentError);
    expect(() => bytes.encode(null as never)).toThrow(ArgumentError);
  });
});

describe("files", () => {
  const encoding = trainBytePairs(paper, { vocabularySize: 270 });

  it("are JSON, or those of GPT-2", () => {
    const { specials } = encoding.vocabulary;
    const read = BytePairEncoding.fromJSON(JSON.parse(JSON.stringify(encoding)));
    const files = writeBytePairs(encoding);
    expect(files.merges.split("\n").slice(0, 2)).toEqual(["#version: 0.2", "e s"]);
    expect((JSON.parse(files.vocab) as Record<string, number>)["!"]).toBe(4);
    for (const other of [
      read,
      readBytePairs(files, { specials }),
      readBytePairs({ ...files, merges: files.merges.replaceAll("\n", "\r\n") }, { specials }),
    ]) {
      expect(other.toJSON()).toEqual(encoding.toJSON());
      expect(other.encode("newest lower", { eos: true })).toEqual(
        encoding.encode("newest lower", { eos: true }),
      );
    }
  });

  it("that are damaged are a DataError that says where", () => {
    const files = writeBytePairs(encoding);
    const read = (changed: object) => () => readBytePairs({ ...files, ...changed });
    expect(read({ vocab: "{" })).toThrow(DataError);
    expect(read({ vocab: "[]" })).toThrow(/vocab: found \[\], expected an object/);
    expect(read({ vocab: '{"a": 0, "b": 0}' })).toThrow(
      'vocab: found the index 0 for "b", expected each integer from 0 to 1 once',
    );
    expect(read({ vocab: '{"a": "push"}' })).toThrow(DataError);
    expect(read({ merges: "#version\ne s\nest" })).toThrow(
      'merges: line 3: found "est", expected two tokens with a space between them',
    );
    expect(read({ merges: "e x" })).toThrow(
      /found the token "ex" in merge 0, expected one of the vocabulary/,
    );
    expect(() => BytePairEncoding.fromJSON({ ...encoding.toJSON(), vocabulary: [] })).toThrow(DataError);
    expect(() => BytePairEncoding.fromJSON({ ...encoding.toJSON(), unit: "word" })).toThrow(DataError);
    expect(read({ vocabulary: "" })).toThrow(ArgumentError);
    expect(() => readBytePairs(files, { specials: { eos: "<end>" } })).toThrow(/eos: found "<end>"/);
    expect(() => writeBytePairs({} as never)).toThrow(ArgumentError);
  });
});

const folder = join(process.env.EVENKEEL_DATA ?? "", "multi30k");
/** If the data are required, their tests run even without them, and fail. */
const isTested = existsSync(folder) || (process.env.EVENKEEL_REQUIRE ?? "").split(",").includes("data");
describe.skipIf(!isTested)(
  isTested ? "Multi30k" : "Multi30k (skipped: EVENKEEL_DATA names no folder with it)",
  () => {
    const readLines = async (file: string): Promise<string[]> => {
      const bytes = await gunzip(readFileSync(join(folder, file)), { maxBytes: 2 ** 24 });
      return new TextDecoder().decode(bytes).trimEnd().split("\n");
    };

    it("has tokens for all sentences of its test set, which decode to the same sentences", async () => {
      const encoding = trainBytePairs(await readLines("train.de.gz"), { vocabularySize: 4000 });
      expect(encoding.vocabulary.size).toBe(4000);
      const sentences = await readLines("test_2016_flickr.de.gz");
      expect(sentences.length).toBe(1000);
      const encoded = sentences.map((sentence) => encoding.encode(sentence));
      expect(encoded.map((indices) => encoding.decode(indices))).toEqual(sentences);
      const count = encoded.reduce((sum, { length }) => sum + length, 0);
      // Hugging Face's BpeTrainer gives the same merges and so the same number of tokens.
      expect(count).toBe(14_895);
    });
  },
);
