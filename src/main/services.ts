import type { FastifyBaseLogger } from 'fastify';

import type { Services } from '../api/services.ts';
import type { UserDirectory } from '../auth/user-directory.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../dates.ts';
import type { Database } from '../db/database.ts';
import { FileLinks } from '../files/file-links.ts';
import { FileStore } from '../files/file-store.ts';
import type { Linker } from '../linking/linker.ts';
import { LoginAddresses } from '../sessions/login-addresses.ts';
import { LoginLimits } from '../sessions/login-limits.ts';
import type { LoginServices } from '../sessions/log-in.ts';
import { createFieldEncryption, type FieldEncryption } from '../security/field-encryption.ts';
import { deriveServerKeys } from '../security/keys.ts';
import { Mutations } from '../mutations/mutate.ts';
import { effectHandler } from './effects.ts';

/** What a process has opened before anything can be served; tests and the demo choose each part. */
export interface Foundation {
  config: Config;
  db: Database;
  clock: Clock;
  linker: Linker;
  users: UserDirectory;
}

/** What all routes share, and what only some of them and the background jobs need. */
export interface AppServices extends Services {
  files: FileStore;
  fileLinks: FileLinks;
  encryption: FieldEncryption;
  login: LoginServices;
}

/** Builds what routes and background jobs are made of, once for a process. */
export function buildServices({ config, db, clock, linker, users }: Foundation, log: FastifyBaseLogger): AppServices {
  const files = new FileStore(config.dataDirectory);
  const mutations = new Mutations({ db, clock, makeHappen: effectHandler({ linker, files, users, log }) });
  const keys = deriveServerKeys(config.secretKey);
  return {
    config,
    db,
    clock,
    users,
    mutations,
    files,
    fileLinks: new FileLinks(config, clock),
    encryption: createFieldEncryption(config.encryptionKeys),
    login: { db, mutations, limits: new LoginLimits(db, config.throttle.login, keys.loginLimits), addresses: new LoginAddresses(keys.loginAddresses) },
  };
}
