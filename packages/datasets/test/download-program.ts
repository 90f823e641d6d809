import { download } from "../src/node/index.ts";

const [published, address, path] = process.argv.slice(2) as [string, string, string];
await download(JSON.parse(published), [address], path);
