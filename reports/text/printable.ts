import { stripVTControlCharacters } from 'node:util';

/** Text that came from a pod or a log, made harmless: control characters neither steer a terminal nor break an XML file. */
export function printable(text: string): string {
  return (
    stripVTControlCharacters(text)
      .toWellFormed()
      // XML 1.0 section 2.2: of the control characters only tab, line feed and carriage return are allowed.
      .replace(/[\p{Cc}--[\t\n\r]]|[\ufffe\uffff]/gv, '\ufffd')
  );
}
