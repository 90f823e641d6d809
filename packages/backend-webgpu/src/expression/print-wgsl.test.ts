import type { Expression, Value } from "@evenkeel/tensor";
import { buildExpression, e } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import type { ExpressionLayout } from "./layout.ts";
import { layOutStrides } from "./layout.ts";
import type { ExpressionCall } from "./parameters.ts";
import { listParameters } from "./parameters.ts";
import { nameExpression, printExpression } from "./print-wgsl.ts";

const relu = buildExpression({ inputs: ["f32"] }, ([x]) => e.max(x!, 0));

function writeCode(expression: Expression, shape: number[], ...strides: number[][]): string {
  return printExpression(expression, layOutStrides(shape, strides), new Set()).code;
}

/** The parameters of a launch, in order. */
const readValues = (expression: Expression, layout: ExpressionLayout, call: ExpressionCall): number[] =>
  listParameters(expression, layout).map(({ valueIn }) => valueIn(call));

/** The statement that computes the last node of a function of one input. */
function writeLast(type: "f32" | "i32" | "u32" | "bool", body: (x: Value) => Value): string {
  const expression = buildExpression({ inputs: [type] }, ([x]) => body(x!));
  const [, statement] = /let v\d+ = (.*);\n {2}let stored/.exec(writeCode(expression, [8], [1]))!;
  return statement!;
}

describe("printExpression", () => {
  test("prints a whole kernel", () => {
    expect(printExpression(relu, layOutStrides([6], [[1]]), new Set())).toEqual({
      language: "wgsl",
      entry: "run",
      extensions: [],
      schema: {
        reads: { input0: "vec4<f32>" },
        writes: { output0: "vec4<f32>" },
        parameters: { count: "u32", width: "u32", zero: "u32" },
      },
      parameterTypes: ["u32", "u32", "u32"],
      code: `fn isNan(x: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
}
@compute @workgroup_size(64)
fn run(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let quad = (group.y * p.width + group.x) * 64u + lane;
  if (quad > (p.count - 1u) >> 2u) { return; }
  let at = quad * 4u;
  let rest = p.count - at;
  let v0 = input0[quad];
  let v1 = vec4f(0f);
  let v2 = select(max(v0, v1), v0, isNan(v0));
  let stored_output0 = v2;
  if (rest >= 4u) { output0[quad] = stored_output0; } else {
    output0[quad].x = stored_output0.x;
    if (rest > 1u) { output0[quad].y = stored_output0.y; }
    if (rest > 2u) { output0[quad].z = stored_output0.z; }
  }
}`,
    });
  });

  test("reads an input in the memory of an output from the output", () => {
    const { walk, rank } = layOutStrides([8], [[1]]);
    const { code, schema } = printExpression(
      relu,
      { walk, rank, reads: [{ kind: "linear", sharedWith: 0 }] },
      new Set(),
    );
    expect(schema.reads).toEqual({});
    expect(code).not.toContain("input0");
    expect(code).toContain("let v0 = output0[quad];");
  });

  test("reads packed inputs from words after the other inputs", () => {
    const sum = buildExpression({ inputs: ["f32", "u8"] }, ([a, b]) => e.add(a!, e.cast(b!, "f32")));
    const layout = {
      walk: "line" as const,
      rank: 1,
      reads: [
        { kind: "single" as const, isPacked: true },
        { kind: "linear" as const, isPacked: true },
      ],
    };
    const { code, schema } = printExpression(sum, layout, new Set());
    expect(schema.reads).toEqual({ pack: "u32" });
    expect(code).toContain("vec4f(bitcast<f32>(pack[p.base0 + 0u]))");
    expect(code).toContain("pack[p.base1 + ((at + 3u) >> 2u)]");
    expect(code).not.toContain("input");
    const launch = {
      shape: [8],
      reads: [
        { operand: 0, strides: [0] },
        { operand: 1, strides: [1] },
      ],
      scalars: [],
      width: 1,
      bases: [0, 4],
    };
    expect(readValues(sum, layout, launch)).toEqual([8, 1, 0, 0, 4]);
  });

  test("passes sizes, strides and scalars in the order of the struct", () => {
    const expression = buildExpression(
      { inputs: ["f32", "f32"], scalars: ["f32", "bool"] },
      ([a, b], [s, t]) => e.select(t!, e.mul(a!, s!), b!),
    );
    const strides = [
      [3, 1],
      [1, 0],
    ];
    const layout = layOutStrides([2, 3], strides);
    const names = listParameters(expression, layout).map(({ name, type }) => `${name} ${type}`);
    expect(names).toEqual([
      "count u32",
      "width u32",
      "zero u32",
      "size0 u32",
      "size1 u32",
      "stride1_0 u32",
      "stride1_1 u32",
      "scalar0 f32",
      "scalar1 u32",
    ]);
    const reads = strides.map((own, operand) => ({ operand, strides: own }));
    const call = { shape: [2, 3], reads, scalars: [0.5, 1], width: 9, bases: [] };
    expect(readValues(expression, layout, call)).toEqual([6, 9, 0, 2, 3, 1, 0, 0.5, 1]);
  });

  test("loads and stores every dtype in its own form", () => {
    const expression = buildExpression(
      { inputs: ["u8", "bool", "f16"], outputs: ["u8", "bool", "f16"] },
      (inputs) => inputs,
    );
    const kernelOn = (features: Set<string>) =>
      printExpression(expression, layOutStrides([8], [[1], [1], [1]]), features);
    const { code, extensions, schema } = kernelOn(new Set(["shader-f16"]));
    expect([extensions, schema.reads.input2]).toEqual([["f16"], "vec4<f16>"]);
    expect(code).toContain("let v0 = (vec4u(input0[quad]) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u);");
    expect(code).toContain("let v1 = input1[quad] != vec4u();");
    expect(code).toContain("let v2 = vec4f(input2[quad]);");
    expect(code).toContain(
      "output0[quad] = (output0[quad] & ~mask_output0) | (word_output0 & mask_output0);",
    );
    expect(code).toContain("let stored_output1 = select(vec4u(), vec4u(1u), v1);");
    expect(code).toContain("let stored_output2 = bitcast<vec4<f16>>(halfWords(v2));");
    const { code: packed, ...inWords } = kernelOn(new Set());
    expect([inWords.extensions, inWords.schema.reads.input2]).toEqual([[], "vec2u"]);
    expect(packed).toContain(
      "let v2 = vec4f(unpack2x16float(input2[quad].x), unpack2x16float(input2[quad].y));",
    );
    expect(packed).toContain("let stored_output2 = halfWords(v2);");
    expect(packed).toContain("if (rest == 3u) { output2[quad].y = low_output2.y; }");
  });

  test("preserves constants that WGSL would reject or round", () => {
    const constants = [Number.NaN, Number.POSITIVE_INFINITY, -0, 1e-40, 0.1, -3];
    const code = writeCode(
      buildExpression({ inputs: ["f32"] }, ([x]) => constants.map((value) => e.constantLike(x!, value))),
      [8],
      [1],
    );
    const printed = [...code.matchAll(/let v\d+ = (.*);/g)].map(([, text]) => text);
    expect(printed).toEqual([
      "bitcast<vec4f>(vec4u(2143289344u | p.zero))",
      "bitcast<vec4f>(vec4u(2139095040u | p.zero))",
      "bitcast<vec4f>(vec4u(2147483648u))",
      "bitcast<vec4f>(vec4u(71362u))",
      "vec4f(0.10000000149011612f)",
      "vec4f(-3f)",
    ]);
  });

  test.each<[string, string]>([
    [writeLast("f32", (x) => e.notEqual(x, x)), "!(v0 == v0)"],
    [writeLast("f32", (x) => e.cast(x, "i32")), "toI32(v0)"],
    [writeLast("f32", (x) => e.cast(x, "bool")), "(bitcast<vec4u>(v0) << vec4u(1u)) != vec4u()"],
    [writeLast("f32", (x) => e.pow(x, 3)), "v0 * v0 * v0"],
    [writeLast("u32", (x) => e.neg(x)), "vec4u() - v0"],
    [
      writeLast("i32", (x) => e.div(x, x)),
      "select(v0 / select(v0, vec4i(1), v0 == vec4i()), vec4i(), v0 == vec4i())",
    ],
    [writeLast("i32", (x) => e.shiftRight(x, 40)), "v0 >> (vec4u(v1) & vec4u(31u))"],
    [writeLast("bool", (x) => e.xor(x, x)), "v0 != v0"],
    [
      writeLast("bool", (x) => e.less(x, x)),
      "select(vec4u(), vec4u(1u), v0) < select(vec4u(), vec4u(1u), v0)",
    ],
    [writeLast("bool", (x) => e.cast(x, "i32")), "select(vec4i(), vec4i(1), v0)"],
  ])("prints %s", (found, expected) => {
    expect(found).toBe(expected);
  });

  test("defines what it uses, and nothing else", () => {
    const code = writeCode(
      buildExpression({ inputs: ["f32"] }, ([x]) => e.tanh(x!)),
      [8],
      [1],
    );
    const defined = [...code.matchAll(/^fn (\w+)/gm)].map(([, name]) => name);
    expect(defined).toEqual(["isNan", "orNan", "exponential", "expMinusOne", "hyperbolicTangent", "run"]);
  });
});

test("an expression is named after what it computes", () => {
  expect(nameExpression(relu)).toBe("expression max");
  expect(nameExpression(buildExpression({ inputs: ["f32"] }, ([x]) => x!))).toBe("expression copy");
});
