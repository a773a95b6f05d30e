import { mergeConfig } from 'vitest/config';

import base from './vitest.config.ts';

/** `npm run test:long`: the random and the crash tests of the ledger, for longer. */
export default mergeConfig(base, { test: { env: { MIBUDGE_TEST_LONG: '1' } } });
