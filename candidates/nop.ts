import { z } from 'zod';
import { digestOf } from '../harness/domain/digest.ts';
import { deliverBase } from './deliver.ts';
import { entryFields } from './entry.ts';
import type { Adapter } from './source.ts';

const schema = z.strictObject(entryFields('nop'));

/** The base unchanged: a control that a suite's gates must refuse. */
export const nop: Adapter<typeof schema> = {
  name: 'nop',
  schema,
  open: async ({ name }) => [
    {
      name,
      adapter: 'nop',
      identity: digestOf({ adapter: 'nop' }),
      maxAttempts: 1,
      attempt: (context) => deliverBase(context, 'the base, unchanged'),
    },
  ],
};
