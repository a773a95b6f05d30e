import { ConfigError } from '../config.ts';

/** Where a client finds its server, and who logs in. */
export interface ClientConfig {
  /** Base of the server, without a slash at its end. */
  url: string;
  username: string;
  password: string;
}

/** Where `npm start` listens when nothing else is said. */
const DEFAULT_URL = 'http://127.0.0.1:8000';

/**
 * Puts together what flags and the variables `MIBUDGE_URL`, `MIBUDGE_USERNAME` and `MIBUDGE_PASSWORD` say. A flag
 * wins over its variable; the password has no flag, because every user of a machine can see the flags of a process.
 * @param environment as `processEnvironment()` gives it.
 * @throws ConfigError that names what is missing or wrong.
 */
export function loadClientConfig(environment: NodeJS.ProcessEnv, flags: { url?: string | undefined; username?: string | undefined } = {}): ClientConfig {
  const url = (flags.url ?? given(environment['MIBUDGE_URL']) ?? DEFAULT_URL).replace(/\/$/, '');
  if (!/^https?:\/\/[^/?#][^?#]*$/.test(url) || !URL.canParse(url)) throw new ConfigError('MIBUDGE_URL', 'must be an http or https URL without query and fragment');
  const username = flags.username ?? given(environment['MIBUDGE_USERNAME']);
  if (username === undefined) throw new ConfigError('MIBUDGE_USERNAME', '(or --username) must name the user who imports');
  const password = environment['MIBUDGE_PASSWORD'];
  if (password === undefined || password === '') throw new ConfigError('MIBUDGE_PASSWORD', `must hold the password of ${username}`);
  return { url, username, password };
}

/** Compose files and .env templates set variables to nothing: that means unset. */
function given(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}
