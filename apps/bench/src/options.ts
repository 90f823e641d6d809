import { parseArgs } from "node:util";
import { ArgumentError } from "@evenkeel/tensor";
import { listPeers } from "./session/peers.ts";
import { suiteNames } from "./suites/names.ts";

export type BackendName = "cpu" | "webgpu";

export interface Options {
  readonly suites: readonly string[];
  readonly backend: BackendName;
  /** Numbers of threads. Subjects that support several run once with each, interleaved. */
  readonly threads: readonly number[];
  readonly peers: readonly string[];
  /** Selects the cases whose name contains this text. */
  readonly case: string | undefined;
  /** Small cases, each measured briefly. */
  readonly quick: boolean;
  /** Runs a software GPU with the cases and the clock of a hardware GPU. */
  readonly asHardware: boolean;
  readonly json: string | undefined;
  readonly html: string | undefined;
}

/** `pnpm bench report`: writes pages from rows that were measured before. */
export interface ReportOptions {
  readonly inputs: readonly string[];
  readonly markdown: string | undefined;
  readonly html: string | undefined;
}

export const help: string = `Compares Evenkeel with other libraries and with the limits of this machine (roofs), interleaved in one run.

  pnpm bench [suite...] [options]
  pnpm bench report <json...> [--markdown FILE] [--html FILE]

  suites: ${suiteNames.join(", ")}   (default: all)

  --backend NAME    cpu | webgpu   (default: cpu)
  --threads N       CPU threads; several separated by commas: 1,2   (default: 1)
  --peers LIST      separated by commas, or "all" or "none"; ${listPeers().join(", ")}
                    (default: ${listPeers("cpu", true).join(", ")}; with webgpu: ${listPeers("webgpu", true).join(", ")})
  --case TEXT       only cases whose name contains TEXT
  --json FILE       write the rows to FILE
  --html FILE       write a page with charts to FILE
  --quick           small cases, measured briefly, to check that everything runs and agrees
  --as-hardware     run a software GPU with the cases of a hardware GPU, as a rehearsal; the times mean nothing
  --help            show this help

A peer that is not installed is reported as absent. EVENKEEL_PYTHON names the Python that has PyTorch (/usr/bin/python3).`;

/** Reads the command line; undefined if it asks for help. Throws an ArgumentError that names the option. */
export function parseOptions(args: readonly string[]): Options | ReportOptions | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  if (positionals[0] === "report") return readReportOptions(positionals.slice(1), values);
  if (values.markdown !== undefined) {
    throw new ArgumentError(
      "--markdown: found with suites, expected `bench report <json...> --markdown FILE`",
    );
  }
  const backend = readChoice("backend", values.backend ?? "cpu", ["cpu", "webgpu"] as const);
  return {
    suites: readSuites(positionals),
    backend,
    threads: readThreads(values.threads ?? "1", backend),
    peers: readPeers(values.peers, backend),
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

function readReportOptions(inputs: readonly string[], { markdown, html, ...others }: Values): ReportOptions {
  const [wrong] = Object.keys(others);
  if (wrong !== undefined) {
    throw new ArgumentError(`--${wrong}: found with report, expected only --markdown and --html`);
  }
  if (inputs.length === 0) throw new ArgumentError("report: found no file, expected one that --json wrote");
  return { inputs, markdown, html };
}

function readChoice<Name extends string>(option: string, value: string, names: readonly Name[]): Name {
  const known = names.find((name) => name === value);
  if (known === undefined) {
    throw new ArgumentError(`--${option}: found "${value}", expected one of: ${names.join(", ")}`);
  }
  return known;
}

function readSuites(positionals: readonly string[]): readonly string[] {
  const unknown = positionals.find((name) => !suiteNames.includes(name));
  if (unknown !== undefined) {
    throw new ArgumentError(`suite: found "${unknown}", expected one of: ${suiteNames.join(", ")}`);
  }
  return positionals.length === 0 ? suiteNames : positionals;
}

/** An upper bound that catches typing errors; each thread takes memory. */
const mostThreads = 256;

function readThreads(text: string, backend: BackendName): readonly number[] {
  const numbers = text.split(",").map(Number);
  const isWrong = (count: number): boolean => !(Number.isInteger(count) && count > 0 && count <= mostThreads);
  if (numbers.some(isWrong) || new Set(numbers).size !== numbers.length) {
    throw new ArgumentError(
      `--threads: found "${text}", expected integers from 1 to ${mostThreads}, separated by commas and all different`,
    );
  }
  if (backend === "webgpu" && text !== "1") {
    throw new ArgumentError(
      `--threads: found "${text}" with --backend webgpu, expected 1: only the cpu backend has threads`,
    );
  }
  return numbers;
}

function readPeers(text: string | undefined, backend: BackendName): readonly string[] {
  if (text === undefined) return listPeers(backend, true);
  if (text === "all") return listPeers(backend);
  if (text === "none") return [];
  const known = listPeers(backend);
  const names = text.split(",");
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ArgumentError(
      `--peers: found "${unknown}" for ${backend}, expected ${known.join(", ")}, all or none`,
    );
  }
  return names;
}
