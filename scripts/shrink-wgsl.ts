/**
 * Removes comments and unneeded white space from the WGSL in the template literals of a TypeScript source, so that sources are readable
 * and published files are small.
 */
export function shrinkTemplates(source: string): string {
  let shrunk = "";
  let end = 0;
  for (const { from, to } of listTemplateTexts(source)) {
    shrunk += source.slice(end, from) + shrinkText(source.slice(from, to));
    end = to;
  }
  return shrunk + source.slice(end);
}

/** A section of a template literal between its substitutions. */
export interface TemplateText {
  readonly from: number;
  readonly to: number;
}

/** What stands before a `/` that begins a regular expression: an operator, an opening bracket, or nothing. */
const beforeExpression = /(^|[=(,:;!&|?{}[+\-*%<>~^]|\breturn)\s*$/;

/** The texts of all template literals, in order, including those nested in substitutions. */
export function listTemplateTexts(source: string): TemplateText[] {
  const texts: TemplateText[] = [];
  let at = 0;

  const skipTo = (pattern: RegExp): void => {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    if (found === null) throw new Error(`at ${at}: found the end of the file, expected ${pattern}`);
    at = pattern.lastIndex;
  };

  /** Reads to the end of the source, or of a substitution. */
  const readCode = (): void => {
    let depth = 0;
    while (at < source.length) {
      const next = source.slice(at, at + 2);
      if (next === "//") skipTo(/$/gm);
      else if (next === "/*") skipTo(/\*\//g);
      else if (next[0] === '"') skipTo(/"(?:[^"\\]|\\.)*"/g);
      else if (next[0] === "'") skipTo(/'(?:[^'\\]|\\.)*'/g);
      else if (next[0] === "/" && beforeExpression.test(source.slice(0, at)))
        skipTo(/\/(?:[^/\\[]|\\.|\[(?:[^\]\\]|\\.)*\])+\//g);
      else if (next[0] === "`") readTemplate();
      else if (next[0] === "}" && depth === 0) return;
      else {
        if (next[0] === "{") depth++;
        if (next[0] === "}") depth--;
        at++;
      }
    }
  };

  const readTemplate = (): void => {
    at++;
    for (let from = at; ; from = at) {
      while (source[at] !== "`" && !source.startsWith("${", at)) {
        if (at >= source.length) throw new Error("found the end of the file in a template literal");
        at += source[at] === "\\" ? 2 : 1;
      }
      texts.push({ from, to: at });
      if (source[at++] === "`") return;
      at++;
      readCode();
      at++;
    }
  };

  readCode();
  return texts.sort((a, b) => a.from - b.from);
}

const brackets = "(){}[],;:";
const operators = "=+-*/<>&|^!%~";

/** The text of a template. The text beyond its ends is unknown, so white space that may separate tokens is kept. */
function shrinkText(text: string): string {
  const code = text.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (comment, start: number) => {
    const isOpen = comment.startsWith("//") && start + comment.length === text.length;
    if (isOpen) throw new Error(`found "${comment}", expected a comment that ends before a substitution`);
    return comment.startsWith("//") ? "" : " ";
  });
  return code.replace(/\s+/g, (space, start: number) => {
    const [before, after] = [code[start - 1], code[start + space.length]];
    return separates(before, after) ? (space.includes("\n") ? "\n" : " ") : "";
  });
}

/** Whether white space between two characters matters; an absent character may be anything. */
function separates(before: string | undefined, after: string | undefined): boolean {
  const isIn = (set: string, letter: string | undefined): boolean =>
    letter !== undefined && set.includes(letter);
  if (isIn(brackets, before) || isIn(brackets, after)) return false;
  if (before === undefined || after === undefined) return true;
  return isIn(operators, before) === isIn(operators, after);
}
