import type { LineTiles } from "@evenkeel/tensor/wgsl";
import { tileLines } from "@evenkeel/tensor/wgsl";
import type { Layout } from "../operands/layout.ts";

/** The lines are the channels. */
export const tilesOf = ({ outer, channels, inner }: Layout): LineTiles =>
  tileLines({ outer: 1, rows: outer, side: channels, columns: inner });

/** Bytes of what a kernel knows of the channels that it loads at once. */
export const perLineBytes = ({ layout }: LineTiles): number => (layout === "across" ? 16 : 4);
