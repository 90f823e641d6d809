import { expect, test } from "vitest";
import type { Limits } from "../devices/backend.ts";
import { workgroupLine } from "./wgsl.ts";

const limits = { maxWorkgroups: 65_535 } as Limits;

test.each([
  [0, [0, 1, 1]],
  [65_535, [65_535, 1, 1]],
  [65_536, [32_768, 2, 1]],
  [200_001, [50_001, 4, 1]],
])("a line of %i workgroups", (count, expected) => {
  expect(workgroupLine(count, limits)).toEqual(expected);
});
