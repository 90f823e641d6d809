import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { cpu } from "@evenkeel/backend-cpu";
import type { Backend } from "@evenkeel/tensor";
import { reportLeaks, selectBackend, Tensor } from "@evenkeel/tensor";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { compileExample, docExamples } from "./doc-examples.ts";
import { exampleValues, writeExampleFiles } from "./example-values.ts";

const root = resolve(import.meta.dirname, "../../..");
const examples = docExamples();

const workingFolder = process.cwd();
let backend: Backend;
let folder: string;
beforeAll(async () => {
  backend = await selectBackend([cpu({ threads: 1 })]);
  folder = await mkdtemp(join(tmpdir(), "evenkeel-examples-"));
  process.chdir(folder);
});
afterEach(() => reportLeaks(false));
afterAll(async () => {
  process.chdir(workingFolder);
  await Promise.all([backend.close(), rm(folder, { recursive: true })]);
});

/** What an example may call without an import: the exports of the packages, and those of its own file. */
async function listNames(file: string): Promise<Record<string, unknown>> {
  const own = ["annotations", "index", "images", "node", "safetensors", "text", "worker"].map(
    (entry) => `packages/evenkeel/src/${entry}.ts`,
  );
  const ofAuthors = ["testing/index", "wgsl"].map((entry) => `packages/tensor/src/${entry}.ts`);
  const loaded = await Promise.all(
    [...own, ...ofAuthors, file].map((module) => import(resolve(root, module)) as Promise<object>),
  );
  return Object.assign({}, ...loaded);
}

/** Compares a result with the comment behind the example's last line where that is a value, `[1, 2]` or `0.5`, or ends with a shape, `-> [32, 64]`. */
async function checkResult(result: unknown, expected: string): Promise<void> {
  const shape = /-> \[([\d, ]+)\]$/.exec(expected)?.[1];
  if (shape !== undefined) expect((result as Tensor).shape).toEqual(JSON.parse(`[${shape}]`));
  else if (
    /^[[\]\d., e/+-]|^\[?(true|false)/.test(expected) &&
    !/[:a-df-qs-z]/.test(expected.replaceAll(/true|false|and/g, ""))
  ) {
    const wanted = expected.split(" and ").map((text) => new Function(`return ${text}`)() as unknown);
    const isList = Array.isArray(result) && (wanted.length > 1 || result[0] instanceof Tensor);
    const found = isList ? await Promise.all(result.map(plain)) : await plain(result);
    expect(rounded(found)).toEqual(rounded(isList ? wanted : wanted[0]));
  }
}

const plain = async (value: unknown): Promise<unknown> =>
  value instanceof Tensor ? nested(value, await value.data()) : value;

function nested(tensor: Tensor, data: ArrayLike<number>): unknown {
  const values: unknown[] = Array.from(data, (value) => (tensor.dtype === "bool" ? value === 1 : value));
  const build = (shape: readonly number[]): unknown =>
    shape.length === 0 ? values.shift() : Array.from({ length: shape[0]! }, () => build(shape.slice(1)));
  return build(tensor.shape);
}

/** Examples show four significant digits. */
const rounded = (value: unknown): unknown =>
  typeof value === "number"
    ? Number(value.toPrecision(4)) + 0
    : Array.isArray(value)
      ? value.map(rounded)
      : value;

describe.each([...new Set(examples.map(({ file }) => file))])("%s", (file) => {
  beforeAll(writeExampleFiles);

  test.each(examples.filter((example) => example.file === file))("$code", async ({ code, expected }) => {
    const library = await listNames(file);
    const values = exampleValues(file, code);
    const used = [...new Set(code.match(/[A-Za-z_]\w*/g))];
    const names = used.filter((name) => name in values || name in library);
    const { run, hasResult } = await compileExample(code, names);
    const args = await Promise.all(names.map((name) => (name in values ? values[name]!() : library[name])));
    const result = await run(...args);
    if (hasResult && expected !== undefined) await checkResult(result, expected);
  });
});
