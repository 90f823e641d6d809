import type { Plan, Spec } from "@evenkeel/tensor";
import { makeWasmKernel, planLaunch } from "@evenkeel/tensor";
import type { LineAttributes } from "../line-attributes.ts";
import { rowsKernels } from "./rows.kernels.ts";
import { module } from "./rows.wasm.ts";

/** The number of values that a thread takes at once: enough to pay for taking them. */
const valuesPerItem = 16_384;

/** The number of rows whose sums are added in f32. */
const mostRowsPerItem = 256;

const getSizes = ({ shape }: Spec): readonly [rows: number, width: number] =>
  shape as unknown as readonly [number, number];

/** The parameters of both passes. */
function nameNumbers(x: Spec, { epsilon, centered }: LineAttributes) {
  const [rows, width] = getSizes(x);
  return { rows, width, epsilon, centered: centered ? 1 : 0 };
}

/** One launch: an item is a row, which is read from memory once. */
export function planRows([x, scale, shift]: readonly (Spec | undefined)[], attrs: LineAttributes): Plan {
  const [rows, width] = getSizes(x!);
  if (rows === 0) return { launches: [], temporaries: [], aliases: [] };
  const launch = planLaunch(makeWasmKernel(module, "normalizeRows", rowsKernels), {
    reads: { x: { input: 0 }, scale: scale && { input: 1 }, shift: shift && { input: 2 } },
    writes: { y: { output: 0 }, statistics: { output: 1 } },
    parameters: nameNumbers(x!, attrs),
    work: {
      items: rows,
      chunk: Math.max(1, Math.floor(valuesPerItem / Math.max(1, width))),
      // The sums of distances and of their squares.
      scratchBytes: 16,
    },
  });
  return { launches: [launch], temporaries: [], aliases: [] };
}

/**
 * Two launches: an item is some rows, whose dx is complete and whose columns are summed; then the columns of all items. How rows are
 * divided does not depend on the number of threads.
 */
export function planRowsGradient(inputs: readonly (Spec | undefined)[], attrs: LineAttributes): Plan {
  const [, x, , scale] = inputs;
  const [rows, width] = getSizes(x!);
  const wanted = Math.max(Math.ceil(rows / 64), Math.ceil(valuesPerItem / Math.max(1, width)));
  const rowsPerItem = Math.min(wanted, mostRowsPerItem);
  const parts = Math.ceil(rows / rowsPerItem);
  const columns = Math.ceil(width / 4);
  const partials = { temporary: 0 };
  const gradient = planLaunch(makeWasmKernel(module, "rowsGradient", rowsKernels), {
    reads: {
      dy: { input: 0 },
      x: { input: 1 },
      statistics: { input: 2 },
      scale: scale && { input: 3 },
    },
    writes: { dx: { output: 0 }, partials },
    parameters: { ...nameNumbers(x!, attrs), rowsPerItem },
    // The numbers of two rows.
    work: { items: parts, chunk: 1, scratchBytes: 160 },
  });
  const sums = planLaunch(makeWasmKernel(module, "columnSums", rowsKernels), {
    reads: { partials },
    writes: { dScale: { output: 1 }, dShift: attrs.centered ? { output: 2 } : undefined },
    parameters: { width, parts },
    work: { items: columns, chunk: Math.max(1, Math.floor(valuesPerItem / (8 * Math.max(1, parts)))) },
  });
  return {
    launches: [...(parts > 0 ? [gradient] : []), ...(columns > 0 ? [sums] : [])],
    temporaries: [{ shape: [parts, 2, 4 * columns], dtype: "f32" }],
    aliases: [],
  };
}
