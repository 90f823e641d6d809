import type { Activation } from "@evenkeel/tensor";
import type { TileSetting } from "../../gpu/tile.wgsl.ts";
import { activatedText, coefficients, each, tileCode, tiles } from "../../gpu/tile.wgsl.ts";
import type { StatisticsCode } from "../../statistics/wgsl/statistics.wgsl.ts";
import { findStatistics, loadX, moments, writeStatistics } from "../../statistics/wgsl/statistics.wgsl.ts";

export interface NormalizationCode extends StatisticsCode {
  readonly activation: Activation;
  /** Whether running statistics are blended with those of the batch. */
  readonly blends: boolean;
}

const blendText = (mean: string, variance: string): string => `
    let weight = select(PerChannel(p.momentum), PerChannel(), found.n == PerChannel());
    let ofBatch = found.m2 / max(found.n - 1f, PerChannel(1f));
    statistics[p.second + channel] = (1f - weight) * ${mean} + weight * centre;
    statistics[p.third + channel] = (1f - weight) * ${variance} + weight * ofBatch;`;

/**
 * y, and the statistics if they are an operand. Reads: x (if absent, y is normalized in place), parts, scale, shift,
 * residual, runningMean, runningVariance. Writes: y and statistics; with `blends`, the new running statistics behind
 * the latter, from the old ones among the operands or behind the parts.
 */
export function normalizationCode(code: NormalizationCode, setting: TileSetting): string {
  const { entry, unit, loads, source, activation, blends } = code;
  const { elements } = setting;
  const reads = (name: string): boolean => setting.reads.includes(name);
  const x = reads("x") ? "x" : "y";
  const carried = "parts[p.parts * 4u * p.channels + channel";
  const running = reads("runningMean")
    ? blendText("runningMean[channel]", "runningVariance[channel]")
    : blendText(`${carried}]`, `${carried} + p.channels]`);
  const apply = (k: number): string => {
    const residual = reads("residual") ? ` + ${elements.load("residual", `to${k}`)}` : "";
    const y = elements.store!("y", `to${k}`, activatedText(activation, `z${k}`, `z${k}`));
    return `
  var z${k} = fma(x${k} - centre, Loaded(factor), Loaded(offset))${residual};
  if (in${k}) { ${y} }`;
  };
  const writes = setting.writes.includes("statistics") ? writeStatistics(source, blends ? running : "") : "";
  const applied = each(loads, apply);
  const applies = source === "tile" ? applied : tiles(loadX(x, loads, elements) + applied);
  const body = `
  ${findStatistics(code, x, setting)}
  ${coefficients(reads("scale"), reads("shift"))}
  ${writes}
  ${applies}`;
  return tileCode(unit, entry, moments, setting, body);
}
