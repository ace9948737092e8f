import { command } from './command.ts';
import { nop } from './nop.ts';
import { oracle } from './oracle.ts';
import { patch } from './patch.ts';
import { predictions } from './predictions.ts';
import type { Adapter } from './source.ts';

/** Every kind of agent that a suite can name. */
export const adapters: readonly Adapter[] = [command, nop, oracle, patch, predictions];
