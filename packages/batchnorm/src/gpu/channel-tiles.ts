import type { LineTiles } from "@evenkeel/tensor/wgsl";
import { tileLines } from "@evenkeel/tensor/wgsl";
import type { Layout } from "../operands/layout.ts";

/** The tiles of a layout, with channels as lines. */
export const planTiles = ({ outer, channels, inner }: Layout): LineTiles =>
  tileLines({ outer: 1, rows: outer, side: channels, columns: inner });

/** The number of bytes of a value for each channel that a kernel loads at once. */
export const countBytesPerLine = ({ layout }: LineTiles): number => (layout === "across" ? 16 : 4);
