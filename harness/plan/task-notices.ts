import { fieldName, type PlacedValue, show } from './place.ts';
import { knownFields, unknownFields } from './schema-shape.ts';
import { nearest } from './suggest.ts';
import { hasFile, type TaskFile } from './task-files.ts';
import { newestTaskSchema, TaskToml } from './task-toml.ts';

/** What would only give an agent more abilities; none of the agents here can use it. */
export function abilities(toml: TaskToml): string[] {
  const notices: string[] = [];
  if ((toml.environment.mcp_servers?.length ?? 0) > 0)
    notices.push('offers MCP servers (environment.mcp_servers), which agents do not get yet');
  if (toml.environment.skills_dir !== undefined)
    notices.push('offers skills (environment.skills_dir), which agents do not get yet');
  return notices;
}

/** What stands in the folder and is not read, so that a slip of the pen does not go unseen. */
export function unread(toml: TaskToml, document: PlacedValue, files: readonly TaskFile[]): string[] {
  const notices: string[] = [];
  const schema = toml.schema_version ?? toml.version;
  if (schema !== undefined && !/^1(\.[0-4])?(\.0)?$/.test(schema))
    notices.push(`is of schema ${show(schema)} and is read as ${newestTaskSchema}`);
  const unknown = unknownFields(TaskToml, document.value).map((path) => {
    const meant = nearest(String(path.at(-1)), knownFields(TaskToml, path.slice(0, -1)));
    const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
    return `${fieldName(path)} in line ${document.lineOf(path)}${hint}`;
  });
  if (unknown.length > 0) {
    const rest = unknown.length > 10 ? `, and ${unknown.length - 10} more` : '';
    notices.push(`task.toml has fields that are not read: ${unknown.slice(0, 10).join(', ')}${rest}`);
  }
  const inSolution = files.some((entry) => entry.path.startsWith('solution/'));
  if (inSolution && !hasFile(files, 'solution/solve.sh'))
    notices.push('has a solution/ without solve.sh: the oracle cannot try it');
  return notices;
}

/** Where the whole container is delivered, its own programs are what the tests run with. */
export function stateNotices(toml: TaskToml): string[] {
  const { deliverable, tests } = toml.metadata.assay;
  return deliverable === 'state' && tests.runner === 'script'
    ? ['is judged by tests that run on the system which the agent left: a changed shell could lie to them']
    : [];
}
