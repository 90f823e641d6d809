import { expect, test } from "vitest";
import { makeFloatElements, writeFloatElements } from "./float-elements.ts";

const native = { features: new Set(["shader-f16"]) };
const packed = { features: new Set<string>() };

test("f32 elements are stored as they are", () => {
  const x = makeFloatElements("f32", 4, packed);
  expect([x.type, x.extensions]).toEqual(["vec4f", []]);
  expect(x.load("x", "at")).toBe("x[at]");
  expect(x.store!("x", "at", "v")).toBe("x[at] = v;");
  expect(writeFloatElements(x)).toBe("");
});

test("halves have their own type if the device computes with them", () => {
  const [one, four] = [makeFloatElements("f16", 1, native), makeFloatElements("f16", 4, native)];
  expect([one.type, four.type]).toEqual(["f16", "vec4<f16>"]);
  expect([one.load("x", "at"), four.load("x", "at")]).toEqual(["f32(x[at])", "vec4f(x[at])"]);
  expect(one.store!("y", "at", "v")).toBe("y[at] = bitcast<vec4<f16>>(halfWords(vec4f(v))).x;");
  expect(four.store!("y", "at", "v")).toBe("y[at] = bitcast<vec4<f16>>(halfWords(v));");
  expect([one.extensions, four.extensions]).toEqual([["f16"], ["f16"]]);
  expect(writeFloatElements(one)).toMatch(/^fn halfWords[\s\S]*}\n$/);
  expect(writeFloatElements(four)).toBe(writeFloatElements(one));
});

test("halves are otherwise stored two to a word, four by one invocation", () => {
  const [one, four] = [makeFloatElements("f16", 1, packed), makeFloatElements("f16", 4, packed)];
  expect([one.type, four.type]).toEqual(["u32", "vec2u"]);
  expect([one.extensions, four.extensions]).toEqual([[], []]);
  expect(one.load("x", "at")).toBe("unpack2x16float(x[(at) >> 1u] >> (((at) & 1u) << 4u)).x");
  expect(four.load("x", "at")).toBe("vec4f(unpack2x16float(x[at].x), unpack2x16float(x[at].y))");
  expect(one.store).toBeUndefined();
  expect(four.store!("y", "at", "v")).toBe("y[at] = halfWords(v);");
  expect(writeFloatElements(one)).toBe("");
  expect(writeFloatElements(four)).toMatch(/^fn halfWords/);
});

test("other dtypes are rejected", () => {
  expect(() => makeFloatElements("i32", 1, packed)).toThrow(
    "makeFloatElements: dtype: found i32, expected f32 or f16",
  );
});
