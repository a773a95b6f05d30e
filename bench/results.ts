import { cpus, totalmem } from 'node:os';

import type { Spread } from './spread.ts';

/** One case at one size of the data. */
export interface Measurement {
  name: string;
  /** In the history. */
  transactions: number;
  /** Operations of the server; a case may make one out of several requests. */
  perSecond: Spread;
  p50Milliseconds: Spread;
  p99Milliseconds: Spread;
  referencePerSecond: Spread;
  /** Operations per second, server to reference. */
  ratio: Spread;
  /** The least ratio that is aimed for. */
  target?: number;
  /** Requests that failed, at the server or the reference, and one when their answers differ. */
  failures: number;
}

/** One case at the largest size, compared with the smallest. */
export interface Growth {
  name: string;
  smallest: number;
  largest: number;
  /** p50 with one client. */
  smallestMilliseconds: Spread;
  largestMilliseconds: Spread;
  growth: Spread;
  /** The most growth that is aimed for. */
  atMost?: number;
  failures: number;
}

/** A number that is not measured over HTTP. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** The bound that is aimed for. */
  target?: { atMost?: number; atLeast?: number };
}

/** The whole outcome of a run, as `bench/results/*.json` keeps it. */
export interface Results {
  started: string;
  minutes: number;
  machine: { processor: string; cores: number; memoryGigabytes: number; system: string; node: string; postgres: string };
  effort: string;
  measurements: Measurement[];
  growths: Growth[];
  figures: Figure[];
  /** What went wrong, in words. */
  failures: string[];
}

/** Names the machine, since only ratios within one run travel. */
export function describeMachine(postgres: string): Results['machine'] {
  const processors = cpus();
  return {
    processor: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryGigabytes: Math.round(totalmem() / 1024 ** 3),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    postgres,
  };
}
