import type { DType, Expression, WgslKernel, WgslSchema } from "@evenkeel/tensor";
import { listOperands } from "@evenkeel/tensor";
import { makeWgslKernel } from "@evenkeel/tensor/wgsl";
import { listFunctionSources } from "./functions.ts";
import type { ExpressionLayout } from "./layout.ts";
import { isBound } from "./layout.ts";
import type { Memory } from "./memory.ts";
import { chooseMemory, isVectorKind } from "./memory.ts";
import { printNode } from "./operations.ts";
import { listParameters, nameBase, nameSize, nameStride, needsStrides, workgroupSize } from "./parameters.ts";
import type { FunctionName } from "./wgsl-function.ts";

const indent = (lines: readonly string[]): string => lines.map((line) => `  ${line}`).join("\n");

/**
 * An expression as a kernel: every invocation evaluates four neighbouring points as one vector. Inputs are the operands that
 * it reads, outputs those that it writes; an input that lives in the memory of an output is read there, and is
 * no operand. Neither are packed inputs: the last operand that is read has the words of all of them.
 */
export function printExpression(
  expression: Expression,
  layout: ExpressionLayout,
  features: ReadonlySet<string>,
): WgslKernel {
  const parameters = listParameters(expression, layout).map(({ name, type }) => [name, type] as const);
  const used = new Set<FunctionName>();
  const memory = chooseMemory(features);
  const body = printBody(expression, layout, memory, used);
  const code = [
    ...memory.functions(expression),
    ...listFunctionSources(used),
    `@compute @workgroup_size(${workgroupSize})`,
    "fn run(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {",
    indent(body),
    "}",
  ].join("\n");
  return makeWgslKernel({
    entry: "run",
    code,
    extensions: memory.extensions(expression),
    schema: {
      ...listKernelOperands(expression, layout, memory),
      parameters: Object.fromEntries(parameters),
    },
  });
}

/** A description of an expression, for errors and profiles. */
export function nameExpression(expression: Expression): string {
  const functions = expression.nodes.filter((node) => listOperands(node).length > 0).map(({ op }) => op);
  return `expression ${[...new Set(functions)].join(" ") || "copy"}`;
}

const nameInput = (input: number): string => `input${input}`;
const packName = "pack";
const nameOutput = (output: number): string => `output${output}`;

/** The array from which an input is read: its own, or that of the output with which it shares memory. */
function nameArray(layout: ExpressionLayout, input: number): string {
  const { sharedWith } = layout.reads[input]!;
  return sharedWith === undefined ? nameInput(input) : nameOutput(sharedWith);
}

function listKernelOperands(
  { inputs, outputs }: Expression,
  { reads }: ExpressionLayout,
  memory: Memory,
): Pick<WgslSchema, "reads" | "writes"> {
  const read = inputs.flatMap((dtype, input) => {
    const read = reads[input]!;
    return isBound(read)
      ? [[nameInput(input), memory.elementType(dtype, isVectorKind(read.kind))] as const]
      : [];
  });
  const pack = reads.some(({ isPacked }) => isPacked) ? [[packName, "u32"] as const] : [];
  const written = outputs.map(
    ({ dtype }, output) => [nameOutput(output), memory.elementType(dtype, true)] as const,
  );
  return { reads: Object.fromEntries([...read, ...pack]), writes: Object.fromEntries(written) };
}

function printBody(
  expression: Expression,
  layout: ExpressionLayout,
  memory: Memory,
  used: Set<FunctionName>,
): string[] {
  const { nodes, outputs } = expression;
  const context = {
    use: (name: FunctionName) => {
      used.add(name);
      return name;
    },
    input: (index: number) => printLoad(expression.inputs[index]!, index, layout, memory),
    value: (node: number) => `v${node}`,
    node: (index: number) => nodes[index]!,
  };
  return [
    `let quad = (group.y * p.width + group.x) * ${workgroupSize}u + lane;`,
    "if (quad > (p.count - 1u) >> 2u) { return; }",
    "let at = quad * 4u;",
    "let rest = p.count - at;",
    ...printOffsets(layout),
    ...nodes.map((node, index) => `let v${index} = ${printNode(node, context)};`),
    ...outputs.flatMap(({ node, dtype }, output) =>
      memory.storePoints(dtype, nameOutput(output), "quad", `v${node}`),
    ),
  ];
}

/** One name for the four points of a row, or one for each point. */
const listSuffixes = ({ walk }: ExpressionLayout): string[] =>
  walk === "rows" ? [""] : ["_0", "_1", "_2", "_3"];

/**
 * The coordinates of the row that holds the four points, or of each point, and where they lie in the inputs. Points behind
 * the last one stand for it, so that all lie inside.
 */
function printOffsets(layout: ExpressionLayout): string[] {
  const { walk, rank, reads } = layout;
  if (walk === "line") return [];
  const lines: string[] = [];
  listSuffixes(layout).forEach((suffix, point) => {
    let left = walk === "rows" ? "at" : `min(at + ${point}u, p.count - 1u)`;
    for (let axis = rank - 1; axis > 0; axis--) {
      const size = `p.${nameSize(axis)}`;
      lines.push(`let left${axis}${suffix} = ${left};`);
      lines.push(`let c${axis}${suffix} = left${axis}${suffix} % ${size};`);
      left = `left${axis}${suffix} / ${size}`;
    }
    lines.push(`let c0${suffix} = ${left};`);
    reads.forEach(({ kind }, input) => {
      if (!needsStrides(kind)) return;
      const terms = Array.from(
        { length: rank },
        (_, axis) => `c${axis}${suffix} * p.${nameStride(input, axis)}`,
      );
      lines.push(`let offset${input}${suffix} = ${terms.join(" + ")};`);
    });
  });
  return lines;
}

function printLoad(dtype: DType, input: number, layout: ExpressionLayout, memory: Memory): string {
  const { kind, isPacked } = layout.reads[input]!;
  const places = printPlaces(input, layout);
  if (isPacked) return memory.loadPacked(dtype, packName, places, `p.${nameBase(input)}`);
  const array = nameArray(layout, input);
  if (!isVectorKind(kind)) return memory.loadElements(dtype, array, places);
  return memory.loadVector(dtype, array, kind === "linear" ? "quad" : `offset${input} >> 2u`);
}

/** The places of the four points' elements in an input, or one place if it is the same for all. */
function printPlaces(input: number, layout: ExpressionLayout): string[] {
  const offset = `offset${input}`;
  const neighbours = (first: string): string[] => [0, 1, 2, 3].map((step) => `${first} + ${step}u`);
  switch (layout.reads[input]!.kind) {
    case "linear":
      return neighbours("at");
    case "single":
      return ["0u"];
    case "splat":
      return [offset];
    case "quad":
    case "run":
      return neighbours(offset);
    case "points":
      return listSuffixes(layout).map((suffix) => `${offset}${suffix}`);
  }
}
