import type { Limits } from "../../../core/devices/backend.ts";
import type { FloatElements } from "../../../core/devices/float-elements.ts";
import { writeFloatElements } from "../../../core/devices/float-elements.ts";
import type { WgslOperands, WgslParameters } from "../../../core/devices/kernel-schema.ts";
import type { WgslKernel } from "../../../core/devices/launch.ts";
import { makeWgslKernel } from "../../../core/plans/wgsl.ts";
import type { LineCut, LineGrid, LineLayout } from "./line-cut.ts";
import { workgroupSize } from "./line-cut.ts";
import type { LineStates } from "./line-join.wgsl.ts";
import { joinsInSubgroups, listSubgroupExtensions, writeJoinSource } from "./line-join.wgsl.ts";

/**
 * The kind of an operand of a kernel over lines: it has a number for each `element`, each `line` or each `position` of
 * a line, or a `state` for each part of each line. Operands that are not loaded in the layout of lines have their own
 * type.
 */
export type LineOperand = "element" | "line" | "position" | "state" | "f32" | "i32" | "u32" | "vec4u";

/** Operands by their names. */
export interface LineOperands {
  readonly [name: string]: LineOperand;
}

/** The properties of a launch on which the text of a kernel depends. */
export interface LineWalk {
  readonly layout: LineLayout;
  /** Whether the steps along a line are in rows; otherwise they have the same distance. */
  readonly hasRows: boolean;
  readonly usesSubgroups: boolean;
}

/** How a kernel iterates over the lines of a launch on a device. */
export const planWalk = (
  { layout, columns, threads }: LineGrid,
  limits: Pick<Limits, "features">,
): LineWalk => ({
  layout,
  hasRows: columns > 1,
  usesSubgroups: joinsInSubgroups(threads, limits),
});

/** The common properties of all kernels of a kind. */
export interface LineSchema<
  Operands extends LineOperands = LineOperands,
  Parameters extends WgslParameters = WgslParameters,
> {
  /** The type of a single element. */
  readonly element: "f32" | "i32" | "u32";
  readonly operands: Operands;
  readonly parameters: Parameters;
}

/** The setting for which the text of a kernel is generated: its walk, and the operands that are present. */
export interface LineSetting<Names extends string = string> {
  readonly walk: LineWalk;
  readonly reads: readonly Names[];
  readonly writes: readonly Names[];
  /** How elements are stored. */
  readonly elements: FloatElements;
}

/** The text of a kernel. */
export interface LineText {
  /** The states that threads merge, if any. */
  readonly states: LineStates | undefined;
  /**
   * The declarations that `LineStates` requires. They may use `Loaded`, the type of a load, the corresponding types
   * `PerLine` and `PerPosition`, and `p`.
   */
  readonly code: string;
  /** The code of a thread, which may use the declarations of `writePlace`. */
  readonly body: string;
}

/** The parameters that describe the positions of lines: the numbers of a `LineCut`. */
const cutParameters = {
  lines: "u32",
  side: "u32",
  steps: "u32",
  columns: "u32",
  span: "u32",
  run: "u32",
  threads: "u32",
  blocks: "u32",
  parts: "u32",
  partSteps: "u32",
} as const;

/** The values of these parameters. */
export const nameCutValues = (cut: LineCut): { readonly [Name in keyof typeof cutParameters]: number } => ({
  lines: cut.lines,
  side: cut.side,
  steps: cut.steps,
  columns: cut.columns,
  span: cut.span,
  run: cut.run,
  threads: cut.threads,
  blocks: cut.blocks,
  parts: cut.parts,
  partSteps: cut.partSteps,
});

/** The kernel with this text. Its parameters are those of the cut and its own. */
export function writeLineKernel(
  entry: string,
  { element, operands, parameters }: LineSchema,
  { walk, reads, writes, elements }: LineSetting,
  { states, code, body }: LineText,
): WgslKernel {
  const { layout } = walk;
  const usesSubgroups = walk.usesSubgroups && states !== undefined;
  const vector = `vec4<${element}>`;
  const listTypes = (names: readonly string[]): WgslOperands =>
    Object.fromEntries(names.map((name) => [name, getOperandType(operands[name]!, elements)]));
  return makeWgslKernel({
    entry,
    extensions: [...listSubgroupExtensions(usesSubgroups), ...elements.extensions],
    schema: {
      reads: listTypes(reads),
      writes: listTypes(writes),
      parameters: { ...cutParameters, ...parameters },
    },
    code: `
${writeFloatElements(elements)}
alias Loaded = ${layout === "single" ? element : vector};
alias PerLine = ${layout === "across" ? vector : element};
alias PerPosition = ${layout === "along" ? vector : element};
fn total(v: Loaded) -> PerLine { return ${layout === "along" ? "v.x + v.y + v.z + v.w" : "v"}; }
${code}
${states === undefined ? "" : writeJoinSource(states, usesSubgroups)}
${writeEntry(entry, usesSubgroups, writePlace(walk) + body)}`,
  });
}

/** Elements that are stored as they are loaded. */
export const plainElements: FloatElements = {
  type: "Loaded",
  extensions: [],
  load: (array, index) => `${array}[${index}]`,
  store: (array, index, value) => `${array}[${index}] = ${value};`,
};

const getOperandType = (operand: LineOperand, elements: FloatElements): string =>
  ({ element: elements.type, line: "PerLine", position: "PerPosition", state: "State" })[operand as string] ??
  operand;

/** The entry point. It calls a function, so that tests can give invocations other positions. */
function writeEntry(entry: string, usesSubgroups: boolean, body: string): string {
  const builtins = usesSubgroups
    ? ", @builtin(subgroup_size) size: u32, @builtin(subgroup_invocation_id) lane: u32"
    : "";
  return `
@compute @workgroup_size(${workgroupSize})
fn ${entry}(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) me: u32${builtins}
) {
  workOnLines(group, groups, me${usesSubgroups ? ", size, lane" : ""});
}
fn workOnLines(group: vec3u, groups: vec3u, me: u32${usesSubgroups ? ", size: u32, lane: u32" : ""}) {
  ${body}
}`;
}

/**
 * The position of the thread `me` of a workgroup: thread `t` of a `line` that begins at `start`, whose part `part` it
 * processes from step `at` to `end`, unless it is outside all lines. Its state is at `own` on the shelf, that of the
 * line's first thread at `home`, and the others are `next` apart: neighbouring threads of different lines have
 * neighbouring places.
 */
const writePlace = ({ hasRows }: LineWalk): string => `
  let place = group.x + group.y * groups.x;
  let part = place / p.blocks;
  let abreast = p.span * p.run;
  let slot = me % abreast / p.run;
  let t = me / abreast * p.run + me % p.run;
  let mine = place % p.blocks * p.span + slot;
  let isInside = t < p.threads && mine < p.lines && part < p.parts;
  let line = min(mine, p.lines - 1u);
  let start = line / p.side * p.side * p.steps + line % p.side * p.columns;
  let next = select(1u, p.span, p.run == 1u);
  let home = slot * select(p.threads, 1u, p.run == 1u);
  let own = home + t * next;
  let begin = part * p.partSteps + t;
  let end = select(0u, min((part + 1u) * p.partSteps, p.steps), isInside);
  var at = begin;
  ${
    hasRows
      ? `
  var row = at / p.columns;
  var column = at % p.columns;
  let rows = p.threads / p.columns;
  let columns = p.threads % p.columns;`
      : ""
  }`;

/** Repeats the text for each load. */
export const writeEach = (loads: number, text: (index: number) => string): string =>
  Array.from({ length: loads }, (_, index) => text(index)).join("");

/**
 * Loads a whole tile before any of it is used. For load `n`, `in<n>` says whether it belongs to the thread, `at<n>` is
 * its step, and `to<n>` the index of its element, which `values` loads; if the load does not belong to the thread, the
 * index is that of the line's first element.
 */
export const loadTile = (walk: LineWalk, loads: number, values: (index: number) => string): string =>
  writeEach(
    loads,
    (n) => `
  let at${n} = at;
  let in${n} = at < end;
  let to${n} = ${walk.hasRows ? `select(start, start + row * p.side * p.columns + column, in${n})` : `start + select(0u, at, in${n}) * p.side`};
  ${values(n)}
  at += p.threads;
  ${walk.hasRows ? wrapRow : ""}`,
  );

const wrapRow = `row += rows;
  column += columns;
  if (column >= p.columns) {
    column -= p.columns;
    row += 1u;
  }`;

/** Repeats tiles until the part ends. */
export const writeTiles = (tile: string): string => `
  while (at < end) {
    ${tile}
  }`;

/** Returns to the beginning of the part. */
export const rewind = ({ hasRows }: LineWalk): string => `
  at = begin;
  ${
    hasRows
      ? `row = at / p.columns;
  column = at % p.columns;`
      : ""
  }`;

/** Stores the states of a part from one thread of the line. */
export const storeStates = (operand: string, variables: readonly string[]): string =>
  variables
    .map((variable, j) => `${operand}[${writeState("part", variables, j)}] = ${variable};`)
    .join("\n    ");

/** Merges the states of `count` parts, those of a thread in their order. */
export const mergeStates = (operand: string, variables: readonly string[], count: string): string => `
  for (var k = t; k < ${count}; k += p.threads) {
    ${variables
      .map((variable, j) => `${variable} = merge(${variable}, ${operand}[${writeState("k", variables, j)}]);`)
      .join("\n    ")}
  }`;

/** The index of a state; states are ordered by (part, line, variable). */
const writeState = (part: string, { length }: readonly string[], j: number): string =>
  length === 1 ? `${part} * p.lines + line` : `(${part} * p.lines + line) * ${length}u + ${j}u`;
