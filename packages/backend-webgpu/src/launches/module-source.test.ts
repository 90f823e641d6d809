import { ArgumentError } from "@evenkeel/tensor";
import { makeWgslKernel } from "@evenkeel/tensor/wgsl";
import { expect, test } from "vitest";
import { writeModule } from "./module-source.ts";

const kernel = makeWgslKernel({
  entry: "combine",
  code: "fn combine() {}",
  schema: { reads: { x: "f32", "z?": "f32" }, writes: { y: "vec4f" }, parameters: {} },
});

test("operands are declared under their names, in the order of the launch, as they are accessed", () => {
  expect(writeModule(kernel, ["r", "-", "w"], false)).toBe(`fn combine() {}
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;`);
  expect(writeModule(kernel, ["w", "-", "w"], false)).toContain("var<storage, read_write> x: array<f32>;");
});

test("parameters are declared as p, the widest first", () => {
  const schema = {
    ...kernel.schema,
    parameters: { count: "u32", factor: "f32", corner: "vec2i", dims: "array<vec4u, 3>", size: "vec2u" },
  } as const;
  expect(writeModule(makeWgslKernel({ entry: "combine", code: "", schema }), ["r", "-", "w"], false)).toMatch(
    /\nstruct Parameters { dims: array<vec4u, 3>, corner: vec2i, size: vec2u, count: u32, factor: f32 }\n@group\(1\) @binding\(0\) var<uniform> p: Parameters;$/,
  );
});

test("extensions come first, on the first line of the code, and the counter of a check comes last", () => {
  const counting = makeWgslKernel({ ...kernel, extensions: ["subgroups", "f16"] });
  const source = writeModule(counting, ["r", "-", "w", "w"], true);
  expect(source).toMatch(/^enable subgroups;enable f16;fn combine\(\) \{\}\n/);
  expect(source).toContain("@group(0) @binding(3) var<storage, read_write> outside: atomic<u32>;");
  expect(source).toContain("fn countOutside(count: u32)");
});

test("operands that are not those of the kernel are rejected by name", () => {
  expect(() => writeModule(kernel, ["-", "-", "w"], false)).toThrow(
    new ArgumentError("combine: x: found no operand, expected one"),
  );
  expect(() => writeModule(kernel, ["r", "w"], false)).toThrow(
    new ArgumentError("combine: found 2 operands, expected 3"),
  );
});
