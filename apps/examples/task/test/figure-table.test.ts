import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readFigures, writeTables } from "../src/figure-files.ts";
import { type NamedFigure, writeFigureTable } from "../src/figure-table.ts";

const makeFigure = (normalization: string, seed: number, value: number): NamedFigure => ({
  file: `cells-small-${normalization}-${seed}`,
  record: {
    task: "detection",
    dataset: "cells",
    normalization,
    seed,
    metric: "mAP@0.5",
    value,
    interval: [value - 0.01, value + 0.01],
    reference: seed === 1 ? 0.8 : null,
    literature: "0.86",
    minutes: 10 * seed,
    machine: "a machine",
    date: `2030-01-0${seed}`,
    command: `pnpm example detection train --seed ${seed}`,
  },
});

describe("the table of figures", () => {
  it("has a row for each network, with means over seeds and gains with intervals", () => {
    const text = writeFigureTable([
      makeFigure("batch", 1, 0.84),
      makeFigure("batch", 2, 0.86),
      makeFigure("none", 1, 0.8),
      makeFigure("none", 2, 0.8),
    ]);
    expect(text).toContain(
      "| cells | small, norm: batch | mAP@0.5 | 1, 2 | 85.00 % (84.00 % to 86.00 %) | 80.00 % | 0.86 | 15.0 |",
    );
    // Differences of 4 and 6 points: mean 5, standard error 1, quantile 12.706.
    expect(text).toContain(
      "- cells-small: batch norm against no norm: +5.00 points (95 % interval by Student's t over 2 seeds: -7.71 to +17.71), mAP@0.5.",
    );
    expect(text).toContain("Machine: a machine. Date: 2030-01-01 to 2030-01-02.");
    expect(text.match(/^pnpm example/gm)).toHaveLength(2);
  });

  it("has the interval over the test set where there is one seed, and says what was not run", () => {
    const text = writeFigureTable([makeFigure("batch", 2, 0.84)]);
    expect(text).toContain("| 84.00 % (83.00 % to 85.00 %) | not run |");
    expect(text).not.toContain("against");
    expect(writeFigureTable([])).toBe("No full run has been recorded yet.\n");
  });

  it("stands in the README as the records say", () => {
    const examples = join(import.meta.dirname, "..", "..");
    const text = readFileSync(join(examples, "README.md"), "utf8");
    expect(text.match(/<!-- figures of /g)).toHaveLength(4);
    expect(writeTables(text, (task) => readFigures(examples, task))).toBe(text);
  });
});
