/** One file with everything, which loads several times as fast as the hundreds of modules that it was made of. */
declare module "echarts/dist/echarts.esm.min.mjs" {
  export { init } from "echarts";
}
