/** Powers of ten and two behind the number, as k8s.io/apimachinery/pkg/api/resource has them. */
const decimal: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binary: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

/**
 * A Kubernetes quantity divided by `divisor`, rounded down, without the error of floating point: 0.5M is 500,000 and
 * 1Gi is 2^30. Null for a text that is no quantity, and for a negative one.
 */
export function wholeQuantity(text: string, divisor = 1): bigint | null {
  const match = /^\+?(\d*)(?:\.(\d*))?([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d{1,3})?$/.exec(text);
  if (!match) return null;
  const [, whole = '', fraction = '', suffix = ''] = match;
  if (whole === '' && fraction === '') return null;
  const digits = BigInt(`${whole}${fraction}`);
  const power = (/^[eE]./.test(suffix) ? Number(suffix.slice(1)) : (decimal[suffix] ?? 0)) - fraction.length;
  const factor = (binary[suffix] ?? 0) === 0 ? 1n : 2n ** BigInt(binary[suffix] ?? 0);
  const scaled = digits * factor * 10n ** BigInt(Math.max(power, 0));
  return scaled / (BigInt(divisor) * 10n ** BigInt(Math.max(-power, 0)));
}
