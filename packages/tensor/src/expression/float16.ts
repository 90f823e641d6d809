const words: DataView = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(4));

function roundTiesToEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}

/** The bits of the binary16 number nearest to x, with ties to even; infinity from 65,520 on (IEEE 754). */
export function encodeFloat16(x: number): number {
  if (Number.isNaN(x)) return 0x7e00;
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(x);
  if (magnitude >= 65520) return sign | 0x7c00;
  if (magnitude < 2 ** -14) return sign | roundTiesToEven(magnitude * 2 ** 24);
  words.setFloat32(0, magnitude);
  const exponent = (words.getUint32(0) >>> 23) - 127;
  // A fraction that rounds up to 2,048 carries into the exponent.
  return sign | (((exponent + 14) << 10) + roundTiesToEven(magnitude * 2 ** (10 - exponent)));
}

/** The number that 16 bits of binary16 represent. */
export function decodeFloat16(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits & 32768 ? -1 : 1;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The number that 16 bits of bfloat16 represent: they are the upper half of a float32. */
export function decodeBfloat16(bits: number): number {
  words.setUint32(0, bits << 16);
  return words.getFloat32(0);
}
