import { connectDocker } from '../../harness/sandbox/connect.ts';

/** Names of all containers on the engine that Assay made, running or not; of one run, when it is named. */
export async function assayContainers(run?: string): Promise<string[]> {
  const docker = await connectDocker();
  const label = run === undefined ? ['assay=1'] : ['assay=1', `assay.run=${run}`];
  const containers = await docker.listContainers({ all: true, filters: { label } });
  return containers.map((container) => container.Names[0] ?? container.Id);
}
