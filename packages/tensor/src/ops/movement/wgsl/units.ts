/** The unit in which kernels move data: four words, a word, or a part of a word. */
export type Unit = "vector" | "word" | "half" | "byte";

const bitsOfUnit = { half: 16, byte: 8 } as const;

const isPacked = (unit: Unit): unit is "half" | "byte" => unit === "half" || unit === "byte";

/** The number of units in a word. */
export const countUnitsPerWord = (unit: Unit): number => (isPacked(unit) ? 32 / bitsOfUnit[unit] : 1);

/** Declares `Unit`, the type of a unit and of the elements of arrays. */
export const writeUnitAlias = (unit: Unit): string => `alias Unit = ${unit === "vector" ? "vec4u" : "u32"};`;

/** The WGSL that loads the unit at `at` of an array. */
export function loadUnit(unit: Unit, array: string, at: string): string {
  if (!isPacked(unit)) return `${array}[${at}]`;
  const [bits, units] = [bitsOfUnit[unit], countUnitsPerWord(unit)];
  return `extractBits(${array}[(${at}) / ${units}u], (${at}) % ${units}u * ${bits}u, ${bits}u)`;
}

/** The WGSL that sets y[`word`] to the function `unit(at, old)` of each of its units: one invocation owns a word. */
export function storeUnits(unit: Unit, word: string): string {
  if (!isPacked(unit)) return `y[${word}] = unit(${word}, Unit());`;
  const [bits, units] = [bitsOfUnit[unit], countUnitsPerWord(unit)];
  return `var word = y[${word}];
  for (var lane = 0u; lane < ${units}u; lane++) {
    let old = extractBits(word, lane * ${bits}u, ${bits}u);
    word = insertBits(word, unit((${word}) * ${units}u + lane, old), lane * ${bits}u, ${bits}u);
  }
  y[${word}] = word;`;
}

/** The widest unit whose number of elements divides all these numbers of elements, and that number. */
export function findWidestUnit(
  bytesPerElement: number,
  counts: readonly number[],
): { readonly unit: Unit; readonly elements: number } {
  for (const [unit, bytes] of [
    ["vector", 16],
    ["word", 4],
    ["half", 2],
  ] as const) {
    const elements = bytes / bytesPerElement;
    if (elements >= 1 && counts.every((count) => count % elements === 0)) return { unit, elements };
  }
  return { unit: "byte", elements: 1 };
}
