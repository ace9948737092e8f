import { boundedLine } from '../../text.ts';
import { ToolFailure } from '../tool.ts';
import { messageText } from './message.ts';
import { levelBy, lookup, overriddenLevels } from './rules.ts';
import type { Invocation, Notification, Run } from './schema.ts';

/**
 * Throws `ToolFailure` where a run says that it did not do all of its work: an invocation that was not successful, or an
 * error of the tool or its configuration. What an error kept it from looking at, nobody knows.
 */
export function checkInvocations(run: Run): void {
  const find = lookup(run, 'notifications');
  for (const invocation of run.invocations ?? []) {
    const levels = overriddenLevels(invocation.notificationConfigurationOverrides, find);
    const textOf = (each: Notification) => messageText(each.message, find(each.descriptor ?? {}));
    const notifications = all(invocation);
    const error = notifications.find(
      (each) => (each.level ?? levelBy(find(each.descriptor ?? {}).descriptor, levels)) === 'error',
    );
    if (error !== undefined) throw failure('it reports an error', textOf(error));
    if (invocation.processStartFailureMessage != null)
      throw failure('it could not be started', invocation.processStartFailureMessage);
    if (invocation.executionSuccessful === false)
      throw failure(
        'it says that it was not successful',
        notifications.values().map(textOf).find(Boolean) ?? '',
      );
  }
}

function all(invocation: Invocation): Notification[] {
  return [
    ...(invocation.toolExecutionNotifications ?? []),
    ...(invocation.toolConfigurationNotifications ?? []),
  ];
}

function failure(what: string, why: string): ToolFailure {
  return new ToolFailure(boundedLine(why === '' ? what : `${what}: ${why}`, 300));
}
