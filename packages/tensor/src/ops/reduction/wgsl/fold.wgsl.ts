import type { WgslSchema } from "../../../core/devices/kernel-schema.ts";
import type { WgslKernel } from "../../../core/devices/launch.ts";
import { wgslKernel } from "../../../core/plans/wgsl.ts";
import type { LineLayout } from "./line-cut.ts";
import { lanesOf, workgroupSize } from "./line-cut.ts";
import type { LineStates, LineThreads } from "./line-kernel.wgsl.ts";
import { joinSource, joinText, lineEntry, subgroupExtensions } from "./line-kernel.wgsl.ts";

type ParameterType = WgslKernel["parameterTypes"][number];

/**
 * What becomes of a line, in WGSL. `State` holds what is known of some of its elements: `initial() -> State` of none;
 * `take(s: State, x: element, at: u32) -> State` adds the element at that position (of each input, where there are two);
 * `merge(a: State, b: State) -> State` joins those of elements before and behind.
 */
export interface Fold {
  /** Shown in errors and profiles. */
  readonly name: string;
  /** The WGSL type that `State` stands for, and its words. */
  readonly state: string;
  readonly stateWords: 1 | 2 | 4;
  readonly element: "f32" | "i32" | "u32";
  /** Inputs that are read element by element. Default: x. */
  readonly inputs?: readonly string[];
  /** Inputs with one element for each line, and their types. */
  readonly perLine?: { readonly [name: string]: string };
  /** Inputs with one element for each position of a line, which `take` and `map` may read, and their types. */
  readonly perPosition?: { readonly [name: string]: string };
  /** A statement that each thread begins with, which may read inputs of its `line`: of rows, for columns may come in bundles. */
  readonly enter?: string;
  /** Numbers that come with the launch, as fields of `p`. */
  readonly parameters?: { readonly [name: string]: ParameterType };
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

export interface KernelChoice {
  readonly layout: LineLayout;
  /** What is folded: elements, or the states of parts of lines. */
  readonly from: "elements" | "states";
  /** What is written: states of parts, or results. */
  readonly to: "states" | "results";
  /** Whether threads join in subgroups: each line, or bundle, then has a workgroup to itself. */
  readonly usesSubgroups: boolean;
}

const componentsOf = { single: [""], along: [".x", ".y", ".z", ".w"], across: [".x", ".y", ".z", ".w"] };
const unrolled = [0, 1, 2, 3];

const join = <Item>(items: readonly Item[], text: (item: Item, index: number) => string): string =>
  items.map(text).join("\n");

/** Fields of `p` that say where the lines lie: those of a `LineCut`. */
export const cutParameters = ["lines", "inner", "steps", "parts", "partSteps", "threads"] as const;

/**
 * Where a thread `me` of a workgroup is: thread `t` of its line, the next one being `next` threads away. Its part of the line
 * has `count` steps from `first` on, and the line begins at `start`.
 */
export const placeCode: string = `
  let width = ${workgroupSize}u / p.threads;
  let blocks = (p.lines + width - 1u) / width;
  let place = group.x + group.y * groups.x;
  let part = place / blocks;
  let isRow = p.inner == 1u;
  let t = select(me / width, me % p.threads, isRow);
  let line = (place % blocks) * width + select(me % width, me / p.threads, isRow);
  let isInside = line < p.lines && part < p.parts;
  let first = part * p.partSteps;
  let count = select(0u, min(p.partSteps, p.steps - first), isInside);
  let start = (line / p.inner) * p.steps * p.inner + line % p.inner;
  let next = select(width, 1u, isRow);`;

/** The threads of a line, by the names of `placeCode`. */
export const threadsOfPlace: LineThreads = {
  thread: "t",
  threads: "p.threads",
  home: "(me - t * next)",
  spacing: "next",
};

/** The kernel of one launch; its operands are states, inputs, inputs of lines, then what is written. */
export function foldKernel(fold: Reducer | LineMap, choice: KernelChoice): WgslKernel {
  const { parameters = {} } = fold;
  const types = [...cutParameters.map((): ParameterType => "u32"), ...Object.values(parameters)];
  return wgslKernel({
    entry: fold.name,
    code: foldCode(fold, choice),
    extensions: subgroupExtensions(choice.usesSubgroups),
    ...foldOperands(fold, choice),
    parameterTypes: types,
  });
}

function foldCode(fold: Reducer | LineMap, choice: KernelChoice): string {
  const { layout, to, usesSubgroups } = choice;
  const { name, state, parameters = {}, enter = "", code } = fold;
  const fields = [...cutParameters.map((field) => `${field}: u32`)];
  for (const [field, type] of Object.entries(parameters)) fields.push(`${field}: ${type}`);
  const isMap = "maps" in fold && to === "results";
  const variables = unrolled.slice(0, lanesOf(layout)).map((j) => `s${j}`);
  const states: LineStates = { variables, usesSubgroups };
  const joined = joinText(states, threadsOfPlace, isMap);
  const body = `${placeCode}
  ${enter}
  ${foldText(fold, choice)}
  ${usesSubgroups ? joined : `if (p.threads > 1u) {${joined}\n}`}
  ${isMap ? mapText(fold, layout) : storeText(fold, choice)}`;
  return `
alias State = ${state};
struct Parameters { ${fields.join(", ")} }
@group(1) @binding(0) var<uniform> p: Parameters;
${code}
${joinSource(states)}
${lineEntry(name, usesSubgroups, body)}`;
}

/** The inputs of a fold, in order: elements, those of lines, those of positions. */
export const inputsOf = ({ inputs = ["x"], perLine = {}, perPosition = {} }: Fold): readonly string[] => [
  ...inputs,
  ...Object.keys(perLine),
  ...Object.keys(perPosition),
];

/** Operands in order: states, then the inputs that this launch reads, outputs. */
function foldOperands(
  { inputs = ["x"], ...fold }: Reducer | LineMap,
  { layout, from, to }: KernelChoice,
): Pick<WgslSchema, "reads" | "writes"> {
  const vector = layout === "single" ? fold.element : `vec4<${fold.element}>`;
  const isMap = "maps" in fold && to === "results";
  const readsElements = from === "elements" || isMap;
  const bits = layout === "across" || (isMap && layout === "along") ? "vec4u" : "u32";
  const writes =
    to === "states" ? ["State"] : "results" in fold && fold.results === 2 ? [bits, bits] : [bits];
  return {
    reads: {
      ...(from === "states" && { states: "State" }),
      ...(readsElements && Object.fromEntries(inputs.map((name) => [name, vector]))),
      ...fold.perLine,
      ...(readsElements && fold.perPosition),
    },
    writes: Object.fromEntries(writes.map((type, index) => [`y${index}`, type])),
  };
}

/** Folds a part of a line in s0, or of four lines in s0 to s3. */
function foldText(fold: Reducer | LineMap, { layout, from, to }: KernelChoice): string {
  const components = componentsOf[from === "states" ? "single" : layout];
  const lanes = lanesOf(layout);
  if (from === "states" && "maps" in fold && to === "results") {
    return `
  ${join(unrolled.slice(0, lanes), (j) => `var s${j} = initial();`)}
  for (var k = t; k < p.parts; k += p.threads) {
    let at = (k * p.lines + line) * ${lanes}u;
    ${join(unrolled.slice(0, lanes), (j) => `s${j} = merge(s${j}, states[at + ${j}u]);`)}
  }`;
  }
  const inputs = from === "states" ? ["states"] : (fold.inputs ?? ["x"]);
  const step = (n: number): string =>
    join(components, (component, j) => {
      const values = inputs.map((_, input) => `v${input}_${n}${component}`).join(", ");
      if (from === "states") return `s0 = merge(s0, ${values});`;
      const at = layout === "along" ? `(first + k${n}) * 4u + ${j}u` : `first + k${n}`;
      return `s${j} = take(s${j}, ${values}, ${at});`;
    });
  const load = (n: number): string =>
    join(inputs, (name, input) => `let v${input}_${n} = ${name}[begin + min(k${n}, count - 1u) * p.inner];`);
  return `
  let begin = start + first * p.inner;
  ${join(components, (_, j) => `var s${j} = initial();`)}
  for (var k = t; k < count; k += ${unrolled.length}u * p.threads) {
    ${join(unrolled, (n) => `let k${n} = k + ${n}u * p.threads;`)}
    ${join(unrolled, load)}
    ${join(unrolled, (n) => (n === 0 ? step(n) : `if (k${n} < count) {\n${step(n)}\n}`))}
  }
  ${layout === "along" && from === "elements" ? "s0 = merge(merge(s0, s1), merge(s2, s3));" : ""}`;
}

/** One thread of each line stores. */
function storeText(fold: Reducer | LineMap, { layout, to }: KernelChoice): string {
  const lanes = unrolled.slice(0, lanesOf(layout));
  const place = "part * p.lines + line";
  const store =
    to === "states"
      ? join(lanes, (j) => `y0[(${place}) * ${lanes.length}u + ${j}u] = s${j};`)
      : resultText("results" in fold ? fold.results : 1, lanes, place);
  return `if (t == 0u && isInside) {\n${store}\n}`;
}

function resultText(results: 1 | 2 = 1, lanes: readonly number[], place: string): string {
  const vector = (component: string): string =>
    lanes.length === 1 ? `r0${component}` : `vec4u(${lanes.map((j) => `r${j}${component}`).join(", ")})`;
  const outputs = results === 1 ? [""] : [".x", ".y"];
  return `${join(lanes, (j) => `let r${j} = finish(s${j});`)}
${join(outputs, (component, output) => `y${output}[${place}] = ${vector(component)};`)}`;
}

/** Each thread writes what it loads. */
function mapText({ inputs = ["x"] }: LineMap, layout: LineLayout): string {
  const components = componentsOf[layout];
  const lanes = unrolled.slice(0, lanesOf(layout));
  const bits = components.map((component, j) => {
    const values = inputs.map((_, input) => `v${input}${component}`).join(", ");
    const at = layout === "along" ? `(first + k) * 4u + ${j}u` : "first + k";
    return `map(${values}, facts${layout === "across" ? j : 0}, ${at})`;
  });
  return `
  ${join(lanes, (j) => `let facts${j} = prepare(s${j}, ${lanes.length === 1 ? "line" : `line * 4u + ${j}u`});`)}
  for (var k = t; k < count; k += p.threads) {
    let at = start + (first + k) * p.inner;
    ${join(inputs, (name, input) => `let v${input} = ${name}[at];`)}
    y0[at] = ${bits.length === 1 ? bits[0] : `vec4u(${bits.join(", ")})`};
  }`;
}
