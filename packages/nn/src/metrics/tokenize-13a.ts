import { checkValue, text as string } from "@evenkeel/tensor/checks";

const entities: readonly (readonly [entity: string, character: string])[] = [
  ["&quot;", '"'],
  ["&amp;", "&"],
  ["&lt;", "<"],
  ["&gt;", ">"],
];

/** The substitutions of mteval-v13a.pl, in its order: symbols; dots and commas not between digits; hyphens behind digits. */
const substitutions: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/([{-~[-` -&(-+:-@/])/g, " $1 "],
  [/([^0-9])([.,])/g, "$1 $2 "],
  [/([.,])([^0-9])/g, " $1 $2"],
  [/([0-9])(-)/g, "$1 $2 "],
];

/**
 * Splits a text into the tokens of `13a`, the tokenization of the evaluations of NIST and WMT (mteval-v13a.pl) and the default of
 * sacreBLEU. Cases stay as they are. BLEU scores can only be compared if they were computed of the same tokens.
 *
 * @throws ArgumentError for what is not a string
 * @example tokenize13a("It costs $3.50, I think.") // ["It", "costs", "$", "3.50", ",", "I", "think", "."]
 */
export function tokenize13a(text: string): string[] {
  checkValue("tokenize13a: text", text, string);
  let line = text.replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " ");
  for (const [entity, character] of entities) line = line.replaceAll(entity, character);
  line = ` ${line} `;
  for (const [pattern, replacement] of substitutions) line = line.replace(pattern, replacement);
  return line.split(/\s+/u).filter((token) => token !== "");
}
