export interface StatisticsAttributes {
  /** The channels' axis. */
  readonly axis: number;
}
