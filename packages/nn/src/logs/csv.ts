/** The text of a field, in quotes where RFC 4180 wants them. */
const encodeField = (field: string, separator: string): string =>
  field.includes(separator) || /["\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;

/** A line of a CSV file with its end. */
export const encodeCsvRow = (fields: readonly string[], separator: string): string =>
  `${fields.map((field) => encodeField(field, separator)).join(separator)}\n`;

/** The rows of a CSV file. A last line without its end, as a killed program may leave, is not one. */
export function decodeCsv(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const [field, end] = decodeField(text, at, separator);
    row.push(field);
    if (!text.startsWith(separator, end)) {
      if (text.startsWith("\r\n", end)) at = end + 2;
      else if (text[end] === "\n") at = end + 1;
      else return rows;
      rows.push(row);
      row = [];
    } else at = end + separator.length;
  }
  return rows;
}

/** The field that begins at a position, and where it ends. */
function decodeField(text: string, begin: number, separator: string): [field: string, end: number] {
  if (text[begin] !== '"') {
    let end = begin;
    while (end < text.length && !text.startsWith(separator, end) && !/[\r\n]/.test(text[end]!)) end++;
    return [text.slice(begin, end), end];
  }
  let field = "";
  for (let at = begin + 1; at < text.length; at++) {
    if (text[at] !== '"') field += text[at];
    else if (text[at + 1] === '"') {
      field += '"';
      at++;
    } else return [field, at + 1];
  }
  return [field, text.length];
}
