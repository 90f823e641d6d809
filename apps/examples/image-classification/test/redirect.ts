/** Loaded before the program: redirects every plain HTTP request to the server in TEST_ORIGIN. */
import http from "node:http";
import { syncBuiltinESMExports } from "node:module";

const request = http.request;
http.request = ((url: URL, ...rest: [http.RequestOptions]) =>
  request(new URL(url.pathname, process.env.TEST_ORIGIN), ...rest)) as typeof http.request;
syncBuiltinESMExports();
