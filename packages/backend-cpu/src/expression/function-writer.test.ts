import { expect, test } from "vitest";
import { FunctionWriter, pushSigned, pushUnsigned, valueTypes } from "./function-writer.ts";
import { encodeModule } from "./wasm-module.ts";

function encoded(push: (bytes: number[], value: number) => void, value: number): number[] {
  const bytes: number[] = [];
  push(bytes, value);
  return bytes;
}

test("LEB128, as in the examples of the DWARF and WebAssembly specifications", () => {
  expect(encoded(pushUnsigned, 2)).toEqual([2]);
  expect(encoded(pushUnsigned, 127)).toEqual([127]);
  expect(encoded(pushUnsigned, 128)).toEqual([0x80, 1]);
  expect(encoded(pushUnsigned, 624_485)).toEqual([0xe5, 0x8e, 0x26]);
  expect(encoded(pushUnsigned, 2 ** 32 - 1)).toEqual([0xff, 0xff, 0xff, 0xff, 0x0f]);
  expect(encoded(pushSigned, -2)).toEqual([0x7e]);
  expect(encoded(pushSigned, 63)).toEqual([63]);
  expect(encoded(pushSigned, 64)).toEqual([0xc0, 0]);
  expect(encoded(pushSigned, -128)).toEqual([0x80, 0x7f]);
  expect(encoded(pushSigned, -123_456)).toEqual([0xc0, 0xbb, 0x78]);
  expect(encoded(pushSigned, -(2 ** 31))).toEqual([0x80, 0x80, 0x80, 0x80, 0x78]);
});

test("locals are declared in runs of one type, after the parameters", () => {
  const f = new FunctionWriter([valueTypes.i32, valueTypes.f32]);
  expect([valueTypes.v128, valueTypes.v128, valueTypes.i32].map((type) => f.addLocal(type))).toEqual([
    2, 3, 4,
  ]);
  expect(f.body()).toEqual([2, 2, valueTypes.v128, 1, valueTypes.i32, 0x0b]);
});

test("a module of nested blocks validates", () => {
  const f = new FunctionWriter([valueTypes.i32]);
  f.block(() =>
    f.loop(() =>
      f.get(0).if(
        () => f.i32(1).set(0),
        () => f.words(-1, 2, 3, 4).op(0x1a),
      ),
    ),
  );
  expect(WebAssembly.validate(encodeModule("run", f))).toBe(true);
});
