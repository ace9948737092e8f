import type { z } from 'zod';
import type { Finding } from '../../harness/domain/finding.ts';

/** What an analysis of the harness's own says of one file. */
interface TextReport {
  findings: Finding[];
  /** Numbers that add up over files, by name. Finite. */
  measures?: Readonly<Record<string, number>>;
}

export interface TextInput<Options> {
  options: Options;
  /** Content of a file of the suite that the options name; null where there is none. */
  suiteFile(path: string): Uint8Array | null;
}

/**
 * An analysis of the harness's own: it reads text as data, on the host, and runs nothing. Linear in the text, which is
 * bounded and hostile. What it says of a file depends on that file and its options alone.
 */
export interface TextTool<Schema extends z.ZodType = z.ZodType> {
  name: string;
  /** Raised when equal text could give another report. */
  revision: number;
  /** Strict schema of the entry's own options. All have defaults. */
  options: Schema;
  files(options: z.infer<Schema>): readonly string[];
  suiteFiles?(options: z.infer<Schema>): readonly string[];
  suits?(base: ReadonlySet<string>): boolean;
  /** Pure. Throws `ToolFailure` where a file of the suite cannot be used. */
  analyse(file: { path: string; text: string }, input: TextInput<z.infer<Schema>>): TextReport;
}
