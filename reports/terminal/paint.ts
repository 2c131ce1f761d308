import { styleText } from 'node:util';

type Format = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Gives text its colour, or leaves it as it is. */
export type Paint = (format: Format | Format[], text: string) => string;

export const plain: Paint = (_, text) => text;

/** Colours on a terminal only, and not where NO_COLOR is set (https://no-color.org); FORCE_COLOR forces them. */
export function paintFor(stream: NodeJS.WritableStream): Paint {
  return (format, text) => styleText(format, text, { stream });
}
