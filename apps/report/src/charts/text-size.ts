/** The size of ordinary text in a drawing, which is 400 units wide, so that it can be read on a phone. */
export const fontSize = 12;
export const fontFamily = "system-ui, sans-serif";

/** About the width of a text in a wide font; letters of East Asian scripts are as wide as they are high. */
export function measureText(text: string, size: number = fontSize): number {
  let width = 0;
  for (const letter of text) width += letter.codePointAt(0)! >= 0x1100 ? size : 0.62 * size;
  return Math.ceil(width);
}

export const measureLongest = (texts: readonly string[], size?: number): number =>
  texts.reduce((most, text) => Math.max(most, measureText(text, size)), 0);

/** How much wider bold letters are. */
const boldness = 1.08;

/** Both ends of a text that is too long, because names of layers and files differ there. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const tail = Math.floor((most - 1) / 2);
  return `${text.slice(0, most - 1 - tail)}…${text.slice(text.length - tail)}`;
}

/** Lines of whole bold words, each at most as wide as given unless a word is wider. */
export function wrapText(text: string, width: number, size: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && boldness * measureText(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
