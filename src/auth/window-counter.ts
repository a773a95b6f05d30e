import type { RateLimit } from '../config-values.ts';
import type { Clock } from '../dates.ts';

/** Strangers choose the keys, so there is a most of them: about 20 MiB. */
export const MAXIMUM_KEYS = 100_000;

interface Window {
  count: number;
  endsAt: number;
}

/** A place that a request took in its key's window. */
export interface Place {
  /** Makes the request not count after all. */
  giveBack(): void;
}

/** No place is left. */
export interface Refusal {
  /** Whole seconds, at least 1, until the window ends. */
  retryAfterSeconds: number;
}

/**
 * Counts requests by key in fixed windows, each of which begins with its first request. In memory: each server process
 * counts for itself. When there are too many keys, the window that ends first is forgotten.
 */
export class WindowCounter {
  readonly #limit: RateLimit;
  readonly #clock: Clock;
  readonly #maximumKeys: number;
  /** In the order in which they began, which is that of their ends. */
  readonly #windows = new Map<string, Window>();

  constructor(limit: RateLimit, clock: Clock, maximumKeys: number = MAXIMUM_KEYS) {
    this.#limit = limit;
    this.#clock = clock;
    this.#maximumKeys = maximumKeys;
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#windows.size;
  }

  /** Takes a place in a key's window, if one is left. */
  take(key: string): Place | Refusal {
    const now = this.#clock.now().getTime();
    const window = this.#windowOf(key, now);
    if (window.count >= this.#limit.limit) return { retryAfterSeconds: Math.max(1, Math.ceil((window.endsAt - now) / 1000)) };
    window.count += 1;
    let taken = true;
    return {
      giveBack: () => {
        if (taken) window.count -= 1;
        taken = false;
      },
    };
  }

  #windowOf(key: string, now: number): Window {
    const length = this.#limit.windowSeconds * 1000;
    const present = this.#windows.get(key);
    // A window that ends later than a new one would was begun before the host's clock was set back.
    if (present && now < present.endsAt && present.endsAt <= now + length) return present;
    this.#windows.delete(key);
    this.#makeRoom(now);
    const window = { count: 0, endsAt: now + length };
    this.#windows.set(key, window);
    return window;
  }

  #makeRoom(now: number): void {
    for (const [key, { endsAt }] of this.#windows) {
      if (endsAt > now && this.#windows.size < this.#maximumKeys) return;
      this.#windows.delete(key);
    }
  }
}
