import type { Activation } from "@evenkeel/tensor";
import type { LineSchema, LineSetting, LineText } from "@evenkeel/tensor/wgsl";
import { loadTile, mergeStates, rewind, storeStates, writeEach, writeTiles } from "@evenkeel/tensor/wgsl";
import type { ChannelState } from "../../gpu/channel.wgsl.ts";
import {
  joinAll,
  writeActivated,
  writeChannelText,
  writeCoefficients,
  writeGivenStatistics,
} from "../../gpu/channel.wgsl.ts";

export interface GradientCode {
  readonly loads: number;
  /**
   * Where the sums come from: all of the workgroup's values, as one tile (`tile`) or several (`writeTiles`), the sums of
   * parts (`parts`), or dScale and dShift of a batch of which this may be a part (`given`).
   */
  readonly source: "tile" | "tiles" | "parts" | "given";
  /** Whether the sums are complete, so that dScale, dShift and dx can be written. */
  readonly finishes: boolean;
  readonly activation: Activation;
  /** Whether the gradient flows through the statistics too, so that dx needs the sums. */
  readonly ofBatch: boolean;
}

const operands = {
  dy: "element",
  x: "element",
  y: "element",
  dx: "element",
  dz: "element",
  statistics: "line",
  scale: "line",
  shift: "line",
  sums: "line",
  dParameters: "line",
  parts: "state",
} as const;
const parameters = {
  epsilon: "f32",
  bits: "u32",
  partsRead: "u32",
  second: "u32",
  slope: "f32",
  count: "f32",
} as const;

/** An absent dy is in the memory of dz, or otherwise of dx; an absent x is in that of dx. y is present if its signs are read. */
export const gradientSchema: LineSchema<typeof operands, typeof parameters> = {
  element: "f32",
  operands,
  parameters,
};

export type GradientOperand = keyof typeof operands;

const sums: ChannelState = {
  fields: ["sum", "product"],
  code: `
struct Given { n: PerLine, mean: PerLine, m2: PerLine }
fn merge(a: State, b: State) -> State { return State(a.sum + b.sum, a.product + b.product); }`,
};

const finish = `
  let centred = totals.product - rest * totals.sum;
  if (t == 0u && isInside && part == 0u) {
    dParameters[line] = centred * inverseStd;
    dParameters[p.second + line] = totals.sum;
  }
  let linear = -inverseStd * inverseStd * centred / p.count;
  let constant = -totals.sum / p.count - linear * rest;`;

const takeGiven = `
  let count = orOne(found.n);
  let linear = -inverseStd * sums[line] / count;
  let constant = -sums[p.lines + line] / count - linear * rest;`;

const storePart = `
  if (t == 0u && isInside) {
    ${storeStates("parts", ["all"])}
  }`;

/**
 * The sums of dz and of dz * (x - centre), and the results: dx = factor * (dz + linear * (x - centre) + constant),
 * dScale and dShift.
 */
export function writeGradientText(code: GradientCode, setting: LineSetting<GradientOperand>): LineText {
  const { loads, source, finishes, activation, ofBatch } = code;
  const { walk, elements } = setting;
  const reads = (name: GradientOperand): boolean => setting.reads.includes(name);
  const writes = (name: GradientOperand): boolean => setting.writes.includes(name);
  const y = reads("y");
  const dy = reads("dy") ? "dy" : writes("dz") ? "dz" : "dx";
  const x = reads("x") ? "x" : "dx";
  const loadAll = loadTile(walk, loads, (k) => {
    const [ofDy, ofX, ofY] = [dy, x, "y"].map((name) => elements.load(name, `to${k}`));
    return `let dy${k} = ${ofDy};
  let x${k} = ${ofX} - centre;
  ${y ? `let y${k} = ${ofY};` : ""}`;
  });
  const mask = (activation: Activation): string =>
    writeEach(loads, (k) => {
      const z = y ? `y${k}` : `fma(x${k}, Loaded(factor), Loaded(offset))`;
      return `
  let dz${k} = ${writeActivated(activation, z, `dy${k}`)};`;
    });
  const store = (name: string, value: string): string => elements.store!(name, "to#", value);
  const stores = [
    ...(writes("dz") ? [store("dz", "dz#")] : []),
    ...(!ofBatch && writes("dx") ? [store("dx", "factor * dz#")] : []),
  ].join(" ");
  const add = writeEach(loads, (k) => {
    const store = stores && `if (in${k}) { ${stores.replaceAll("#", `${k}`)} }`;
    return `
  sum += select(Loaded(), dz${k}, in${k});
  product += select(Loaded(), dz${k} * x${k}, in${k});
  ${store}`;
  });
  const apply = (): string => {
    const stored = store("dx", "factor * (dz# + fma(x#, Loaded(linear), Loaded(constant)))");
    return writeEach(
      loads,
      (k) => `
  if (in${k}) { ${stored.replaceAll("#", `${k}`)} }`,
    );
  };
  const pass = loadAll + mask(activation) + add;
  const summed = source === "tile" ? pass : writeTiles(pass);
  const ofValues = `
  var sum = Loaded();
  var product = Loaded();
  ${summed}
  all = State(total(sum), total(product));`;
  const isMasked = source === "tiles" && dy === "dz";
  const again = (): string =>
    (source === "tiles" ? rewind(walk) : "") +
    writeTiles(loadAll + mask(isMasked ? "none" : activation) + apply());
  const channel = writeGivenStatistics("statistics") + writeCoefficients(reads("scale"), reads("shift"));
  if (source === "given") return writeChannelText(sums, setting, channel + takeGiven + again(), false);
  const body = [
    channel,
    `
  var all = initial();${source === "parts" ? mergeStates("parts", ["all"], "p.partsRead") : ofValues}`,
    joinAll("totals", sums, setting),
    finishes ? finish : storePart,
    finishes && ofBatch ? (source === "tile" ? apply() : again()) : "",
  ];
  return writeChannelText(sums, setting, body.join(""));
}
