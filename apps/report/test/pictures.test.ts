import { decode } from "fast-png";
import { describe, expect, it } from "vitest";
import { encodePicture, type Picture } from "../src/index.ts";
import { drawBlocks } from "./parts.ts";

describe("a picture", () => {
  it("keeps its bytes, in color", () => {
    const data = Uint8Array.of(1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16, 21, 22, 23, 24, 25, 26);
    const png = decode(encodePicture({ data, shape: [3, 2, 3] }));
    expect(png).toMatchObject({ width: 3, height: 2, channels: 3, depth: 8 });
    expect([...png.data.slice(0, 6)]).toEqual([1, 11, 21, 2, 12, 22]);
    expect([...png.data.slice(-3)]).toEqual([6, 16, 26]);
  });

  it("maps floats from the smallest to the largest, or from the given range, to bytes", () => {
    const data = Float32Array.of(-1, 0, 1, Number.NaN, Number.POSITIVE_INFINITY, 0.5);
    const shape = [1, 2, 3] as const;
    expect([...decode(encodePicture({ data, shape })).data]).toEqual([0, 128, 255, 0, 255, 191]);
    expect([...decode(encodePicture({ data, shape, range: [0, 2] })).data]).toEqual([0, 0, 128, 0, 255, 64]);
  });

  it("refuses pixels that do not fit their shape", () => {
    const data = new Uint8Array(8);
    expect(() => encodePicture({ data, shape: [1, 2, 3] })).toThrow("pixels: found 8 values");
    expect(() => encodePicture({ data, shape: [2, 2, 2] })).toThrow("found 2 channels, expected 1 or 3");
    expect(() => encodePicture({ data: new Uint8Array(0), shape: [1, 0, 3] })).toThrow("found 0 values");
  });
});

const picture: Picture = { pixels: { data: new Uint8Array(8), shape: [1, 2, 4] }, alt: 'a "cell"' };
const draw = (rest: Partial<Picture>): string =>
  /<figure>[\s\S]*<\/figure>/.exec(drawBlocks({ kind: "pictures", pictures: [{ ...picture, ...rest }] }))![0];

describe("a picture on a page", () => {
  it("has its text, its caption and its own pixels", () => {
    const figure = draw({ heading: "<cat>", caption: "taken for dog, 75 %" });
    expect(figure).toContain('alt="a &#34;cell&#34;"');
    expect(figure).toContain("<figcaption><b>&#60;cat&#62;</b> taken for dog, 75&nbsp;%</figcaption>");
    const [, base64] = /src="data:image\/png;base64,([^"]*)"/.exec(figure)!;
    expect(decode(Buffer.from(base64!, "base64"))).toMatchObject({ width: 4, height: 2 });
    expect(draw({})).not.toContain("figcaption");
  });

  it("has boxes in percent of its size, and leaves out those without finite corners", () => {
    const figure = draw({
      boxes: [
        { corners: [1, 0, 3, 1], label: "<RBC> 0.9", slot: 1, isDashed: true },
        { corners: [0, 0, Number.NaN, 1], label: "lost" },
      ],
    });
    expect(figure).toContain("left:25%;top:0%;width:50%;height:50%;border-color:var(--slot-1)");
    expect(figure).toContain('class="box dashed"');
    expect(draw({ boxes: [{ corners: [2, 0, 4, 1], label: "late" }] })).toContain('class="box right"');
    expect(figure).toContain("&#60;RBC&#62; 0.9");
    expect(figure).not.toMatch(/lost|NaN/);
  });

  it("has a map of weights over it, clear where they are zero and opaque where they are largest", () => {
    const figure = draw({ heat: { data: Float32Array.of(0, 2, -1, Number.NaN), shape: [2, 2] } });
    const [, base64] = /class="heat" src="data:image\/png;base64,([^"]*)"/.exec(figure)!;
    const png = decode(Buffer.from(base64!, "base64"));
    expect(png.channels).toBe(4);
    expect([...png.data].filter((_, index) => index % 4 === 3)).toEqual([0, 204, 0, 0]);
    const nothing = { data: new Float32Array(4), shape: [2, 2] as const };
    expect(draw({ heat: nothing })).toContain('class="heat"');
    expect(() => draw({ heat: { ...nothing, shape: [3, 3] } })).toThrow("heat: found 4 values");
  });
});
