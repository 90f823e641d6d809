import type { ModuleNode } from "./member.ts";
import { isModule } from "./member.ts";

/** A line of text, and the number of parameters at its end. */
type Row = readonly [text: string, parameters: string];

/** See `Module.toString`. */
export function describeModel(module: ModuleNode): string {
  const [[title, total], ...rows] = [...listRows(module, "", "")] as [Row, ...Row[]];
  const texts = [title, ...rows.map(([text]) => text)];
  const width = Math.max(...texts.map(({ length }) => length)) + 2;
  const line = ([text, parameters]: Row): string =>
    `${text.padEnd(width)}${parameters.padStart(total.length)}`.trimEnd();
  return [`${line([title, total])} parameters`, ...rows.map(line)].join("\n");
}

function* listRows(module: ModuleNode, name: string, indent: string): Generator<Row> {
  const count = module.countParameters({ trainableOnly: false });
  const text = `${indent}${name}${module.describe()}${module.isFrozen ? ", frozen" : ""}`;
  yield [text, count === 0 && indent !== "" ? "" : count.toLocaleString("en")];
  for (const [inner, member] of module.members()) {
    if (isModule(member)) yield* listRows(member, `${inner}: `, `${indent}  `);
  }
}
