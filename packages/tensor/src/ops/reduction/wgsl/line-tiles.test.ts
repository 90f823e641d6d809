import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countElements } from "../../../core/spec.ts";
import type { LineCut } from "./line-cut.ts";
import { countValues, cutLines, workgroupSize } from "./line-cut.ts";
import type { LineShape } from "./line-tiles.ts";
import { cutTiles, makeUncut, mostParts, tileLines } from "./line-tiles.ts";

const countLoads = ({ outer, rows, side, columns }: LineShape): number => outer * rows * side * columns;

/** How often the threads of all workgroups load each load of a tensor, from the places that they compute. */
function visits(cut: LineCut): Uint8Array {
  const { lines, side, steps, columns, span, run, threads, blocks, parts, partSteps } = cut;
  const seen = new Uint8Array(lines * steps);
  const abreast = span * run;
  for (let place = 0; place < blocks * parts; place++) {
    const part = Math.floor(place / blocks);
    for (let me = 0; me < workgroupSize; me++) {
      const line = (place % blocks) * span + Math.floor((me % abreast) / run);
      const t = Math.floor(me / abreast) * run + (me % run);
      if (t >= threads || line >= lines) continue;
      const start = Math.floor(line / side) * side * steps + (line % side) * columns;
      const end = Math.min((part + 1) * partSteps, steps);
      for (let at = part * partSteps + t; at < end; at += threads) {
        seen[start + Math.floor(at / columns) * side * columns + (at % columns)]!++;
      }
    }
  }
  return seen;
}

const few = fc.oneof(fc.constant(1), fc.nat(40));
const shapes = fc
  .record({
    outer: fc.oneof(fc.constant(1), fc.nat(9)),
    rows: fc.oneof(few, fc.nat(9000)),
    side: fc.oneof(few, fc.nat(3000)),
    columns: fc.oneof(few, fc.nat(5000)),
  })
  .filter((shape) => shape.outer * shape.side > 0 && countLoads(shape) < 200_000);

test("folds load everything once", () => {
  const size = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5000 }));
  fc.assert(
    fc.property(size, size, size, (outer, length, inner) => {
      fc.pre(countElements([outer, length, inner]) < 200_000);
      for (const what of ["elements", "states"] as const) {
        const cut = cutLines({ outer, length, inner }, what);
        expect(cut.lines * cut.steps * countValues(cut.layout)).toBe(outer * length * inner);
        expect(visits(cut).findIndex((count) => count !== 1)).toBe(-1);
      }
    }),
  );
});

describe("tiles", () => {
  test("load everything once", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const tiles = tileLines(shape);
        expect(tiles.lines * tiles.steps * countValues(tiles.layout)).toBe(countLoads(shape));
        expect(tiles.span * tiles.threads).toBeLessThanOrEqual(workgroupSize);
        const cut = tiles.fits ? makeUncut(tiles) : cutTiles(tiles, tiles.loads, mostParts);
        expect(cut.parts).toBeLessThanOrEqual(mostParts);
        if (tiles.fits) expect(tiles.threads * tiles.loads).toBeGreaterThanOrEqual(tiles.steps);
        expect(visits(cut).findIndex((count) => count !== 1)).toBe(-1);
      }),
    );
  });

  test("neighbouring threads load 64 bytes or more, if the lines are long enough", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const tiles = tileLines(shape);
        if (tiles.fits) return;
        const isOneRow = tiles.columns === 1 && tiles.side === 1;
        const inRow = isOneRow ? tiles.steps : tiles.columns;
        const perRow = Math.min(tiles.span === 1 ? inRow : tiles.span * tiles.run, workgroupSize);
        const bytes = 4 * perRow * countValues(tiles.layout);
        const wholeRow = 4 * shape.side * shape.columns;
        expect(bytes).toBeGreaterThanOrEqual(Math.min(64, wholeRow));
      }),
    );
  });

  test.each<[string, LineShape, Partial<LineCut>]>([
    ["rows are contiguous lines", { outer: 8, rows: 1, side: 4, columns: 64 }, { lines: 32, side: 1 }],
    ["so is the only line of a row", { outer: 8, rows: 64, side: 1, columns: 3 }, { lines: 8, side: 1 }],
    ["columns lie apart", { outer: 8, rows: 64, side: 3, columns: 1 }, { lines: 24, side: 3 }],
    ["lines of one element lie side by side", { outer: 1, rows: 1, side: 8, columns: 1 }, { side: 2 }],
  ])("lines of one level: %s", (_, shape, expected) => {
    expect(tileLines(shape)).toMatchObject({ ...expected, columns: 1 });
  });

  test("lines of two levels: groups of channels side by side, for each of several images", () => {
    expect(tileLines({ outer: 2, rows: 49, side: 8, columns: 16 })).toMatchObject({
      layout: "along",
      lines: 16,
      side: 8,
      columns: 4,
      steps: 196,
    });
  });
});
