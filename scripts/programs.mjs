import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, join } from "node:path";

/**
 * Runs programs in the repository's folder, where its own take precedence, and forwards every signal that asks this
 * process to end.
 */
export class Programs {
  #running = new Set();
  #endedBy;

  constructor(root) {
    this.root = root;
    const path = [join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter);
    this.env = { ...process.env, PATH: path, TURBO_TELEMETRY_DISABLED: "1" };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => this.#handOn(signal));
    // npm ends at a SIGHUP without forwarding it.
    if (Object.hasOwn(process.env, "npm_lifecycle_event")) watchParent(() => this.#handOn("SIGHUP"));
  }

  /** The program decides how to handle a signal; this process waits until the program has ended. */
  #handOn(signal) {
    this.#endedBy = signal;
    for (const child of this.#running) child.kill(signal);
  }

  /** Resolves with the exit code, by convention 128 + n if signal n ended the program. */
  async run(program, args) {
    const { code } = await this.#start(program, args, { stdio: "inherit" });
    return code;
  }

  /**
   * Runs a step of the setup and resolves with its output. Throws an error with an `exitCode` if it fails or is
   * interrupted.
   */
  async step(program, args, { cwd = this.root } = {}) {
    const { code, output } = await this.#start(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    this.#throwIfEnded();
    if (code !== 0)
      throw Object.assign(new Error(`${program} ${args.join(" ")}\n${output}`), { exitCode: 1 });
    return output;
  }

  #throwIfEnded() {
    if (this.#endedBy === undefined) return;
    throw Object.assign(new Error("Interrupted."), { exitCode: exitCodeOf(this.#endedBy) });
  }

  async #start(program, args, options) {
    this.#throwIfEnded();
    const { root: cwd, env } = this;
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { cwd, env, shell: process.platform === "win32", ...options });
      this.#running.add(child);
      let output = "";
      for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text) => (output += text));
      child.on("error", (error) => {
        this.#running.delete(child);
        reject(new Error(`${program} could not be started: ${error.message}`));
      });
      child.on("close", (code, signal) => {
        this.#running.delete(child);
        resolve({ code: code ?? exitCodeOf(signal), output });
      });
    });
  }
}

const exitCodeOf = (signal) => 128 + constants.signals[signal];

function watchParent(onEnd) {
  const { ppid } = process;
  const timer = setInterval(() => {
    if (process.ppid === ppid) return;
    clearInterval(timer);
    onEnd();
  }, 500);
  timer.unref();
}
