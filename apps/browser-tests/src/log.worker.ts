import { serveRuns } from "@evenkeel/nn/worker";
import { writeLog } from "./log.ts";

serveRuns<string, never, string>(writeLog);
