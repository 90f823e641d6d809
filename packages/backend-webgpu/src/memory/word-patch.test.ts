import fc from "fast-check";
import { expect, test } from "vitest";
import { splitWrite } from "./word-patch.ts";

test("whole words and patches write the same bytes, and others only after the end", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 40 }),
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.integer({ min: 0, max: 9 }),
      (offset, data, behind) => {
        const end = offset + data.length + behind;
        const expected = new Uint8Array(Math.ceil(end / 4) * 4 + 8).fill(170);
        const found = expected.slice();
        expected.set(data, offset);
        const { offset: first, words, patches } = splitWrite(data as Uint8Array<ArrayBuffer>, offset, end);
        expect([first % 4, words.length % 4]).toEqual([0, 0]);
        found.set(words, first);
        const view = new DataView(found.buffer);
        for (const { word, mask, bits } of patches) {
          view.setUint32(word * 4, (view.getUint32(word * 4, true) & ~mask) | bits, true);
        }
        expect(found.subarray(0, end)).toEqual(expected.subarray(0, end));
        expect(patches.length).toBeLessThanOrEqual(2);
      },
    ),
  );
});
