import { z } from 'zod';

/** Suites, agents in `suite.yaml`, scorers: what may stand in a path and in a shell word. */
export const Name = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
    'must be letters, digits, ".", "_" or "-", starting with a letter or digit, at most 100',
  );

/** Full name of an agent: a Name, or `<name>/<model>` where the model is printable text from outside. */
export const AgentName = z
  .string()
  .min(1)
  .max(300)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+$/u, 'must be printable text');
