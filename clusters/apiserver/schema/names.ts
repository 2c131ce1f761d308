/** Rules for names, with the texts of k8s.io/apimachinery/pkg/util/validation. Each returns what is wrong. */
const subdomainFormat = String.raw`[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*`;
const labelFormat = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const serviceFormat = '[a-z]([-a-z0-9]*[a-z0-9])?';
const qualifiedFormat = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const valueFormat = `(${qualifiedFormat})?`;

const whole = (format: string): RegExp => new RegExp(`^${format}$`);
const subdomain = whole(subdomainFormat);
const label = whole(labelFormat);
const service = whole(serviceFormat);
const qualified = whole(qualifiedFormat);
const value = whole(valueFormat);

const maxLength = (max: number): string => `must be no more than ${max} characters`;
const regexText = (text: string, format: string, ...examples: string[]): string =>
  `${text} (e.g. ${examples.map((example) => `'${example}'`).join(',  or ')}, regex used for validation is '${format}')`;

export function subdomainFaults(name: string): string[] {
  const faults = name.length > 253 ? [maxLength(253)] : [];
  if (!subdomain.test(name)) {
    const text =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
    faults.push(regexText(text, subdomainFormat, 'example.com'));
  }
  return faults;
}

export function labelFaults(name: string): string[] {
  const faults = name.length > 63 ? [maxLength(63)] : [];
  if (!label.test(name)) {
    const text =
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
    faults.push(regexText(text, labelFormat, 'my-name', '123-abc'));
  }
  return faults;
}

export function serviceNameFaults(name: string): string[] {
  const faults = name.length > 63 ? [maxLength(63)] : [];
  if (!service.test(name)) {
    const text =
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
    faults.push(regexText(text, serviceFormat, 'my-name', 'abc-123'));
  }
  return faults;
}

export function pathSegmentFaults(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%']
    .filter((character) => name.includes(character))
    .map((character) => `may not contain '${character}'`);
}

export function qualifiedNameFaults(name: string): string[] {
  const parts = name.split('/');
  if (parts.length > 2) {
    return [
      `a qualified name ${regexText("must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character", qualifiedFormat, 'MyName', 'my.name', '123-abc')} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const [prefix, local] = parts.length === 2 ? [parts[0] ?? '', parts[1] ?? ''] : [undefined, parts[0] ?? ''];
  const faults: string[] = [];
  if (prefix === '') faults.push('prefix part must be non-empty');
  else if (prefix !== undefined) faults.push(...subdomainFaults(prefix).map((fault) => `prefix part ${fault}`));
  if (local === '') faults.push('name part must be non-empty');
  else if (local.length > 63) faults.push(`name part ${maxLength(63)}`);
  if (!qualified.test(local)) {
    const text =
      "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
    faults.push(regexText(text, qualifiedFormat, 'MyName', 'my.name', '123-abc'));
  }
  return faults;
}

export function labelValueFaults(text: string): string[] {
  const faults = text.length > 63 ? [maxLength(63)] : [];
  if (!value.test(text)) {
    const rule =
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
    faults.push(regexText(rule, valueFormat, 'MyValue', 'my_value', '12345'));
  }
  return faults;
}
