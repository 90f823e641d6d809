import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { makeProgressLine } from "../src/progress.ts";

describe("progress", () => {
  it("prints a line for every tenth without a terminal", () => {
    const stream = new PassThrough();
    const line = makeProgressLine(stream);
    for (let done = 1; done <= 40; done++) line.update({ label: "a", done, total: 40, detail: `d${done}` });
    line.finish();
    const lines = stream.read().toString().trim().split("\n");
    expect(lines).toHaveLength(10);
    expect(lines.at(-1)).toBe("a  40/40  d40");
  });
});
