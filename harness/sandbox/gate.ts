import { randomUUID } from 'node:crypto';

/**
 * A command that waits until it may begin. The container starts with it, so that the services of the image's entrypoint
 * come up and can be checked; `openScript` is then run inside the container.
 */
export interface Gate {
  command: string[];
  openScript: string;
}

const waitLoop = 'while [ ! -e "$0" ]; do sleep 0.1 2>/dev/null || sleep 1; done; rm -f -- "$0"; exec "$@"';

export function gateFor(command: readonly string[]): Gate {
  // Nobody in the container can know the name beforehand.
  const path = `/tmp/.assay-gate-${randomUUID()}`;
  return { command: ['/bin/sh', '-c', waitLoop, path, ...command], openScript: `: > ${path}` };
}
