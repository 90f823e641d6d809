import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { listTemplateTexts, shrinkTemplates } from "./shrink-wgsl.ts";

const root = resolve(import.meta.dirname, "..");
const files = globSync("packages/*/src/**/*.wgsl.ts", { cwd: root });

test("comments, indentation and unneeded white space are removed", () => {
  const source = [
    'const plain = "a  // b"; // stays  here',
    "const code = `",
    "  // What it does.",
    "  fn twice(x: f32) -> f32 { /* here */",
    "",
    "    return 2f * x;",
    "  }`;",
  ].join("\n");
  expect(shrinkTemplates(source)).toBe(
    'const plain = "a  // b"; // stays  here\nconst code = `\nfn twice(x:f32)->f32{return 2f*x;}`;',
  );
});

test.each([
  ["a word beside a word", "let x = y", "let x=y"],
  ["a sign behind an operator", "a - -b", "a- -b"],
  ["what a substitution may continue", "a - @{b} + @{c} d", "a- @{b} + @{c} d"],
  ["not what a bracket ends", "f(@{a}, @{b});\n  g @{c}", "f(@{a},@{b});g @{c}"],
  ["an escape", "a \\` ; b", "a \\`;b"],
  [
    "a template in a substitution",
    "x + @{y.map((z) => `{ @{z} : u32 }`)} ;",
    "x+ @{y.map((z) => `{@{z}:u32}`)};",
  ],
  [
    "strings and regular expressions in a substitution",
    'a  @{b.replace(/[}`/]/g, "}`")}  c',
    'a @{b.replace(/[}`/]/g, "}`")} c',
  ],
])("%s", (_, text, expected) => {
  const findTemplate = (marked: string): string => `const s = \`${marked.replaceAll("@{", "$" + "{")}\`;`;
  expect(shrinkTemplates(findTemplate(text))).toBe(findTemplate(expected));
});

test("a comment that a substitution could end is an error", () => {
  const source = `const s = \`a; // \${b}\n\`;`;
  expect(() => shrinkTemplates(source)).toThrow("expected a comment that ends before");
});

/** Names and numbers, brackets, and sequences of operators, without comments. */
const listTokens = (text: string): string[] =>
  text.replace(/\/\/[^\n]*/g, "").match(/[\w.@$\\#`"]+|[(){}[\],;:]|[=+\-*/<>&|^!%~]+/g) ?? [];

test.each(files)("%s has the same tokens", (file) => {
  const source = readFileSync(resolve(root, file), "utf8");
  const shrunk = shrinkTemplates(source);
  const listTokenLines = (code: string): string[][] =>
    listTemplateTexts(code).map(({ from, to }) => listTokens(code.slice(from, to)));
  expect(listTokenLines(shrunk)).toEqual(listTokenLines(source));
  expect(shrinkTemplates(shrunk)).toBe(shrunk);
});

test("the texts of kernels shrink", () => {
  const countBytes = (shrink: (source: string) => string): number =>
    files.reduce((sum, file) => sum + shrink(readFileSync(resolve(root, file), "utf8")).length, 0);
  expect(countBytes(shrinkTemplates)).toBeLessThan(0.95 * countBytes((source) => source));
});
