import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { transform } from "esbuild";

const root = resolve(import.meta.dirname, "../../..");

/** A block of code under `@example` in a documentation comment. */
export interface DocExample {
  /** Relative to the root of the repository. */
  readonly file: string;
  readonly code: string;
  /** The text of the comment at the end of the last line; absent where there is none. */
  readonly expected: string | undefined;
}

/** All examples of the packages, in the order of their files. */
export function docExamples(): DocExample[] {
  return globSync("packages/*/src/**/*.ts", { cwd: root })
    .filter((file) => !/\.(test|wasm|wide|generated|text)\.ts$/.test(file))
    .sort()
    .flatMap((file) =>
      [...readFileSync(resolve(root, file), "utf8").matchAll(/\/\*\*([\s\S]*?)\*\//g)].flatMap(
        ([, comment]) => listExamples(comment!).map((code) => ({ file, code, expected: findComment(code) })),
      ),
    );
}

/** An example reaches from its tag to the next tag, or to the end of the comment. */
function listExamples(comment: string): string[] {
  const text = comment.replaceAll(/^[ \t]*\* ?/gm, "");
  return text
    .split(/@example\s+/)
    .slice(1)
    .map((example) => example.split(/^@\w+/m)[0]!.trim());
}

export interface CompiledExample {
  run(...values: unknown[]): Promise<unknown>;
  /** Whether the last line is an expression, whose value `run` resolves with. */
  readonly hasResult: boolean;
}

/** The example as a function of what it names. */
export async function compileExample(code: string, names: readonly string[]): Promise<CompiledExample> {
  const lines = withoutLastComment(code)
    .replaceAll("export ", "")
    .replaceAll("import.meta.url", '"file:///"')
    .split("\n");
  const last = lines.at(-1)!.replace(/;$/, "");
  const bodies = [
    `return (${lines.join("\n").replace(/;$/, "")}\n);`,
    [...lines.slice(0, -1), `return (${last}\n);`].join("\n"),
    lines.join("\n"),
  ];
  const failures: unknown[] = [];
  for (const [index, body] of bodies.entries()) {
    try {
      return { run: await compileBody(body, names), hasResult: index < bodies.length - 1 };
    } catch (error) {
      failures.push(error);
    }
  }
  throw failures.at(-1);
}

async function compileBody(body: string, names: readonly string[]): Promise<CompiledExample["run"]> {
  // Within braces of its own, an example may declare a name that it also takes a value of.
  const source = `const example = async (${names.join(", ")}) => {{\n${body}\n}}; export { example };`;
  const { code } = await transform(source, { loader: "ts", target: "es2022", logLevel: "silent" });
  return new Function(
    `${code.replace(/export \{[^}]*\};?/, "")} return example;`,
  )() as CompiledExample["run"];
}

const lastComment = /[ \t]*\/\/ ([^\n]*)$/;
const withoutLastComment = (code: string): string => code.replace(lastComment, "");

/** The text of the comment behind the code of the last line. */
function findComment(code: string): string | undefined {
  const last = code.split("\n").at(-1)!;
  return /^\s*\/\//.test(last) ? undefined : lastComment.exec(last)?.[1];
}
