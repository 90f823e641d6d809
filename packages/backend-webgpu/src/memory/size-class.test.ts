import fc from "fast-check";
import { expect, test } from "vitest";
import { computeSizeClass } from "./size-class.ts";

test("a block has the requested size in whole vectors, and at most a quarter more", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 34 }), (bytes) => {
      const size = computeSizeClass(bytes);
      expect(size).toBeGreaterThanOrEqual(bytes);
      expect(size % 16).toBe(0);
      expect(size).toBeLessThanOrEqual(Math.max(256, bytes * 1.25));
      expect(computeSizeClass(size)).toBe(size);
    }),
  );
});
