const remembered = 6;

/** The names of the latest launches, which the error of a lost device shows. */
export class RecentLaunches {
  private readonly names: string[] = [];

  note(name: string): void {
    this.names.push(name);
    if (this.names.length > remembered) this.names.shift();
  }

  describe(): string {
    return this.names.map((name) => `"${name}"`).join(", ") || "none";
  }
}
