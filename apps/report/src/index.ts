export type {
  Block,
  Cell,
  Column,
  Fold,
  Highlights,
  List,
  Paragraph,
  Report,
  Section,
  Table,
  TableRow,
  Word,
} from "./blocks/blocks.ts";
export type { Axis, CategoryAxis, ReferenceLine } from "./charts/axis.ts";
export type {
  BarChart,
  BarSeries,
  Chart,
  Heatmap,
  LineChart,
  LineSeries,
  ScatterChart,
  ScatterSeries,
} from "./charts/charts.ts";
export type { Confusion } from "./charts/confusion-matrix.ts";
export { makeConfusionMatrix } from "./charts/confusion-matrix.ts";
export { drawStandaloneSvg } from "./charts/draw-chart.ts";
export { drawReport } from "./draw-report.ts";
export type { Slot } from "./page/palette.ts";
export { encodePicture } from "./pictures/encode-picture.ts";
export { outlineBoxes } from "./pictures/outline-boxes.ts";
export type { HeatOverlay, Picture, PictureBox, Pictures, Pixels } from "./pictures/picture.ts";
