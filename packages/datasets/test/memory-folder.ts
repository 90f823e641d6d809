/** A file in a `MemoryFolder`. */
class MemoryFile {
  readonly kind = "file" as const;
  readonly name: string;
  private readonly folder: MemoryFolder;

  constructor(folder: MemoryFolder, name: string) {
    this.folder = folder;
    this.name = name;
  }

  async getFile(): Promise<File> {
    return new File([this.folder.contents.get(this.name) as Uint8Array<ArrayBuffer>], this.name);
  }

  async createWritable(): Promise<object> {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    return {
      write: async (bytes: Uint8Array<ArrayBuffer>) => {
        if (this.folder.isFull) throw new DOMException("storage is full", "QuotaExceededError");
        parts.push(bytes);
      },
      close: async () => {
        this.folder.contents.set(this.name, new Uint8Array(await new Blob(parts).arrayBuffer()));
      },
      abort: async () => undefined,
    };
  }
}

interface GetOptions {
  readonly create?: boolean;
}

/** A folder of the origin private file system, in memory; what is written appears when the stream is closed. */
export class MemoryFolder {
  readonly kind = "directory" as const;
  readonly contents: Map<string, Uint8Array | MemoryFolder> = new Map();
  /** Whether writing fails, as if storage were full. */
  isFull = false;

  async getDirectoryHandle(name: string, { create = false }: GetOptions = {}): Promise<MemoryFolder> {
    const found = this.contents.get(name);
    if (found instanceof MemoryFolder) return found;
    if (!create) throw new DOMException("none", "NotFoundError");
    const folder = new MemoryFolder();
    folder.isFull = this.isFull;
    this.contents.set(name, folder);
    return folder;
  }

  async getFileHandle(name: string, { create = false }: GetOptions = {}): Promise<MemoryFile> {
    if (!this.contents.has(name)) {
      if (!create) throw new DOMException("none", "NotFoundError");
      this.contents.set(name, new Uint8Array(0));
    }
    return new MemoryFile(this, name);
  }

  async *entries(): AsyncGenerator<[string, MemoryFile | MemoryFolder]> {
    for (const [name, found] of this.contents) {
      yield [name, found instanceof MemoryFolder ? found : new MemoryFile(this, name)];
    }
  }

  asHandle(): FileSystemDirectoryHandle {
    return this as unknown as FileSystemDirectoryHandle;
  }
}
