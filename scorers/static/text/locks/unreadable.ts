/** A lock that is not what its name says; the message says why, in one line. */
export class Unreadable extends Error {
  override name = 'Unreadable';
}
