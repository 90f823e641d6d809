import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** A program that answers each line of JSON with one line of JSON. */
export class LineProcess {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiting: Waiting[] = [];
  private complaints = "";
  private failure: Error | undefined;

  /** An undefined variable is removed from the environment. */
  constructor(program: string, args: readonly string[], variables: NodeJS.ProcessEnv) {
    this.child = spawn(program, args, { env: { ...process.env, ...variables } });
    createInterface(this.child.stdout).on("line", (line) => this.waiting.shift()?.resolve(JSON.parse(line)));
    this.child.stderr.on("data", (text) => {
      this.complaints = (this.complaints + text).slice(-2000);
    });
    this.child.on("error", (error) => this.fail(error));
    this.child.on("close", (code) => {
      const lines = this.complaints.trim().split("\n");
      const reason = lines.findLast((line) => /Error/.test(line)) ?? lines.at(-1);
      this.fail(new Error(reason || `ended with code ${code}`));
    });
    // A write to a program that has ended fails too; the end of the program has already been reported.
    this.child.stdin.on("error", () => undefined);
  }

  /** Rejects if the program ends before it answers. */
  ask(request: object): Promise<unknown> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.child.stdin.write(`${JSON.stringify(request)}\n`);
    });
  }

  async stop(): Promise<void> {
    if (this.failure !== undefined) return;
    const closed = once(this.child, "close");
    this.child.stdin.end();
    await closed;
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const answer of this.waiting.splice(0)) answer.reject(this.failure);
  }
}
