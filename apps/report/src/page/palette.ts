/** A row of the palette, from 0, which gives a series its color, its line style and its marker. */
export type Slot = number;

interface PaletteRow {
  readonly light: string;
  readonly dark: string;
  readonly line: "solid" | "dashed" | "dotted" | readonly number[];
  readonly marker: "circle" | "rect" | "triangle" | "diamond" | "pin" | "arrow";
}

/**
 * The rows differ by line and marker, and by color for people with any kind of color blindness too; every color has a contrast of 3:1 to the page
 * of its theme.
 */
export const palette: readonly PaletteRow[] = [
  { light: "#0b7285", dark: "#3bc9db", line: "solid", marker: "circle" },
  { light: "#d9480f", dark: "#ff922b", line: "dashed", marker: "rect" },
  { light: "#9c2cf0", dark: "#a04dfa", line: "dotted", marker: "triangle" },
  { light: "#938b6c", dark: "#fdf0b9", line: [10, 3, 2, 3], marker: "diamond" },
  { light: "#5c1a0a", dark: "#e02050", line: [14, 4], marker: "pin" },
  { light: "#1b1b5e", dark: "#4f6fc4", line: [2, 5], marker: "arrow" },
];

/** Later slots begin again with the first row. */
export const getPaletteRow = (slot: Slot): PaletteRow => palette[slot % palette.length]!;

/** The color as CSS, which follows the theme. */
export const getColor = (slot: Slot): string => `var(--slot-${slot % palette.length})`;

/** Text, small print, lines of a grid, the page, text on the color of a slot and on its darker shades, and what is bad. */
const neutral = {
  light: {
    ink: "#1c2326",
    soft: "#5d6b72",
    line: "#dfe5e8",
    page: "#ffffff",
    "on-slot": "#ffffff",
    "on-shade": "#1c2326",
    bad: "#c92a2a",
  },
  dark: {
    ink: "#e6ecef",
    soft: "#93a3ab",
    line: "#333d42",
    page: "#14191b",
    "on-slot": "#14191b",
    "on-shade": "#14191b",
    bad: "#ff8787",
  },
} as const;

export type NeutralColor = keyof (typeof neutral)["light"];

export const getNeutral = (name: NeutralColor): string => `var(--${name})`;

function writeVariables(theme: "light" | "dark"): string {
  const slots = palette.map((row, slot) => [`slot-${slot}`, row[theme]]);
  return [...Object.entries(neutral[theme]), ...slots]
    .map(([name, color]) => `--${name}: ${color};`)
    .join(" ");
}

/** The style rules that define the colors for both themes. */
export const colorRules: string = `:root { color-scheme: light dark; ${writeVariables("light")} }
@media (prefers-color-scheme: dark) { :root { ${writeVariables("dark")} } }`;
