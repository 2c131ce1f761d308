import { isIPv4, isIPv6 } from 'node:net';

const uuid = (version = '[0-9a-f]', variant = '[0-9a-f]'): RegExp =>
  new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${variant}[0-9a-f]{3}-?[0-9a-f]{12}$`, 'i');
const pattern =
  (expression: RegExp) =>
  (text: string): boolean =>
    expression.test(text);

/** netutils.ParseIPSloppy of IPv4: numbers may have leading zeros. */
const isSloppyIPv4 = (text: string): boolean =>
  /^\d+(\.\d+){3}$/.test(text) && text.split('.').every((number) => Number(number) <= 255);

const isPlainIPv6 = (text: string): boolean => isIPv6(text) && !text.includes('%');

/** net.ParseCIDR: an address and the length of its prefix, both without leading zeros. */
export function isCidr(text: string): boolean {
  const match = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text);
  const [address = '', length] = [match?.[1], Number(match?.[2])];
  return (isIPv4(address) && length <= 32) || (isIPv6(address) && !address.includes('%') && length <= 128);
}

/** netutils.ParseCIDRSloppy: the same with leading zeros. */
function isSloppyCidr(text: string): boolean {
  const [, address = '', length = ''] = /^([^/]+)\/(\d+)$/.exec(text) ?? [];
  if (length === '') return false;
  return (isSloppyIPv4(address) && Number(length) <= 32) || (isPlainIPv6(address) && Number(length) <= 128);
}

/** A calendar date or time that exists, RFC 3339. */
const dateTime = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const isDateTime = (text: string): boolean => dateTime.test(text) && !Number.isNaN(Date.parse(text));
const isDate = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text;

/** time.ParseDuration, and `22 seconds` as Scala writes it. */
const goDuration = /^[-+]?(0|(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))*)$/;
const scalaDuration =
  /^\d+\s*(ns|nanos?|nanoseconds?|us|µs|micros?|microseconds?|ms|millis?|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)$/i;

function isUri(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\S+$/i.test(text) || /^\/\S*$/.test(text);
}

/**
 * The formats that a CustomResourceDefinition may use (k8s.io/apiextensions-apiserver/pkg/apiserver/validation/formats.go);
 * dashes in the name do not count, and unknown formats are ignored.
 */
const formats: Readonly<Record<string, (text: string) => boolean>> = {
  // By what is in them: an IPv4 address in an IPv6 address is both.
  ipv4: (text) => isSloppyIPv4(text) || (isPlainIPv6(text) && text.includes('.')),
  ipv6: isPlainIPv6,
  cidr: isSloppyCidr,
  datetime: isDateTime,
  date: isDate,
  duration: (text) => goDuration.test(text) || scalaDuration.test(text),
  uuid: pattern(uuid()),
  uuid3: pattern(uuid('3')),
  uuid4: pattern(uuid('4', '[89ab]')),
  uuid5: pattern(uuid('5', '[89ab]')),
  uri: isUri,
  email: pattern(/^[^\s@]+@[^\s@]+$/),
  hostname: pattern(/^(?=.{1,255}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i),
  mac: pattern(/^([0-9a-f]{2}([:-])([0-9a-f]{2}\2){4}[0-9a-f]{2}|([0-9a-f]{4}\.){2}[0-9a-f]{4})$/i),
  byte: pattern(/^[A-Za-z0-9+/]*={0,2}$/),
  hexcolor: pattern(/^#?([0-9a-f]{3}|[0-9a-f]{6})$/i),
  rgbcolor: pattern(/^rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)$/),
  ssn: pattern(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/),
  password: () => true,
};

/** Whether a text has a format; true for formats that nobody knows. */
export const hasFormat = (format: string, text: string): boolean => formats[format.replaceAll('-', '')]?.(text) ?? true;

export const isKnownFormat = (format: string): boolean => Object.hasOwn(formats, format.replaceAll('-', ''));
