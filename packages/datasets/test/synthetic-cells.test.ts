import { describe, expect, it } from "vitest";
import { syntheticCells } from "../src/index.ts";

const size = [60, 80] as const;

describe("synthetic cells", () => {
  it("depend on the seed, the part and their position alone", async () => {
    const cells = syntheticCells({ count: 4, seed: 1, part: "train", size });
    expect([cells.length, cells.classes, cells.names[3]]).toEqual([
      4,
      ["RBC", "WBC", "Platelets"],
      "cells-3",
    ]);
    const third = await cells.get(2);
    expect(await syntheticCells({ count: 9, seed: 1, part: "train", size }).get(2)).toEqual(third);
    for (const other of [
      syntheticCells({ count: 4, seed: 1, part: "test", size }),
      syntheticCells({ count: 4, seed: 2, part: "train", size }),
    ]) {
      expect((await other.get(2)).image.data).not.toEqual(third.image.data);
    }
  });

  it("have boxes within the picture, of all classes, and none in some pictures", async () => {
    const cells = syntheticCells({ count: 60, seed: 3, part: "train", size });
    const counts = [0, 0, 0];
    let empty = 0;
    for (let index = 0; index < cells.length; index++) {
      const { image, boxes, labels, difficult, truncated } = await cells.get(index);
      expect(image.shape).toEqual([3, ...size]);
      expect([boxes.shape[0], difficult.length, truncated.length]).toEqual(new Array(3).fill(labels.length));
      empty += Number(labels.length === 0);
      labels.forEach((label, box) => {
        counts[label]!++;
        const [left, top, right, bottom] = boxes.data.subarray(4 * box, 4 * box + 4);
        expect(left! >= 0 && top! >= 0 && right! <= 80 && bottom! <= 60).toBe(true);
        expect(right! > left! && bottom! > top!).toBe(true);
      });
    }
    expect(empty).toBeGreaterThan(0);
    expect(counts[0]).toBeGreaterThan(counts[1]! + counts[2]!);
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });

  it("are darker than the ground where a box is", async () => {
    const { image, boxes } = await syntheticCells({ count: 2, seed: 5, part: "test", size }).get(1);
    const [left, top, right, bottom] = boxes.data;
    const at = (x: number, y: number): number => image.data[(60 + Math.floor(y)) * 80 + Math.floor(x)]!;
    const mean = image.data.subarray(60 * 80, 2 * 60 * 80).reduce((sum, value) => sum + value, 0) / (60 * 80);
    expect(at((left! + right!) / 2, (top! + bottom!) / 2)).toBeLessThan(mean);
  });

  it("need a count and a part", () => {
    expect(() => syntheticCells({ count: 1 } as never)).toThrow("syntheticCells: part");
    expect(() => syntheticCells({ count: 1, part: "train", size: [0, 3] })).toThrow("syntheticCells: size");
  });
});
