import { parseArgs } from "node:util";
import { ArgumentError } from "@evenkeel/tensor";
import { peerNames } from "./session/peers.ts";
import { suiteNames } from "./suites/names.ts";

export type BackendName = "cpu" | "webgpu";

export interface Options {
  readonly suites: readonly string[];
  readonly backend: BackendName;
  /** One or several: each subject that can runs with each, interleaved. */
  readonly threads: readonly number[];
  readonly peers: readonly string[];
  /** Only cases whose name contains it. */
  readonly case: string | undefined;
  /** Small cases, each measured for a moment. */
  readonly quick: boolean;
  /** Measures a GPU in software as if it were one of hardware. */
  readonly asHardware: boolean;
  readonly json: string | undefined;
  readonly html: string | undefined;
}

/** `pnpm bench report`: pages from rows that were measured before. */
export interface ReportOptions {
  readonly inputs: readonly string[];
  readonly markdown: string | undefined;
  readonly html: string | undefined;
}

export const help: string = `Measures Evenkeel against the roofs of this machine and against other systems, interleaved in one run.

  pnpm bench [suite...] [options]
  pnpm bench report <json...> [--markdown FILE] [--html FILE]

  suites: ${suiteNames.join(", ")}   (all)

  --backend NAME    cpu | webgpu   (cpu)
  --threads N       CPU threads; several with commas: 1,2   (1)
  --peers LIST      with commas, "all" or "none"; ${peerNames().join(", ")}
                    (cpu: ${peerNames("cpu", true).join(", ")}; webgpu: ${peerNames("webgpu", true).join(", ")})
  --case TEXT       only cases whose name contains it
  --json FILE       writes the rows
  --html FILE       writes a page with charts
  --quick           small cases, measured for a moment: does everything run and agree?
  --as-hardware     a GPU in software gets the cases and the clock of hardware: a rehearsal, whose times mean nothing
  --help            shows this

A peer that is not installed is reported as absent. EVENKEEL_PYTHON names the Python that has PyTorch (/usr/bin/python3).`;

/** Reads the command line; undefined when it asks for help. Throws ArgumentError that names the option. */
export function parseOptions(args: readonly string[]): Options | ReportOptions | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  if (positionals[0] === "report") return reportOptions(positionals.slice(1), values);
  if (values.markdown !== undefined) {
    throw new ArgumentError(
      "--markdown: found it beside suites, expected `bench report <json...> --markdown FILE`",
    );
  }
  const backend = choice("backend", values.backend ?? "cpu", ["cpu", "webgpu"] as const);
  return {
    suites: suitesOf(positionals),
    backend,
    threads: threadsOf(values.threads ?? "1", backend),
    peers: peersOf(values.peers, backend),
    case: values.case,
    quick: values.quick ?? false,
    asHardware: values["as-hardware"] ?? false,
    json: values.json,
    html: values.html,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: true,
      options: {
        backend: { type: "string" },
        threads: { type: "string" },
        peers: { type: "string" },
        case: { type: "string" },
        json: { type: "string" },
        html: { type: "string" },
        markdown: { type: "string" },
        quick: { type: "boolean" },
        "as-hardware": { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new ArgumentError(`${(error as Error).message} (--help lists the options)`);
  }
}

type Values = ReturnType<typeof parse>["values"];

function reportOptions(inputs: readonly string[], { markdown, html, ...others }: Values): ReportOptions {
  const [wrong] = Object.keys(others);
  if (wrong !== undefined) {
    throw new ArgumentError(`--${wrong}: found it beside report, expected --markdown and --html only`);
  }
  if (inputs.length === 0) throw new ArgumentError("report: found no file, expected what --json wrote");
  return { inputs, markdown, html };
}

function choice<Name extends string>(option: string, value: string, names: readonly Name[]): Name {
  const known = names.find((name) => name === value);
  if (known === undefined) {
    throw new ArgumentError(`--${option}: found "${value}", expected ${names.join(", ")}`);
  }
  return known;
}

function suitesOf(positionals: readonly string[]): readonly string[] {
  const unknown = positionals.find((name) => !suiteNames.includes(name));
  if (unknown !== undefined) {
    throw new ArgumentError(`suite: found "${unknown}", expected ${suiteNames.join(", ")}`);
  }
  return positionals.length === 0 ? suiteNames : positionals;
}

/** More is a slip of the finger, and each thread takes memory. */
const mostThreads = 256;

function threadsOf(text: string, backend: BackendName): readonly number[] {
  const numbers = text.split(",").map(Number);
  const isWrong = (count: number): boolean => !(Number.isInteger(count) && count > 0 && count <= mostThreads);
  if (numbers.some(isWrong) || new Set(numbers).size !== numbers.length) {
    throw new ArgumentError(
      `--threads: found "${text}", expected a whole number from 1 to ${mostThreads}, or different ones with commas`,
    );
  }
  if (backend === "webgpu" && text !== "1") {
    throw new ArgumentError(
      `--threads: found "${text}" for webgpu, which has none: expected it with --backend cpu`,
    );
  }
  return numbers;
}

function peersOf(text: string | undefined, backend: BackendName): readonly string[] {
  if (text === undefined) return peerNames(backend, true);
  if (text === "all") return peerNames(backend);
  if (text === "none") return [];
  const known = peerNames(backend);
  const names = text.split(",");
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ArgumentError(
      `--peers: found "${unknown}", expected of ${known.join(", ")} for ${backend}, all or none`,
    );
  }
  return names;
}
