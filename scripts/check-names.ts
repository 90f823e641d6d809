/** Checks that the names of exported functions begin with a verb, by the rule in the glossary of `docs/architecture.md`. */
import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

/** The verbs that have a meaning of their own here. */
const verbs =
  "build check compute count describe draw emit encode decode extract find get list make name parse plan prepare print read write";

const plainVerbs =
  "add adjust allocate answer apply assemble assign attempt bind blame broadcast call choose claim cluster " +
  "collate collect compose contract convert copy crop cut declare defer differentiate dispose download " +
  "encode equalize erase evaluate execute expect fetch fit fold format free fuse group gunzip import inline " +
  "join keep lay leave load lower map match measure merge mix move normalize nudge observe open pack " +
  "predict prefetch propagate push quote recall record register reject remember remove replace report " +
  "request resize restore rewind run save scatter score search select serve set skip sort spawn split stack " +
  "store stretch sum sweep take tell tile tokenize track train transpose update view wait walk warp widen " +
  "wrap";

const claims = "can has holds is joins keeps needs overlaps packs reads shows takes uses";

const prepositions = "as for from on to with without";

const allowed = new Set([verbs, plainVerbs, claims, prepositions].join(" ").split(" "));

/** Results after which their functions are named: what users compose bears the name that the field has for it. */
const namingResults =
  /\b(Tensor|Value|Rule|Schedule|StandardInitializer|\w*Augmentation|Collate|Dataset|EpochStream|\w*Sampler|\w*Module|ImageClassifier|ResNet|Vdcnn|WordConvnet|Sequential|\w*NormResult|\w*Factory|PassMetric|LengthPenalty|DetectionLoss|CaseInput|IndexedMaxima)\b/;

/** Names that users know, of functions with other results. */
const knownNames = new Set(
  (
    "batchNormBackward batchNormForward batches beamSearch crc32 customGradient erf grad greedySearch hostStep kFold manualSeed preciseBatchNorm randomSplit " +
    "scope settlingState summary syntheticCells syntheticFigures syntheticPairs threefry threefry2x32 unique valueAndGrad vjp weighted wholeStep"
  ).split(" "),
);

/** The index behind the bracket that closes the one at `start`. */
function skipBrackets(text: string, start: number): number {
  let depth = 0;
  for (let index = start; index < text.length; index++) {
    const letter = text[index]!;
    if ("([{<".includes(letter)) depth++;
    else if (")]}".includes(letter) || (letter === ">" && text[index - 1] !== "=")) depth--;
    if (depth === 0) return index + 1;
  }
  return text.length;
}

/** The type that is written behind the parameters of a function, which begin at `start`. */
function readResultType(text: string, start: number): string {
  const parameters = text[start] === "<" ? skipBrackets(text, start) : start;
  const rest = text.slice(skipBrackets(text, parameters)).replace(/^\s*:\s*/, "");
  return rest.startsWith("{")
    ? rest.slice(0, skipBrackets(rest, 0))
    : rest.slice(0, rest.search(/ \{\n| =>|;\n/));
}

process.chdir(resolve(import.meta.dirname, ".."));
const problems: string[] = [];
const exported = /^export (?:(?:async )?function\*? |const )(\w+)(?: = (?:async )?)?(?=[(<])/gm;
for (const file of globSync("packages/*/src/**/*.ts").sort()) {
  if (/([.-]cases|\.(test|types|as))\.ts$|\/testing/.test(file)) continue;
  const text = readFileSync(file, "utf8");
  for (const found of text.matchAll(exported)) {
    const name = found[1]!;
    if (allowed.has(/^[a-z]+/.exec(name)![0]) || knownNames.has(name)) continue;
    if (namingResults.test(readResultType(text, found.index + found[0].length))) continue;
    problems.push(`${file}: ${name} does not begin with a verb of scripts/check-names.ts`);
  }
}
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log("Functions are named by verbs.");
