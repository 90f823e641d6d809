import { spawnSync } from "node:child_process";
import { computeBleu, tokenize13a } from "@evenkeel/nn";
import { threefry } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";

/** A Python with NLTK: the one in EVENKEEL_PYTHON, otherwise one on the PATH, otherwise the system's. */
const python = [process.env.EVENKEEL_PYTHON, "python3", "/usr/bin/python3"].find(
  (candidate) =>
    candidate !== undefined &&
    spawnSync(candidate, ["-c", "from nltk.translate.bleu_score import corpus_bleu"], { stdio: "ignore" })
      .status === 0,
);

const isSkipped = python === undefined && !(process.env.EVENKEEL_REQUIRE ?? "").split(",").includes("nltk");

const program = `
import json, sys
from nltk.translate.bleu_score import corpus_bleu
print(json.dumps([corpus_bleu(references, hypotheses) for hypotheses, references in json.load(sys.stdin)]))
`;

/** Texts of a small vocabulary, with one to three references that share most words with them. */
function drawCorpus(seed: number): { readonly found: string[]; readonly references: string[][] } {
  let index = 0;
  const below = (count: number): number => threefry(seed, 0, index++) % count;
  const words = ["The", "dog", "3.5", "runs,", "(quickly)", "well-known", "it's", "a", "man.", "U.S."];
  const found = Array.from({ length: 30 }, () =>
    Array.from({ length: 5 + below(12) }, () => words[below(words.length)]!),
  );
  const change = (text: readonly string[]): string =>
    text
      .flatMap((word) => (below(5) === 0 ? [words[below(words.length)]!] : below(12) === 0 ? [] : [word]))
      .join(" ");
  return {
    found: found.map((text) => text.join(" ")),
    references: found.map((text) => Array.from({ length: 1 + below(3) }, () => change(text))),
  };
}

describe.skipIf(isSkipped)(
  isSkipped ? "NLTK (skipped: no Python with nltk; EVENKEEL_PYTHON can name one)" : "NLTK",
  () => {
    test("BLEU of corpora, with several references, is that of corpus_bleu", () => {
      if (python === undefined) {
        throw new Error("no Python with nltk was found; EVENKEEL_PYTHON can name one");
      }
      const corpora = [1, 2, 3, 4].map((seed) => {
        const { found, references } = drawCorpus(seed);
        return [found.map(tokenize13a), references.map((texts) => texts.map(tokenize13a))] as const;
      });
      const { status, stdout, stderr } = spawnSync(python, ["-c", program], {
        input: JSON.stringify(corpora),
        encoding: "utf8",
      });
      expect(stderr).toBe("");
      expect(status).toBe(0);
      const scores = JSON.parse(stdout) as number[];
      for (const [index, [found, references]] of corpora.entries()) {
        expect(scores[index]).toBeGreaterThan(0.2);
        expect(computeBleu(found, references)).toBeCloseTo(scores[index]!, 12);
      }
    });
  },
);
