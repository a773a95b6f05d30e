/**
 * Attacks on a server that this starts itself, on a Postgres of its own: `npm run attack`, about two minutes. One after the
 * other, strangers and users do the worst that they can, and a process of its own notices what somebody else gets meanwhile:
 * the answers of `/healthz`, and those of an innocent user. Exit code 1 when one took too long, failed, or an attack was
 * answered as it should not be.
 */
import { availableParallelism, setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { openCluster } from '../cluster.ts';
import { endChildrenWithThisProcess, startHelper, startServer, type HelperProcess } from '../processes.ts';
import { Site } from '../site.ts';
import type { Attack } from './attack.ts';
import { BODY_ATTACKS } from './body-attacks.ts';
import { LOGIN_ATTACKS } from './login-attacks.ts';
import { setScene, untilQuiet, type Scene } from './scene.ts';
import type { Answers } from './send.ts';
import { USER_ATTACKS } from './user-attacks.ts';
import { watched, type Seen, type WatchJob, type Watched } from './watch-job.ts';

const TRANSACTIONS = 50_000;
const LONGEST_MILLISECONDS = 500;
const IDLE_MILLISECONDS = 5_000;
/** Background jobs of an attack are part of it. */
const AFTERMATH_SECONDS = 20;
/** Low: attackers have machines of their own, and shall not take this one's processors from the server. */
const ATTACKERS_PRIORITY = 5;

const { values: flags } = parseArgs({
  options: {
    /** Fires only the attacks whose name has this in it. */
    only: { type: 'string', default: '' },
  },
});

type Watcher = HelperProcess<WatchJob, Watched>;

endChildrenWithThisProcess();
const cluster = await openCluster();
try {
  say(`${availableParallelism()} processors; loading ${TRANSACTIONS} transactions`);
  const site = await Site.load(cluster, TRANSACTIONS);
  // As it is by default, but behind a proxy, so that each attacker may have an address of their own.
  const throttles = { MIBUDGE_THROTTLE_USER: '', MIBUDGE_THROTTLE_ANON: '', MIBUDGE_THROTTLE_LOGIN: '', MIBUDGE_TRUST_PROXY: 'loopback' };
  const server = await startServer({ ...site.environment, ...throttles, LOG_LEVEL: 'error' });
  const watcher: Watcher = startHelper('./attack/watch.ts', watched);
  try {
    const { scene, innocent } = await setScene(site, server.url);
    setPriority(ATTACKERS_PRIORITY);
    const isWell = await attackAll(scene, () => watcher.send(innocent));
    if (!isWell) process.exitCode = 1;
  } finally {
    await watcher.stop();
    await server.stop();
  }
} finally {
  await cluster.close();
}

/** @returns whether nothing took too long, nothing failed, and the attackers got what they should */
async function attackAll(scene: Scene, look: () => Promise<Watched>): Promise<boolean> {
  await look();
  await delay(IDLE_MILLISECONDS);
  const idle = await look();
  const faults: string[] = [];
  say('slowest answers in ms, of /healthz and of an innocent user; in brackets by how much the watcher itself was late');
  say(`${figures(idle)}  nobody attacks: the noise of this machine`);
  const seen: Watched[] = [];
  for (const attack of [...LOGIN_ATTACKS, ...BODY_ATTACKS, ...USER_ATTACKS].filter(({ name }) => name.includes(flags.only))) {
    const answers = await attack.attack(scene);
    await untilQuiet(scene.connectionString, AFTERMATH_SECONDS);
    const now = await look();
    say(`${figures(now)}  ${attack.name}: ${describe(answers)}`);
    seen.push(now);
    faults.push(...faultsOf(attack, answers, now));
  }
  const slowest = { healthz: slowestOf(seen.map(({ healthz }) => healthz)), user: slowestOf(seen.map(({ user }) => user)) };
  say(`slowest /healthz ${slowest.healthz.toFixed(0)} ms, slowest request of the innocent user ${slowest.user.toFixed(0)} ms; at most ${LONGEST_MILLISECONDS} ms each`);
  for (const fault of faults) say(`FAULT ${fault}`);
  return faults.length === 0;
}

function faultsOf({ name, answers: allowed }: Attack, answers: Answers, { healthz, user }: Watched): string[] {
  const slow = [healthz, user].some(({ slowestMilliseconds }) => slowestMilliseconds > LONGEST_MILLISECONDS);
  const strange = [...answers.keys()].filter((answer) => !allowed.includes(answer));
  return [
    ...(slow ? [`${name}: somebody else waited for more than ${LONGEST_MILLISECONDS} ms`] : []),
    ...(strange.length > 0 ? [`${name}: the attackers got ${strange.join(', ')}`] : []),
    ...[...healthz.failures, ...user.failures].slice(0, 5).map((failure) => `${name}: ${failure}`),
  ];
}

function slowestOf(seen: readonly Seen[]): number {
  return Math.max(...seen.map(({ slowestMilliseconds }) => slowestMilliseconds));
}

function figures({ healthz, user, ownDelayMilliseconds }: Watched): string {
  const padded = (milliseconds: number): string => milliseconds.toFixed(0).padStart(5);
  return `${padded(healthz.slowestMilliseconds)} ${padded(user.slowestMilliseconds)} (${ownDelayMilliseconds.toFixed(0).padStart(3)})`;
}

function describe(answers: Answers): string {
  return [...answers].map(([answer, times]) => `${times} × ${answer}`).join(', ');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
