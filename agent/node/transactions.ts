/**
 * Characters that one transaction may have. Where the agent may not go beyond net.core.wmem_max (in a user namespace
 * SO_SNDBUFFORCE is refused), the kernel takes a message of some 4,000 elements at most, and answers EMSGSIZE.
 */
const maxCharacters = 80_000;

/**
 * nft commands as transactions, in their order: one, unless there is more than the kernel takes at once. That is so when
 * thousands of pods are new; `diffElements` has the order in which parts of a change can be seen.
 */
export function transactions(commands: readonly string[], limit = maxCharacters): string[] {
  const whole = commands.join('\n');
  if (whole.length <= limit) return commands.length === 0 ? [] : [`${whole}\n`];
  const parts: string[] = [];
  let part = '';
  for (const command of commands.flatMap((entry) => split(entry, limit))) {
    if (part !== '' && part.length + command.length > limit) {
      parts.push(part);
      part = '';
    }
    part += `${command}\n`;
  }
  return [...parts, part];
}

/** `add element TABLE SET { A, B }` that is too long, as several; other commands are never that long. */
function split(command: string, limit: number): string[] {
  const [, head, elements] = /^((?:add|delete) element [^{]+)\{ (.*) \}$/.exec(command) ?? [];
  if (command.length <= limit || head === undefined || elements === undefined) return [command];
  const lines: string[] = [];
  let line = '';
  for (const element of elements.split(', ')) {
    if (line !== '' && line.length + element.length > limit / 2) {
      lines.push(line);
      line = '';
    }
    line += `${line === '' ? '' : ', '}${element}`;
  }
  return [...lines, line].map((text) => `${head}{ ${text} }`);
}
