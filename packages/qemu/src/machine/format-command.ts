import { quoteArgument, quoteCommand } from '@bringup/process';

/**
 * An argv as a shell command over several lines, an option and its value on each: for reading and pasting.
 *
 * @param wrapper words before it, in a line of their own
 */
export function formatCommand(argv: readonly string[], wrapper: readonly string[] = []): string {
  const lines: string[] = [];
  for (const argument of argv) {
    const previous = lines.at(-1);
    // A value follows its option; whatever else looks like an option starts a line.
    const takesValue = previous !== undefined && lines.length > 1 && !previous.includes(' ');
    if (takesValue && !argument.startsWith('-'))
      lines[lines.length - 1] = `${previous} ${quoteArgument(argument)}`;
    else lines.push(quoteArgument(argument));
  }
  if (wrapper.length > 0) lines.unshift(quoteCommand(wrapper));
  return lines.join(' \\\n  ');
}
