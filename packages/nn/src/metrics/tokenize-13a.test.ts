import { expect, test } from "vitest";
import { computeBleu } from "./bleu.ts";
import { tokenize13a } from "./tokenize-13a.ts";

/** The tokens of `Tokenizer13a` of sacreBLEU 2.6.0. */
const expected: readonly (readonly [text: string, tokens: readonly string[]])[] = [
  ["It costs $3.50, I think.", ["It", "costs", "$", "3.50", ",", "I", "think", "."]],
  [
    'Ein Mann (mit Hut) sagt: "Hallo!"',
    ["Ein", "Mann", "(", "mit", "Hut", ")", "sagt", ":", '"', "Hallo", "!", '"'],
  ],
  [
    "3-year-old boy's 1,000-meter run...",
    ["3", "-", "year-old", "boy's", "1,000", "-", "meter", "run", ".", ".", "."],
  ],
  ["A&amp;B &lt;tag&gt; &quot;x&quot; <skipped>end", ["A", "&", "B", "<", "tag", ">", '"', "x", '"', "end"]],
  [
    "über 20°C; e.g. U.S. 1990-1995 a-b",
    ["über", "20°C", ";", "e", ".", "g", ".", "U", ".", "S", ".", "1990", "-", "1995", "a-b"],
  ],
  [
    "50% off/on @home #1 [a]{b}|~^_`",
    [
      "50",
      "%",
      "off",
      "/",
      "on",
      "@",
      "home",
      "#",
      "1",
      "[",
      "a",
      "]",
      "{",
      "b",
      "}",
      "|",
      "~",
      "^",
      "_",
      "`",
    ],
  ],
  ["Straße – „Zitat“ … «x»", ["Straße", "–", "„Zitat“", "…", "«x»"]],
  ["hy-\nphen\nline", ["hyphen", "line"]],
  ["", []],
];

test.each(expected)("%j has the tokens of sacreBLEU", (text, tokens) => {
  expect(tokenize13a(text)).toEqual(tokens);
});

test("BLEU of these tokens is that of sacreBLEU", () => {
  const found = [
    "A man is riding a bike, slowly.",
    "Two dogs run in the snow.",
    "The girl's 3.5 metre jump!",
  ];
  const references = [
    "A man rides a bike, slowly.",
    "Two dogs are running through the snow.",
    "The girl's jump of 3.5 metres!",
  ];
  const score = computeBleu(
    found.map(tokenize13a),
    references.map((text) => [tokenize13a(text)]),
  );
  // `sacrebleu.corpus_bleu(found, [references]).score` of sacreBLEU 2.6.0.
  expect(100 * score).toBeCloseTo(32.915070679286664, 10);
});

test("what is not a string is rejected", () => {
  expect(() => tokenize13a(3 as never)).toThrow("tokenize13a: text: found 3, expected a string");
});
