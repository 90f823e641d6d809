import type { FloatElements } from "../../../core/devices/float-elements.ts";
import { writeFloatElements } from "../../../core/devices/float-elements.ts";
import type { WgslKernel } from "../../../core/devices/launch.ts";
import { makeWgslKernel } from "../../../core/plans/wgsl.ts";
import { writeInvocationEntry } from "../../movement/wgsl/invocations.ts";
import type { Unit } from "../../movement/wgsl/units.ts";
import { loadUnit, storeUnits, writeUnitAlias } from "../../movement/wgsl/units.ts";
import type { SortOrder } from "./sorting.wgsl.ts";

/** The position that an index selects. Negative indices wrap: `fromEnd`, the length or 0, is added to them. */
const writePosition = (length: string): string =>
  `fn position(index: u32) -> u32 { return select(index, index + p.fromEnd, index >= ${length}); }`;

const take = {
  reads: { x: "Unit", indices: "u32" },
  writes: { y: "Unit" },
  parameters: {
    count: "u32",
    size: "u32",
    length: "u32",
    chosen: "u32",
    inner: "u32",
    fromEnd: "u32",
    missing: "u32",
  },
} as const;

/** Selects elements by indices: an invocation computes a unit of y, or a word of units. An index selects an element or a row. */
export const writeTakeKernel = (unit: Unit, elementwise: boolean, counts: boolean): WgslKernel<typeof take> =>
  makeWgslKernel({
    entry: "take",
    schema: take,
    code: `${writeUnitAlias(unit)}
${writePosition("p.length")}
fn unit(at: u32, old: Unit) -> Unit {
  if (at >= p.size) { return old; }
  let row = at / p.inner;
  let index = position(indices[${elementwise ? "at" : "row % p.chosen"}]);
  if (index >= p.length) {
    ${counts ? `countOutside(u32(${elementwise ? "true" : "row < p.chosen && at % p.inner == 0u"}));` : ""}
    return Unit(p.missing);
  }
  let place = (row / p.chosen * p.length + index) * p.inner + at % p.inner;
  return ${loadUnit(unit, "x", "place")};
}
${writeInvocationEntry("take", storeUnits(unit, "at"))}`,
  });

/** How an array of numbers is loaded, stored and summed. */
export interface Elements extends Pick<FloatElements, "type" | "extensions" | "load" | "store" | "pack"> {
  /** The number of elements that are loaded at a time. */
  readonly width: 1 | 4;
  /** The type of sums. */
  readonly sum: string;
}

/** Elements that are stored in the type of their sums. */
export const makeWordElements = (type: string): Omit<Elements, "width" | "sum"> => ({
  type,
  extensions: [],
  load: (array, index) => `${array}[${index}]`,
  store: (array, index, value) => `${array}[${index}] = ${value};`,
});

const declared = (elements: Elements): string => `alias Element = ${elements.type};
${writeFloatElements(elements)}`;

const add = {
  reads: { updates: "Element", indices: "u32" },
  writes: { y: "Element" },
  parameters: { count: "u32", length: "u32", chosen: "u32", inner: "u32", fromEnd: "u32" },
} as const;

/** Sums for few indices: an invocation computes an element of y and examines all indices. */
export const writeAddKernel = (
  elements: Elements,
  elementwise: boolean,
  counts: boolean,
): WgslKernel<typeof add> =>
  makeWgslKernel({
    entry: "add",
    schema: add,
    extensions: elements.extensions,
    code: `${declared(elements)}
${writePosition("p.length")}
${writeInvocationEntry(
  "add",
  `let row = at / p.inner;
  ${counts ? "var numberOutside = 0u;" : ""}
  var sum = ${elements.sum}();
  for (var k = 0u; k < p.chosen; k++) {
    let update = (row / p.length * p.chosen + k) * p.inner + at % p.inner;
    let index = position(indices[${elementwise ? "update" : "k"}]);
    if (index == row % p.length) { sum += ${elements.load("updates", "update")}; }
    ${counts ? `numberOutside += u32(index >= p.length);` : ""}
  }
  ${counts ? `if (${elementwise ? "row % p.length == 0u" : "at == 0u"}) { countOutside(numberOutside); }` : ""}
  ${elements.store!("y", "at", "sum")}`,
)}`,
  });

/** The key of indices out of range, which comes after all others. */
const rowOutside = "0xffffffffu";

/** The rows that indices select, of `columns` elements each: every `span` indices select among `size` rows. */
export interface RowPlaces {
  readonly span: number;
  readonly size: number;
  readonly columns: number;
  /** What is added to negative indices. */
  readonly fromEnd: number;
}

/** The order of indices by the rows that they select, with those out of range last. */
export const makeRowOrder = ({ span, size, columns, fromEnd }: RowPlaces): SortOrder => ({
  type: "u32",
  extensions: [],
  parameters: { span, size, columns, fromEnd },
  key: `
${writePosition("p.size")}
fn keyAt(line: u32, place: u32) -> u32 {
  let index = position(x[place]);
  if (index >= p.size) { return ${rowOutside}; }
  return (place / p.span * p.size + index) * p.columns + place % p.columns;
}`,
});

/** Searches sorted rows for the first entry of a row, and for those out of range, which are the last. */
export const findFirstCode: string = `
fn findFirst(row: u32) -> u32 {
  var low = 0u;
  var high = p.chosen;
  while (low < high) {
    let middle = (low + high) / 2u;
    if (rows[middle] < row) { low = middle + 1u; } else { high = middle; }
  }
  return low;
}
fn countRowsOutside() -> u32 { return p.chosen - findFirst(${rowOutside}); }
`;

const addSorted = {
  reads: { updates: "Element", places: "u32", rows: "u32" },
  writes: { y: "Element" },
  parameters: { count: "u32", length: "u32", chosen: "u32", inner: "u32" },
} as const;

/** Sums for many indices, whose places are sorted by row: an invocation computes an element of y and searches for its row. */
export const writeAddSortedKernel = (elements: Elements, counts: boolean): WgslKernel<typeof addSorted> =>
  makeWgslKernel({
    entry: "addSorted",
    schema: addSorted,
    extensions: elements.extensions,
    code: `${declared(elements)}${findFirstCode}${writeInvocationEntry(
      "addSorted",
      `${counts ? `if (at == 0u) { countOutside(countRowsOutside()); }` : ""}
  let row = at / p.inner % p.length;
  let first = at / p.inner / p.length * p.chosen;
  var sum = ${elements.sum}();
  var k = findFirst(row);
  if (k < p.chosen && rows[k] == row) {
    for (let end = findFirst(row + 1u); k < end; k++) {
      let update = (first + places[k]) * p.inner + at % p.inner;
      sum += ${elements.load("updates", "update")};
    }
  }
  ${elements.store!("y", "at", "sum")}`,
    )}`,
  });
