import { describe, expect, it } from "vitest";
import { findEngineFeatures, hasSimd } from "./features.ts";

describe("the engine", () => {
  it("has SIMD, and relaxed SIMD since Node 22", () => {
    expect(hasSimd()).toBe(true);
    expect(findEngineFeatures().has("relaxed-simd")).toBe(true);
  });
});
