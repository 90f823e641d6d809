import type { Rule } from "@evenkeel/tensor/checks";
import { oneOf } from "@evenkeel/tensor/checks";

/** The units that pairs are first formed of: the bytes of UTF-8, or characters. */
export type Unit = "byte" | "character";

export const aUnit: Rule = /* @__PURE__ */ oneOf("byte", "character");

/** How a text becomes symbols and is made of them again. */
export interface Spelling {
  /** The pieces of a text. No token extends over two of them. */
  split(text: string): string[];
  /** The symbols of a piece, before any are merged. */
  spell(piece: string): string[];
  /** All symbols that any text of these symbols may contain. */
  complete(symbols: Iterable<string>): string[];
  /** Whether two symbols can become one token without loss. */
  canJoin(left: string, right: string): boolean;
  /** The text of tokens. */
  join(tokens: readonly string[]): string;
}

/** Contractions, then words, numbers and punctuation, each with the space before it: Radford et al. 2019, GPT-2. */
const pieces: RegExp = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

const isPrintable = (byte: number): boolean =>
  (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;

/** A printable letter for each byte, as in the files of GPT-2: the others are numbered from U+0100. */
function listByteLetters(): string[] {
  let others = 0;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(isPrintable(byte) ? byte : 256 + others++),
  );
}

function makeByteSpelling(): Spelling {
  const letters = listByteLetters();
  const bytes = new Map(letters.map((letter, byte) => [letter, byte]));
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return {
    split: (text) => text.match(pieces) ?? [],
    spell: (piece) => Array.from(encoder.encode(piece), (byte) => letters[byte]!),
    complete: () => [...letters].sort(),
    canJoin: () => true,
    join: (tokens) => {
      const found: number[] = [];
      for (const letter of tokens.join("")) {
        const byte = bytes.get(letter);
        if (byte !== undefined) found.push(byte);
        // A token that training did not make may have letters that stand for no byte.
        else found.push(...encoder.encode(letter));
      }
      return decoder.decode(Uint8Array.from(found));
    },
  };
}

/** Ends the last symbol of each word: Sennrich, Haddow and Birch 2016, section 3.2. */
const endOfWord = "</w>";

const withoutEnd = (symbol: string): string =>
  symbol.endsWith(endOfWord) ? symbol.slice(0, -endOfWord.length) : symbol;

function makeCharacterSpelling(): Spelling {
  return {
    split: (text) => text.match(/\S+/gu) ?? [],
    spell: (piece) => {
      const symbols = [...piece];
      symbols[symbols.length - 1] += endOfWord;
      return symbols;
    },
    complete: (symbols) => {
      const characters = [...new Set(Array.from(symbols, withoutEnd))];
      return characters.flatMap((character) => [character, character + endOfWord]).sort();
    },
    // The characters of "</w>" in a text would look like the end of a word.
    canJoin: (left, right) => right.endsWith(endOfWord) || !(left + right).endsWith(endOfWord),
    join: (tokens) =>
      tokens
        .map((token) => (token.endsWith(endOfWord) ? `${withoutEnd(token)} ` : token))
        .join("")
        .trimEnd(),
  };
}

export const makeSpelling = (unit: Unit): Spelling =>
  unit === "byte" ? makeByteSpelling() : makeCharacterSpelling();
