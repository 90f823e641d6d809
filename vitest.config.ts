import { defineConfig, type ViteUserConfig } from "vitest/config";

const conditions = ["@evenkeel/source", "node", "import", "module", "default"];

const config: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: [
      "packages/*/{src,test}/**/*.test.ts",
      "apps/**/{src,test}/**/*.test.ts",
      "scripts/**/*.test.ts",
    ],
    exclude: ["**/node_modules/**", "**/dist/**"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: "100%",
  },
});

export default config;
