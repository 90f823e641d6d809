import type { Activation } from "@evenkeel/tensor";
import type { PartCode, TileSetting } from "../gpu/tile.wgsl.ts";
import {
  activatedText,
  coefficients,
  each,
  joinMembers,
  load,
  rowOfPart,
  statisticsGiven,
  tileCode,
  tiles,
} from "../gpu/tile.wgsl.ts";
import type { Unit } from "../gpu/tiling.ts";

export interface ForwardCode {
  readonly entry: string;
  readonly unit: Unit;
  readonly loads: number;
  /**
   * What statistics are made of: all of the workgroup's x in one tile, which is kept for y, or in several; the parts of others,
   * or what is given.
   */
  readonly source: "tile" | "tiles" | "parts" | "given";
  readonly activation: Activation;
}

/** Chan, Golub and LeVeque 1983, equation 1.5. Means count from a pivot: all are 0 where x is constant. */
const moments: PartCode = {
  fields: ["n", "mean", "m2"],
  code: `alias Given=Part;
fn join(a:Part,b:Part)->Part{
let n=a.n+b.n;let share=b.n/orOne(n);let delta=b.mean-a.mean;
return Part(n,a.mean+delta*share,a.m2+b.m2+delta*delta*(a.n*share));}`,
};

/** Two passes over a tile in registers. */
const momentsOfTile = (unit: Unit, loads: number): string => `
var sum=V();var n=0f;var squares=V();
${each(loads, (k) => `sum+=select(V(),x${k}-pivot,in${k});n+=select(0f,${unit === "along" ? 4 : 1}f,in${k});`)}
let mean=total(sum)/max(n,1f);
${each(loads, (k) => `{let d=x${k}-pivot-mean;squares+=select(V(),d*d,in${k});}`)}
all=join(all,Part(S(n),mean,total(squares)));
`;

/** Means of parts count from that of the first, so that merging loses no digits of them. */
const momentsOfParts = (setting: TileSetting): string => `
let pivot=select(S(),${rowOfPart("parts", "0u", 1)},p.parts>0u);
var all=Part();
for(var part=member;part<p.parts;part+=p.members){
let n=${rowOfPart("parts", "part", 0)};
let mean=(${rowOfPart("parts", "part", 1)}-pivot)+${rowOfPart("parts", "part", 2)};
all=join(all,Part(n,select(mean,S(),n==S()),${rowOfPart("parts", "part", 3)}));}
${joinMembers("found", setting)}`;

const statisticsText = (part: string): string =>
  ["found.n", "centre", "rest", "found.m2"]
    .map((value, row) => `${rowOfPart("statistics", part, row)}=${value};`)
    .join("");

/** Behind the statistics of all parts, those that the next launch blends. */
const carryText = `if(split==0u){let to=p.splits*4u*p.channels+channel;
statistics[to]=runningMean[channel];statistics[to+p.channels]=runningVariance[channel];}`;

const blendText = (mean: string, variance: string): string => `
let weight=select(S(p.momentum),S(),found.n==S());
statistics[p.second+channel]=(1f-weight)*${mean}+weight*centre;
statistics[p.third+channel]=(1f-weight)*${variance}+weight*(found.m2/max(found.n-1f,S(1f)));`;

/**
 * Statistics, and y where it is written. Operands: x (else y is normalized in place), parts, scale, shift, residual,
 * runningMean, runningVariance; y, and statistics with what belongs to them: running statistics behind them are blended where
 * they are asked for, from parts where those carry them.
 */
export function forwardCode(code: ForwardCode, setting: TileSetting, blends: boolean): string {
  const { entry, unit, loads, source, activation } = code;
  const has = (name: string): boolean => setting.reads.includes(name) || setting.writes.includes(name);
  const isOfX = source === "tile" || source === "tiles";
  const x = has("x") ? "x" : "y";
  const { elements } = setting;
  const loadX = each(loads, (k) => load(k, `let x${k}=${elements.load(x, `to${k}`)};`));
  const carried = "parts[p.parts*4u*p.channels+channel";
  const running = has("runningMean")
    ? blendText("runningMean[channel]", "runningVariance[channel]")
    : blendText(`${carried}]`, `${carried}+p.channels]`);
  const write = `{${statisticsText(isOfX ? "split" : "0u")}${blends ? running : has("runningMean") ? carryText : ""}}`;
  const apply = (k: number): string => {
    const residual = has("residual") ? `+${elements.load("residual", `to${k}`)}` : "";
    const y = elements.store!("y", `to${k}`, activatedText(activation, `z${k}`, `z${k}`));
    return `var z${k}=fma(x${k}-centre,V(factor),V(offset))${residual};if(in${k}){${y}}\n`;
  };
  const ofX = `let pivot=select(S(),${elements.load(x, "first")}${unit === "along" ? ".x" : ""},p.positions>0u);var all=Part();`;
  const found = {
    tile: `${ofX}${loadX}${momentsOfTile(unit, loads)}${joinMembers("found", setting)}`,
    tiles: `${ofX}${tiles(loadX + momentsOfTile(unit, loads))}${joinMembers("found", setting)}`,
    parts: momentsOfParts(setting),
    given: statisticsGiven("parts"),
  };
  const writes = has("statistics") ? `if(member==0u&&works${isOfX ? "" : "&&split==0u"})${write}\n` : "";
  const applied = has("y") ? each(loads, apply) : "";
  const applies = source === "tile" || applied === "" ? applied : tiles(loadX + applied);
  const body = `${found[source]}${coefficients(has("scale"), has("shift"))}${writes}${applies}`;
  return tileCode(unit, entry, moments, setting, body);
}
