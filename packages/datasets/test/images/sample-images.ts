import { crc32, deflateSync } from "node:zlib";

/** 19 x 13 pixels of the colours (13 x, 19 y, x y), as Pillow 12.3 saved them with quality 85. */
const colors =
  "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAUDBAQEAwUEBAQFBQUGBwwIBwcHBw8LCwkMEQ8SEhEPERETFhwXExQaFRERGCEYGh0dHx8fExciJCIeJBweHx7/2wBDAQUFBQcGBw4ICA4eFBEUHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh7/wAARCAANABMDASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwDwnRfBWdv7r9K7bRfA2dv7n9K9Q0Dw/ZHbx+leg6B4dsTt4/SviMLmDxm55fCnG9SPLqzxiHwH+6X9z29KK+mYPDdh5S8dvSivWWXJ6n7FDj2ryrVn/9k=";

/** The luma of these colours, in a progressive file. */
const grays =
  "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAUDBAQEAwUEBAQFBQUGBwwIBwcHBw8LCwkMEQ8SEhEPERETFhwXExQaFRERGCEYGh0dHx8fExciJCIeJBweHx7/wgALCAANABMBAREA/8QAFQABAQAAAAAAAAAAAAAAAAAABQb/2gAIAQEAAAABhG1U6Bn/xAAaEAACAwEBAAAAAAAAAAAAAAAABAECAxEh/9oACAEBAAEFAsUjFEhDzBehgvQhanP/xAAWEAEBAQAAAAAAAAAAAAAAAAAxACD/2gAIAQEABj8CIjH/xAAXEAEBAQEAAAAAAAAAAAAAAAAAITER/9oACAEBAAE/IcjJkZE7lP/aAAgBAQAAABAP/8QAHBAAAQQDAQAAAAAAAAAAAAAAAAERMVFBodGB/9oACAEBAAE/EHeI7wPCULYaFkNEWxR//9k=";

export const colorJpeg: Uint8Array = Uint8Array.from(Buffer.from(colors, "base64"));
export const grayJpeg: Uint8Array = Uint8Array.from(Buffer.from(grays, "base64"));

/** The file with a segment of EXIF data before the others, in either order of bytes. */
export function withOrientation(jpeg: Uint8Array, orientation: number, isLittle = true): Uint8Array {
  const tiff = new DataView(new ArrayBuffer(26));
  tiff.setUint16(0, isLittle ? 0x4949 : 0x4d4d);
  tiff.setUint16(2, 42, isLittle);
  tiff.setUint32(4, 8, isLittle);
  tiff.setUint16(8, 1, isLittle);
  tiff.setUint16(10, 0x0112, isLittle);
  tiff.setUint16(12, 3, isLittle);
  tiff.setUint32(14, 1, isLittle);
  tiff.setUint16(18, orientation, isLittle);
  const exif = [...Buffer.from("Exif\0\0"), ...new Uint8Array(tiff.buffer)];
  return Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, 0, exif.length + 2, ...exif, ...jpeg.subarray(2)]);
}

function makeChunk(type: string, contents: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type), contents]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(contents.length);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

interface Png {
  readonly width: number;
  readonly height: number;
  readonly depth: 1 | 2 | 4 | 8 | 16;
  /** 0 is grey, 2 colour, 3 a palette, 4 grey and alpha, 6 colour and alpha. */
  readonly kind: 0 | 2 | 3 | 4 | 6;
  /** The rows, each as its packed bytes. */
  readonly rows: readonly (readonly number[])[];
  readonly chunks?: readonly (readonly [type: string, contents: readonly number[]])[];
}

/** A PNG file by the specification, without filters and interlacing. */
export function makePng({ width, height, depth, kind, rows, chunks = [] }: Png): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([depth, kind], 8);
  return new Uint8Array(
    Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      makeChunk("IHDR", header),
      ...chunks.map(([type, contents]) => makeChunk(type, Uint8Array.from(contents))),
      makeChunk("IDAT", deflateSync(Uint8Array.from(rows.flatMap((row) => [0, ...row])))),
      makeChunk("IEND", new Uint8Array(0)),
    ]),
  );
}

const decodeText = (text: string): Uint8Array =>
  Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** 19 x 13 pixels, by cwebp 1.2.4: lossless, of quality 60, and of quality 60 with alpha. */
export const webpFiles: { readonly [kind: string]: Uint8Array } = {
  lossless: decodeText(
    "UklGRmYAAABXRUJQVlA4TFkAAAAvEgADAJkyRPQ/NuWP6H9AQdtGjjk8f7S3fgGYBjaRJKsW9KomehHlTwAJYP4KfkwAQrFxATZ+BTVCAfANsE" +
      "ADgBYSyBA7KDzkDRQJclyFxEOKAf6qxLEBAAA=",
  ),
  lossy: decodeText(
    "UklGRqAAAABXRUJQVlA4IJQAAADwBACdASoTAA0ALoVarVaipycnBwCES2AE6ZQjAFMB1JXSoAyEvTzI7HrrQch3agAA/vsZBe8sEpHjad8AQ9" +
      "1sb/dGQ5Wg3zEDDzvBRl0+PYVb4kCYcd7w/4/4Z51DhUeRj/pUKNdCdQm8Gdmw8pWma6ECb8mybhGr9CmN0X/4sRR5acrR/ByZ/BvyyWVx33Y0" +
      "CAAA",
  ),
  alpha: decodeText(
    "UklGRtYAAABXRUJQVlA4WAoAAAAQAAAAEgAADAAAQUxQSBkAAAABmYzof0Bp20ZQX9T9dz52NGICJgDnsF4EAFZQOCCWAAAA0AQAnQEqEwANAC" +
      "6FWq1WoqcnJwcAhEtgBOmUGMHsCNSulLBkC73ytzLsSQYdKRAA/vr+aggHbVR1ZVv01ItEEjWqBHLoGasNfjOULvTLQyogyKv0M9SlwlHh/x/w" +
      "zrtZ3++kwb/58g7C5xykoPGIxFWc9+ugP0fJUYxvsL+yKP/FiKPJIUtfocmfwb/34JV/cpsaIAAA",
  ),
};
