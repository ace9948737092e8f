/** Why a document is no OpenAPI 3 that a request could be found in; null where it is one. */
export function openapiProblem(value: unknown): { message: string; fix: string } | null {
  const fix = 'name an OpenAPI 3 document, in YAML or JSON';
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { message: 'is no OpenAPI document', fix };
  if ('swagger' in value)
    return { message: 'is Swagger 2, which came before OpenAPI', fix: 'convert it to OpenAPI 3' };
  if (!('openapi' in value) || typeof value.openapi !== 'string' || !/^3\.\d/.test(value.openapi))
    return { message: 'does not say `openapi: 3.…`', fix };
  const paths = 'paths' in value ? value.paths : undefined;
  if (typeof paths !== 'object' || paths === null || Object.keys(paths).length === 0)
    return { message: 'describes no paths', fix: 'describe the operations that are asked for' };
  return null;
}
