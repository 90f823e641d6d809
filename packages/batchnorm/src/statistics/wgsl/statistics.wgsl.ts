import type { LineSchema, LineSetting, LineText } from "@evenkeel/tensor/wgsl";
import { loadTile, writeEach, writeTiles } from "@evenkeel/tensor/wgsl";
import type { ChannelState } from "../../gpu/channel.wgsl.ts";
import {
  centreText,
  joinAll,
  writeChannelText,
  writeGivenStatistics,
  writeRowOfPart,
} from "../../gpu/channel.wgsl.ts";

export interface StatisticsCode {
  readonly loads: number;
  /**
   * Where statistics come from: all of the workgroup's x, as one tile that stays in registers (`tile`) or as several
   * (`writeTiles`), statistics of parts that are merged (`parts`), or finished statistics (`given`).
   */
  readonly source: "tile" | "tiles" | "parts" | "given";
}

const operands = {
  x: "element",
  parts: "line",
  statistics: "line",
  runningMean: "line",
  runningVariance: "line",
} as const;
const parameters = {
  partsRead: "u32",
  bits: "u32",
} as const;

/**
 * Statistics of x or of parts. The running statistics are operands if they are passed on to the next launch.
 */
export const statisticsSchema: LineSchema<typeof operands, typeof parameters> = {
  element: "f32",
  operands,
  parameters,
};

/** Chan, Golub and LeVeque 1983, equation 1.5. Means are relative to a pivot, so that they are all 0 where x is constant. */
export const moments: ChannelState = {
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
const writeMomentsOfTile = (loads: number, width: number): string => `
  var sum = Loaded();
  var n = 0f;
  var squares = Loaded();
  ${writeEach(
    loads,
    (k) => `
  sum += select(Loaded(), x${k} - pivot, in${k});
  n += select(0f, ${width}f, in${k});`,
  )}
  let mean = total(sum) / max(n, 1f);
  ${writeEach(
    loads,
    (k) => `
  let d${k} = x${k} - pivot - mean;
  squares += select(Loaded(), d${k} * d${k}, in${k});`,
  )}
  all = merge(all, State(PerLine(n), mean, total(squares)));`;

/** Means of parts are relative to the mean of the first part, so that merging loses no digits. */
const momentsOfParts = `
  let pivot = select(PerLine(), ${writeRowOfPart("parts", "0u", 1)}, p.partsRead > 0u);
  var all = initial();
  for (var k = t; k < p.partsRead; k += p.threads) {
    let n = ${writeRowOfPart("parts", "k", 0)};
    let mean = (${writeRowOfPart("parts", "k", 1)} - pivot) + ${writeRowOfPart("parts", "k", 2)};
    all = merge(all, State(n, select(mean, PerLine(), n == PerLine()), ${writeRowOfPart("parts", "k", 3)}));
  }`;

/** Loads a tile of the operand `x`. */
export const loadX = (x: string, loads: number, { walk, elements }: LineSetting): string =>
  loadTile(walk, loads, (k) => `let x${k} = ${elements.load(x, `to${k}`)};`);

/** Moments of the part of the workgroup. */
function writeMoments({ loads, source }: StatisticsCode, x: string, setting: LineSetting): string {
  const { walk, elements } = setting;
  const isAlong = walk.layout === "along";
  const first = `${elements.load(x, "start")}${isAlong ? ".x" : ""}`;
  const tile = loadX(x, loads, setting) + writeMomentsOfTile(loads, isAlong ? 4 : 1);
  return `
  let pivot = select(PerLine(), ${first}, p.steps > 0u);
  var all = initial();
  ${source === "tile" ? tile : writeTiles(tile)}`;
}

/** Declares `found`, the statistics of each channel, whose mean is relative to `pivot`. */
export function findStatistics(code: StatisticsCode, x: string, setting: LineSetting): string {
  if (code.source === "given") return writeGivenStatistics("parts");
  const own = code.source === "parts" ? momentsOfParts : writeMoments(code, x, setting);
  return own + joinAll("found", moments, setting);
}

/** Writes the statistics of each part, or those of the whole channel once, and `more` with them. */
export function writeStatistics(source: StatisticsCode["source"], more: string): string {
  const isOfX = source === "tile" || source === "tiles";
  const rows = ["found.n", "centre", "rest", "found.m2"]
    .map((value, row) => `${writeRowOfPart("statistics", isOfX ? "part" : "0u", row)} = ${value};`)
    .join("\n    ");
  return `
  if (t == 0u && isInside${isOfX ? "" : " && part == 0u"}) {
    ${rows}
    ${more}
  }`;
}

/** Stores the old running statistics behind the statistics of all parts, where the next launch reads them. */
const carryRunning = `
    if (part == 0u) {
      let to = p.parts * 4u * p.lines + line;
      statistics[to] = runningMean[line];
      statistics[to + p.lines] = runningVariance[line];
    }`;

export function writeStatisticsText(
  code: StatisticsCode,
  setting: LineSetting<keyof typeof operands>,
): LineText {
  const carried = setting.reads.includes("runningMean") ? carryRunning : "";
  const body = `
  ${findStatistics(code, "x", setting)}
  ${centreText}
  ${writeStatistics(code.source, carried)}`;
  return writeChannelText(moments, setting, body);
}
