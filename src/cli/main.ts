#!/usr/bin/env node
/** `npx mibudge …`. The commands are put together in `program.ts`. */
import { keepCompiledModules } from '../compiled-modules.ts';

keepCompiledModules();
const { run } = await import('./program.ts');
await run();
