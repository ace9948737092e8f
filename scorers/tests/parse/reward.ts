import { bounded } from '../../text.ts';

/** Harbor's reward, or why there is none to believe. */
export type Reward = { ok: true; value: number } | { ok: false; reason: string };

const maxBytes = 64 * 1024;
/** The key of `reward.json` that decides; others are a task's own business. */
const mainKey = 'reward';

/** `reward.json`, where it exists, wins over `reward.txt`; null when there is neither. */
export function readReward(files: { json?: Uint8Array; text?: Uint8Array }): Reward | null {
  if (files.json !== undefined) return parseRewardJson(files.json);
  if (files.text !== undefined) return parseRewardText(files.text);
  return null;
}

/** A flat object of finite numbers, `reward` among them. No strings, booleans, null or NaN are taken for numbers. */
export function parseRewardJson(bytes: Uint8Array): Reward {
  return reading('reward.json', bytes, (text) => {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is not an object';
    for (const [key, entry] of Object.entries(value)) {
      if (typeof entry !== 'number' || !Number.isFinite(entry))
        return `holds ${JSON.stringify(key)}, which is not a finite number`;
    }
    const main = Object.hasOwn(value, mainKey) ? (value as Record<string, number>)[mainKey] : undefined;
    return main ?? `has no key "${mainKey}"`;
  });
}

/** One finite decimal number and nothing else but white space. */
export function parseRewardText(bytes: Uint8Array): Reward {
  return reading('reward.txt', bytes, (text) => {
    const trimmed = text.trim();
    const value = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(trimmed) ? Number(trimmed) : Number.NaN;
    return Number.isFinite(value) ? value : `is not a finite number: ${JSON.stringify(trimmed.slice(0, 60))}`;
  });
}

/** `read` answers with the reward, or with what is wrong. */
function reading(name: string, bytes: Uint8Array, read: (text: string) => number | string): Reward {
  const wrong = (what: string): Reward => ({ ok: false, reason: bounded(`${name} ${what}`, 300) });
  if (bytes.length > maxBytes) return wrong('is too large');
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (text.trim() === '') return wrong('is empty');
    const answer = read(text);
    return typeof answer === 'number' ? { ok: true, value: answer + 0 } : wrong(answer);
  } catch (error) {
    return wrong(`cannot be parsed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
