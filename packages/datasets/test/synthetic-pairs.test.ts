import { ArgumentError } from "@evenkeel/tensor";
import { expect, test } from "vitest";
import { syntheticPairs } from "../src/index.ts";

test("pairs depend on the seed and the part alone", () => {
  const pairs = syntheticPairs({ count: 200, seed: 5 });
  expect(pairs.length).toBe(200);
  expect(pairs.languages).toEqual(["en", "de"]);
  expect(pairs.sources).toEqual(syntheticPairs({ count: 200, seed: 5 }).sources);
  expect(pairs.sources).not.toEqual(syntheticPairs({ count: 200, seed: 6 }).sources);
  expect(pairs.sources).not.toEqual(syntheticPairs({ count: 200, seed: 5, part: "test" }).sources);
  expect(pairs.get(7)).toEqual({ source: pairs.sources[7], target: pairs.targets[7] });
});

test("translations agree in gender and case, and the verb stands second", () => {
  const { sources, targets } = syntheticPairs({ count: 2000, seed: 1 });
  for (const [index, target] of targets.entries()) {
    expect(sources[index]).toMatch(/^[A-Z][a-z ]+\.$/);
    expect(target).toMatch(/^[A-Z][a-zäöüß ]+/u);
    // A masculine object has the accusative, other nouns never do.
    for (const [, article, noun] of target.matchAll(/\b(ein\w*)(?: \S+?)*? (\p{Lu}[\p{L}]+)/gu)) {
      const isMasculine = ["Hund", "Mann", "Ball", "Tisch", "Garten"].includes(noun!);
      if (article === "einen") expect(isMasculine).toBe(true);
      if (article === "eine") expect(["Katze", "Frau", "Straße", "Brücke"]).toContain(noun);
    }
    const adverb = /^(Heute|Draußen|Hier|Morgen) (sieht|sucht|findet|malt|zieht) ein/;
    if (/^(Today|Outside|Here|Tomorrow) /.test(sources[index]!)) expect(target).toMatch(adverb);
    if (/\ba [aeiou]|\ban [^aeiou]/i.test(sources[index]!)) throw new Error(`a or an: ${sources[index]}`);
  }
});

test("wrong options are rejected", () => {
  expect(() => syntheticPairs({ count: 0 })).toThrow(ArgumentError);
  expect(() => syntheticPairs({ count: 1, part: "dev" as never })).toThrow("syntheticPairs: part");
});
