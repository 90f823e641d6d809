import { defineConfig, type UserConfig } from "vite";

/** Sibling packages are imported from source, and URLs are relative, because the page is served under several paths. */
const config: UserConfig = defineConfig({
  base: "./",
  resolve: { conditions: ["@evenkeel/source", "module", "browser", "default"] },
  worker: { format: "es" },
  build: { target: "es2022", modulePreload: false },
  server: {
    headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" },
  },
});

export default config;
