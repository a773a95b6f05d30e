import type { FastifyBaseLogger } from 'fastify';

import type { UserDirectory } from '../auth/user-directory.ts';
import type { FileStore } from '../files/file-store.ts';
import type { Linker } from '../linking/linker.ts';
import type { EffectHandler } from '../mutations/effects.ts';

interface EffectTargets {
  linker: Pick<Linker, 'wake'>;
  files: FileStore;
  users: Pick<UserDirectory, 'forget'>;
  log: FastifyBaseLogger;
}

/** Says what becomes of each effect of a change in this process. */
export function effectHandler({ linker, files, users, log }: EffectTargets): EffectHandler {
  return async (effect, requestLog = log) => {
    switch (effect.kind) {
      case 'transaction-added':
        linker.wake();
        break;
      case 'files-released':
        await files.remove(effect.names, requestLog);
        break;
      case 'user-changed':
        users.forget(effect.userId);
        break;
      case 'audited':
        requestLog.warn({ audit: effect.audit, ...effect.facts }, effect.text);
        break;
    }
  };
}
