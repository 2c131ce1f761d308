/** Long work must not look dead: after this long without a word, the last step is told again. */
const silenceMs = 20_000;

export interface Heartbeat extends Disposable {
  /** `quiet`: remembered, and only told when nothing else is for a while. */
  step(text: string, options?: { quiet?: boolean }): void;
}

export function startHeartbeat(note: (line: string) => void): Heartbeat {
  let last = '';
  let since = Date.now();
  const timer = setInterval(() => {
    if (Date.now() - since >= silenceMs)
      note(`still at work after ${Math.round((Date.now() - since) / 1000)} s: ${last}`);
  }, silenceMs);
  timer.unref();
  return {
    step(text, { quiet = false } = {}) {
      last = text;
      since = Date.now();
      if (!quiet) note(text);
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
