/** An answer of the server, its body parsed; null when there is none. */
export interface ApiAnswer {
  status: number;
  body: unknown;
}

/** HTTP in the name of one user, to a server in this process or another. */
export interface Api {
  /** @throws TypeError when no answer arrives */
  send(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<ApiAnswer>;
}

/**
 * @param baseUrls one or more servers, which are asked in turn
 * @param token an access token
 */
export function apiAt(baseUrls: readonly string[], token: string): Api {
  let turn = 0;
  return {
    send: async (method, path, body) => {
      turn += 1;
      const response = await fetch(`${baseUrls[turn % baseUrls.length] ?? ''}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
    },
  };
}
