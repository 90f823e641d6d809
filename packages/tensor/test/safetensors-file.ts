/** A safetensors file of any header, right or wrong. */
export function file(header: unknown, data: ArrayLike<number> = []): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

export const getBytes = (array: { buffer: ArrayBufferLike }): Uint8Array => new Uint8Array(array.buffer);

/** The header of a file with one tensor. */
export const entry = (dtype: string, shape: number[], begin: number, end: number): object => ({
  x: { dtype, shape, data_offsets: [begin, end] },
});
