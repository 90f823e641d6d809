import { testOperations } from "./operations.ts";

testOperations(2);
