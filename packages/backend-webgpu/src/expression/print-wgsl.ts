import type { DType, Expression, WgslKernel } from "@evenkeel/tensor";
import { operandsOf } from "@evenkeel/tensor";
import type { FunctionName } from "./functions.ts";
import { functionSources } from "./functions.ts";
import type { ExpressionLayout } from "./layout.ts";
import { elementType, isVectorKind, loadElements, loadVector, storePoints } from "./memory.ts";
import { printNode } from "./operations.ts";
import { needsStrides, parametersOf, sizeName, strideName, workgroupSize } from "./parameters.ts";

const indent = (lines: readonly string[]): string => lines.map((line) => `  ${line}`).join("\n");

/**
 * An expression as a kernel: every invocation evaluates four neighbouring points as one vector. Inputs are the operands that
 * it reads, outputs those that it writes; an input that lives in the memory of an output is read there, and absent
 * among the operands. Its parameters are those of `parametersOf`.
 */
export function printExpression(expression: Expression, layout: ExpressionLayout): WgslKernel {
  const parameters = parametersOf(expression, layout);
  const used = new Set<FunctionName>();
  const body = printBody(expression, layout, used);
  const usesHalf = [...expression.inputs, ...expression.outputs.map(({ dtype }) => dtype)].includes("f16");
  const code = [
    ...(usesHalf ? ["enable f16;"] : []),
    `struct Parameters {\n${indent(parameters.map(({ name, type }) => `${name}: ${type},`))}\n}`,
    ...printBindings(expression, layout),
    "@group(1) @binding(0) var<uniform> parameters: Parameters;",
    ...functionSources(used),
    `@compute @workgroup_size(${workgroupSize})`,
    "fn run(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {",
    indent(body),
    "}",
  ].join("\n");
  return {
    language: "wgsl",
    entry: "run",
    code,
    parameterTypes: parameters.map(({ type }) => type),
  };
}

/** What an expression does, for errors and profiles. */
export function nameOfExpression(expression: Expression): string {
  const functions = expression.nodes.filter((node) => operandsOf(node).length > 0).map(({ op }) => op);
  return `expression ${[...new Set(functions)].join(" ") || "copy"}`;
}

const inputName = (input: number): string => `input${input}`;
const outputName = (output: number): string => `output${output}`;

/** Where an input is read: in its own array or in that of the output that it shares its memory with. */
function arrayOf(layout: ExpressionLayout, input: number): string {
  const { sharedWith } = layout.reads[input]!;
  return sharedWith === undefined ? inputName(input) : outputName(sharedWith);
}

function printBindings({ inputs, outputs }: Expression, { reads }: ExpressionLayout): string[] {
  const declare = (binding: number, access: string, name: string, element: string): string =>
    `@group(0) @binding(${binding}) var<storage, ${access}> ${name}: array<${element}>;`;
  return [
    ...inputs.flatMap((dtype, input) => {
      const { kind, sharedWith } = reads[input]!;
      if (sharedWith !== undefined) return [];
      return [declare(input, "read", inputName(input), elementType(dtype, isVectorKind(kind)))];
    }),
    ...outputs.map(({ dtype }, output) =>
      declare(inputs.length + output, "read_write", outputName(output), elementType(dtype, true)),
    ),
  ];
}

function printBody(expression: Expression, layout: ExpressionLayout, used: Set<FunctionName>): string[] {
  const { nodes, outputs } = expression;
  const context = {
    use: (name: FunctionName) => {
      used.add(name);
      return name;
    },
    input: (index: number) => printLoad(expression.inputs[index]!, index, layout),
    value: (node: number) => `v${node}`,
    node: (index: number) => nodes[index]!,
  };
  return [
    `let quad = (group.y * parameters.width + group.x) * ${workgroupSize}u + lane;`,
    "if (quad > (parameters.count - 1u) >> 2u) { return; }",
    "let at = quad * 4u;",
    "let rest = parameters.count - at;",
    ...printOffsets(layout),
    ...nodes.map((node, index) => `let v${index} = ${printNode(node, context)};`),
    ...outputs.flatMap(({ node, dtype }, output) =>
      storePoints(dtype, outputName(output), "quad", `v${node}`),
    ),
  ];
}

/** One name for the four points of a row, or one for each point. */
const suffixesOf = ({ walk }: ExpressionLayout): string[] =>
  walk === "rows" ? [""] : ["_0", "_1", "_2", "_3"];

/**
 * The coordinates of the row that holds the four points, or of each point, and where they lie in the inputs. Points behind
 * the last one stand for it, so that all lie inside.
 */
function printOffsets(layout: ExpressionLayout): string[] {
  const { walk, rank, reads } = layout;
  if (walk === "line") return [];
  const lines: string[] = [];
  suffixesOf(layout).forEach((suffix, point) => {
    let left = walk === "rows" ? "at" : `min(at + ${point}u, parameters.count - 1u)`;
    for (let axis = rank - 1; axis > 0; axis--) {
      const size = `parameters.${sizeName(axis)}`;
      lines.push(`let left${axis}${suffix} = ${left};`);
      lines.push(`let c${axis}${suffix} = left${axis}${suffix} % ${size};`);
      left = `left${axis}${suffix} / ${size}`;
    }
    lines.push(`let c0${suffix} = ${left};`);
    reads.forEach(({ kind }, input) => {
      if (!needsStrides(kind)) return;
      const terms = Array.from(
        { length: rank },
        (_, axis) => `c${axis}${suffix} * parameters.${strideName(input, axis)}`,
      );
      lines.push(`let offset${input}${suffix} = ${terms.join(" + ")};`);
    });
  });
  return lines;
}

function printLoad(dtype: DType, input: number, layout: ExpressionLayout): string {
  const array = arrayOf(layout, input);
  const offset = `offset${input}`;
  const { kind } = layout.reads[input]!;
  switch (kind) {
    case "linear":
      return loadVector(dtype, array, "quad");
    case "quad":
      return loadVector(dtype, array, `${offset} >> 2u`);
    case "single":
      return loadElements(dtype, array, ["0u"]);
    case "splat":
      return loadElements(dtype, array, [offset]);
    case "run": {
      const places = [0, 1, 2, 3].map((step) => `${offset} + ${step}u`);
      return loadElements(dtype, array, places);
    }
    case "points": {
      const places = suffixesOf(layout).map((suffix) => `${offset}${suffix}`);
      return loadElements(dtype, array, places);
    }
  }
}
