import { bounded } from '../../text.ts';
import { type Descriptor, type Message, Multiformat, type ToolComponent } from './schema.ts';

/** UTF-16 units of a finding's message. */
export const maxMessage = 2000;

/** Where the strings of a message may stand. */
export interface MessageSource {
  descriptor: Descriptor | null;
  component: ToolComponent | null;
}

/**
 * Text of a message (3.11.7): its own, or the string that its id names with its rule or tool; else what the rule says of
 * itself; else nothing. At most `maxMessage` units, however often its arguments are repeated.
 */
export function messageText(message: Message | null | undefined, source: MessageSource): string {
  const template =
    message?.text ?? byId(message?.id, source) ?? message?.markdown ?? description(source.descriptor);
  return bounded(substitute(template ?? '', message?.arguments ?? []), maxMessage);
}

/** What a rule says of itself. */
export function description(descriptor: Descriptor | null): string | undefined {
  const texts = [descriptor?.shortDescription, descriptor?.fullDescription];
  return texts.map((each) => each?.text ?? each?.markdown).find((text) => text != null) ?? undefined;
}

function byId(id: string | null | undefined, { descriptor, component }: MessageSource): string | null {
  if (id == null) return null;
  for (const strings of [descriptor?.messageStrings, component?.globalMessageStrings]) {
    if (strings == null || !Object.hasOwn(strings, id)) continue;
    const string = Multiformat.safeParse(strings[id]);
    const text = string.success ? (string.data.text ?? string.data.markdown) : null;
    if (text != null) return text;
  }
  return null;
}

/** Without arguments nothing is a placeholder: most tools write braces as they are. */
function substitute(template: string, values: readonly string[]): string {
  if (values.length === 0) return template;
  let text = '';
  let at = 0;
  for (const match of template.slice(0, maxMessage * 2).matchAll(/\{\{|\}\}|\{(\d{1,6})\}/g)) {
    const [token, number] = match;
    text += template.slice(at, match.index);
    text += number === undefined ? token[0] : (values[Number(number)]?.slice(0, maxMessage * 2) ?? token);
    at = match.index + token.length;
    if (text.length > maxMessage) return text;
  }
  return text + template.slice(at, at + maxMessage * 2);
}
