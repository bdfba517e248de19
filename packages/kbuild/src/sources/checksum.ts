import { ToolError } from '@bringup/process';

/** The error for bytes that are not the locked ones. */
export function badSha256(
  what: string,
  wanted: string,
  got: string,
  from: string,
  remark = '',
  remedy?: string,
): ToolError {
  const message = `${what}: the bytes from ${from} are not the expected ones${remark}\n  wanted sha256 ${wanted}\n  got    sha256 ${got}${remedy === undefined ? '' : `\n${remedy}`}`;
  return new ToolError('BAD_SHA256', message, { what, wanted, got, from });
}
