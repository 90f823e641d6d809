import type { Activation } from "@evenkeel/tensor";
import type { LineSchema, LineSetting, LineText } from "@evenkeel/tensor/wgsl";
import { writeEach, writeTiles } from "@evenkeel/tensor/wgsl";
import { writeActivated, writeChannelText, writeCoefficients } from "../../gpu/channel.wgsl.ts";
import type { StatisticsCode } from "../../statistics/wgsl/statistics.wgsl.ts";
import { findStatistics, loadX, moments, writeStatistics } from "../../statistics/wgsl/statistics.wgsl.ts";

export interface NormalizationCode extends StatisticsCode {
  readonly activation: Activation;
  /** Whether running statistics are blended with those of the batch. */
  readonly blends: boolean;
}

const operands = {
  x: "element",
  residual: "element",
  y: "element",
  parts: "line",
  scale: "line",
  shift: "line",
  runningMean: "line",
  runningVariance: "line",
  statistics: "line",
} as const;
const parameters = {
  epsilon: "f32",
  bits: "u32",
  partsRead: "u32",
  second: "u32",
  third: "u32",
  slope: "f32",
  momentum: "f32",
} as const;

/**
 * y, normalized in place if x is absent, and the statistics if they are an operand; with `blends`, the new running
 * statistics after the latter, from the old ones among the operands or after the parts.
 */
export const normalizationSchema: LineSchema<typeof operands, typeof parameters> = {
  element: "f32",
  operands,
  parameters,
};

const writeBlend = (mean: string, variance: string): string => `
    let weight = select(PerLine(p.momentum), PerLine(), found.n == PerLine());
    let ofBatch = found.m2 / max(found.n - 1f, PerLine(1f));
    statistics[p.second + line] = (1f - weight) * ${mean} + weight * centre;
    statistics[p.third + line] = (1f - weight) * ${variance} + weight * ofBatch;`;

export function writeNormalizationText(
  code: NormalizationCode,
  setting: LineSetting<keyof typeof operands>,
): LineText {
  const { loads, source, activation, blends } = code;
  const { elements, reads } = setting;
  const x = reads.includes("x") ? "x" : "y";
  const carried = "parts[p.partsRead * 4u * p.lines + line";
  const running = reads.includes("runningMean")
    ? writeBlend("runningMean[line]", "runningVariance[line]")
    : writeBlend(`${carried}]`, `${carried} + p.lines]`);
  const hasResidual = reads.includes("residual");
  const apply = (k: number): string => {
    const residual = hasResidual ? ` + ${elements.load("residual", `to${k}`)}` : "";
    const y = elements.store!("y", `to${k}`, writeActivated(activation, `z${k}`, `z${k}`));
    return `
  var z${k} = fma(x${k} - centre, Loaded(factor), Loaded(offset))${residual};
  if (in${k}) { ${y} }`;
  };
  const writes = setting.writes.includes("statistics") ? writeStatistics(source, blends ? running : "") : "";
  const applied = writeEach(loads, apply);
  const applies = source === "tile" ? applied : writeTiles(loadX(x, loads, setting) + applied);
  const body = `
  ${findStatistics(code, x, setting)}
  ${writeCoefficients(reads.includes("scale"), reads.includes("shift"))}
  ${writes}
  ${applies}`;
  return writeChannelText(moments, setting, body, source !== "given");
}
