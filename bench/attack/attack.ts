import type { Scene } from './scene.ts';
import type { Answers } from './send.ts';

/** Something that others do to the server. */
export interface Attack {
  name: string;
  /** The only answers that it may get: anything else is a fault, of the server's or of the attack's. */
  answers: readonly string[];
  attack(scene: Scene): Promise<Answers>;
}
