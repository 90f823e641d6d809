import type { WgslParameters } from "../../../core/devices/kernel-schema.ts";
import type { LineLayout } from "./line-cut.ts";
import { countLanes, loadsInFlight } from "./line-cut.ts";
import { writeJoin } from "./line-join.wgsl.ts";
import type { LineOperand, LineOperands, LineSchema, LineText, LineWalk } from "./line-kernel.wgsl.ts";
import { loadTile, mergeStates, rewind, storeStates, writeTiles } from "./line-kernel.wgsl.ts";

/**
 * The reduction of a line, in WGSL. `State` is the intermediate result of some elements: `initial() -> State` that of
 * no elements; `take(s: State, x: element, at: u32) -> State` adds the element at that position (of each input, where
 * there are two); `merge(a: State, b: State) -> State` merges those of earlier and later elements.
 */
export interface Fold {
  /** The name in errors and profiles. */
  readonly name: string;
  /** The WGSL type of `State`, and its size in words. */
  readonly state: string;
  readonly stateWords: 1 | 2 | 4;
  readonly element: "f32" | "i32" | "u32";
  /** Inputs that are read element by element. Default: x. */
  readonly inputs?: readonly string[];
  /** Inputs with one element for each line, and their types. */
  readonly perLine?: LineOperands;
  /** Inputs with one element for each position of a line, which `take` and `map` may read, and their types. */
  readonly perPosition?: LineOperands;
  /**
   * A statement at the beginning of each thread, which may read inputs of its `line`; only for rows, because columns
   * may be loaded in bundles.
   */
  readonly enter?: string;
  /** The parameters of the launch, as fields of `p`. */
  readonly parameters?: WgslParameters;
  readonly code: string;
}

/** `finish(s: State) -> u32` gives the bits of the result of a line, or of two results as vec2u. */
export interface Reducer extends Fold {
  readonly results?: 1 | 2;
  /** Whether `finish` calls `countOutside`, for launches that have a check. */
  readonly counts?: boolean;
}

/**
 * A result for each element of a line: `prepare(s: State, line: u32) -> Facts` of the whole line, then
 * `map(x: element, facts: Facts, at: u32) -> u32` gives bits.
 */
export interface LineMap extends Fold {
  readonly maps: true;
}

/** One of the launches of a fold. */
export interface FoldPass {
  /** The input of the pass: elements, or the states of parts of lines. */
  readonly from: "elements" | "states";
  /** The output of the pass: states of parts, or results. */
  readonly to: "states" | "results";
}

const unrolled = [0, 1, 2, 3];

const listComponents = (layout: LineLayout): readonly string[] =>
  layout === "single" ? [""] : [".x", ".y", ".z", ".w"];

const join = <Item>(items: readonly Item[], text: (item: Item, index: number) => string): string =>
  items.map(text).join("\n");

/** The states of a thread, one for each of the lines that it loads at once. */
const listVariables = (layout: LineLayout): string[] =>
  unrolled.slice(0, countLanes(layout)).map((lane) => `s${lane}`);

/** Inputs in order: elements, those of lines, those of positions. */
export const listInputs = ({ inputs = ["x"], perLine = {}, perPosition = {} }: Fold): readonly string[] => [
  ...inputs,
  ...Object.keys(perLine),
  ...Object.keys(perPosition),
];

/** Whether a pass ends with a map of the lines. */
const endsInMap = (fold: Reducer | LineMap, { to }: FoldPass): fold is LineMap =>
  "maps" in fold && to === "results";

/** The operands of a pass: states, then the inputs that it reads. */
export function listReads(fold: Reducer | LineMap, pass: FoldPass): readonly string[] {
  const readsElements = pass.from === "elements" || endsInMap(fold, pass);
  return [
    ...(pass.from === "states" ? ["states"] : []),
    ...(readsElements ? listInputs(fold) : Object.keys(fold.perLine ?? {})),
  ];
}

export function makeFoldSchema(fold: Reducer | LineMap, layout: LineLayout, pass: FoldPass): LineSchema {
  const { element, inputs = ["x"], perLine, perPosition, parameters = {} } = fold;
  const isVector = layout === "across" || (layout === "along" && endsInMap(fold, pass));
  const written: LineOperand = pass.to === "states" ? "state" : isVector ? "vec4u" : "u32";
  return {
    element,
    operands: {
      states: "state",
      y0: written,
      y1: written,
      ...Object.fromEntries(inputs.map((name) => [name, "element" as const])),
      ...perLine,
      ...perPosition,
    },
    parameters,
  };
}

/** The text of the kernel of one pass. */
export function writeFoldBody(fold: Reducer | LineMap, walk: LineWalk, pass: FoldPass): LineText {
  const { state, enter = "", code } = fold;
  const variables = listVariables(walk.layout);
  const isMap = endsInMap(fold, pass);
  const states = { variables };
  return {
    states,
    code: `
alias State = ${state};
${code}`,
    body: `
  ${enter}
  ${join(variables, (variable) => `var ${variable} = initial();`)}
  ${writeTake(fold, walk, pass)}
  ${writeJoin(states, walk.usesSubgroups, isMap)}
  ${isMap ? writeMap(fold, walk) : writeStore(fold, walk.layout, pass)}`,
  };
}

/** Folds the part of a thread. */
function writeTake(fold: Reducer | LineMap, walk: LineWalk, pass: FoldPass): string {
  const { layout } = walk;
  if (pass.from === "elements") return takeElements(fold, walk);
  if (endsInMap(fold, pass)) return mergeStates("states", listVariables(layout), "p.parts");
  const load = (n: number): string => `let v${n} = states[to${n}];`;
  return writeTiles(
    loadTile(walk, loadsInFlight, load) + join(unrolled, (n) => ifInside(n, `s0 = merge(s0, v${n});`)),
  );
}

function takeElements({ inputs = ["x"] }: Fold, walk: LineWalk): string {
  const { layout } = walk;
  const load = (n: number): string => join(inputs, (name, input) => `let v${input}_${n} = ${name}[to${n}];`);
  const take = (n: number): string =>
    join(listComponents(layout), (component, j) => {
      const values = inputs.map((_, input) => `v${input}_${n}${component}`).join(", ");
      return `s${j} = take(s${j}, ${values}, ${computePosition(layout, `at${n}`, j)});`;
    });
  const own = layout === "along" ? join([1, 2, 3], (j) => `var s${j} = initial();`) : "";
  return `
  ${own}
  ${writeTiles(loadTile(walk, loadsInFlight, load) + join(unrolled, (n) => ifInside(n, take(n))))}
  ${layout === "along" ? "s0 = merge(merge(s0, s1), merge(s2, s3));" : ""}`;
}

/** A condition for each load of a tile but the first, which is always inside. */
const ifInside = (n: number, text: string): string => (n === 0 ? text : `if (in${n}) {\n${text}\n}`);

/** The position in its line of component `j` of the load at a step. */
const computePosition = (layout: LineLayout, at: string, j: number): string =>
  layout === "along" ? `${at} * 4u + ${j}u` : at;

/** Stores the results of each line by one of its threads. */
function writeStore(fold: Reducer | LineMap, layout: LineLayout, { to }: FoldPass): string {
  const variables = listVariables(layout);
  const results = "results" in fold ? fold.results : 1;
  const store = to === "states" ? storeStates("y0", variables) : writeResults(results, variables);
  return `if (t == 0u && isInside) {\n${store}\n}`;
}

function writeResults(results: 1 | 2 = 1, variables: readonly string[]): string {
  const all = (component: string): string => {
    const parts = variables.map((_, j) => `r${j}${component}`);
    return parts.length === 1 ? parts[0]! : `vec4u(${parts.join(", ")})`;
  };
  return `${join(variables, (variable, j) => `let r${j} = finish(${variable});`)}
${join(results === 1 ? [""] : [".x", ".y"], (component, output) => `y${output}[part * p.lines + line] = ${all(component)};`)}`;
}

/** Maps the elements: each thread writes the results for the elements that it loads. */
function writeMap({ inputs = ["x"] }: LineMap, walk: LineWalk): string {
  const { layout } = walk;
  const variables = listVariables(layout);
  const bits = listComponents(layout).map((component, j) => {
    const values = inputs.map((_, input) => `v${input}${component}`).join(", ");
    return `map(${values}, facts${layout === "across" ? j : 0}, ${computePosition(layout, "at0", j)})`;
  });
  const load = (): string => join(inputs, (name, input) => `let v${input} = ${name}[to0];`);
  const writeLine = (j: number): string => (variables.length === 1 ? "line" : `line * 4u + ${j}u`);
  return `
  ${join(variables, (variable, j) => `let facts${j} = prepare(${variable}, ${writeLine(j)});`)}
  ${rewind(walk)}
  ${writeTiles(`${loadTile(walk, 1, load)}
    y0[to0] = ${bits.length === 1 ? bits[0] : `vec4u(${bits.join(", ")})`};`)}`;
}
