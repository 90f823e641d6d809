import type { FloatElements, LineLayout } from "@evenkeel/tensor/wgsl";
import type { StateCode, TileSetting } from "../../gpu/tile.wgsl.ts";
import {
  coefficients,
  each,
  joinMembers,
  load,
  rowOfPart,
  statisticsGiven,
  tileCode,
  tiles,
} from "../../gpu/tile.wgsl.ts";

export interface StatisticsCode {
  readonly entry: string;
  readonly unit: LineLayout;
  readonly loads: number;
  /**
   * Where statistics come from: all of the workgroup's x, as one tile that stays in registers (`tile`) or as several
   * (`tiles`), statistics of parts that are merged (`parts`), or finished statistics (`given`).
   */
  readonly source: "tile" | "tiles" | "parts" | "given";
}

/** Chan, Golub and LeVeque 1983, equation 1.5. Means are relative to a pivot, so that they are all 0 where x is constant. */
export const moments: StateCode = {
  fields: ["n", "mean", "m2"],
  code: `
alias Given = State;
fn merge(a: State, b: State) -> State {
  let n = a.n + b.n;
  let share = b.n / orOne(n);
  let delta = b.mean - a.mean;
  return State(n, a.mean + delta * share, a.m2 + b.m2 + delta * delta * (a.n * share));
}`,
};

/** Two passes over a tile in registers. */
const momentsOfTile = (unit: LineLayout, loads: number): string => `
  var sum = Loaded();
  var n = 0f;
  var squares = Loaded();
  ${each(
    loads,
    (k) => `
  sum += select(Loaded(), x${k} - pivot, in${k});
  n += select(0f, ${unit === "along" ? 4 : 1}f, in${k});`,
  )}
  let mean = total(sum) / max(n, 1f);
  ${each(
    loads,
    (k) => `
  let d${k} = x${k} - pivot - mean;
  squares += select(Loaded(), d${k} * d${k}, in${k});`,
  )}
  all = merge(all, State(PerChannel(n), mean, total(squares)));`;

/** Means of parts are relative to the mean of the first part, so that merging loses no digits. */
const momentsOfParts = (setting: TileSetting): string => `
  let pivot = select(PerChannel(), ${rowOfPart("parts", "0u", 1)}, p.parts > 0u);
  var all = initial();
  for (var part = member; part < p.parts; part += p.members) {
    let n = ${rowOfPart("parts", "part", 0)};
    let mean = (${rowOfPart("parts", "part", 1)} - pivot) + ${rowOfPart("parts", "part", 2)};
    all = merge(all, State(n, select(mean, PerChannel(), n == PerChannel()), ${rowOfPart("parts", "part", 3)}));
  }
  ${joinMembers("found", moments, setting)}`;

/** Loads a tile of the operand `x`. */
export const loadX = (x: string, loads: number, elements: FloatElements): string =>
  each(loads, (k) => load(k, `let x${k} = ${elements.load(x, `to${k}`)};`));

/** Declares `found`, the statistics of each channel, whose mean is relative to `pivot`. */
export function findStatistics(
  { unit, loads, source }: StatisticsCode,
  x: string,
  setting: TileSetting,
): string {
  if (source === "given") return statisticsGiven("parts");
  if (source === "parts") return momentsOfParts(setting);
  const { elements } = setting;
  const first = `${elements.load(x, "first")}${unit === "along" ? ".x" : ""}`;
  const tile = loadX(x, loads, elements) + momentsOfTile(unit, loads);
  return `
  let pivot = select(PerChannel(), ${first}, p.positions > 0u);
  var all = initial();
  ${source === "tile" ? tile : tiles(tile)}
  ${joinMembers("found", moments, setting)}`;
}

/** Writes the statistics of each split, or those of the whole channel once, and `more` with them. */
export function writeStatistics(source: StatisticsCode["source"], more: string): string {
  const isOfX = source === "tile" || source === "tiles";
  const part = isOfX ? "split" : "0u";
  const rows = ["found.n", "centre", "rest", "found.m2"]
    .map((value, row) => `${rowOfPart("statistics", part, row)} = ${value};`)
    .join("\n    ");
  return `
  if (member == 0u && works${isOfX ? "" : " && split == 0u"}) {
    ${rows}
    ${more}
  }`;
}

/** Stores the old running statistics behind the statistics of all parts, where the next launch reads them. */
const carryRunning = `
    if (split == 0u) {
      let to = p.splits * 4u * p.channels + channel;
      statistics[to] = runningMean[channel];
      statistics[to + p.channels] = runningVariance[channel];
    }`;

/**
 * Statistics of x or of parts. Operands: x or parts; statistics; and runningMean and runningVariance, if they are
 * passed on to the next launch.
 */
export function statisticsCode(code: StatisticsCode, setting: TileSetting): string {
  const { entry, unit, source } = code;
  const carried = setting.reads.includes("runningMean") ? carryRunning : "";
  const body = `
  ${findStatistics(code, "x", setting)}
  ${coefficients(false, false)}
  ${writeStatistics(source, carried)}`;
  return tileCode(unit, entry, moments, setting, body);
}
