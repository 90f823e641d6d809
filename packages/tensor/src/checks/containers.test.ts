import { createContext, runInContext } from "node:vm";
import { expect, test } from "vitest";
import { isContainer, isRecord, listContents } from "./containers.ts";

const inOtherRealm = (code: string): object => runInContext(`(${code})`, createContext());

class Holder {
  inner = 1;
}

test.each<[string, object, { record?: boolean; container?: boolean; contents: unknown[] }]>([
  ["a plain object", { a: 1, b: 2 }, { record: true, container: true, contents: [1, 2] }],
  ["one without a prototype", Object.create(null), { record: true, container: true, contents: [] }],
  ["one of another realm", inOtherRealm("{ a: 1 }"), { record: true, container: true, contents: [1] }],
  ["an array", [1, [2]], { container: true, contents: [1, [2]] }],
  ["an array of another realm", inOtherRealm("[1]"), { container: true, contents: [1] }],
  ["a Map", new Map([["a", [1]]]), { container: true, contents: ["a", [1]] }],
  ["a Map of another realm", inOtherRealm("new Map([[1, 2]])"), { container: true, contents: [1, 2] }],
  ["a Set", new Set([1, 2]), { container: true, contents: [1, 2] }],
  ["an object of a class", new Holder(), { contents: [1] }],
  ["a typed array", Float32Array.of(1, 2), { contents: [] }],
])("%s", (_name, value, { record = false, container = false, contents }) => {
  expect(isRecord(value)).toBe(record);
  expect(isContainer(value)).toBe(container);
  expect([...listContents(value)]).toEqual(contents);
});
