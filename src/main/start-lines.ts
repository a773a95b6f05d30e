import type { Config } from '../config.ts';

/**
 * What the server prints when it is ready: one line with its URL, which also says when browsers will not keep a login,
 * and a second one while there is nobody who could log in.
 * @param url where it listens
 */
export function startLines(url: string, config: Pick<Config, 'cookieSecure' | 'publicUrl'>, anyoneCanLogIn: boolean): string[] {
  const needsHttps = config.cookieSecure && config.publicUrl?.startsWith('https:') !== true;
  const hint = needsHttps ? ' (over plain http browsers will not keep a login: MIBUDGE_COOKIE_SECURE is true)' : '';
  const lines = [`mibudge listens on ${url}${hint}`];
  if (!anyoneCanLogIn) lines.push('Nobody can log in yet. Create the first user: npx mibudge user create USERNAME --password-stdin');
  return lines;
}
