/** `npm start`: the real server. What it does is in `serve.ts`. */
import { keepCompiledModules } from '../compiled-modules.ts';

keepCompiledModules();
const { serve } = await import('./serve.ts');
await serve();
