import type { Activation } from "@evenkeel/tensor";
import type { LineLayout } from "@evenkeel/tensor/wgsl";
import type { StateCode, TileSetting } from "../../gpu/tile.wgsl.ts";
import {
  activatedText,
  coefficients,
  each,
  joinMembers,
  load,
  rewind,
  statisticsGiven,
  tileCode,
  tiles,
} from "../../gpu/tile.wgsl.ts";

export interface GradientCode {
  readonly entry: string;
  readonly unit: LineLayout;
  readonly loads: number;
  /**
   * Where the sums come from: all of the workgroup's values, as one tile (`tile`) or several (`tiles`), the sums of
   * parts (`parts`), or dScale and dShift of a batch of which this may be a part (`given`).
   */
  readonly source: "tile" | "tiles" | "parts" | "given";
  /** Whether the sums are complete, so that dScale, dShift and dx can be written. */
  readonly finishes: boolean;
  readonly activation: Activation;
  /** Whether the gradient flows through the statistics too, so that dx needs the sums. */
  readonly ofBatch: boolean;
}

const sums: StateCode = {
  fields: ["sum", "product"],
  code: `
struct Given { n: PerChannel, mean: PerChannel, m2: PerChannel }
fn merge(a: State, b: State) -> State { return State(a.sum + b.sum, a.product + b.product); }`,
};

const sumsOfParts = `
  for (var part = member; part < p.parts; part += p.members) {
    let at = part * 2u * p.channels + channel;
    all = merge(all, State(parts[at], parts[at + p.channels]));
  }`;

const finish = `
  let centred = totals.product - rest * totals.sum;
  if (member == 0u && works && split == 0u) {
    dParameters[channel] = centred * inverseStd;
    dParameters[p.second + channel] = totals.sum;
  }
  let linear = -inverseStd * inverseStd * centred / p.count;
  let constant = -totals.sum / p.count - linear * rest;`;

const takeGiven = `
  let count = orOne(found.n);
  let linear = -inverseStd * sums[channel] / count;
  let constant = -sums[p.channels + channel] / count - linear * rest;`;

const storePart = `
  if (member == 0u && works) {
    let to = split * 2u * p.channels + channel;
    parts[to] = totals.sum;
    parts[to + p.channels] = totals.product;
  }`;

/**
 * The sums of dz and of dz * (x - centre), and the results: dx = factor * (dz + linear * (x - centre) + constant),
 * dScale and dShift. Operands: dy, x, statistics, scale, shift, y where it has the signs, parts or sums; dx,
 * dParameters, dz, parts. An absent dy lies in the memory of dz, or else of dx; an absent x in that of dx.
 */
export function gradientCode(code: GradientCode, setting: TileSetting): string {
  const { entry, unit, loads, source, finishes, activation, ofBatch } = code;
  const reads = (name: string): boolean => setting.reads.includes(name);
  const writes = (name: string): boolean => setting.writes.includes(name);
  const y = reads("y");
  const dy = reads("dy") ? "dy" : writes("dz") ? "dz" : "dx";
  const x = reads("x") ? "x" : "dx";
  const { elements } = setting;
  const loadAll = each(loads, (k) => {
    const [ofDy, ofX, ofY] = [dy, x, "y"].map((name) => elements.load(name, `to${k}`));
    return load(
      k,
      `let dy${k} = ${ofDy};
  let x${k} = ${ofX} - centre;
  ${y ? `let y${k} = ${ofY};` : ""}`,
    );
  });
  const mask = (activation: Activation): string =>
    each(loads, (k) => {
      const z = y ? `y${k}` : `fma(x${k}, Loaded(factor), Loaded(offset))`;
      return `
  let dz${k} = ${activatedText(activation, z, `dy${k}`)};`;
    });
  const store = (name: string, value: string): string => elements.store!(name, "to#", value);
  const stores = [
    ...(writes("dz") ? [store("dz", "dz#")] : []),
    ...(!ofBatch && writes("dx") ? [store("dx", "factor * dz#")] : []),
  ].join(" ");
  const add = each(loads, (k) => {
    const store = stores && `if (in${k}) { ${stores.replaceAll("#", `${k}`)} }`;
    return `
  sum += select(Loaded(), dz${k}, in${k});
  product += select(Loaded(), dz${k} * x${k}, in${k});
  ${store}`;
  });
  const apply = (): string => {
    const stored = store("dx", "factor * (dz# + fma(x#, Loaded(linear), Loaded(constant)))");
    return each(
      loads,
      (k) => `
  if (in${k}) { ${stored.replaceAll("#", `${k}`)} }`,
    );
  };
  const pass = loadAll + mask(activation) + add;
  const summed = source === "tile" ? pass : tiles(pass);
  const ofValues = `
  var sum = Loaded();
  var product = Loaded();
  ${summed}
  all = State(total(sum), total(product));`;
  const isMasked = source === "tiles" && dy === "dz";
  const again = (): string =>
    (source === "tiles" ? rewind : "") + tiles(loadAll + mask(isMasked ? "none" : activation) + apply());
  const channel = statisticsGiven("statistics") + coefficients(reads("scale"), reads("shift"));
  if (source === "given") return tileCode(unit, entry, sums, setting, channel + takeGiven + again());
  const body = [
    channel,
    `
  var all = initial();${source === "parts" ? sumsOfParts : ofValues}`,
    joinMembers("totals", sums, setting),
    finishes ? finish : storePart,
    finishes && ofBatch ? (source === "tile" ? apply() : again()) : "",
  ];
  return tileCode(unit, entry, sums, setting, body.join(""));
}
