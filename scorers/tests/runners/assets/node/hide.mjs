import { fileURLToPath } from 'node:url';

/**
 * Closes this process to others of the same user: to their debuggers, to their reading of its memory and of what /proc
 * tells of it, and to the signal that would open Node's inspector to them. As far as the kernel lets it.
 */
export function hideProcess() {
  // Without a listener the signal starts the inspector, and with it anyone may run code in here.
  process.on('SIGUSR1', () => undefined);
  try {
    // Not an add-on: it does all its work while it is loaded, and is refused afterwards.
    process.dlopen({ exports: {} }, fileURLToPath(new URL(`undump-${process.arch}.node`, import.meta.url)));
  } catch {
    // As expected; and where there is none for this processor, the rest of the defences has to do.
  }
}
