import { asking } from './engine-errors.ts';
import { type Session, sessionLabels } from './session.ts';

const networks = new WeakMap<Session, Promise<string>>();

/**
 * The session's own bridge for containers that may reach the outside; made when the first of them asks. On the
 * engine's default bridge every container could talk to every other one; here they cannot.
 */
export function publicNetwork(session: Session): Promise<string> {
  const known = networks.get(session);
  if (known !== undefined) return known;
  const name = `assay-${session.id}`;
  const made = asking('make a network for containers that may use one', async () => {
    await session.docker.createNetwork({
      Name: name,
      Driver: 'bridge',
      CheckDuplicate: true,
      Labels: sessionLabels(session),
      Options: { 'com.docker.network.bridge.enable_icc': 'false' },
    });
    return name;
  });
  networks.set(session, made);
  made.catch(() => networks.delete(session));
  return made;
}
