import type { DType } from "../../../expression/dtype.ts";
import { isFloat, isSigned } from "../../../expression/dtype.ts";

/**
 * `toKey(bits) -> i32` orders the bits of a dtype: the element to find has the largest key, and NaN, recognized by its bits,
 * an even larger one. `isTie` makes zeros of both signs equal. `toBits(key) -> u32` is the inverse.
 */
export function writeOrderKey(dtype: DType, largest: boolean, isTie = false): string {
  const flip = largest ? "" : "~";
  if (!isFloat(dtype)) {
    const sign = isSigned(dtype) ? "" : " ^ i32(-2147483648)";
    return `
fn toKey(bits: u32) -> i32 { return ${flip}(bitcast<i32>(bits)${sign}); }
fn toBits(key: i32) -> u32 { return bitcast<u32>(${flip}key${sign}); }`;
  }
  const zero = isTie ? "select(bits, 0u, bits == 0x80000000u)" : "bits";
  return `
fn mirrored(bits: i32) -> i32 { return bits ^ ((bits >> 31u) & 0x7fffffff); }
fn toKey(bits: u32) -> i32 {
  return select(${flip}mirrored(bitcast<i32>(${zero})), 0x7fffffff, (bits & 0x7fffffffu) > 0x7f800000u);
}
fn toBits(key: i32) -> u32 { return select(bitcast<u32>(mirrored(${flip}key)), 0x7fc00000u, key == 0x7fffffff); }`;
}
