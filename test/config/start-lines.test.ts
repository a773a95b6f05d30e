import { expect, it } from 'vitest';

import { startLines } from '../../src/main/start-lines.ts';

const URL = 'http://127.0.0.1:8000';

it.each([
  [{ cookieSecure: false, publicUrl: undefined }, true, [`mibudge listens on ${URL}`]],
  [{ cookieSecure: true, publicUrl: 'https://budget.example.com' }, true, [`mibudge listens on ${URL}`]],
  [{ cookieSecure: true, publicUrl: undefined }, true, [expect.stringMatching(/^mibudge listens on http:\S+ \(over plain http browsers will not keep a login/)]],
  [{ cookieSecure: true, publicUrl: 'http://budget.lan' }, true, [expect.stringContaining('over plain http')]],
  [{ cookieSecure: false, publicUrl: undefined }, false, [`mibudge listens on ${URL}`, expect.stringContaining('npx mibudge user create')]],
])('says with %j, users: %j', (config, anyoneCanLogIn, lines) => {
  expect(startLines(URL, config, anyoneCanLogIn)).toEqual(lines);
});
