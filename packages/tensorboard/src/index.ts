export type { Histogram } from "./histograms/histogram.ts";
export type { Hparams, HparamsMetric } from "./hparams.ts";
export type { SummaryWriterOptions } from "./summary-writer.ts";
export { SummaryWriter } from "./summary-writer.ts";
export type { TensorBoardOptions } from "./tensor-board.ts";
export { TensorBoard } from "./tensor-board.ts";
