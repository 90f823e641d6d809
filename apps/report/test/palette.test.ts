import { describe, expect, it } from "vitest";
import { colorRules, palette } from "../src/page/palette.ts";

type Rgb = readonly [red: number, green: number, blue: number];

/** Linear light, from 0 to 1. */
const readColor = (color: string): Rgb =>
  [1, 3, 5]
    .map((start) => Number.parseInt(color.slice(start, start + 2), 16) / 255)
    .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4)) as unknown as Rgb;

const multiply = (matrix: readonly Rgb[], color: Rgb): Rgb =>
  matrix.map((row) =>
    Math.min(
      1,
      Math.max(
        0,
        row.reduce((sum, factor, index) => sum + factor * color[index]!, 0),
      ),
    ),
  ) as unknown as Rgb;

/** How colors look without one kind of cone: Machado, Oliveira and Fernandes 2009, severity 1. */
const eyes: { readonly [name: string]: readonly Rgb[] } = {
  common: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const toXyz: readonly Rgb[] = [
  [0.4124, 0.3576, 0.1805],
  [0.2126, 0.7152, 0.0722],
  [0.0193, 0.1192, 0.9505],
];

/** CIE L*a*b* of linear light under D65. */
function toLab(color: Rgb): Rgb {
  const [x, y, z] = toXyz.map((row) => row.reduce((sum, factor, index) => sum + factor * color[index]!, 0));
  const bend = (share: number): number => (share > 0.008856 ? Math.cbrt(share) : 7.787 * share + 16 / 116);
  const [fx, fy, fz] = [bend(x! / 0.9505), bend(y!), bend(z! / 1.089)];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

const computeLuminance = (color: string): number => multiply(toXyz, readColor(color))[1];

function computeContrast(one: string, other: string): number {
  const [dark, light] = [one, other].map(computeLuminance).sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

describe.each(["light", "dark"] as const)("the palette of the %s theme", (theme) => {
  const colors = palette.map((row) => row[theme]);

  it.each(Object.entries(eyes))("has colors that differ clearly for eyes with %s", (_, matrix) => {
    const seen = colors.map((color) => toLab(multiply(matrix, readColor(color))));
    const distances = seen.flatMap((one, index) =>
      seen.slice(0, index).map((other) => Math.hypot(...one.map((value, axis) => value - other[axis]!))),
    );
    expect(distances).toHaveLength(15);
    // About ten times a difference that one just notices.
    expect(Math.min(...distances)).toBeGreaterThan(22);
  });

  it("has a contrast of 3:1 to the page", () => {
    const [, light, dark] = /--page: (#\w+);[\s\S]*--page: (#\w+);/.exec(colorRules)!;
    const page = theme === "light" ? light! : dark!;
    for (const color of colors) expect(computeContrast(color, page)).toBeGreaterThanOrEqual(3);
  });
});

it("tells its rows apart without any color", () => {
  expect(new Set(palette.map(({ line }) => String(line))).size).toBe(palette.length);
  expect(new Set(palette.map(({ marker }) => marker)).size).toBe(palette.length);
});
